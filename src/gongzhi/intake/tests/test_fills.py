"""How full columns are, told by a file's statistics and, where one column asks for another, by both."""

import shutil

import polars as pl
import pytest
from tests.files import presale_rows

from gongzhi.editions.queries import in_force
from gongzhi.intake.actions.derived import count_fills
from gongzhi.intake.models import Batch, LakeFile
from gongzhi.intake.queries.fills import Fill, counted_cells, fills, fills_by_table, fills_by_unit, summed


def of_file(path, sheet):
    found = Fill()
    found.count(pl.read_parquet(path).height, counted_cells(path, sheet), sheet)
    return found


@pytest.fixture
def sheet():
    return in_force().tables["construction_permits"][1]


def test_filled_cells_of_every_column(tmp_path, sheet):
    frame = pl.DataFrame({"_row": [1, 2, 3, 4], "project_name": ["a", None, "b", None]})
    frame.write_parquet(tmp_path / "one.parquet", row_group_size=3)
    found = of_file(tmp_path / "one.parquet", sheet)
    assert (found.rows, found.applies["project_name"], found.filled["project_name"]) == (4, 4, 2)
    assert found.rate("project_name") == 50
    assert found.rate("a column of later") is None


def test_a_column_applies_where_the_other_one_asks_for_it(tmp_path, sheet):
    frame = pl.DataFrame({
        "contractor_name": ["甲", "乙", None, "丙"], "contractor_code": ["1", None, "9", None],
    })  # fmt: skip
    frame.write_parquet(tmp_path / "one.parquet")
    found = of_file(tmp_path / "one.parquet", sheet)
    assert (found.applies["contractor_code"], found.filled["contractor_code"]) == (3, 1)


def test_parts_are_summed_column_by_column():
    parts = []
    for applies, filled in ((3, 1), (5, 5)):
        part = Fill(5)
        part.applies["x"], part.filled["x"] = applies, filled
        parts.append(part)
    whole = summed(parts)
    assert (whole.rows, whole.applies["x"], whole.filled["x"]) == (10, 8, 6)


def told():
    every, sheets = Batch.objects.all(), {code: one for code, (_, one) in in_force().tables.items()}
    return (
        fills(every, sheets["presale_permits"]),
        fills_by_table(every, sheets),
        fills_by_unit(every, sheets),
    )


def test_what_the_worker_has_counted_says_the_same_and_opens_no_file(hand, settings):
    for number, period in enumerate(("2026Q1", "2026Q2")):
        rows = presale_rows(3, start=10 * number)
        rows[0][-1] = ""
        hand(rows, period=period)
    before = told()
    assert before[2]["construction_transport", "presale_permits"].rows == 6
    assert (count_fills(), count_fills()) == (2, 0)
    assert not LakeFile.objects.filter(role="rows", fills__isnull=True).exists()
    shutil.rmtree(settings.LAKE)
    assert told() == before
