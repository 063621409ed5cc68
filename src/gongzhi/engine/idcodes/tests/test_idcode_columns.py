"""Columns give the verdicts of single texts, row for row."""

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gongzhi.engine.idcodes import (
    KINDS,
    REASONS,
    check_codes,
    check_codes_or_ids,
    check_person_ids,
    classify,
    classify_code_or_id,
    classify_person,
    organisation_codes,
)
from gongzhi.engine.idcodes.tests import invented

PAIRS = [
    (check_codes, classify),
    (check_person_ids, classify_person),
    (check_codes_or_ids, classify_code_or_id),
]


@pytest.mark.parametrize(("check", "judge"), PAIRS)
@given(st.lists(invented.any_text, max_size=12))
@example(["0" * 18, "1" * 18, "915101070549352000", None, ""])
def test_columns_agree_with_single_texts(check, judge, texts):
    frame = check(pl.Series("code", texts, dtype=pl.String))
    assert frame.height == len(texts)
    assert organisation_codes(frame).to_list() == [judge(text or "").organisation_code for text in texts]
    for text, row in zip(texts, frame.iter_rows(named=True), strict=True):
        found = judge(text or "")
        assert (row["value"], row["kind"], row["reason"]) == (found.value, found.kind, found.reason)
        assert row["repairs"] == ("+".join(found.repairs) or None)


@pytest.mark.parametrize(("check", "judge"), PAIRS)
@given(st.lists(st.one_of(invented.credit_codes, invented.person_ids), min_size=1, max_size=20))
def test_columns_of_right_codes_agree(check, judge, texts):
    frame = check(pl.Series(texts))
    assert frame["kind"].to_list() == [judge(text).kind for text in texts]


def test_the_shape_of_the_answer():
    frame = check_codes(pl.Series("x", [], dtype=pl.String))
    assert frame.columns == ["value", "kind", "reason", "repairs"]
    assert frame.schema["kind"] == pl.Enum(KINDS)
    assert frame.schema["reason"] == pl.Enum(REASONS)


def test_a_sliced_and_a_chunked_column_are_read_where_they_lie():
    right = "91350100M000100Y43"
    column = pl.concat([pl.Series(["无", right]), pl.Series([None, right, right[:17] + "0"])], rechunk=False)
    kinds = check_codes(column.slice(1, 4))["kind"].to_list()
    assert kinds == ["credit_code", "empty", "credit_code", "invalid"]
    assert check_codes(pl.Series([right] * 3).slice(1))["kind"].to_list() == ["credit_code"] * 2


def test_the_callers_column_stays_as_it_was():
    values = [" 91350100m000100y43 ", "91350100M000100Y43", "915101070549352000"]
    column = pl.Series("code", values)
    assert check_codes(column)["repairs"].to_list() == ["blanks+case", None, None]
    assert column.to_list() == values
    assert column.name == "code"


def test_a_column_of_numbers_is_read_as_text():
    assert check_codes(pl.Series([330602123456789]))["kind"].to_list() == ["old_number"]
