"""What the pages of this room show of a submission: what was read, what was found, what is to be decided."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import Q, QuerySet

from gongzhi.editions.queries import in_force
from gongzhi.editions.queries.pieces import in_order
from gongzhi.engine.calendar import PeriodError, parse_period
from gongzhi.engine.definitions import Resource
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.states import TRANSITIONS, State

from .desk import waivable
from .rows import RowsPage, period_label, rows_page
from .stored import findings_of, live, repaired_of

__all__ = [
    "RowsPage", "decision_of", "findings_listed", "findings_page", "live_batches", "matching",
    "owed_resources", "period_label", "reading_of", "rows_page", "unit_choices",
]  # fmt: skip
REASONS = {
    "blank": "空行", "title": "标题行", "note": "说明行", "header": "表头行", "repeated_header": "重复的表头",
    "column_numbers": "列号行", "total": "合计行", "group": "分组行", "example": "示例行",
}  # fmt: skip
ADOPTING = {t.source for t in TRANSITIONS if t.verb == "adopt"}
SEVERITIES = {"refuse": "整份退回", "block": "阻断", "explain": "需说明", "hint": "提示"}
MEANINGS = {"refuse": "stop", "block": "stop", "explain": "warn"}
RANK = {"refuse": 0, "block": 1, "explain": 2, "hint": 3}
LACKS = "missing_optional"
REPAIRS_SHOWN = 50
NOTICES_SHOWN = 20
OTHER_TEMPLATE = ("template_carried", "template_change")
HEADING_CELL = re.compile(r"([A-Z]+)\d+$")
NUMBER = re.compile(r"([0-9]{1,2}\.[0-9]{1,2}|[KT]\.[0-9]{1,2})-(.{4,40})")
EXACT = re.compile(r"[0-9A-Za-z.,/:+-]{1,24}")
"""Codes, numbers and days: they are not broken over lines."""


def owed_resources(sight: Sight) -> list[Resource]:
    """The resources that a person's own unit provides and she may hand in, in the notice's order."""
    definitions = in_force()
    if sight.unit is None or sight.unit not in sight.units("submit_file"):
        return []
    resources = (resource for resource in definitions.resources.values() if not resource.duplicate_of)
    mine = (r for r in resources if any(unit.key == sight.unit for unit in definitions.providers(r)))
    return sorted(mine, key=lambda resource: in_order(resource.number))


def unit_choices(sight: Sight) -> list[tuple[str, str]]:
    """The units whose files a reader may see, by key and name, for a filter."""
    if not sight.has("see_all_batches"):
        return []
    providers = {
        unit.key: unit.name for r in in_force().resources.values() for unit in in_force().providers(r)
    }
    return sorted(providers.items(), key=lambda unit: unit[1])


def live_batches(*, unit: str, resource: str, period: str = "") -> QuerySet[Batch]:
    """The batches that count now in a unit's places for a resource, of one period where it is named."""
    found = live().filter(slot__unit=unit, slot__resource=resource)
    found = found.filter(slot__period=period) if period else found
    return found.select_related("slot").order_by("-slot__period", "version")


def matching(text: str, prefix: str, *, file: str, batch: str) -> Q:
    """Rows that `text` means: by resource, period or file name, by number of the batch or of its receipt.

    `prefix`, `file` and `batch` are the paths to the place, to the name of the file and to the batch.
    """
    plain = unicodedata.normalize("NFKC", text)
    titles = [r.number for r in in_force().resources.values() if text in r.title or plain == r.number]
    named = Q(**{f"{prefix}resource__in": titles}) | Q(**{f"{file}__icontains": text})
    named |= Q(**{f"{prefix}period__startswith": plain}) | Q(**{f"{batch}receipt__number__iexact": plain})
    return named | _numbered(plain.upper(), prefix, batch)


def _numbered(text: str, prefix: str, batch: str) -> Q:
    """The batches of a number, 9.5-2026Q3-01, or of one that breaks off after the period."""
    found = NUMBER.fullmatch(text)
    if found is None:
        return Q(pk__in=())
    resource, rest = found.groups()
    period, _, version = rest.rpartition("-")
    whole = Q(**{f"{prefix}resource": resource})
    begun = Q(**{f"{prefix}period__startswith": rest})
    if period and version.isdecimal() and len(version) <= 4:
        begun |= Q(**{f"{prefix}period": period, f"{batch}version": int(version)})
    return whole & begun


def _staged(submission: Submission) -> dict[str, Any]:
    """What the check put down beside the rows; empty when the submission is decided or staging was lost."""
    path = settings.HOME.folder("staging") / str(submission.pk) / "meta.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


def reading_of(submission: Submission) -> dict[str, Any]:
    """What was read and what was left out, for the head of the page."""
    skipped: dict[str, int] = {}
    for entry in submission.skipped:
        if entry["why"] != "header":
            word = REASONS.get(entry["why"], entry["why"])
            skipped[word] = skipped.get(word, 0) + 1
    repaired, staged = repaired_of(submission), _staged(submission)
    other = [one["text"] for one in submission.notices if one["code"] in OTHER_TEMPLATE]
    notices = [one for one in submission.notices if one["code"] not in OTHER_TEMPLATE]
    return {
        "sheets": _sheets(submission, staged),
        "left_out": sorted(skipped.items()),
        "other_template": other,
        "notices": [notice | {"place": _place(notice)} for notice in notices[:NOTICES_SHOWN]],
        "more_notices": max(0, len(notices) - NOTICES_SHOWN),
        "repairs": repaired.height,
        "repaired": repaired.head(REPAIRS_SHOWN).rename({"from": "before", "to": "after"}).to_dicts(),
    }


def _place(notice: dict[str, Any]) -> str:
    """Where a notice is about: the sheet alone where its text names the cell."""
    sheet, _, cell = str(notice["cell"]).rpartition("!")
    return sheet if cell in notice["text"] else str(notice["cell"])


def _sheets(submission: Submission, staged: dict[str, Any]) -> list[tuple[str, int]]:
    """Name and header row of each sheet that was taken: from staging, then from the batch."""
    if staged:
        return [(part["sheet"], part["header_row"]) for part in staged["parts"]]
    batch = Batch.objects.filter(submission=submission).first()
    return list(batch.parts.order_by("part").values_list("sheet", "header_row")) if batch else []


@dataclass(frozen=True)
class Decision:
    """What stands beside a checked file in its place, and so what its sender has to say.

    `twin` holds the same content already; `choices` are the batches that it may add to or replace, when
    the sender has said nothing yet; `named` is what she said.
    """

    twin: Batch | None
    choices: list[Batch]
    named: str


def decision_of(submission: Submission) -> Decision:
    """What a checked submission leaves to be decided before it comes in."""
    named = ""
    if submission.adds:
        named = f"补充 {submission.adds.number}"
    if submission.replaces:
        named = f"更正 {submission.replaces.number}"
    if submission.state != State.CHECKED:
        return Decision(None, [], named)
    place = {"unit": submission.unit, "resource": submission.resource, "period": submission.period}
    here = list(live_batches(**place))
    content = _staged(submission).get("content")
    twin = next((batch for batch in here if batch.content == content), None)
    free = named or twin or not _held_once(submission.period)
    return Decision(twin, [] if free else here, named)


def _held_once(period: str) -> bool:
    """Whether a second file for the period must say what it is; those of a day or a request add freely."""
    try:
        return parse_period(period).kind not in {"day", "request"}
    except PeriodError:
        return False


@dataclass(frozen=True)
class Group:
    """Findings of one code: how many, how grave."""

    code: str
    title: str
    severity: str
    count: int

    @property
    def word(self) -> str:
        return SEVERITIES.get(self.severity, "")

    @property
    def meaning(self) -> str:
        return MEANINGS.get(self.severity, "note")


def findings_page(submission: Submission, code: str, size: int, start: int = 0) -> dict[str, Any]:
    """Findings grouped by kind, and one page of those of `code` (of all when empty), gravest first.

    Without a `code`, columns that the file lacks are told together in `lacking` instead of one by one.
    """
    frame = findings_of(submission)
    lacking, ordered = _in_order(frame, code)
    groups = [Group(*row) for row in frame.group_by("code", "title", "severity").len().iter_rows()]
    shown = [_told(row) for row in ordered.slice(start, size).to_dicts()]
    return {
        "groups": sorted(groups, key=lambda group: (RANK.get(group.severity, 9), -group.count)),
        "findings": shown,
        "with_suggestions": any(row["suggestion"] for row in shown),
        "adoptable": adoptable(ordered).height if submission.state in ADOPTING else 0,
        "lacking": lacking,
        "chosen": code,
        "may_waive": _may_waive(submission, code, shown),
        "found": ordered.height,
        "all_found": frame.height,
        "first": start + 1,
        "last": start + len(shown),
        "before": max(0, start - size) if start else None,
        "next": start + size if start + size < ordered.height else None,
        "to_explain": _to_explain(frame),
    }


def findings_listed(submission: Submission, code: str) -> pl.LazyFrame:
    """All findings of `code` (of all when empty) in the order of the page, each with where it stands."""
    frame = findings_of(submission)
    lacking, ordered = _in_order(frame, code)
    told = pl.concat([ordered, frame.filter(pl.col("code") == LACKS)]) if lacking else ordered
    return told.with_row_index("_at").lazy()


def _in_order(frame: pl.DataFrame, code: str) -> tuple[list[str], pl.DataFrame]:
    """Columns that are told together, and the other findings of a kind, gravest first."""
    lacking, rest = _lacking(frame) if not code else ([], frame.filter(pl.col("code") == code))
    rank = pl.col("severity").replace_strict(RANK, default=9, return_dtype=pl.Int8)
    return lacking, rest.sort([rank, "_part", "row"], maintain_order=True, nulls_last=False)


def _may_waive(submission: Submission, code: str, shown: Sequence[dict[str, Any]]) -> str:
    """The column whose check could be waived, when one kind is shown that stops or asks; "" when none."""
    columns = {one.key for one in waivable(in_force().resources[submission.resource]).get(code, ())}
    asked = (row["field"] for row in shown if row["severity"] in MEANINGS and row["field"] in columns)
    return next(asked, "")


def adoptable(findings: pl.DataFrame) -> pl.DataFrame:
    """The findings whose suggestion can be taken over."""
    return findings.filter(pl.col("suggestion").is_not_null() & pl.col("row").is_not_null())


def _lacking(frame: pl.DataFrame) -> tuple[list[str], pl.DataFrame]:
    """Titles of the optional columns that the file lacks, where there are several; and the other findings."""
    lacks = pl.col("code") == LACKS
    columns = frame.filter(lacks)["column"].drop_nulls().unique(maintain_order=True).to_list()
    return (columns, frame.filter(~lacks)) if len(columns) > 1 else ([], frame)


def _to_explain(frame: pl.DataFrame) -> int:
    """How much comes in and asks for a reason: rows, and each finding about a whole column or file.

    A row that is set aside anyway does not count.
    """
    place = ["_part", "row"]
    in_rows, asks = pl.col("row").is_not_null(), pl.col("severity") == "explain"
    blocked = frame.filter(pl.col("severity") == "block").select(place)
    rows = frame.filter(asks, in_rows).select(place).unique().join(blocked, on=place, how="anti")
    return rows.height + frame.filter(asks, ~in_rows).height


def _told(row: dict[str, Any]) -> dict[str, Any]:
    severity = row["severity"]
    more = {
        "word": SEVERITIES.get(severity, ""),
        "meaning": MEANINGS.get(severity, "note"),
        "part": row["_part"],  # a template reads no name that begins with an underscore
        "place": standing(row),
        "empty": row["row"] is not None and row["value"] is None,
    }
    return row | more | {"exact": bool(EXACT.fullmatch(row["value"] or ""))}


def standing(row: dict[str, Any]) -> str:
    """Where a finding stands: its cell, the column where no one cell is meant, or the whole file."""
    cell = row["cell"] or "整份"
    return cell if row["row"] is not None or row["value"] else HEADING_CELL.sub(r"\1 列", cell)
