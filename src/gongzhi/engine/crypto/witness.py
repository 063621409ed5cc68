"""A copy that grows outside the database, one JSON object a line: who rolls the database back does not roll
it back.

A disk that is full or loses its power may tear the last line; it is written anew. Any other line that cannot
be read was tampered with: it is told where it stands, and never stops what is written after it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Witness:
    """The lines that can be read, in order; `garbled`: the number of the first that cannot, from 1."""

    lines: tuple[dict[str, Any], ...] = ()
    garbled: int | None = None


def read_witness(path: Path, **shape: type) -> Witness:
    """What the file holds; `shape` names what every line must have. Without a file it is empty."""
    return _read(path.read_bytes(), shape) if path.exists() else Witness()


def add_to_witness(
    path: Path, newer: Callable[[Witness], Iterable[Mapping[str, Any]]], **shape: type
) -> None:
    """Append durably what `newer` makes of the lines that there are. Safe in two processes at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
        file.seek(0)
        data = file.read()
        file.truncate(data.rfind(b"\n") + 1)
        for line in newer(_read(data, shape)):
            file.write(json.dumps(line).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _read(data: bytes, shape: Mapping[str, type]) -> Witness:
    lines: list[dict[str, Any]] = []
    garbled = None
    for number, text in enumerate(data.split(b"\n")[:-1], 1):  # what no line end closes is torn
        line = _object(text)
        if all(type(line.get(key)) is kind for key, kind in shape.items()):
            lines.append(line)
        elif garbled is None:
            garbled = number
    return Witness(tuple(lines), garbled)


def _object(text: bytes) -> dict[str, Any]:
    """The object of a line; an empty one where it is none."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
