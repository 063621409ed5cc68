"""What the pages of this room show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.conf import settings

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Field, Resource
from gongzhi.engine.lake import Lake
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch, LakeFile, Submission

from .stored import findings_of, repaired_of

REASONS = {
    "blank": "空行", "title": "标题行", "note": "说明行", "header": "表头行", "repeated_header": "重复的表头",
    "column_numbers": "列号行", "total": "合计行", "group": "分组行", "example": "示例行",
}  # fmt: skip
SEVERITIES = {"refuse": "整份退回", "block": "阻断", "explain": "需说明", "hint": "提示"}
RANK = {"refuse": 0, "block": 1, "explain": 2, "hint": 3}
REPAIRS_SHOWN = 50


def owed_resources(sight: Sight) -> list[Resource]:
    """The resources that a person's own unit provides and she may hand in, in the notice's order."""
    definitions = in_force()
    if sight.unit is None or sight.unit not in sight.units("submit_file"):
        return []
    resources = (resource for resource in definitions.resources.values() if not resource.duplicate_of)
    mine = (r for r in resources if any(unit.key == sight.unit for unit in definitions.providers(r)))
    return sorted(mine, key=_order)


def _order(resource: Resource) -> tuple[int, int, int]:
    head, _, tail = resource.number.partition(".")
    return ({"K": 1, "T": 2}.get(head, 0), int(head) if head.isdigit() else 0, int(tail))


def reading_of(submission: Submission) -> dict[str, Any]:
    """What was read and what was left out, for the head of the page."""
    skipped: dict[str, int] = {}
    for entry in submission.skipped:
        if entry["why"] != "header":
            word = REASONS.get(entry["why"], entry["why"])
            skipped[word] = skipped.get(word, 0) + 1
    repaired = repaired_of(submission)
    return {
        "left_out": sorted(skipped.items()),
        "repairs": repaired.height,
        "repaired": repaired.head(REPAIRS_SHOWN).rename({"from": "before", "to": "after"}).to_dicts(),
    }


@dataclass(frozen=True)
class Group:
    """Findings of one code: how many, how grave."""

    code: str
    title: str
    severity: str
    word: str
    meaning: str
    count: int


def findings_page(submission: Submission, code: str, size: int, start: int = 0) -> dict[str, Any]:
    """Findings grouped by kind, and one page of those of `code` (of all when empty), gravest first."""
    frame = findings_of(submission)
    groups = [_group(*row) for row in frame.group_by("code", "title", "severity").len().iter_rows()]
    rank = pl.col("severity").replace_strict(RANK, default=9, return_dtype=pl.Int8)
    chosen = frame.filter(pl.col("code") == code) if code else frame
    shown = chosen.sort([rank, "_part", "row"], maintain_order=True, nulls_last=False).slice(start, size)
    explained = frame.filter(pl.col("severity") == "explain")["row"].n_unique()
    return {
        "groups": sorted(groups, key=lambda group: (RANK.get(group.severity, 9), -group.count)),
        "findings": [row | {"word": SEVERITIES.get(row["severity"], "")} for row in shown.to_dicts()],
        "chosen": code,
        "found": chosen.height,
        "next": start + size if start + size < chosen.height else None,
        "explain_rows": explained,
    }


def _group(code: str, title: str, severity: str, count: int) -> Group:
    meaning = {"refuse": "stop", "block": "stop", "explain": "warn"}.get(severity, "note")
    return Group(code, title, severity, SEVERITIES.get(severity, ""), meaning, count)


@dataclass(frozen=True)
class RowsPage:
    """Some rows of a batch as a page shows them; personal values are tokens and stand as a word."""

    table: str
    part: int
    parts: int
    fields: tuple[Field, ...]
    rows: list[tuple[int, list[tuple[Field, str]]]]
    start: int
    total: int
    wanted: int | None

    @property
    def following(self) -> int | None:
        return self.start + len(self.rows) if self.start + len(self.rows) < self.total else None


def rows_page(batch: Batch, part: int, start: int, size: int, wanted: int | None) -> RowsPage | None:
    """A page of one part of a batch; with `wanted`, the page that holds that row of the sender's sheet."""
    files = list(LakeFile.objects.filter(batch=batch, role="rows").order_by("part"))
    chosen = next((file for file in files if file.part == part), None)
    if chosen is None:
        return None
    lazy = pl.scan_parquet(Lake(settings.LAKE).path(chosen.path))
    if wanted is not None:
        before = lazy.filter(pl.col("_row") < wanted).select(pl.len()).collect().item()
        start = before // size * size
    frame = lazy.slice(start, size).collect()
    fields = in_force().tables[chosen.table][1].fields
    filled = tuple(field for field in fields if field.column in frame.columns)
    rows = [
        (row["_row"], [(field, _shown(field, row[field.column])) for field in filled])
        for row in frame.to_dicts()
    ]
    return RowsPage(chosen.table, part, len(files), filled, rows, start, chosen.rows, wanted)


def _shown(field: Field, value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, str) and value.startswith("P") and value[1:2].isdigit() and "-" in value[:8]:
        return "（个人信息，已脱敏）"
    if field.column.endswith("_fen"):
        return f"{value / 100:,.2f}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:,}" if isinstance(value, int) and field.type != "year" else str(value)
