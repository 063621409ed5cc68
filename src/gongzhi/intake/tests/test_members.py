"""A unit that the office designated to an open class hands in what it owes while it is a member, no more."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Member
from gongzhi.intake.actions.place import Place, draft_of
from gongzhi.intake.actions.refused import Refused

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def member(monkeypatch):
    """区商务局, designated for the second half of 2026."""
    definitions = in_force()
    one = definitions.units["auction_units"]
    span = {"since": dt.date(2026, 7, 1), "until": dt.date(2026, 12, 31)}
    members = (Member(unit="commerce", document="越税领办〔2026〕1号", **span),)
    units = {**definitions.units, one.key: one.model_copy(update={"members": members})}
    monkeypatch.setattr("gongzhi.intake.actions.place.in_force", lambda: replace(definitions, units=units))


def handed(period, unit="commerce"):
    return draft_of(
        Place("K.23", period, unit), name="拍卖.csv", by=None, channel="cli", received_at=NOW
    )  # fmt: skip


def test_what_it_owes_it_may_hand_in_late_too(member):
    assert handed("2026H2").unit == "commerce"


@pytest.mark.parametrize("period", ["2026H1", "2027H1"])
def test_before_and_after_it_is_told_its_days_and_the_act(member, period):
    with pytest.raises(Refused, match="2026-07-01 起，2026-12-31 止（越税领办〔2026〕1号）") as refused:
        handed(period)
    assert refused.value.code == "not_provider"


def test_who_was_never_designated_is_refused_as_before(member):
    with pytest.raises(Refused, match="由区商务局提供，不由区财政局报送"):
        handed("2026H2", "finance")
