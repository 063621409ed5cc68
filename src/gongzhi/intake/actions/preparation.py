"""A checked file before its commit: what would enter the lake, and what was found.

It is set down in the home's staging folder while the unit decides, without any person in clear: tokens in
the rows, masked values in the findings, originals sealed. Staging may be lost at any time; the file is
then checked again from its kept original.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from django.conf import settings

T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """One sheet of the file that was taken as one table of the resource."""

    table: str  # name of the lake table
    letter: str  # of the resource's sheet
    index: int  # position among the parts, the `_part` of its rows
    sheet: str  # name of the sheet in the file
    header_row: int
    columns: tuple[str, ...]  # headings as written
    rows: pl.DataFrame  # lake columns with tokens, without origin columns but with `_row`
    set_aside: tuple[int, ...]
    skipped: tuple[dict[str, Any], ...]
    boxes: dict[str, bytes] = field(default_factory=dict)  # sealed rows by role: sealed (persons), beside
    letters: dict[str, str] = field(default_factory=dict)  # column letter by field key


@dataclass(frozen=True)
class Prepared:
    """All that a commit needs. `findings` and `repaired` carry `_part`.

    `adds` is the id of the batch that the file's hidden mark names; it holds where the sender says nothing.
    """

    parts: Sequence[Part]
    by_code: dict[str, int]  # findings of each code, the most frequent first
    telling: Future[pl.DataFrame]  # the findings with their texts; may still be under way
    repaired: pl.DataFrame
    notices: Sequence[dict[str, Any]]
    hashing: Future[str]  # of the canonical content; may still be under way
    refusal: dict[str, Any] | None = None
    adds: str | None = None
    trends: Sequence[dict[str, Any]] = ()  # earlier periods of what is out of line with its season

    @property
    def findings(self) -> pl.DataFrame:
        return self.telling.result()

    @property
    def content(self) -> str:
        """Canonical content hash (hex)."""
        return self.hashing.result()

    @property
    def accepted(self) -> int:
        return sum(part.rows.height for part in self.parts)

    @property
    def set_aside(self) -> int:
        return sum(len(part.set_aside) for part in self.parts)

    @property
    def rows_aside(self) -> list[int]:
        """Numbers of the rows set aside, as the sender's sheets count them."""
        return [row for part in self.parts for row in part.set_aside]

    @property
    def rows(self) -> int:
        return self.accepted + self.set_aside

    @property
    def skipped(self) -> list[dict[str, Any]]:
        """`{row, why}`, with the sheet's name where the file has several."""
        many = len(self.parts) > 1
        return [
            ({"sheet": part.sheet} if many else {}) | entry for part in self.parts for entry in part.skipped
        ]


def counted(findings: Iterable[pl.DataFrame]) -> dict[str, int]:
    """How many findings of each code, the most frequent first."""
    codes = pl.concat([frame.select("code") for frame in findings])
    counts = codes.group_by("code").len().sort(["len", "code"], descending=[True, False])
    return {str(code): int(count) for code, count in counts.iter_rows()}


def known(result: T) -> Future[T]:
    """What others compute is known already."""
    future: Future[T] = Future()
    future.set_result(result)
    return future


def folder(submission: object) -> Path:
    """Where a submission's preparation lies."""
    path: Path = settings.HOME.folder("staging") / str(submission)
    return path


def put_down(submission: object, prepared: Prepared) -> None:
    """Keep a preparation until it is committed or dropped; a half-written one is never found, not even
    after a power cut: it is on the disk before it gets its name.

    Two checks of one submission may put down at once: they say the same, and either may stand.
    """
    target = folder(submission)
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f"{target.name}.aside-"))
    try:
        _write(aside, prepared)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)  # on a full disk each try would leave one
        raise
    drop(submission)
    try:
        aside.rename(target)
    except OSError:  # the other check was faster
        shutil.rmtree(aside, ignore_errors=True)


def _write(aside: Path, prepared: Prepared) -> None:
    for part in prepared.parts:
        part.rows.write_parquet(aside / f"rows-{part.index}.parquet")
        for role, box in part.boxes.items():
            (aside / f"{role}-{part.index}.sealed").write_bytes(box)
    prepared.findings.write_parquet(aside / "findings.parquet")
    prepared.repaired.write_parquet(aside / "repaired.parquet")
    (aside / "meta.json").write_text(json.dumps(_meta(prepared), ensure_ascii=False), encoding="utf-8")
    for path in (*aside.iterdir(), aside):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _meta(prepared: Prepared) -> dict[str, Any]:
    left_out = {"rows", "boxes"}
    parts = [
        {key: value for key, value in vars(part).items() if key not in left_out} | {"boxes": [*part.boxes]}
        for part in prepared.parts
    ]
    return {
        "parts": parts,
        "notices": list(prepared.notices),
        "trends": list(prepared.trends),
        "content": prepared.content,
        "refusal": prepared.refusal,
        "adds": prepared.adds,
    }


def take_up(submission: object) -> Prepared | None:
    """The preparation put down earlier; None when staging was lost."""
    source = folder(submission)
    with contextlib.suppress(FileNotFoundError):
        meta = json.loads((source / "meta.json").read_text("utf-8"))
        findings = pl.read_parquet(source / "findings.parquet")
        return Prepared(
            by_code=counted([findings]),
            telling=known(findings),
            hashing=known(meta.pop("content")),
            parts=[_part(source, part) for part in meta.pop("parts")],
            repaired=pl.read_parquet(source / "repaired.parquet"),
            **meta,
        )
    return None


def _part(source: Path, meta: dict[str, Any]) -> Part:
    index = meta["index"]
    changed = {
        "columns": tuple(meta["columns"]),
        "set_aside": tuple(meta["set_aside"]),
        "skipped": tuple(meta["skipped"]),
        "boxes": {role: (source / f"{role}-{index}.sealed").read_bytes() for role in meta["boxes"]},
        "rows": pl.read_parquet(source / f"rows-{index}.parquet"),
    }
    return Part(**(meta | changed))


def drop(submission: object) -> None:
    """Remove a preparation (after commit, refusal or withdrawal)."""
    shutil.rmtree(folder(submission), ignore_errors=True)
