"""Read hits, what lies behind them, and how much each batch served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from gongzhi.audit.queries import Describer, names_of
from gongzhi.editions.queries import in_force, rule_ever
from gongzhi.engine.definitions import Rule
from gongzhi.engine.rules import shown_side
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch, BatchPart
from gongzhi.intake.queries.masked import is_token, rows_with_persons
from gongzhi.intake.queries.rows import NUMERIC, Head, head_of
from gongzhi.lists import Mark, Meaning
from gongzhi.registry.models import Taxpayer
from gongzhi.risk.models import Evidence, Hit, Run, ScanRequest, Step
from gongzhi.risk.states import LABELS, State

HIDDEN = "（已脱敏）"
Place = tuple[UUID, int, int]  # batch, part, row
FEW = "数量太少，不单列"
GRADES: dict[str, Meaning] = {"high": "stop", "middle": "warn", "low": "note"}


def visible_to(sight: Sight) -> QuerySet[Hit]:
    """All hits for those of the bureau whose duty it is; nobody else sees one, whatever was granted.

    Amounts, declarations and invoices do not leave the bureau (征管法 8; design.md 5).
    """
    if not sees_hits(sight):
        return Hit.objects.none()
    return Hit.objects.select_related("taxpayer", "last_run")


def _hits_named(identities: Collection[str], sight: Sight) -> Mapping[str, str]:
    return names_of(visible_to(sight), identities, lambda one: f"{rule_name(one)} {one.subject_name}")


NAMES: Mapping[str, Describer] = {
    "hit": _hits_named,
    "run": lambda runs, _: names_of(Run.objects.all(), runs, lambda one: f"截至{one.as_of}"),
    "scan_request": lambda keys, _: names_of(
        ScanRequest.objects.all(), keys, lambda one: f"{timezone.localtime(one.asked_at):%Y-%m-%d %H:%M}"
    ),
}
"""What the trail calls the things of this room."""


def of_taxpayer(hits: QuerySet[Hit], taxpayer: Taxpayer) -> QuerySet[Hit]:
    """Hits about a taxpayer, and those in which it is what the comparison was about (shares sold in it)."""
    return hits.filter(Q(taxpayer=taxpayer) | Q(object=str(taxpayer.pk)))


@dataclass
class Resting:
    """Hits whose evidence lies in some batches: how many by state, about how many subjects, expected tax.

    For counting alone: what of it a reader may be told is decided by `told`.
    """

    states: Counter[str] = dataclass_field(default_factory=Counter)
    tax: dict[str, Decimal] = dataclass_field(default_factory=dict)  # of open hits, by subject
    subjects: set[str] = dataclass_field(default_factory=set)

    @property
    def hits(self) -> int:
        return self.states.total()

    def add(self, state: str, subject: str, tax: Decimal | None) -> None:
        self.states[state] += 1
        self.subjects.add(subject)
        if state == State.OPEN and tax:
            self.tax[subject] = self.tax.get(subject, Decimal(0)) + tax


def resting_in(hits: QuerySet[Hit], batches: QuerySet[Batch]) -> QuerySet[Hit]:
    """Those of some hits whose evidence lies in some batches: the rows behind the counts of `resting_on`."""
    behind = Evidence.objects.filter(batch__in=batches.order_by().values("pk"))
    return hits.filter(pk__in=behind.values("hit"))


def resting_on(batches: QuerySet[Batch], by: str) -> dict[Any, Resting]:
    """Hits that rest on batches, each counted once for each value of `by` (a field of Evidence)."""
    touched = batches.order_by().filter(pk__in=Evidence.objects.values("batch"))  # few beside all batches
    pairs = list(Evidence.objects.filter(batch__in=touched).order_by().values_list(by, "hit_id").distinct())
    found: dict[Any, Resting] = {}
    known = _said_of({hit for _, hit in pairs})
    for key, hit in pairs:
        if hit in known:
            found.setdefault(key, Resting()).add(*known[hit])
    return found


def _said_of(hits: Collection[UUID]) -> dict[UUID, tuple[str, str, Decimal | None]]:
    """State, subject and expected tax of each hit, read once however many batches it rests on."""
    wanted, known = list(hits), {}
    for start in range(0, len(wanted), 500):
        rows = Hit.objects.filter(pk__in=wanted[start : start + 500]).order_by()
        for pk, state, subject, tax in rows.values_list("pk", "state", "subject", "tax_yuan"):
            known[pk] = (state, subject, tax)
    return known


@dataclass(frozen=True)
class Told:
    """What a reader is told of hits: words where the number is too small to be told, never a taxpayer."""

    text: str
    hits: int | None  # None where it is not told
    states: tuple[tuple[str, int], ...]
    tax_yuan: Decimal | None


def told(resting: Resting, sight: Sight, *, about: int | None = None, money: bool = True) -> Told:
    """The hits as this reader may know them (征管法 8; design.md 5).

    The bureau sees all. Everybody else sees counts and states, but no number below the least that may be
    told, and nothing of rows that are `about` fewer taxpayers; no state where one is as few, so that nothing
    follows by taking one from the other; and expected tax (with `money`) only as a sum over enough subjects
    of which none makes up nearly all, rounded to 0.1 万元.
    """
    named = tuple((LABELS[State(state)], count) for state, count in sorted(resting.states.items()))
    whole = sum(resting.tax.values(), Decimal(0))
    if sees_hits(sight):
        return Told(f"{resting.hits:,}", resting.hits, named, whole if money else None)
    least = least_counted()
    few = 0 < resting.hits < least or 0 < len(resting.subjects) < least
    if few or (about is not None and about < least):
        return Told(FEW, None, (), None)
    shown = named if all(count >= least for _, count in named) else ()
    largest = _threshold("largest_share")
    spread = len(resting.tax) >= least and max(resting.tax.values()) <= whole * largest
    tax = whole.quantize(Decimal("1E3"), ROUND_HALF_UP).quantize(Decimal(1)) if money and spread else None
    return Told(f"{resting.hits:,}", resting.hits, shown, tax)


def least_counted() -> Decimal:
    """How many hits, and how many taxpayers, must stand behind a number that leaves the bureau."""
    return _threshold("least_counted")


def sees_hits(sight: Sight) -> bool:
    """Whether a reader may open hits: the duty, within the bureau."""
    return sight.has("see_hits") and sight.unit == in_force().district.bureau


def _threshold(key: str) -> Decimal:
    """A parameter of today; where a district has not set it, no number is great enough to be told."""
    parameter = in_force().parameters.get(key)
    found = parameter.at(timezone.localdate()) if parameter else None
    return found.value if found else Decimal("Infinity")


def rules_reading(tables: Iterable[str]) -> list[Rule]:
    """The rules in force that read one of these tables."""
    wanted = set(tables)
    return [one.rule for one in in_force().rules.values() if wanted & set(one.rule.tables)]


def rule_of(hit: Hit) -> Rule | None:
    """The rule that found it, as it is now or was when it was retired; None when no edition has it."""
    return rule_ever(hit.rule)


def rule_name(hit: Hit) -> str:
    """The rule's code and name, as lists show it."""
    rule = rule_of(hit)
    return f"{hit.rule} {rule.name}" if rule else hit.rule


def grade_of(hit: Hit) -> Mark:
    """The grade as every page shows it: a word with its shape."""
    return Mark(hit.grade_label, GRADES[hit.grade])


def trail(hit: Hit) -> QuerySet[Step]:
    """What happened to the hit, the first thing first."""
    return Step.objects.filter(hit=hit).select_related("by", "run")


def shown(unit: str, value: Decimal | None) -> str:
    """A side's number with its unit, as it reads on a page."""
    return shown_side(unit, value * 100 if unit == "fen" and value is not None else value)


@dataclass(frozen=True)
class Cell:
    """One cell behind a hit with its address: batch, file, sheet and cell."""

    side: str
    table: str
    table_title: str
    batch: Batch
    part: int
    row: int
    file: str
    sheet: str
    cell: str
    field: str
    title: str
    value: str
    text: str  # the value as pages show it, under `head`
    head: Head
    sealed: bool  # a person's original lies sealed for it


def rests_on(hit: Hit, batch: UUID, part: int, row: int) -> bool:
    """Whether a row of a batch stands behind a hit."""
    return Evidence.objects.filter(hit=hit, batch=batch, part=part, row=row).exists()


def evidence_of(hit: Hit) -> list[Cell]:
    """The cells behind a hit, left side first; personal values stand as a word, never as a token."""
    return evidence_of_all([hit])[hit.pk]


def evidence_of_all(hits: Sequence[Hit]) -> dict[UUID, list[Cell]]:
    """The cells behind each of some hits, found together."""
    cells: dict[UUID, list[Cell]] = {hit.pk: [] for hit in hits}
    for start in range(0, len(hits), 500):
        chunk = hits[start : start + 500]
        found = list(
            Evidence.objects.filter(hit__in=chunk).select_related("batch__slot", "batch__submission")
        )
        parts = BatchPart.objects.filter(batch__in={one.batch_id for one in found})
        places = {(part.batch_id, part.part): part for part in parts}
        for one, cell in zip(found, _cells(found, places), strict=True):
            cells[one.hit_id].append(cell)
    return {hit.pk: sorted(cells[hit.pk], key=_place_in(rule_of(hit))) for hit in hits}


def _place_in(rule: Rule | None) -> Callable[[Cell], tuple[object, ...]]:
    """Cells in the order in which the rule speaks of them: side, table, row, column."""
    entries = rule.evidence if rule else ()
    named = [(entry.table, cell) for entry in entries for cell in entry.cells]
    order = {pair: place for place, pair in reversed(list(enumerate(named)))}
    tables = {table: place for place, (table, _) in reversed(list(enumerate(named)))}

    def place(cell: Cell) -> tuple[object, ...]:
        column = order.get((cell.table, cell.field), len(named))
        return cell.side, tables.get(cell.table, len(named)), str(cell.batch.pk), cell.part, cell.row, column

    return place


def _cells(found: Iterable[Evidence], places: dict[tuple[Any, int], BatchPart]) -> Iterator[Cell]:
    tables = in_force().tables
    for one in found:
        resource, sheet = tables[one.table]
        field = sheet.field(one.field)
        place = places.get((one.batch_id, one.part))
        value = HIDDEN if field.personal or is_token(one.value) else one.value
        yield Cell(
            side=one.side,
            table=one.table,
            table_title=sheet.title or resource.title,
            batch=one.batch,
            part=one.part,
            row=one.row,
            file=one.batch.submission.file_name,
            sheet=place.sheet if place else "",
            cell=f"{place.letters.get(one.field, '') if place else ''}{one.row}",
            field=one.field,
            title=field.title,
            value=value,
            text=_grouped(value) if field.type in NUMERIC else value,
            head=head_of(field),
            sealed=is_token(one.value),
        )


def _grouped(value: str) -> str:
    """A number with its thousands apart; what is none (a word, nothing) stays as it is."""
    try:
        return f"{Decimal(value):,}".replace("-", "−")
    except InvalidOperation:
        return value


@dataclass(frozen=True)
class Line:
    """One row of a file that stands behind a hit, its cells in the order of the exhibit's heads.

    `persons`: the row names a person whom none of these cells shows.
    """

    first: Cell
    cells: list[Cell | None]
    persons: bool


@dataclass(frozen=True)
class Exhibit:
    """The rows of one table on one side, side by side under their columns."""

    side: str
    title: str
    heads: list[Head]
    lines: list[Line]


def exhibits(cells: Iterable[Cell]) -> list[Exhibit]:
    """Evidence as it is read: one line a row of a file, one table for each side and source table."""
    tables: dict[tuple[str, str], list[Cell]] = {}
    cells = list(cells)
    for cell in cells:
        tables.setdefault((cell.side, cell.table), []).append(cell)
    persons = _persons(cells)
    return [_exhibit(found, persons) for found in tables.values()]


def _persons(cells: Iterable[Cell]) -> set[Place]:
    """The rows behind some cells that name a person, without those where a cell stands for it."""
    batches: dict[tuple[UUID, int], tuple[Batch, set[int]]] = {}
    for cell in cells:
        batches.setdefault((cell.batch.pk, cell.part), (cell.batch, set()))[1].add(cell.row)
    named = {
        (key, part, row)
        for (key, part), (batch, rows) in batches.items()
        for row in rows_with_persons(batch, part, rows)
    }
    return named - {(cell.batch.pk, cell.part, cell.row) for cell in cells if cell.sealed}


def _exhibit(cells: list[Cell], persons: set[Place]) -> Exhibit:
    fields = dict.fromkeys(cell.field for cell in cells)
    titles = {cell.field: cell.head for cell in cells}
    rows: dict[Place, dict[str, Cell]] = {}
    for cell in cells:
        rows.setdefault((cell.batch.pk, cell.part, cell.row), {})[cell.field] = cell
    lines = [
        Line(next(iter(row.values())), [row.get(field) for field in fields], place in persons)
        for place, row in rows.items()
    ]
    return Exhibit(cells[0].side, cells[0].table_title, [titles[field] for field in fields], lines)


def hit_as_json(hit: Hit) -> dict[str, Any]:
    """A hit as scripts read it (design.md 6). `subject` is a credit code, or `person:` and a token."""
    return _as_json(hit, evidence_of(hit))


def hits_as_json(hits: Sequence[Hit], *, with_evidence: bool = True) -> list[dict[str, Any]]:
    """Many hits at once, with or without the cells behind them."""
    cells = evidence_of_all(hits) if with_evidence else {}
    return [_as_json(hit, cells.get(hit.pk, [])) for hit in hits]


def _as_json(hit: Hit, cells: Iterable[Cell]) -> dict[str, Any]:
    return {
        "id": str(hit.pk),
        "rule": hit.rule,
        "subject": hit.taxpayer.code if hit.taxpayer else hit.subject.removeprefix("code:"),
        "subject_name": hit.subject_name,
        "taxpayer": str(hit.taxpayer_id) if hit.taxpayer_id else None,
        "object": hit.object,
        "object_name": hit.object_name,
        "period": hit.period,
        "result": "hit",
        "state": hit.state,
        "grade": hit.grade,
        "left": _number(hit.left_value),
        "right": _number(hit.right_value),
        "formula": hit.formula,
        "difference_yuan": _number(hit.difference_yuan),
        "tax_yuan": _number(hit.tax_yuan),
        "evidence": [_cell_as_json(cell) for cell in cells],
    }


def _cell_as_json(cell: Cell) -> dict[str, Any]:
    return {
        "batch": cell.batch.number,
        "file": cell.file,
        "sheet": cell.sheet,
        "cell": cell.cell,
        "field": cell.field,
        "value": cell.value,
    }


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
