"""Rows of many files as one list: any order, any page, both ways, with what each file was written with."""

from __future__ import annotations

import random
from decimal import Decimal

import polars as pl
import pytest

from gongzhi.engine.lake import BadPlace, Condition, Lake, ListedFile, ListedRows
from gongzhi.engine.lake.kept import Kept
from gongzhi.engine.lake.schema import ORIGIN, QUANTITY

TYPES = {"name": pl.String(), "area": QUANTITY, "late": pl.String(), **ORIGIN}
ORDER = ("-_batch", "_part", "_row")
TURNED = ("_batch", "-_part", "-_row")


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """Six files of two units: one without the column `late`, one whose areas are whole numbers."""
    lake, chance, files = Lake(tmp_path_factory.mktemp("lake")), random.Random(7), []
    for at in range(6):
        batch, part = f"b{at // 2}", at % 2
        rows = pl.DataFrame({
            "name": [chance.choice(["甲", "乙", "丙", None]) for _ in range(40)],
            "area": [chance.choice([1, 2, 3, None]) for _ in range(40)],
            "late": [chance.choice(["早", "晚"]) for _ in range(40)],
            "_row": range(2, 42),
        }, schema_overrides={"_row": pl.UInt32, "area": pl.Int64 if at == 3 else QUANTITY})  # fmt: skip
        stored = lake.write(f"{batch}-{part}", rows.drop("late") if at == 1 else rows)
        unit = "water" if at % 3 else "housing"
        files.append(ListedFile(stored.path, 40, batch, part, unit, "2026Q1"))
    return ListedRows(lake.root, files, TYPES)


def all_rows(listed):
    whole = []
    for file in listed.files:
        for row in pl.read_parquet(listed.root / file.path).to_dicts():
            area = None if row["area"] is None else Decimal(row["area"])
            facts = {"_batch": file.batch, "_part": file.part, "_unit": file.unit, "_period": file.period}
            whole.append({"late": None} | row | facts | {"area": area})
    return whole


def in_order(rows, ordering):
    for name in reversed(ordering):
        key, down = name.lstrip("-"), name.startswith("-")
        rows = sorted(rows, key=lambda row, key=key: (row[key] is not None, row[key] or 0), reverse=down)
    return rows


def place(row):
    return row["_batch"], row["_part"], row["_row"]


ORDERINGS = [
    ORDER, TURNED, ("_unit", *ORDER), ("-_unit", *TURNED), ("-area", *ORDER), ("area", *ORDER),
    ("area", *TURNED), ("-late", *ORDER),
]  # fmt: skip
CONDITIONS = [
    [], [Condition("area", "from", "2")], [Condition("late", "empty"), Condition("area", "is", "1")],
    [Condition("late", "has", "晚"), Condition("area", "filled")],
]  # fmt: skip
TESTS = [
    lambda _: True,
    lambda row: row["area"] is not None and row["area"] >= 2,
    lambda row: row["late"] is None and row["area"] == 1,
    lambda row: row["late"] == "晚" and row["area"] is not None,
]


@pytest.mark.parametrize("ordering", ORDERINGS, ids=str)
@pytest.mark.parametrize("which", range(len(CONDITIONS)))
def test_pages_follow_each_other_as_one_list(listed, ordering, which):
    wanted = in_order([row for row in all_rows(listed) if TESTS[which](row)], ordering)
    assert listed.count(CONDITIONS[which]) == len(wanted)
    walked, behind = [], None
    while len(walked) < len(wanted):
        keys, counted = listed.keys(CONDITIONS[which], ordering, behind, 17)
        assert counted == (len(wanted) if which else None)
        assert keys.height
        found = listed.fetch(keys, ["name", "area", "late"]).to_dicts()
        walked += found
        values = [found[-1][name.lstrip("-")] for name in ordering]
        behind = [str(one) if isinstance(one, Decimal) else one for one in values]
    assert [place(row) for row in walked] == [place(row) for row in wanted]
    compared = ("name", "area", "late", "_unit")
    assert [[row[name] for name in compared] for row in walked] == [
        [row[name] for name in compared] for row in wanted
    ]


def test_a_page_goes_on_where_its_batch_is_listed_no_more(listed):
    """A batch that was withdrawn between two pages takes its rows, not the reader's place."""
    without = ListedRows(listed.root, [one for one in listed.files if one.batch != "b1"], TYPES)
    keys, _ = without.keys([], ORDER, ["b1", 0, 20], 3)
    assert [place(row) for row in keys.to_dicts()] == [("b0", 0, 2), ("b0", 0, 3), ("b0", 0, 4)]


@pytest.mark.parametrize("behind", [["b1", 0], ["b1", "0", 3], [1, 0, 3], ["b1", 0, "x"]])
def test_what_is_no_place_is_refused(listed, behind):
    with pytest.raises(BadPlace):
        listed.keys([], ORDER, behind, 3)
    with pytest.raises(BadPlace):
        listed.keys([], ("area", *ORDER), ["many", "b1", 0, 3], 3)


def test_a_page_of_the_plain_list_reads_the_files_that_hold_it(listed, monkeypatch):
    read = []
    real = pl.scan_parquet
    monkeypatch.setattr(pl, "scan_parquet", lambda paths, **more: read.extend(paths) or real(paths, **more))
    listed.keys([], ORDER, ["b1", 1, 30], 10)
    assert {path.name for path in read} <= {"b1-1.parquet", "b0-0.parquet"}


def test_what_was_found_is_kept_while_there_is_room():
    kept, made = Kept(most=2_000), []

    def find(name, rows):
        return kept.get(name, lambda: made.append(name) or pl.DataFrame({"at": range(rows)}))

    for name in ("a", "b", "a"):
        find(name, 100)
    assert made == ["a", "b"]
    find("c", 100)  # the one that was used longest ago goes
    find("a", 100)
    find("b", 100)
    assert made == ["a", "b", "c", "b"]
    find("large", 1_000)
    find("large", 1_000)
    assert made[-2:] == ["large", "large"]
