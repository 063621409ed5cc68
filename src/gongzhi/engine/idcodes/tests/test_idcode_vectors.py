"""1,053 codes as departments really wrote them, against what each class must become."""

import csv
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from gongzhi.engine.idcodes import check_codes, classify, suggest

FILE = Path(__file__).parents[6] / "shared/data/06_vectors/uscc_real_world_vectors.csv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the folder of real code vectors is not there")

LONGER_LENGTHS = {"len11", "len12", "len14", "len16", "len17", "len19", "len20"}


def rows_of(*classes):
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        return [row["value"] for row in csv.DictReader(file) if row["class"] in classes]


def verdicts(*classes):
    return Counter((found.kind, found.reason) for found in map(classify, rows_of(*classes)))


def test_right_codes_are_right():
    assert verdicts("ok") == {("credit_code", ""): 300}


def test_case_and_blanks_are_repaired_and_reported():
    for name, repair in (("lowercase", "case"), ("pad_space", "blanks"), ("len22", "blanks")):
        for value in rows_of(name):
            found = classify(value)
            if found.valid:
                assert repair in found.repairs
                assert found.kind == "credit_code"
            else:
                assert found.reason in {"check_digit", "illegal_character"}
    assert verdicts("lowercase")["credit_code", ""] == 38
    assert verdicts("pad_space")["credit_code", ""] == 15
    assert verdicts("len22") == {("credit_code", ""): 2}


def test_wrong_check_digits():
    assert verdicts("bad_check") == {("invalid", "check_digit"): 117}
    assert all(classify(found).valid for found in map(suggest, rows_of("bad_check")) if found)


def test_wrong_organisation_codes_and_lost_digits():
    for value in rows_of("ok_but_org_check_fails"):
        assert classify(value).reason == ("digits_lost" if value.endswith("000") else "organisation_check")
    assert verdicts("float_truncated") == {("invalid", "digits_lost"): 60}
    assert verdicts("excel_sci") == {("invalid", "digits_lost"): 14}


def test_old_numbers():
    for value in rows_of("tax15"):
        found = classify(value)
        assert found.kind == "old_tax_number" or found.reason == "organisation_check"
    assert verdicts("tax15")["old_tax_number", ""] == 59
    assert verdicts("regno15_or_tax15") == {("old_number", ""): 60}
    assert verdicts("len15") == {
        ("invalid", "organisation_check"): 3,
        ("invalid", "length"): 6,
        ("invalid", "illegal_character"): 3,
    }


def test_organisation_codes():
    assert verdicts("len8") == {("invalid", "length"): 40}
    for name, right in (("len9", 33), ("len10", 40)):
        found = verdicts(name)
        assert found["organisation_code", ""] == right
        assert {kind for kind, _ in found} <= {"organisation_code", "invalid"}


def test_registration_numbers_without_a_check():
    assert verdicts("len13")["registration_number", ""] == 38


def test_everything_else_is_invalid_or_empty_with_a_reason():
    # One "illegal" value is a right code in full width: read, and the repair reported.
    assert verdicts("illegal_char") == {("invalid", "illegal_character"): 43, ("credit_code", ""): 1}
    assert verdicts("empty") == {("empty", "empty"): 1}
    short = verdicts(*(f"len{size}" for size in range(1, 8)))
    assert {kind for kind, _ in short} == {"invalid", "empty"}
    assert classify("非独立法人").kind == classify("空").kind == classify("-").kind == "empty"
    # Organisation codes with blanks around them have 11 or 12 characters in the file.
    assert {kind for kind, _ in verdicts(*LONGER_LENGTHS)} == {"invalid", "organisation_code"}


def test_the_whole_file_as_one_column():
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        values = [row["value"] for row in csv.DictReader(file)]
    assert len(values) == 1053
    frame = check_codes(pl.Series(values))
    assert frame["kind"].to_list() == [classify(value).kind for value in values]
    assert frame["reason"].to_list() == [classify(value).reason for value in values]
