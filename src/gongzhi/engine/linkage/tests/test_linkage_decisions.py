"""What a person decided stands above every code, name and score, and outlives the file."""

from __future__ import annotations

import polars as pl
import pytest

from gongzhi.engine.linkage import DIFFERENT, SAME, link, row_keys

NAME, OTHER = "绍兴鑫源印染有限公司", "绍兴金源印染有限公司"


def decided(name, code, entity, verdict):
    key = row_keys(pl.Series([name], dtype=pl.String), pl.Series([code], dtype=pl.String))[0]
    return pl.DataFrame({"key": [key], "entity": [entity], "verdict": [verdict]})


def answer(links):
    found = links.links.row(0, named=True)
    return found["status"], found["method"], found["entity"]


@pytest.fixture
def register(register_of, code):
    return register_of(
        {"entity": "a", "name": NAME, "code": code(1)},
        {"entity": "b", "name": "绍兴丙丁织造有限公司", "code": code(2)},
    )


def test_the_same(register, rows_of):
    decision = decided("紹興金源印染 有限公司", None, "a", SAME)
    assert answer(link(rows_of({"name": OTHER}), register, decision)) == ("linked", "decision", "a")


def test_a_decision_stands_above_name_and_code(register, rows_of, code):
    row = {"name": NAME, "code": code(1), "code_kind": "credit_code"}
    decision = decided(NAME, code(1), "b", SAME)
    assert answer(link(rows_of(row), register, decision)) == ("linked", "decision", "b")
    assert answer(link(rows_of({"name": NAME}), register, decision)) == ("linked", "name", "a")


def test_not_the_same(register, rows_of, code):
    row = {"name": NAME, "code": code(1), "code_kind": "credit_code"}
    refused = link(rows_of(row), register, decided(NAME, code(1), "a", DIFFERENT))
    assert answer(refused) == ("unlinked", "none", None)
    slip = link(rows_of({"name": OTHER}), register, decided(OTHER, None, "a", DIFFERENT))
    assert answer(slip) == ("unlinked", "none", None)
    assert slip.candidates.is_empty()


def test_a_decision_for_somebody_who_left_the_register_is_a_conflict(register, rows_of):
    assert answer(link(rows_of({"name": NAME}), register, decided(NAME, None, "gone", SAME))) == (
        "conflict",
        "decision",
        None,
    )


def test_the_later_decision_on_a_pair_stands(register, rows_of):
    both = pl.concat([decided(OTHER, None, "a", DIFFERENT), decided(OTHER, None, "a", SAME)])
    assert answer(link(rows_of({"name": OTHER}), register, both)) == ("linked", "decision", "a")
    assert answer(link(rows_of({"name": OTHER}), register, both.reverse()))[0] == "unlinked"


def test_an_unknown_verdict_is_refused(register, rows_of):
    with pytest.raises(ValueError, match="verdict"):
        link(rows_of({"name": NAME}), register, decided(NAME, None, "a", "maybe"))
