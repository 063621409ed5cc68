"""A checked file before its commit: what would enter the lake, and what was found.

It is set down in the home's staging folder while the unit decides, without any person in clear: tokens in
the rows, masked values in the findings, originals sealed. Staging may be lost at any time; the file is
then checked again from its kept original.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings


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


@dataclass(frozen=True)
class Prepared:
    """All that a commit needs. `findings` and `repaired` carry `_part`; `sealed` are the cut originals."""

    parts: Sequence[Part]
    findings: pl.DataFrame
    repaired: pl.DataFrame
    notices: Sequence[dict[str, Any]]
    content: str  # canonical content hash (hex)
    sealed: dict[str, bytes] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None

    @property
    def accepted(self) -> int:
        return sum(part.rows.height for part in self.parts)

    @property
    def set_aside(self) -> int:
        return sum(len(part.set_aside) for part in self.parts)

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

    @property
    def by_code(self) -> dict[str, int]:
        counts = self.findings.group_by("code").len().sort(["len", "code"], descending=[True, False])
        return {str(code): int(count) for code, count in counts.iter_rows()}


def folder(submission: object) -> Path:
    """Where a submission's preparation lies."""
    path: Path = settings.HOME.folder("staging") / str(submission)
    return path


def put_down(submission: object, prepared: Prepared) -> None:
    """Keep a preparation until it is committed or dropped; a half-written one is not found again."""
    target = folder(submission)
    aside = target.with_name(f"{target.name}.aside")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    aside.mkdir(parents=True)
    for part in prepared.parts:
        part.rows.write_parquet(aside / f"rows-{part.index}.parquet")
    prepared.findings.write_parquet(aside / "findings.parquet")
    prepared.repaired.write_parquet(aside / "repaired.parquet")
    for name, box in prepared.sealed.items():
        (aside / f"sealed-{name}").write_bytes(box)
    (aside / "meta.json").write_text(json.dumps(_meta(prepared), ensure_ascii=False), encoding="utf-8")
    aside.rename(target)


def _meta(prepared: Prepared) -> dict[str, Any]:
    parts = [{key: value for key, value in vars(part).items() if key != "rows"} for part in prepared.parts]
    return {
        "parts": parts,
        "notices": list(prepared.notices),
        "content": prepared.content,
        "sealed": sorted(prepared.sealed),
        "refusal": prepared.refusal,
    }


def take_up(submission: object) -> Prepared | None:
    """The preparation put down earlier; None when staging was lost."""
    source = folder(submission)
    if not (source / "meta.json").exists():
        return None
    meta = json.loads((source / "meta.json").read_text("utf-8"))
    parts = [
        Part(
            **{key: value for key, value in part.items() if key not in {"columns", "set_aside", "skipped"}},
            columns=tuple(part["columns"]),
            set_aside=tuple(part["set_aside"]),
            skipped=tuple(part["skipped"]),
            rows=pl.read_parquet(source / f"rows-{part['index']}.parquet"),
        )
        for part in meta["parts"]
    ]
    return Prepared(
        parts=parts,
        findings=pl.read_parquet(source / "findings.parquet"),
        repaired=pl.read_parquet(source / "repaired.parquet"),
        notices=meta["notices"],
        content=meta["content"],
        sealed={name: (source / f"sealed-{name}").read_bytes() for name in meta["sealed"]},
        refusal=meta["refusal"],
    )


def drop(submission: object) -> None:
    """Remove a preparation (after commit, refusal or withdrawal)."""
    shutil.rmtree(folder(submission), ignore_errors=True)
