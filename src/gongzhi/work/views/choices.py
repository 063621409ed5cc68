"""The units and grid cells of the district as choices of a form."""

from __future__ import annotations

from collections.abc import Callable

from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight
from gongzhi.work.actions.giving import PlaceOfWork

Choices = list[tuple[str, str]]
Grouped = list[tuple[str, Choices]]


def units(within: Callable[[str], bool] = lambda _: True, prefix: str = "") -> Choices:
    """The units, by name."""
    return [(f"{prefix}{key}", unit.name) for key, unit in in_force().units.items() if within(key)]


def cells(within: Callable[[str], bool] = lambda _: True, prefix: str = "") -> Grouped:
    """The grid cells: district and streets first, then the communities of each street."""
    known = {code: cell for code, cell in in_force().cells.items() if within(code)}
    upper = [(f"{prefix}{code}", f"{cell.name}网格") for code, cell in known.items() if cell.level < 3]
    below: dict[str, Choices] = {}
    for code, cell in known.items():
        if cell.level == 3:
            below.setdefault(code[:9], []).append((f"{prefix}{code}", cell.name))
    streets = in_force().cells
    lower = [(f"{streets[street].name}的社区（村）", found) for street, found in below.items()]
    return [*([("区和街道（镇）网格", upper)] if upper else []), *lower]


def places(sight: Sight) -> Grouped:
    """Where the reader may give work: units, then grid cells."""
    over = sight.cells("give_work")
    inside = over.__contains__ if not isinstance(over, frozenset) else _below(over)
    found = units(sight.units("give_work").__contains__, "unit:")
    return [*([("单位", found)] if found else []), *cells(inside, "cell:")]


def _below(over: frozenset[str]) -> Callable[[str], bool]:
    return lambda code: any(code.startswith(one) for one in over)


def near(sight: Sight) -> Grouped:
    """To whom work may be handed on: within the giver's reach, else the units and streets of the district."""
    return places(sight) or [("单位", units(prefix="unit:")), *cells(_upper, "cell:")]


def _upper(code: str) -> bool:
    return in_force().cells[code].level < 3


def place_of(text: str) -> PlaceOfWork:
    """A choice of `places` read back; one that was written by hand names nothing that the action accepts."""
    kind, _, key = text.partition(":")
    return PlaceOfWork(cell=key) if kind == "cell" else PlaceOfWork(unit=key)
