"""How completely a unit fills in what the notice asks of it, and the columns that this is made of."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from gongzhi.editions.queries import in_force
from gongzhi.editions.queries.pieces import in_order
from gongzhi.engine.definitions import Field as Column
from gongzhi.engine.definitions import Sensitivity, Sheet
from gongzhi.gate import Sight
from gongzhi.intake import queries as intake
from gongzhi.intake.queries import Fill

from .faults import resource_title
from .figures import Ratio
from .stretch import Stretch

Table = tuple[str, Sheet, Fill]  # number of the resource, one of its tables, what of it is filled


def asked_of_unit(column: Column) -> bool:
    """Whether an empty cell of the column counts: the notice names it, and the unit has to know it."""
    return column.counted and not column.proposed


def opened(sight: Sight) -> set[Sensitivity]:
    """The sensitivities that the reader's duties open, besides what is open to all."""
    duties = in_force().duties
    held = (duties[key].opens for key in sight.duties if key in duties)
    return {Sensitivity.OPEN}.union(*held)


def completeness(now: Stretch) -> Ratio:
    """填报完整率: filled cells among those that apply, over all tables of the stretch."""
    parts = [
        _ratio(fill, [one for one in sheet.fields if asked_of_unit(one)]) for _, sheet, fill in _tables(now)
    ]
    return Ratio(sum(one.part for one in parts), sum(one.whole for one in parts))


def completeness_by_unit(now: Stretch) -> dict[str, Ratio]:
    """The same for each unit of the stretch, all in one reading of the ledger."""
    sheets = _sheets()
    asked = {code: [one for one in sheet.fields if asked_of_unit(one)] for code, sheet in sheets.items()}
    found: dict[str, Ratio] = {}
    for (unit, code), fill in intake.fills_by_unit(now.batches, sheets).items():
        before, more = found.get(unit, Ratio(0, 0)), _ratio(fill, asked[code])
        found[unit] = Ratio(before.part + more.part, before.whole + more.whole)
    return found


def _sheets() -> dict[str, Sheet]:
    return {code: sheet for code, (_, sheet) in in_force().tables.items()}


def _tables(now: Stretch) -> list[Table]:
    known, found = in_force().tables, intake.fills_by_table(now.batches, _sheets())
    tables = ((known[code][0].number, known[code][1], fill) for code, fill in found.items())
    return sorted(tables, key=lambda one: in_order(one[0]))


def _ratio(fill: Fill, columns: Sequence[Column]) -> Ratio:
    return Ratio(
        sum(fill.filled[one.column] for one in columns), sum(fill.applies[one.column] for one in columns)
    )


_LINE: dict[str, type[pl.DataType]] = {
    "place": pl.Int64, "resource": pl.String, "sheet": pl.String, "column": pl.String, "asked": pl.String,
    "filled": pl.Int64, "applies": pl.Int64, "empty": pl.Int64, "rate": pl.Float64,
}  # fmt: skip


def fill_lines(now: Stretch) -> pl.LazyFrame:
    """Every column that counts, for a list; what the reader's duties do not open stands together, unnamed."""
    open_to = opened(now.sight)
    lines = [line for table in _tables(now) for line in _lines(table, open_to)]
    return pl.LazyFrame([{"place": n} | line for n, line in enumerate(lines)], schema=_LINE)


def _lines(table: Table, open_to: set[Sensitivity]) -> list[dict[str, object]]:
    counted = [one for one in table[1].fields if asked_of_unit(one)]
    closed = [one for one in counted if one.sight not in open_to]
    lines = [
        _line(table, one.title, "必填" if one.required else "选填", [one])
        for one in counted
        if one not in closed
    ]
    return [*lines, _line(table, f"不在您可看密级内的 {len(closed)} 列", "", closed)] if closed else lines


def _line(table: Table, title: str, asked: str, columns: Sequence[Column]) -> dict[str, object]:
    number, sheet, fill = table
    ratio = _ratio(fill, columns)
    share = None if ratio.value is None else round(ratio.value, 1)
    return {
        "resource": resource_title(number), "sheet": sheet.title, "column": title, "asked": asked,
        "filled": ratio.part, "applies": ratio.whole, "empty": ratio.whole - ratio.part,
        "rate": share,
    }  # fmt: skip
