"""What whole columns suffer: renamed, moved, dropped, added, in another unit."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from gongzhi.engine.definitions import FieldType
from gongzhi.engine.tables.heading import normalise_heading

from .grid import Column, Grid

_MEASURED = {FieldType.MONEY, FieldType.AREA, FieldType.PERCENT}
_EXTRA = ("填表科室", "经手人意见", "来文日期", "内部流水")


def plant_columns(grid: Grid, random: Random, *, least: bool) -> None:
    """Each of the habits with its own chance. `least`: columns beyond the template are not kept at all."""
    if random.random() < 0.5:
        _drop(grid, random)
    if random.random() < 0.4:
        _shuffle(grid, random)
    if random.random() < 0.25:
        _add(grid, random, "over_supply" if least else "unknown_column")
    if random.random() < 0.5:
        _rename(grid, random)
    if random.random() < 0.25:
        _in_ten_thousands(grid, random)


def _drop(grid: Grid, random: Random) -> None:
    """Optional columns that nothing else asks for are left out of the file."""
    firm = any(line.firm for line in grid.lines)
    named = {key for party in grid.sheet.parties for key in party.fields} | set(grid.sheet.key)
    for check in grid.sheet.checks:
        for value in check.model_dump(exclude={"kind", "severity", "values"}).values():
            named |= {value} if isinstance(value, str) else set(value)
    # a column that does not count, because the bureau has it, is not missed
    may = [one for one in grid.sheet.fields if not one.required and one.counted and one.key not in named]
    if firm or len(grid.columns) - len(may) < 3:
        return
    for one in random.sample(may, random.randint(0, min(2, len(may)))):
        place = grid.at(one.key)
        if place is not None:
            del grid.columns[place]
            for row in grid.rows:
                del row[place]
            grid.mark("missing_optional", None, None)


def _shuffle(grid: Grid, random: Random) -> None:
    order = list(range(len(grid.columns)))
    a, b = random.randrange(len(order)), random.randrange(len(order))
    order[a], order[b] = order[b], order[a]
    grid.columns = [grid.columns[i] for i in order]
    grid.rows = [[row[i] for i in order] for row in grid.rows]


def _add(grid: Grid, random: Random, code: str) -> None:
    grid.columns.append(Column(random.choice(_EXTRA), None))
    for number, row in enumerate(grid.rows):
        row.append(f"甲{number % 7}")
    grid.mark(code, None, len(grid.columns) - 1)


def _rename(grid: Grid, random: Random) -> None:
    """One column under a name seen in the wild."""
    may = [
        (place, alias)
        for place, column in enumerate(grid.columns)
        if (one := column.field) is not None and one.type not in _MEASURED
        for alias in one.aliases
        if normalise_heading(alias) != normalise_heading(one.title)
    ]
    if may:
        place, alias = random.choice(may)
        grid.columns[place].heading = alias
        grid.mark("heading", None, place, "repair")


def _in_ten_thousands(grid: Grid, random: Random) -> None:
    """An amount of 元 under a heading that says 万元."""
    may = [
        place
        for place, column in enumerate(grid.columns)
        if (one := column.field) is not None
        and one.type is FieldType.MONEY
        and one.unit in {None, "元"}
        and "元" not in one.title
    ]
    if not may or any(line.firm for line in grid.lines):
        return
    place = random.choice(may)
    field = grid.columns[place].field
    grid.columns[place].heading = f"{field.title if field else ''}（万元）"
    for row in grid.rows:
        cell = row[place]
        row[place] = cell / 10_000 if isinstance(cell, Decimal) else cell
    grid.mark("unit_heading", None, place, "repair")
