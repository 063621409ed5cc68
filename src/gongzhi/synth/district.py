"""A year of files for a whole district, with truth, manifest and map."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gongzhi.engine.calendar import Period
from gongzhi.engine.definitions import Definitions, PresentElsewhere, Resource

from .delivery import Delivery, deliver
from .themes import THEMES
from .world import World

DEFAULT_UNTIL = "2026-09"
Progress = Callable[[int, int], None]


def build(definitions: Definitions, *, seed: int, taxpayers: int, until: str = DEFAULT_UNTIL) -> World:
    """The district with all its facts and planted cases, before any file."""
    world = World(definitions, seed=seed, taxpayers=taxpayers, until=until)
    for theme in THEMES:
        if theme.tables <= set(definitions.tables):
            world.told |= theme.tables
            theme.tell(world)
    return world


def slots(world: World) -> list[tuple[Resource, str, Period]]:
    """Every file that is owed in the year. Of a bureau table that no theme tells only the last period."""
    found = []
    for resource in world.definitions.resources.values():
        if resource.duplicate_of:
            continue
        periods = world.year.periods(resource)
        told = any(sheet.code in world.told for sheet in resource.sheets)
        for unit in world.definitions.providers(resource):
            own = unit.key == world.definitions.district.bureau and not told
            found += [(resource, unit.key, period) for period in (periods[-1:] if own else periods)]
    return found


def files(world: World, progress: Progress | None = None) -> Iterator[Delivery]:
    """All files in the order in which they came in."""
    every = sorted(slots(world), key=lambda slot: _depth(world.definitions, slot[0]))
    made = []
    for number, (resource, unit, period) in enumerate(every, start=1):
        delivery = deliver(world, resource, unit, period)
        if delivery is not None:
            made.append(delivery)
        if progress:
            progress(number, len(every))
    yield from sorted(made, key=lambda one: (one.entry["received_at"], one.entry["file"]))


def _depth(definitions: Definitions, resource: Resource, before: tuple[str, ...] = ()) -> int:
    """How many tables must be filled before this one, each of which has what must stand in the next."""
    there = (
        definitions.tables[check.compares.elsewhere][0]
        for sheet in resource.sheets
        for check in definitions.checks_of(sheet.code)
        if isinstance(check.compares, PresentElsewhere)
    )
    seen = (*before, resource.number)
    return max((1 + _depth(definitions, one, seen) for one in there if one.number not in seen), default=0)


def write_district(world: World, out: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Put everything into `out`: files/, manifest.json, truth.json, cells.geojson. Returns the counts."""
    folder = out / "files"
    folder.mkdir(parents=True, exist_ok=True)
    manifest, truths = [], []
    for delivery in files(world, progress):
        (folder / delivery.entry["file"]).write_bytes(delivery.content)
        manifest.append(delivery.entry)
        truths.append(delivery.truth)
    counts = _counts(world, truths)
    truth = {
        "stamp": "演示", "seed": world.seed, "until": world.year.until, "as_of": world.as_of.isoformat(),
        "definitions": world.definitions.digest, "counts": counts, "files": truths,
        "cases": [case.as_json() for case in world.cases],
    }  # fmt: skip
    _put(out / "truth.json", truth)
    _put(out / "cells.geojson", world.places.geojson())
    _put(out / "taxpayers.json", [_taxpayer(one) for one in world.taxpayers])
    # Last: whoever finds a manifest finds the rest whole.
    head = {"stamp": "演示", "seed": world.seed, "asked": world.asked, "until": world.year.until}
    _put(out / "manifest.json", head | {"as_of": world.as_of.isoformat(), "files": manifest})
    return counts


def _taxpayer(one: Any) -> dict[str, Any]:
    longitude, latitude = one.place.point
    return {
        "code": one.code, "name": one.name, "kind": one.kind, "cell": one.place.cell,
        "address": one.place.address, "longitude": longitude, "latitude": latitude,
    }  # fmt: skip


def _counts(world: World, truths: list[dict[str, Any]]) -> dict[str, Any]:
    planted = Counter(mark["code"] for truth in truths for mark in truth["planted"])
    links = Counter(link["noise"] for truth in truths for link in truth["links"])
    cases = Counter(f"{case.rule} {case.kind}" for case in world.cases)
    return {
        "taxpayers": len(world.taxpayers),
        "files": len(truths),
        "rows": sum(truth["rows"] for truth in truths),
        "set_aside": sum(truth["set_aside"] for truth in truths),
        "planted": dict(sorted(planted.items())),
        "noise": dict(sorted(links.items())),
        "cases": dict(sorted(cases.items())),
    }


def _put(path: Path, value: Any) -> None:
    """Whole or not at all."""
    aside = path.with_suffix(".aside")
    aside.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    aside.replace(path)
