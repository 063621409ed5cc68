"""Decisions over sights: default deny, twins that cannot disagree, scopes that end where they should."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.gate import NOBODY, Sight, allowed, explain, needs, sight_of, signed_in
from gongzhi.gate.sight import EVERYWHERE, Held

LIAISON = Held("liaison", frozenset({"submit", "see_calendar"}), unit="water")
OFFICE = Held("office", frozenset({"see_calendar", "scan"}), everywhere=True)
WORKER = Held("worker", frozenset({"see_tasks"}), cell="330602001")


def seen(*held: Held) -> Sight:
    return Sight("p", "甲", "water", held)


def test_nobody_may_do_anything():
    assert not allowed(NOBODY, "submit")
    assert NOBODY.units("submit") == frozenset()
    assert NOBODY.cells("submit") == frozenset()
    assert explain(NOBODY, "submit").reason == "尚未登录"


def test_a_duty_that_no_role_holds_is_refused():
    decision = explain(seen(LIAISON), "scan")
    assert not decision
    assert decision.reason == "现有岗位不含这项职责"


def test_a_unit_duty_counts_for_that_unit_alone():
    sight = seen(LIAISON)
    assert allowed(sight, "submit", unit="water")
    assert not allowed(sight, "submit", unit="justice")
    assert explain(sight, "submit", unit="justice").reason == "不在本单位范围内"


def test_an_everywhere_grant_widens_only_its_own_duties():
    sight = seen(LIAISON, OFFICE)
    assert sight.units("see_calendar") is EVERYWHERE
    assert sight.units("submit") == {"water"}
    assert not allowed(sight, "submit", unit="justice")


@pytest.mark.parametrize(
    ("cell", "inside"),
    [
        ("330602001", True),
        ("330602001004", True),
        ("330602", False),
        ("330602002", False),
        ("33060200", False),
    ],
)
def test_a_street_covers_its_communities_and_nothing_above_or_beside(cell, inside):
    assert allowed(seen(WORKER), "see_tasks", cell=cell) is inside


def test_a_unit_grant_gives_no_cell_and_a_cell_grant_no_unit():
    assert not allowed(seen(LIAISON), "submit", cell="330602001")
    assert not allowed(seen(WORKER), "see_tasks", unit="water")


_held = st.builds(
    Held,
    role=st.just("r"),
    duties=st.frozensets(st.sampled_from(["a", "b"])),
    unit=st.sampled_from([None, "u", "v"]),
    cell=st.sampled_from([None, "330602", "330602001"]),
    everywhere=st.booleans(),
)


@given(
    st.lists(_held, max_size=4),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([None, "u", "v", "w"]),
    st.sampled_from([None, "330602001", "330602002"]),
)
def test_allowed_and_explain_never_disagree_and_less_never_gives_more(held, duty, unit, cell):
    sight = seen(*held)
    decision = explain(sight, duty, unit=unit, cell=cell)
    assert allowed(sight, duty, unit=unit, cell=cell) is decision.allowed
    assert decision.reason
    for dropped in range(len(held)):
        fewer = replace(sight, held=tuple(held[:dropped] + held[dropped + 1 :]))
        if explain(fewer, duty, unit=unit, cell=cell):
            assert decision


def test_a_policy_needs_a_duty():
    with pytest.raises(ValueError, match="at least one duty"):
        needs()
    assert not signed_in().fresh


def test_who_is_not_signed_in_has_no_sight():
    assert sight_of(None) is NOBODY
