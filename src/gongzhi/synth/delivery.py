"""One file of one unit for one period: its sheets spoilt and written, and the truth about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import Any

from gongzhi.engine.calendar import Period
from gongzhi.engine.definitions import Resource, Sheet, UnitKind
from gongzhi.engine.tables.model import column_letter

from .chance import chance, weighted
from .faults import plant_duplicate, plant_faults, plant_habits, set_aside
from .generic import Wants, fill
from .grid import Grid, Mark, grid_of
from .habits import plant_columns
from .noise import add_noise
from .parties import Taxpayer
from .world import Line, World
from .writing import FORMATS, Layout, Written, some_layout, write

LATE, MISSING, UNTIDY = 0.08, 0.03, 0.55


@dataclass(frozen=True)
class Delivery:
    """A file ready to be put down, its line in the manifest, and what is true of it."""

    content: bytes
    entry: dict[str, Any]
    truth: dict[str, Any]


def deliver(world: World, resource: Resource, unit: str, period: Period) -> Delivery | None:
    """The file, or None when the unit has nothing to say or forgets to (never where a case is planted)."""
    random = chance(world.seed, "file", resource.number, unit, period.code)
    told = [(sheet, _lines(world, resource, sheet, (unit, period), random)) for sheet in resource.sheets]
    told = [(sheet, lines) for sheet, lines in told if lines]
    firm = any(line.firm for _, lines in told for line in lines)
    own = _is_bureau(world, unit)
    if not told or (not firm and not own and random.random() < MISSING):
        return None
    others = [(sheet, lines) for sheet, lines in told if sheet.code not in world.told]
    world.filled |= {(sheet.code, unit, period.code): lines for sheet, lines in others}
    untidy = not own and random.random() < UNTIDY
    grids = [
        _untidy(resource, sheet, lines, random) if untidy else grid_of(sheet, lines) for sheet, lines in told
    ]
    many = len(resource.sheets) > 1
    form = "xlsx" if many else weighted(random, FORMATS)
    layout = some_layout(random, _lead(world, unit, period)) if untidy else Layout()
    written = write(grids, form, layout, resource.title)
    name = f"{resource.number}_{period.code}_{unit}.{written.suffix}"
    received = _received(world, resource, period, random)
    entry = {
        "file": name, "resource": resource.number, "unit": unit, "period": period.code,
        "received_at": received.isoformat(), "late": received.date() > world.year.due(resource, period),
    }  # fmt: skip
    return Delivery(written.content, entry, _truth(world, name, grids, written))


def _is_bureau(world: World, unit: str) -> bool:
    return UnitKind.BUREAU in world.definitions.units[unit].kinds


def _lines(
    world: World, resource: Resource, sheet: Sheet, slot: tuple[str, Period], random: Random
) -> list[Line]:
    """What the themes have put there; tables that none tells are filled from their definition as well."""
    unit, period = slot
    put = world.lines.get((sheet.code, unit, period.code), [])
    if sheet.code in world.told:
        return put
    share = max(4, min(60, len(world.taxpayers) // 150))
    lines = fill(Wants(world, resource, sheet, period), random.randint(share // 2, share), random)
    if not _is_bureau(world, unit):
        add_noise(world, sheet, lines, random)
    return [*lines, *put]


def _untidy(resource: Resource, sheet: Sheet, lines: list[Line], random: Random) -> Grid:
    """The sheet as an untidy office writes it: first what whole columns suffer, then single cells."""
    grid = grid_of(sheet, lines)
    plant_columns(grid, random, least=resource.least)
    plant_habits(grid, random)
    plant_faults(grid, random)
    if random.random() < 0.15:
        plant_duplicate(grid, random)
    return grid


def _lead(world: World, unit: str, period: Period) -> str:
    return f"填报单位：{world.definitions.units[unit].name}    所属期：{period.label}"


def _received(world: World, resource: Resource, period: Period, random: Random) -> dt.datetime:
    due = world.year.due(resource, period)
    if random.random() < LATE and not _is_bureau(world, resource.providers[0]):
        day = due + dt.timedelta(days=random.randint(1, 9))
    else:
        day = period.end + dt.timedelta(days=random.randint(2, max(2, (due - period.end).days - 1)))
    last = world.as_of - dt.timedelta(days=1)
    return world.year.instant(min(day, last), random.randint(0, 559))


def _truth(world: World, name: str, grids: list[Grid], written: Written) -> dict[str, Any]:
    rows = sum(len(grid.rows) for grid in grids)
    aside = sum(set_aside(grid, world.definitions.findings) for grid in grids)
    both = list(zip(grids, written.origins, strict=True))
    return {
        "file": name, "rows": rows, "accepted": rows - aside, "set_aside": aside,
        "planted": [one for grid, origin in both for one in _marks(grid, origin)],
        "links": [one for grid, origin in both for one in _links(grid, origin)],
    }  # fmt: skip


def _marks(grid: Grid, origin: tuple[str, int, int]) -> list[dict[str, Any]]:
    sheet, top, left = origin
    return [
        {
            "sheet": sheet,
            "row": _row_of(mark, top),
            "column": column_letter(mark.column + left) if mark.column is not None else None,
            "title": mark.title,
            "code": mark.code,
            "where": mark.where,
        }
        for mark in grid.marks
    ]


def _row_of(mark: Mark, top: int) -> int | None:
    """What is said of a whole column is said at its heading; what is said of the file has no row."""
    if mark.row is not None:
        return mark.row + top
    return top - 1 if mark.column is not None else None


def _links(grid: Grid, origin: tuple[str, int, int]) -> list[dict[str, Any]]:
    """Who a row with a noisy name or code is really about; None for somebody whom no register knows."""
    sheet, top, _ = origin
    found = []
    for row, line in enumerate(grid.lines):
        for role, kind in line.noise.items():
            who = line.about[role]
            known = isinstance(who, Taxpayer) and who.registered
            code = who.code if known and who else None
            found.append(
                {"sheet": sheet, "table": grid.sheet.code, "row": row + top, "role": role, "noise": kind,
                 "taxpayer": code}
            )  # fmt: skip
    return found
