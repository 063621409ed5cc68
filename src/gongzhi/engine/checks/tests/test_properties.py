"""What must hold for any text: every row accounted for, repairs settle, nothing raises."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KINDS = [
    "credit_code", "person_id", "code_or_id", "name", "person_name", "text", "date", "period", "year",
    "money", "area", "number", "count", "percent", "boolean", "phone", "address", "certificate",
]  # fmt: skip
LETTERS = st.characters(blacklist_categories=("Cs",))
SPELT = st.text(alphabet="0123456789.,-/年月日万亿元%（）() 　０９Ｘxeé\u200b'￥O", max_size=14)
CELL = st.one_of(st.none(), st.text(LETTERS, max_size=20), SPELT)


def shown(series):
    """A lake value as a sender would write it."""
    if series.dtype == pl.Boolean:
        return series.replace_strict({True: "是", False: "否"}, return_dtype=pl.String)
    return series.cast(pl.String)


@pytest.mark.parametrize("kind", KINDS)
@given(cells=st.lists(CELL, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_every_row_is_accounted_for_and_repairs_settle(judge, kind, cells):
    field = {"key": "x", "title": "甲", "type": kind}
    keyed = {"key": "n", "title": "行", "type": "text"}
    rows = [[cell, f"第{number}行"] for number, cell in enumerate(cells)]
    checked = judge([field, keyed], rows)
    assert checked.accepted.height + len(checked.set_aside) == len(cells)
    accepted, aside = set(checked.accepted["_row"]), set(checked.set_aside)
    assert accepted.isdisjoint(aside)
    blocked = checked.findings.filter(pl.col("severity") == "block")["row"]
    assert set(blocked) == aside
    again = judge([field, keyed], [list(row) for row in _written_again(checked, kind)])
    assert again.accepted.drop("_row").equals(checked.accepted.drop("_row"))
    assert not again.findings.filter(pl.col("severity") == "block").height
    assert not again.repaired.height


def _written_again(checked, kind):
    values = checked.accepted.to_series(0)
    if kind == "money":
        yuan = [
            None if fen is None else f"{'-' * (fen < 0)}{abs(fen) // 100}.{abs(fen) % 100:02d}"
            for fen in values
        ]
        values = pl.Series(yuan, dtype=pl.String)
    return zip(shown(values), checked.accepted["n"], strict=True)
