"""Floors on labelled names of real enterprises, read where they lie; nothing of them is kept here.

The floors are what was measured on these very files; a change that falls below one has to say why.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from gongzhi.engine.idcodes import check_codes, organisation_codes
from gongzhi.engine.linkage import Register, link

DATA = Path(__file__).resolve().parents[6] / "shared" / "data" / "05_names"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no labelled names: {DATA} is absent")


def read(name):
    return pl.read_csv(DATA / name, infer_schema=False)


def numbered(names, codes=None):
    frame = pl.DataFrame({"name": names}).with_row_index("row")
    if codes is None:
        return frame
    checked = check_codes(codes)
    return frame.with_columns(
        code=checked["value"], code_kind=checked["kind"], organisation_code=organisation_codes(checked)
    )


def linked(rows, register):
    return link(rows, register).links.filter(pl.col("status") == "linked")


@pytest.mark.parametrize(
    ("file", "columns", "by_name"),
    [
        ("gold_pairs_taxA_vs_registry_江西.csv", "list_name list_id registry_name registry_uscc", 0.98),
        ("gold_pairs_四川交通_vs_全国公路.csv", "list_name list_code other_name other_code", 0.97),
        ("gold_pairs_全国公路_vs_浙江登记.csv", "list_name list_code registry_name registry_uscc", 0.95),
    ],
)
def test_gold_pairs(vocabulary, file, columns, by_name):
    pairs = read(file)
    name, code, other, uscc = (pairs[column] for column in columns.split())
    entities = pl.DataFrame({"entity": uscc, "name": other, "code": uscc}).unique("entity")
    register = Register.of(entities, vocabulary)
    truth = pl.DataFrame({"right": uscc}).with_row_index("row")
    for rows, floor in ((numbered(name, code), 1.0), (numbered(name), by_name)):
        found = linked(rows, register).join(truth, on="row")
        assert found.filter(pl.col("entity") != pl.col("right")).is_empty()
        assert len(found) / len(pairs) >= floor


@pytest.mark.parametrize(("here", "there"), [("a", "b"), ("b", "a")])
def test_no_hard_negative_is_merged(vocabulary, here, there):
    pairs = read("hard_negatives_one_char_zhejiang.csv")
    own = pairs[f"uscc_{here}"]
    entities = pairs.select(entity=f"uscc_{there}", name=f"name_{there}", code=f"uscc_{there}")
    entities = entities.filter(~pl.col("entity").is_in(own.implode())).unique("entity")
    assert len(entities) > 1000
    assert linked(numbered(pairs[f"name_{here}"]), Register.of(entities, vocabulary)).is_empty()


def test_a_shared_address_does_not_merge_what_an_ordinal_separates(vocabulary):
    pairs = read("hard_negatives_one_char_zhejiang.csv").filter(pl.col("kind") == "ordinal")
    place = pl.format("东街{}号", pl.int_range(pl.len()))
    entities = pairs.select(entity=pl.int_range(pl.len()).cast(pl.String), name="name_b", address=place)
    rows = pairs.select(name="name_a", address=place).with_row_index("row")
    found = linked(rows, Register.of(entities, vocabulary))
    assert found.filter(pl.col("entity") == pl.col("row").cast(pl.String)).is_empty()


def test_no_branch_is_merged_with_its_parent(vocabulary):
    pairs = read("parent_branch_zhejiang.csv")
    parents = pairs.select(entity="parent_uscc", name="parent", code="parent_uscc").unique("entity")
    parents = parents.filter(~pl.col("entity").is_in(pairs["branch_uscc"].implode()))
    register = Register.of(parents, vocabulary)
    answer = link(numbered(pairs["branch"]), register).links
    assert answer["entity"].null_count() == len(pairs)
    known = answer.with_columns(right=pairs["parent_uscc"]).drop_nulls("branch_of")
    assert (known["branch_of"] == known["right"]).all()
    assert len(known) / len(pairs) >= 0.97


def test_former_names(vocabulary):
    pairs = read("pairs_former_names_安徽四川.csv").with_row_index("entity")
    first = pl.col("former_name").str.split("、").list.first()
    pairs = pairs.with_columns(pl.col("entity").cast(pl.String), former_name=first)
    now = Register.of(
        pairs.select("entity", name="current_name"),
        vocabulary,
        pairs.select("entity", name="former_name", valid_from=pl.lit(None), valid_to=pl.lit(None)),
    )
    before = Register.of(pairs.select("entity", name="former_name"), vocabulary)
    for rows, register in (
        (numbered(pairs["former_name"]), now),
        (numbered(pairs["current_name"]), now),
        (numbered(pairs["as_written"]), before),
    ):
        found = linked(rows, register).with_columns(right=pl.col("row").cast(pl.String))
        assert (found["entity"] == found["right"]).all()
        assert len(found) / len(pairs) >= 0.98


def test_short_names_are_linked_rightly_or_left_to_a_person(vocabulary):
    pairs = read("pairs_listed_fullname_shortname_szse.csv")
    register = Register.of(pairs.select(entity="stock_code", name="full_name"), vocabulary)
    answer = link(numbered(pairs["short_name"]), register)
    truth = pl.DataFrame({"right": pairs["stock_code"]}).with_row_index("row")
    found = answer.links.join(truth, on="row").filter(pl.col("status") == "linked")
    assert (found["entity"] == found["right"]).all()
    shown = answer.candidates.join(truth, left_on=["row", "entity"], right_on=["row", "right"])
    assert len(found) >= 350
    assert shown["row"].n_unique() >= 1450
