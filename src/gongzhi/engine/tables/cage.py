"""The child that reads one file: limits first, then the file, then the answer; nothing else is in its reach.

It has three descriptors: the file, the request (JSON, and later the answer), the parcel (the rows). It has no
environment, cannot grow beyond its limits, and leaves nothing behind but the memory files that its owner
opened.
"""

from __future__ import annotations

import os
import resource
import sysconfig
import traceback
from pathlib import Path
from typing import Any

from . import landlock
from .content import read_content
from .model import Limits, Unreadable
from .parcel import ParcelWriter, get_json, put_json


def answer(file: int, letter: int, parcel: int) -> None:
    """Request from `letter`, file from `file`; rows go to `parcel`, the answer to `letter`."""
    request = get_json(letter)
    limits = Limits(**request["limits"])
    found: dict[str, Any]
    level = confine(file, limits)
    try:
        found = _read(file, parcel, request, limits) | {"cage": level}
    except Unreadable as refusal:
        found = {"refused": refusal.code, "details": refusal.details}
    except MemoryError:
        found = {"refused": "too_big", "details": {}}
    except BaseException as fault:
        # A reader that panics met a broken file; anything else is our own fault. Only the kind is told on:
        # the message could hold what a cell says.
        code = "corrupt" if type(fault).__name__ == "PanicException" else "reader_died"
        found = {"refused": code, "details": {"reason": type(fault).__name__}}
        traceback.print_exc()
    put_json(letter, found)
    # Skipping the interpreter's tidying up saves the time to free a million cells.
    os._exit(0)


def confine(file: int, limits: Limits) -> str:
    """Give up what reading does not need; returns the level reached, e.g. `landlock-7+limits`."""
    _limit(resource.RLIMIT_AS, limits.address_bytes)
    _limit(resource.RLIMIT_CPU, int(limits.seconds * 4) + 1)
    # Only the memory files can be written; what they may hold is bounded here.
    _limit(resource.RLIMIT_FSIZE, limits.result_bytes)
    _limit(resource.RLIMIT_NOFILE, 64)
    _limit(resource.RLIMIT_CORE, 0)
    landlocked = landlock.restrict([file], _libraries())
    return f"landlock-{landlocked}+limits" if landlocked else "limits"


def _libraries() -> list[str]:
    """Where modules may still be read from: Python's own library, the installed packages, this package."""
    paths = sysconfig.get_paths()
    own = str(Path(__file__).resolve().parents[2])
    return [*{paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}, own]


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _read(file: int, parcel: int, request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    writer = ParcelWriter(parcel)
    content = read_content(file, request["suffix"], request["headings"], limits, writer)
    writer.close()
    mark = content.mark
    return {
        "format": content.format,
        "encoding": content.encoding,
        "tables": content.tables,
        "notices": [[n.code, n.cell, n.before, n.after] for n in content.notices],
        "mark": [mark.resource, mark.version, mark.adds] if mark else None,
    }
