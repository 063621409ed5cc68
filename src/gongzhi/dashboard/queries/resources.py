"""The picture of a resource: how timely it is, how full its columns, how much of the register it covers."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from django.db.models import Count, Sum

from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.queries import Rates
from gongzhi.editions.queries import in_force
from gongzhi.editions.queries.pieces import in_order
from gongzhi.engine.calendar import PeriodError, parse_period
from gongzhi.engine.definitions import Field as Column
from gongzhi.engine.definitions import Resource, Sensitivity, Sheet, Unit
from gongzhi.gate import Sight
from gongzhi.intake import queries as intake
from gongzhi.intake.queries import Fill
from gongzhi.intake.queries.pages import period_label
from gongzhi.registry import queries as registry
from gongzhi.registry.queries import Joined

from .faults import resource_title
from .figures import Figure, Ratio, percent, rate
from .fullness import opened
from .spans import Span
from .stretch import Stretch
from .units import MEANS, RATES, sees_files

PERIODS_SHOWN = 6

FILLED = (
    "现在有效的批次里，这一列有内容的格子 ÷ 应填的格子。应填：这些批次的全部行；"
    "只在另一列有内容（或等于某值）时才要填的，只算那些行；模板后来才增加的列，只算增加以后的批次。税务部门自有的列，提供单位填不填都不算。"
)
UNCOVERED = "定义没有写登记簿里哪些纳税人应当出现在这项资源里，不能算覆盖多少。"
CONFIRM = "这是按行业、类别划的，须由本地确认。"
LINKED = "这些批次里关联到登记簿的当事人 ÷ 提到的单位当事人。自然人不关联，不在内。"


def resources_in_sight(sight: Sight) -> list[Resource]:
    """The resources that the units in a reader's sight provide, in the notice's order."""
    units = sight.units("see_calendar")
    definitions = in_force()
    found = (
        one
        for one in definitions.resources.values()
        if not one.duplicate_of and any(unit.key in units for unit in definitions.providers(one))
    )
    return sorted(found, key=lambda one: in_order(one.number))


def providers_in_sight(resource: Resource, sight: Sight) -> tuple[list[Unit], bool]:
    """The units that provide it and that the reader sees, and whether these are all of them."""
    every = in_force().providers(resource)
    seen = [unit for unit in every if unit.key in sight.units("see_calendar")]
    return seen, len(seen) == len(every)


def resource_figures(now: Stretch, before: Stretch | None, span: Span, resource: Resource) -> list[Figure]:
    """The figures of a resource, each with its definition and the address of its rows."""
    calendar = f"/calendar?resource={resource.number}&{span.query}&scored=1&state="
    here = f"/resources/{resource.number}"
    batches = f"{here}/batches?span={span.key}" if sees_files(now.sight) else ""
    tries = f"{here}/tries?span={span.key}" if sees_files(now.sight) else ""
    addresses = {
        "timely": f"{calendar}counted",
        "reported": f"{calendar}reported",
        "passed": tries,
        "rows": tries,
    }
    earlier = before.ratios if before else {}
    rows = now.batches.aggregate(rows=Sum("rows"), batches=Count("pk"))
    joined = registry.joined(now.batches).get("", Joined())
    linked = Ratio(joined.linked, joined.mentions - joined.persons)
    return [
        *(
            rate(word, now.ratios[key], MEANS[key], before=earlier.get(key), href=addresses[key])
            for key, word in RATES
        ),
        Figure(
            "入库行数",
            f"{rows['rows'] or 0:,}",
            "现在有效的批次里的行。",
            f"{rows['batches']:,} 批",
            href=batches,
        ),
        rate("关联率", linked, LINKED),
        *coverage_figures(now, resource),
    ]


def coverage_figures(now: Stretch, resource: Resource) -> list[Figure]:
    """覆盖率 of each table for which the definitions say who should appear in it; else that they do not."""
    found = [(sheet, registry.covered(sheet.code, now.batches)) for sheet in resource.sheets]
    told = [_coverage(one, sheet, resource) for sheet, one in found if one is not None]
    return told or [Figure("覆盖率", "—", UNCOVERED, "未定义覆盖率口径")]


def _coverage(one: registry.Covered, sheet: Sheet, resource: Resource) -> Figure:
    label = "覆盖率" if len(resource.sheets) == 1 else f"覆盖率（{sheet.title}）"
    means = f"在这些批次里出现过的 ÷ 应当出现的。应当出现：{one.counted}。"
    return rate(label, Ratio(one.appear, one.should), means + (CONFIRM if one.confirm else ""))


@dataclass(frozen=True)
class ColumnFill:
    """One column: what is asked, how full it is in all and by period."""

    title: str
    asked: str
    whole: str
    count: str
    by_period: tuple[tuple[str, str], ...]  # label of the period, rate


@dataclass(frozen=True)
class SheetFill:
    """The columns of one table that the reader may see; `hidden` others stand outside her sight."""

    title: str
    rows: int
    labels: tuple[str, ...]
    columns: tuple[ColumnFill, ...]
    hidden: int


def sheet_fills(now: Stretch, resource: Resource) -> list[SheetFill]:
    """How full each column is, for each table of the resource."""
    open_to = opened(now.sight)
    return [_sheet(now, sheet, open_to) for sheet in resource.sheets]


def _sheet(now: Stretch, sheet: Sheet, open_to: set[Sensitivity]) -> SheetFill:
    found = intake.fills(now.batches, sheet)
    whole = intake.summed(found.values())
    latest = sorted(found, key=_end)[-PERIODS_SHOWN:]
    shown = [one for one in sheet.fields if one.sight in open_to]
    parts = [(period_label(period), found[period]) for period in latest]
    columns = tuple(_column(one, whole, parts) for one in shown)
    labels = tuple(label for label, _ in parts)
    return SheetFill(sheet.title, whole.rows, labels, columns, len(sheet.fields) - len(shown))


def _end(code: str) -> tuple[str, str]:
    try:
        return parse_period(code).end.isoformat(), code
    except PeriodError:
        return "", code


def _column(one: Column, whole: Fill, parts: list[tuple[str, Fill]]) -> ColumnFill:
    asked = "必填" if one.required else "拟增，选填" if one.proposed else "选填"
    if not one.counted:
        return ColumnFill(
            one.title, "税务部门自有，不计", "—", "—", tuple((label, "—") for label, _ in parts)
        )
    count = f"{whole.filled[one.column]:,} / {whole.applies[one.column]:,}"
    periods = tuple((label, percent(part.rate(one.column))) for label, part in parts)
    return ColumnFill(one.title, asked, percent(whole.rate(one.column)), count, periods)


@dataclass(frozen=True)
class PeriodLine:
    """What came for one period: batches and rows in force."""

    period: str
    batches: int
    rows: int
    href: str


def period_lines(now: Stretch, resource: Resource) -> list[PeriodLine]:
    """Batches and rows in force by period, the latest first."""
    counted = now.batches.order_by().values_list("slot__period").annotate(Count("pk"), Sum("rows"))
    address = f"/batches?resource={resource.number}&period=" if sees_files(now.sight) else ""
    lines = [PeriodLine(code, count, rows, address and address + code) for code, count, rows in counted]
    return sorted(lines, key=lambda line: _end(line.period), reverse=True)


@dataclass(frozen=True)
class UnitLine:
    """How one unit shares the resource."""

    unit: Unit
    rates: Rates
    rows: int
    href: str


def provider_lines(now: Stretch, span: Span, resource: Resource, units: list[Unit]) -> list[UnitLine]:
    """The units that owe it, with what they reported and how timely."""
    found = catalogue.matrix(now.obligations, now.today, "unit").rows
    rows = dict(now.batches.order_by().values_list("slot__unit").annotate(Sum("rows")))
    calendar = f"/calendar?resource={resource.number}&{span.query}&scored=1&state=counted&unit="
    return [
        UnitLine(unit, found.get(unit.key, Rates()), rows.get(unit.key, 0), calendar + unit.key)
        for unit in units
    ]


_LINE: dict[str, type[pl.DataType]] = {
    "place": pl.Int64, "key": pl.String, "name": pl.String, "units": pl.Int64, "owed": pl.Int64,
    "timely": pl.Float64, "reported": pl.Float64, "missing": pl.Int64, "passed": pl.Float64,
    "rows": pl.Int64, "linked": pl.Float64,
}  # fmt: skip


def resource_lines(now: Stretch) -> pl.LazyFrame:
    """Every resource in sight: one row with its figures, for a list."""
    found = catalogue.matrix(now.obligations, now.today, "resource").rows
    rows = dict(now.batches.order_by().values_list("slot__resource").annotate(Sum("rows")))
    joined = registry.joined(now.batches, "slot__resource")
    tries: dict[str, list[intake.FirstTry]] = {}
    for one in now.tries:
        tries.setdefault(one.resource, []).append(one)
    lines = []
    for place, resource in enumerate(resources_in_sight(now.sight)):
        number = resource.number
        rates, join = found.get(number, Rates()), joined.get(number, Joined())
        first = intake.first_pass(tries.get(number, ()))
        shares = (rates.timely_rate, rates.reporting_rate, first.rate, join.rate)
        timely, reported, passed, linked = (None if share is None else round(share, 1) for share in shares)
        units = len(providers_in_sight(resource, now.sight)[0])
        lines.append({
            "place": place, "key": number, "name": resource_title(number), "units": units, "owed": rates.owed,
            "timely": timely, "reported": reported, "missing": rates.missing, "passed": passed,
            "rows": rows.get(number, 0), "linked": linked,
        })  # fmt: skip
    return pl.LazyFrame(lines, schema=_LINE)
