"""Planted faults of 18 kinds are found exactly; the content is known again however it was written."""

import datetime as dt

import polars as pl
import pytest
from bench.planted import KINDS, PERIOD, planted

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.checks import Context, canonical_rows, check, map_columns, render
from gongzhi.engine.crypto import content_hash
from gongzhi.engine.tables import Column, Table


def as_table(texts, order=None):
    texts = texts if order is None else texts.select(order)
    data = texts.select(pl.all().replace("", None))
    data.columns = [f"c{i}" for i in range(data.width)]
    columns = tuple(Column(i, heading) for i, heading in enumerate(texts.columns))
    return Table("合同", 0, 1, columns, data, pl.Series("row", range(2, data.height + 2), dtype=pl.UInt32))


def judge(table, sheet, catalogue):
    context = Context(catalogue, dt.date(2026, 4, 10), parse_period(PERIOD))
    return check(table, map_columns(table, sheet), sheet, context)


@pytest.mark.parametrize(("share", "seed"), [(0.01, 1), (0.3, 2), (0.3, 3)])
def test_every_planted_cell_is_found_and_no_other(catalogue, share, seed):
    table = planted(6_000, share, seed=seed)
    checked = judge(as_table(table.texts), table.sheet, catalogue)
    found = checked.findings.select("row", "field", "code").sort("row", "field")
    assert found.equals(table.truth.sort("row", "field"))
    assert checked.rows == 6_000
    assert checked.repaired.height == 0
    explained = {"out_of_period", "phone_form"}
    blocked = table.truth.filter(~pl.col("code").is_in(explained))["row"].sort()
    assert checked.set_aside.sort().equals(blocked, check_names=False)


def test_the_truth_has_eighteen_kinds():
    assert len(set(KINDS)) == 18
    assert set(planted(1_000, 0.3).truth["code"]) == set(KINDS)


def test_small_and_large_tables_are_read_alike(catalogue):
    table = planted(6_000, 0.3, seed=5)
    whole = judge(as_table(table.texts), table.sheet, catalogue)
    head = judge(as_table(table.texts.head(300)), table.sheet, catalogue)
    inside = whole.findings.filter(pl.col("row") <= 301).drop("kind")
    assert head.findings.drop("kind").sort("row", "field").equals(inside.sort("row", "field"))


def test_content_is_known_again_when_reordered_or_written_otherwise(catalogue):
    table = planted(500, 0.0, seed=4)
    own = judge(as_table(table.texts), table.sheet, catalogue).accepted
    shuffled = table.texts.sample(fraction=1.0, shuffle=True, seed=9)
    other = shuffled.with_columns(
        pl.col("签订日期").str.replace_all("-", "/"), pl.col("统一社会信用代码").str.to_lowercase()
    )
    again = judge(as_table(other, list(reversed(other.columns))), table.sheet, catalogue).accepted
    changed = own.with_columns(pl.col("amount_fen") + 1)
    assert content_hash(canonical_rows(own)) == content_hash(canonical_rows(again))
    assert content_hash(canonical_rows(own)) != content_hash(canonical_rows(changed))


def test_content_does_not_depend_on_how_many_rows_are_hashed_at_once(catalogue):
    table = planted(25_000, 0.0, seed=6)
    own = judge(as_table(table.texts), table.sheet, catalogue).accepted
    parts = [canonical_rows(own.slice(start, 5_000)).to_list() for start in range(0, 25_000, 5_000)]
    assert canonical_rows(own).to_list() == [row for part in parts for row in part]


def test_suggestions_are_made_where_the_check_digits_prove_one(catalogue):
    table = planted(400, 0.3, seed=7)
    checked = judge(as_table(table.texts), table.sheet, catalogue)
    shown = render(checked, catalogue)
    letters = shown.filter(pl.col("code") == "code_character")
    right = planted(400, 0.0, seed=7).texts["统一社会信用代码"]
    assert letters.height
    for row, suggestion in letters.select("row", "suggestion").rows():
        assert suggestion == right[row - 2]
    assert (
        shown.filter(pl.col("code") == "required")["suggestion"].null_count()
        == shown.filter(pl.col("code") == "required").height
    )
