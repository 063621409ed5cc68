"""Check digits, kinds and suggestions of single texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.idcodes import (
    KINDS,
    REASONS,
    classify,
    classify_code_or_id,
    classify_person,
    division_of,
    make_credit_code,
    make_person_id,
    organisation_check,
    suggest,
    suggest_person_id,
)
from gongzhi.engine.idcodes.digits import CREDIT_ALPHABET
from gongzhi.engine.idcodes.tests import invented

INSIDE = "MA2XYQ3A" + organisation_check("MA2XYQ3A")
CODE = make_credit_code("91990602" + INSIDE)
PERSON = make_person_id("99000022010228001")


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "91330000142916567N", "91110000802100433B", "91440300708461136T"]
)
def test_published_codes_pass(code):
    found = classify(code)
    assert (found.kind, found.value, found.organisation_code) == ("credit_code", code, code[8:17])


def test_the_standards_own_examples():
    assert organisation_check("M000100Y") == "4"
    assert make_person_id("11010519491231002") == "11010519491231002X"  # GB 11643-1999, annex A
    assert make_credit_code("91350100M000100Y4") == "91350100M000100Y43"  # GB 32100-2015, annex B


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("", "empty", "empty"),
        (" \u3000\u200b", "empty", "empty"),
        ("-", "empty", "empty_word"),
        ("无", "empty", "empty_word"),
        ("n/a", "empty", "empty_word"),
        ("非独立法人", "empty", "empty_word"),
        ("111", "empty", "empty_word"),
        ("0" * 18, "empty", "empty_word"),
        ("5", "invalid", "length"),
        ("9.14E+17", "invalid", "digits_lost"),
        ("9.14e17", "invalid", "digits_lost"),
        ("914403007084611360.0", "invalid", "digits_lost"),
        ("915101070549352000", "invalid", "digits_lost"),
        ("9199******A2XYQ3A1", "invalid", "masked"),
        ("?" * 18, "invalid", "illegal_character"),
        ("3301", "invalid", "length"),
        ("330602123456789", "old_number", ""),
        ("1234567890123", "registration_number", ""),
    ],
)
def test_kinds_and_reasons(text, kind, reason):
    found = classify(text)
    assert (found.kind, found.reason) == (kind, reason)
    assert (found.value is None) == (not found.valid)


def test_old_numbers_carry_the_code_that_joins():
    lettered = classify("990602" + INSIDE)
    assert (lettered.kind, lettered.organisation_code) == ("old_tax_number", INSIDE)
    digits = "12345678" + organisation_check("12345678")
    assert classify("990602" + digits).organisation_code == digits
    assert classify("990602" + digits).kind == "old_number"
    assert classify("990602MA2XYQ3A?").reason == "illegal_character"
    assert classify("990602MA2XYQ3AA").reason == "organisation_check"


def test_organisation_codes_with_and_without_hyphen():
    assert classify(INSIDE).value == INSIDE
    hyphened = classify(f"{INSIDE[:8]}-{INSIDE[8]}")
    assert (hyphened.value, hyphened.repairs) == (INSIDE, ("hyphen",))
    assert classify(INSIDE[:8]).reason == "length"


def test_every_repair_is_named():
    wide = "".join(chr(ord(c) + 0xFEE0) for c in CODE)
    assert classify(wide).repairs == ("width",)
    assert classify(CODE.lower()).repairs == ("case",)
    assert classify(f" {CODE[:4]} {CODE[4:]}\u3000").repairs == ("blanks",)
    assert classify("'" + CODE).repairs == ("apostrophe",)
    assert classify("330602123456789.0").repairs == ("decimal",)
    assert {classify(text).value for text in (wide, CODE.lower(), "'" + CODE)} == {CODE}


def test_the_outer_check_may_hide_a_wrong_organisation_code():
    wrong_inside = "91990602" + INSIDE[:8] + ("1" if INSIDE[8] != "1" else "2")
    values = sum(
        CREDIT_ALPHABET.index(c) * w
        for c, w in zip(
            wrong_inside, (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28), strict=True
        )
    )
    assert classify(wrong_inside + CREDIT_ALPHABET[-values % 31]).reason == "organisation_check"


@given(invented.credit_codes, st.integers(0, 17), invented.letters)
def test_any_single_change_of_a_credit_code_is_noticed(code, at, letter):
    changed = code[:at] + letter + code[at + 1 :]
    assert (classify(changed).kind == "credit_code") == (changed == code)


@given(invented.person_ids, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_change_of_a_person_id_is_noticed(code, at, letter):
    changed = code[:at] + letter + code[at + 1 :]
    assert (classify_person(changed).kind in {"person_id", "other_id"}) == (changed == code)


@given(invented.any_text)
def test_verdicts_keep_their_vocabulary(text):
    for judge in (classify, classify_person, classify_code_or_id):
        found = judge(text or "")
        assert found.kind in KINDS
        assert found.reason in REASONS
        assert (found.value is None) == (not found.valid) == (found.reason != "")
        if found.valid:
            again = judge(found.value)
            assert (again.kind, again.value, again.repairs) == (found.kind, found.value, ())


@given(invented.any_text)
def test_a_suggestion_is_always_proved(text):
    for propose, judge in ((suggest, classify), (suggest_person_id, classify_person)):
        candidate = propose(text or "")
        if candidate is not None:
            assert candidate != text
            assert judge(candidate).value == candidate


def test_letters_that_look_like_digits_are_suggested():
    inside = "M0125M01" + organisation_check("M0125M01")
    code = make_credit_code("91990602" + inside)
    for digit, letter in (("0", "O"), ("1", "I"), ("2", "Z"), ("5", "S")):
        at = code.index(digit, 8)
        wrong = code[:at] + letter + code[at + 1 :]
        found = classify(wrong)
        assert (found.reason, found.suggestion) == ("illegal_character", code)


@given(invented.credit_codes, st.integers(8, 15))
def test_neighbours_swapped_inside_the_organisation_code(code, at):
    wrong = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    found = suggest(wrong)
    assert found in {code, None} or classify(found).value == found
    if wrong != code:
        assert classify(wrong).kind != "credit_code"


def test_a_swap_is_suggested_where_both_checks_prove_it():
    at = 10
    assert CODE[at] != CODE[at + 1]
    assert suggest(CODE[:at] + CODE[at + 1] + CODE[at] + CODE[at + 2 :]) == CODE


def test_a_sign_behind_the_code_is_suggested_away():
    assert classify(CODE + ".").suggestion == CODE
    assert suggest(CODE) is None


def test_nothing_is_suggested_where_digits_are_lost():
    assert classify("915101070549352000").suggestion is None
    assert suggest("915101070549352000") is None


def test_old_counties_and_any_age_are_legal_persons():
    assert classify_person(PERSON).kind == "person_id"
    for region in ("370102", "330621", "810000", "820000", "830000", "000000"):
        assert classify_person(make_person_id(region + "19000101001")).kind == "person_id"


def test_other_papers_of_persons():
    assert classify_person("990000990229001").reason == "birth_date"
    assert classify_person("990000960229001").kind == "person_id_15"
    assert classify_person("ABC000000000000").kind == "other_id"
    assert classify_person(make_person_id("91184022010101001")).kind == "other_id"
    for paper in ("E00000000", "H0000000000", "00000001", "军字第0000000号"):
        assert classify_person(paper).kind == "other_document"
    for damaged in ("13800000000", PERSON[:17], PERSON + "1"):
        assert classify_person(damaged).reason == "length"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (make_person_id("99000022010229001"), "birth_date"),
        (make_person_id("99000022011301001"), "birth_date"),
        (make_person_id("99000017991231001"), "birth_date"),
        (PERSON[:17] + ("1" if PERSON[17] != "1" else "2"), "check_digit"),
        (CODE, "credit_code"),
        ("330602199001010000", "digits_lost"),
        ("330602********1234", "masked"),
        ("33060219900101OO11", "illegal_character"),
    ],
)
def test_why_an_id_is_refused(text, reason):
    assert classify_person(text).reason == reason


def test_suggestions_for_ids():
    at = PERSON.index("0", 4)
    assert classify_person(PERSON[:at] + "O" + PERSON[at + 1 :]).suggestion == PERSON
    assert suggest_person_id(PERSON[:17] + ("1" if PERSON[17] != "1" else "2")) is None
    assert suggest_person_id(PERSON) is None


def test_either_never_takes_a_person_for_a_company():
    both = next(
        code
        for serial in range(100_000)
        if classify(code := make_person_id(f"{330000 + serial // 1000:06d}22010101{serial % 1000:03d}")).kind
        == "credit_code"
    )
    assert classify_code_or_id(both).kind == "person_id"
    assert classify_code_or_id(CODE).kind == "credit_code"
    assert classify_code_or_id("990000960229001").kind == "person_id_15"
    assert classify_code_or_id("330602000012345").kind == "old_number"


def test_divisions():
    assert division_of("91330602" + INSIDE) is None  # 17 characters are no code
    assert division_of(CODE) == "990602"
    assert division_of(PERSON) == "990000"
    assert division_of("330602123456789") == "330602"
    assert division_of("ABC000000000000") is None


def test_what_cannot_be_made():
    with pytest.raises(ValueError, match="GB 11714"):
        make_credit_code("91990602MA2XYQ3A" + ("1" if INSIDE[8] != "1" else "2"))
    with pytest.raises(ValueError, match="alphabet"):
        make_credit_code("9199060O")
    with pytest.raises(ValueError, match="17 digits"):
        make_person_id("1234")
