"""Where things lie: invented polygons for the district's cells, and addresses in them.

The outline is made up: streets are a grid of squares, communities a grid inside each. Nothing is measured,
so that maps and routes can be tried without anybody's survey.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from gongzhi.engine.definitions import Cell, Definitions

from .seat import Seat
from .words import words

WEST, SOUTH, SIDE = 120.50, 29.90, 0.04  # degrees; one street is a square of about four kilometres


@dataclass(frozen=True)
class Place:
    """An address with its cell; `point` is longitude, latitude."""

    address: str
    street: str
    community: str
    cell: str
    point: tuple[float, float]


@dataclass(frozen=True)
class Places:
    """The cells of a district with their squares."""

    definitions: Definitions

    @cached_property
    def seat(self) -> Seat:
        return Seat(self.definitions.district)

    @cached_property
    def squares(self) -> Mapping[str, tuple[float, float, float]]:
        """Cell code → west, south, side, in degrees."""
        found: dict[str, tuple[float, float, float]] = {}
        streets = self._children(self.definitions.district.code)
        for cell, square in _grid(streets, (WEST, SOUTH, SIDE * _across(len(streets)))):
            found[cell.code] = square
            found |= {child.code: inner for child, inner in _grid(self._children(cell.code), square)}
        return found

    @cached_property
    def communities(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.definitions.cells.values() if cell.level == 3)

    def _children(self, code: str) -> list[Cell]:
        return [cell for cell in self.definitions.cells.values() if cell.parent == code]

    def somewhere(self, random: Random) -> Place:
        """An address with an invented road and house number in one of the communities."""
        district = self.definitions.district
        communities = self.communities or tuple(self.definitions.cells.values())
        cell = random.choice(communities)
        street = self.definitions.cells.get(cell.parent or "", cell)
        name = cell.name.removesuffix("居委会").removesuffix("村委会").removesuffix("社区")
        road, number = random.choice(words().roads), random.randint(1, 899)
        address = f"{district.city}{district.name}{street.name}{name}{road}{number}号"
        if random.random() < 0.3:
            address += f"{random.randint(1, 12)}幢{random.randint(101, 1899)}室"
        west, south, side = self.squares.get(cell.code, (WEST, SOUTH, SIDE))
        point = (round(west + random.random() * side, 6), round(south + random.random() * side, 6))
        return Place(address, street.name, cell.name, cell.code, point)

    def geojson(self) -> dict[str, Any]:
        """All cells as polygons (WGS 84), each with a point inside."""
        features = [
            {
                "type": "Feature",
                "properties": {"code": code, "name": self.definitions.cells[code].name,
                               "level": self.definitions.cells[code].level, "invented": True,
                               "point": [round(west + side / 2, 6), round(south + side / 2, 6)]},
                "geometry": {"type": "Polygon", "coordinates": [_ring(west, south, side)]},
            }
            for code, (west, south, side) in self.squares.items()
        ]  # fmt: skip
        return {"type": "FeatureCollection", "name": "演示网格（边界为虚构）", "features": features}


def _across(count: int) -> int:
    return max(1, math.ceil(math.sqrt(count)))


def _grid(
    cells: list[Cell], square: tuple[float, float, float]
) -> list[tuple[Cell, tuple[float, float, float]]]:
    west, south, side = square
    across = _across(len(cells))
    step = side / across
    return [
        (cell, (west + index % across * step, south + index // across * step, step))
        for index, cell in enumerate(cells)
    ]


def _ring(west: float, south: float, side: float) -> list[list[float]]:
    corners = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    return [[round(west + x * side, 6), round(south + y * side, 6)] for x, y in corners]
