"""Which taxpayer a row is about: code, name, core, score, one rule of the cascade at a time."""

from __future__ import annotations

from datetime import date

import opencc
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.engine.linkage import Register, RegisterError, link

NAME = "绍兴鑫源印染有限公司"
TRADITIONAL = opencc.OpenCC("s2t")


def answer(links, row=0):
    found = links.links.row(row, named=True)
    return found["status"], found["method"], found["entity"]


def test_a_code_joins_whatever_the_name_says(register_of, rows_of, code):
    register = register_of({"entity": "a", "name": NAME, "code": code(1)})
    rows = rows_of({"code": code(1), "code_kind": "credit_code", "name": "绍兴金缘纺织有限公司"})
    assert answer(link(rows, register)) == ("linked", "code", "a")


def test_an_organisation_code_inside_an_old_number_joins(register_of, rows_of, code):
    register = register_of({"entity": "a", "name": NAME, "code": code(1)})
    inside = code(1)[8:17]
    for kind, value in (("old_tax_number", "330602" + inside), ("organisation_code", inside)):
        row = {"code": value, "code_kind": kind, "organisation_code": inside}
        assert answer(link(rows_of(row), register)) == ("linked", "organisation_code", "a")


def test_an_old_number_kept_in_the_register_joins(register_of, rows_of):
    register = register_of({"entity": "a", "name": NAME, "code": "990100123456789"})
    row = {"code": "990100123456789", "code_kind": "old_number"}
    assert answer(link(rows_of(row), register)) == ("linked", "old_code", "a")


def test_the_number_that_a_taxpayer_bore_before_its_code_joins(register_of, rows_of, code):
    """The old number of a household holds no organisation code: only the register knows whose it is."""
    register = register_of(
        {"entity": "a", "name": NAME, "code": code(1), "old_code": "990100123456789"},
        {"entity": "b", "name": "绍兴金缘纺织有限公司", "code": code(2)},
    )
    row = {"code": "990100123456789", "code_kind": "old_number", "name": "越城某某经营部"}
    assert answer(link(rows_of(row), register)) == ("linked", "old_code", "a")


def test_an_old_number_written_wrong_does_not_stand_against_a_present_code(register_of, rows_of, code):
    register = register_of(
        {"entity": "a", "name": NAME, "code": code(1), "old_code": code(2)},
        {"entity": "b", "name": "绍兴金缘纺织有限公司", "code": code(2)},
    )
    row = {"code": code(2), "code_kind": "credit_code"}
    assert answer(link(rows_of(row), register)) == ("linked", "code", "b")


def test_an_old_number_of_two_readings_waits_for_a_person(register_of, rows_of, code):
    inside = code(2)[8:17]
    number = "990100" + inside
    one = {"entity": "a", "name": NAME, "code": number}
    two = {"entity": "b", "name": "绍兴金缘纺织有限公司", "code": code(2)}
    rows = rows_of({"code": number, "code_kind": "old_number"})
    assert answer(link(rows, register_of(one))) == ("linked", "old_code", "a")
    assert answer(link(rows, register_of(two))) == ("linked", "organisation_code", "b")
    both = link(rows, register_of(one, two))
    assert answer(both)[0] == "doubtful"
    assert sorted(both.candidates["entity"]) == ["a", "b"]


def test_a_name_never_overrides_a_valid_different_code(register_of, rows_of, code):
    register = register_of({"entity": "a", "name": NAME, "code": code(1)})
    found = link(rows_of({"code": code(9), "code_kind": "credit_code", "name": NAME}), register)
    assert answer(found) == ("conflict", "name", None)
    assert found.candidates["entity"].to_list() == ["a"]


def test_an_old_number_says_nothing_against_a_credit_code(register_of, rows_of, code):
    held = register_of({"entity": "a", "name": NAME, "code": "990100123456789"})
    found = link(rows_of({"code": code(9), "code_kind": "credit_code", "name": NAME}), held)
    assert answer(found) == ("linked", "name", "a")
    held = register_of({"entity": "a", "name": NAME, "code": code(1)})
    row = {"code": "9901001234567", "code_kind": "registration_number", "name": NAME}
    assert answer(link(rows_of(row), held)) == ("linked", "name", "a")


def test_a_token_in_the_place_of_a_code_joins(register_of, rows_of):
    held = register_of({"entity": "a", "name": "张某", "code": "t0123456789abcdef"})
    row = {"code": "t0123456789abcdef", "code_kind": "person_id"}
    assert answer(link(rows_of(row), held)) == ("linked", "code", "a")


def test_an_invalid_code_does_not_stand_in_the_way(register_of, rows_of, code):
    register = register_of({"entity": "a", "name": NAME, "code": code(1)})
    found = link(rows_of({"code": None, "code_kind": "invalid", "name": NAME}), register)
    assert answer(found) == ("linked", "name", "a")


def test_a_code_and_a_name_of_two_taxpayers_are_a_conflict(register_of, rows_of, code):
    other = {"entity": "b", "name": "绍兴金缘纺织有限公司", "code": code(2)}
    register = register_of({"entity": "a", "name": NAME, "code": code(1)}, other)
    found = link(rows_of({"code": code(1), "code_kind": "credit_code", "name": other["name"]}), register)
    assert answer(found) == ("conflict", "code", None)
    assert sorted(found.candidates["entity"]) == ["a", "b"]


def test_a_branch_that_bears_its_parents_code_joins_by_code(register_of, rows_of, code):
    branch = {"entity": "b", "name": f"{NAME}柯桥分公司", "code": code(2)}
    register = register_of({"entity": "a", "name": NAME, "code": code(1)}, branch)
    found = link(rows_of({"code": code(1), "code_kind": "credit_code", "name": branch["name"]}), register)
    assert answer(found) == ("linked", "code", "a")


@settings(deadline=None, max_examples=16)
@given(st.sets(st.sampled_from(["wide", "blanks", "traditional", "brackets"])))
def test_spelling_never_lowers_the_score(vocabulary, spellings):
    name = "鑫源ABC印染机电(绍兴)有限公司"
    register = Register.of(pl.DataFrame({"entity": ["a"], "name": [name]}), vocabulary)
    if "traditional" in spellings:
        name = TRADITIONAL.convert(name)
    if "brackets" in spellings:
        name = name.replace("(", "【").replace(")", "】")
    if "wide" in spellings:
        name = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    if "blanks" in spellings:
        name = "\u3000".join(name)
    found = link(pl.DataFrame({"name": [name]}).with_row_index("row"), register)
    assert answer(found) == ("linked", "name", "a")
    assert found.links["score"].to_list() == [1.0]


@pytest.mark.parametrize(
    "written",
    [
        "绍兴鑫源印染有限责任公司",
        "绍兴市鑫源印染有限公司",
        "鑫源印染（绍兴）有限公司",
        "浙江绍兴鑫源印染有限公司",
        "绍兴鑫源印染",
        "鑫源印染有限公司",
        "绍兴鑫源印染股份有限公司",
    ],
)
def test_the_core_of_a_name_joins(register_of, rows_of, written):
    register = register_of({"entity": "a", "name": NAME}, {"entity": "b", "name": "绍兴金缘纺织有限公司"})
    found = link(rows_of({"name": written}), register)
    assert answer(found) == ("linked", "core_name", "a")
    assert found.links["score"][0] < 1


@pytest.mark.parametrize(
    "written",
    [
        "杭州鑫源印染有限公司",  # another city
        "绍兴鑫源印染厂",  # a works may have become the company, or never was it
        "绍兴金源印染有限公司",  # one character
        "绍兴鑫源贸易有限公司",  # a sister
        "绍兴鑫源第一印染有限公司",  # an ordinal
        "绍兴鑫源印染有限公司柯桥分公司",  # a part
        "绍兴鑫源印染二厂",
    ],
)
def test_what_only_looks_alike_is_not_linked(register_of, rows_of, written):
    register = register_of({"entity": "a", "name": NAME})
    assert answer(link(rows_of({"name": written}), register))[0] in {"doubtful", "unlinked"}


@pytest.mark.parametrize(
    ("witness", "held"),
    [
        ({"address": "绍兴市越城区凤凰路370号"}, {"address": "浙江省绍兴市越城区城南街道凤凰路370号2楼"}),
        ({"phone_token": "p1"}, {"phone_token": "p1"}),
        ({"person_token": "q1"}, {"person_token": "q1"}),
    ],
)
def test_one_character_needs_a_second_witness(register_of, rows_of, witness, held):
    other = {"entity": "b", "name": "绍兴金缘纺织有限公司"}
    row = {"name": "绍兴金源印染有限公司"}
    without = link(rows_of(row), register_of({"entity": "a", "name": NAME, **held}, other))
    assert answer(without)[0] == "doubtful"
    assert without.candidates["why"][0]["trade_name"] == "close"
    against = link(
        rows_of(row | dict.fromkeys(witness, "别处1号")), register_of({"entity": "a", "name": NAME, **held})
    )
    assert answer(against)[0] in {"doubtful", "unlinked"}
    spoken = link(rows_of(row | witness), register_of({"entity": "a", "name": NAME, **held}, other))
    assert answer(spoken) == ("linked", "scored", "a")


def test_an_address_full_of_firms_bears_no_witness(register_of, rows_of):
    place = "绍兴市越城区凤凰路370号"
    crowd = [
        {"entity": f"c{at}", "name": f"绍兴{word}贸易有限公司", "address": place}
        for at, word in enumerate(["华顿", "海悦", "明轩", "锦程"])
    ]
    register = register_of({"entity": "a", "name": NAME, "address": place}, *crowd)
    assert (
        answer(link(rows_of({"name": "绍兴金源印染有限公司", "address": place}), register))[0] == "doubtful"
    )


@pytest.mark.parametrize(
    ("registered", "written"),
    [
        ("绍兴第一建筑工程有限公司", "绍兴第二建筑工程有限公司"),
        ("绍兴鑫源建筑有限公司第三分公司", "绍兴鑫源建筑有限公司四分公司"),
        ("绍兴鑫源1号加油站", "绍兴鑫源2号加油站"),
        ("绍兴鑫源建筑工程有限公司", "绍兴鑫源第一建筑工程有限公司"),
    ],
)
def test_a_differing_ordinal_is_a_veto_against_any_witness(register_of, rows_of, registered, written):
    same = {"address": "凤凰路370号", "phone_token": "p1", "person_token": "q1"}
    found = link(rows_of({"name": written, **same}), register_of({"entity": "a", "name": registered, **same}))
    assert answer(found) == ("unlinked", "none", None)


def test_a_character_that_tells_sisters_apart_needs_more_than_an_address(register_of, rows_of):
    held = {"entity": "a", "name": "绍兴东源印染有限公司", "address": "凤凰路370号", "phone_token": "p1"}
    row = {"name": "绍兴西源印染有限公司", "address": "凤凰路370号"}
    assert answer(link(rows_of(row), register_of(held)))[0] == "doubtful"
    assert answer(link(rows_of(row | {"phone_token": "p1"}), register_of(held))) == ("linked", "scored", "a")


def test_a_branch_is_a_relation_not_an_equality(register_of, rows_of):
    same = {"address": "凤凰路370号", "phone_token": "p1"}
    register = register_of({"entity": "a", "name": NAME, **same})
    found = link(rows_of({"name": f"{NAME}柯桥分公司", **same}, {"name": f"{NAME}门市部"}), register)
    assert found.links.select("status", "branch_of").rows() == [("unlinked", "a"), ("unlinked", "a")]
    part = register_of({"entity": "b", "name": f"{NAME}柯桥分公司", **same})
    assert answer(link(rows_of({"name": NAME, **same}), part))[0] == "unlinked"
    both = register_of({"entity": "a", "name": NAME}, {"entity": "b", "name": f"{NAME}柯桥分公司"})
    assert both.branches.rows() == [("b", "a")]
    assert answer(link(rows_of({"name": f"{NAME}柯桥分公司"}), both)) == ("linked", "name", "b")


def test_a_name_borne_by_two_waits_unless_a_witness_speaks_for_one(register_of, rows_of):
    register = register_of(
        {"entity": "a", "name": NAME, "address": "凤凰路370号"},
        {"entity": "b", "name": NAME, "address": "东街12号"},
    )
    rows = rows_of({"name": NAME}, {"name": NAME, "address": "绍兴市东街12号"})
    found = link(rows, register)
    assert answer(found) == ("doubtful", "name", None)
    assert answer(found, 1) == ("linked", "name", "b")
    assert found.candidates.filter(row=0)["entity"].sort().to_list() == ["a", "b"]


def test_former_names_join_and_the_day_decides_between_two(register_of, rows_of):
    old = "绍兴丙丁织造有限公司"
    register = register_of(
        {"entity": "a", "name": NAME},
        {"entity": "b", "name": "绍兴金缘纺织有限公司"},
        former=[
            ("a", old, date(2010, 1, 1), date(2014, 12, 31)),
            ("b", old, date(2016, 1, 1), date(2019, 12, 31)),
        ],
    )
    rows = rows_of(
        {"name": old, "day": date(2012, 5, 1)},
        {"name": old, "day": date(2018, 5, 1)},
        {"name": old, "day": None},
    )
    found = link(rows, register)
    assert [answer(found, at)[2] for at in range(3)] == ["a", "b", None]
    assert answer(found) == ("linked", "former_name", "a")
    assert answer(found, 2)[0] == "doubtful"


def test_a_former_name_in_brackets_joins_either_way(register_of, rows_of):
    row = rows_of({"name": "绍兴丙丁建设集团有限公司（原绍兴鑫源印染有限公司）"})
    assert answer(link(row, register_of({"entity": "a", "name": NAME}))) == ("linked", "former_name", "a")
    known = register_of({"entity": "b", "name": "绍兴丙丁建设集团有限公司（原绍兴鑫源印染有限公司）"})
    assert answer(link(rows_of({"name": NAME}), known)) == ("linked", "former_name", "b")
    assert answer(link(rows_of({"name": "绍兴丙丁建设集团有限公司"}), known)) == ("linked", "name", "b")


def test_a_mention_never_makes_a_taxpayer(register_of, rows_of):
    register = register_of({"entity": "a", "name": NAME})
    found = link(rows_of({"name": "某"}, {"name": ""}, {"name": None}, {"name": "　"}), register)
    assert found.links["status"].to_list() == ["unlinked"] * 4
    assert found.links["entity"].null_count() == 4


def test_every_row_is_answered_once_and_in_order(register_of, rows_of, code):
    register = register_of({"entity": "a", "name": NAME, "code": code(1)})
    rows = rows_of({"name": "绍兴金源印染有限公司"}, {"name": NAME}, {"name": "别家"}).with_columns(
        row=pl.Series([7, 3, 5])
    )
    assert link(rows, register).links["row"].to_list() == [7, 3, 5]
    empty = link(rows.clear(), register)
    assert empty.links.is_empty()
    assert empty.candidates.is_empty()


def test_an_empty_register_links_nothing(vocabulary, rows_of):
    register = Register.of(pl.DataFrame(schema={"entity": pl.String, "name": pl.String}), vocabulary)
    assert answer(link(rows_of({"name": NAME}), register)) == ("unlinked", "none", None)


def test_a_register_with_an_entity_twice_is_refused(register_of):
    with pytest.raises(RegisterError):
        register_of({"entity": "a", "name": NAME}, {"entity": "a", "name": NAME})


def test_a_row_number_twice_is_refused(register_of):
    rows = pl.DataFrame({"row": [1, 1], "name": [NAME, NAME]})
    with pytest.raises(ValueError, match="twice"):
        link(rows, register_of({"entity": "a", "name": NAME}))
