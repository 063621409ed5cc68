"""Facts planted for the pictures: obligations in every state, and files handed in through the real door."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.catalogue.models import Obligation, Ruling
from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.place import Place
from gongzhi.web.home import Home

UNIT = "construction_transport"


@pytest.fixture
def home(tmp_path, settings):
    """An empty home: lake, originals, staging and incoming of this test alone."""
    made = Home(tmp_path / "home")
    settings.HOME = made
    settings.LAKE, settings.ORIGINALS = made.folder("lake"), made.folder("originals")
    return made.path


@pytest.fixture
def owe(db):
    """owe(days since the period ended, due after it, came after the due day or None, …) → the obligation."""
    today, serial = timezone.localdate(), iter(range(1_000))

    def laid(ended, grace=15, came=None, *, unit=UNIT, resource="9.5", scored=True, **more):
        end = today - dt.timedelta(ended)
        due = end + dt.timedelta(grace)
        received = None if came is None else timezone.now() - dt.timedelta((today - due).days - came)
        return Obligation.objects.create(
            unit=unit, resource=resource, period=f"{2000 + next(serial)}", period_end=end, due=due,
            opens=end - dt.timedelta(90), definitions="0" * 64, received_at=received, scored=scored, **more,
        )  # fmt: skip

    return laid


@pytest.fixture
def exempt(db):
    """exempt(obligation) → 免报 from today on, for its one period."""

    def ruled(owed):
        day = timezone.localdate()
        return Ruling.objects.create(
            unit=owed.unit, resource=owed.resource, kind="exempt", period=owed.period, since=day,
            from_on=owed.period_end, until=owed.period_end, state="granted", granted_on=day,
            asked_at=timezone.now(),
        )  # fmt: skip

    return ruled


@pytest.fixture
def give(home, db, tmp_path):
    """give(period, rows, …) → what came of a file of presales, handed in through the product's own door."""
    serial = iter(range(1_000))

    def given(period, rows, *, unit=UNIT, **more):
        path = csv_file(tmp_path / f"预售{next(serial)}.csv", PRESALE_HEAD, rows)
        place = Place("9.5", period, unit, **more)
        return hand_in(file=path, name=path.name, place=place, by=None, channel="cli")

    return given


@pytest.fixture
def presales():
    """presales(count, start, quarter, bad=n) → rows of a quarter, the first n without a building area."""

    def made(count, start=0, day="2026-08-15", bad=0):
        rows = presale_rows(count, start=start, day=day)
        for row in rows[:bad]:
            row[1] = row[1][:-1]  # a credit code of 17 characters sets its row aside
        return rows

    return made
