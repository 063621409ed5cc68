"""A home of its own for each test, and one call that hands rows in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.files import PRESALE_HEAD, csv_file

from gongzhi.catalogue.actions import ask_for
from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.place import Place
from gongzhi.web.home import Home

PLACE = ("9.5", "2026Q3", "建设交通局")


@pytest.fixture
def home(tmp_path, settings):
    """An empty home: lake, originals, staging and incoming of this test alone."""
    made = Home(tmp_path / "home")
    settings.HOME = made
    settings.LAKE, settings.ORIGINALS = made.folder("lake"), made.folder("originals")
    return made.path


@pytest.fixture
def hand(home, db, tmp_path):
    """hand(rows or path, resource=…, period=…, unit=…, head=…, dry_run=…, adds=… …) → HandedIn."""

    def handed(rows, resource=PLACE[0], period=PLACE[1], unit=PLACE[2], *, head=PRESALE_HEAD, **more):
        path = rows if isinstance(rows, Path) else csv_file(tmp_path / "报送.csv", head, rows)
        own = {name: more.pop(name) for name in ("dry_run", "by", "received_at") if name in more}
        place = Place(resource, period, unit, **more)
        return hand_in(file=path, name=path.name, place=place, channel="cli", **({"by": None} | own))

    return handed


@pytest.fixture
def request_made(cast):
    """The office's request R20260915-001 for 3.2."""
    day = dt.date(2026, 9, 15)
    return ask_for(unit="education_sports", resource="3.2", reason="核实", by=cast["office"], on=day)
