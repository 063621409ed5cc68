"""Row hashes and content hashes: fixed for ever, blind to the order of rows, and to nothing else."""

import polars as pl
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.crypto import content_hash, row_hashes, sm3

cells = st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=300))
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.tuples(*[cells] * width), max_size=12).map(lambda rows: table_of(rows, width))
)


def table_of(rows, width):
    return pl.DataFrame(rows, schema={f"c{n}": pl.String for n in range(width)}, orient="row")


def oracle(row):
    """The documented row hash by another implementation of XXH3."""
    hashes = (
        xxhash.xxh3_128_intdigest(cell.encode(), seed=number)
        for number, cell in enumerate(row, start=1)
        if cell is not None
    )
    return sum(hashes) % (1 << 128)


def content_oracle(rows):
    body = b"".join(value.to_bytes(16, "little") for value in sorted(map(oracle, rows)))
    return sm3(b"gongzhi/content/2\x00" + len(rows).to_bytes(8, "big") + body)


@given(tables)
def test_rows_and_contents_hash_as_documented(table):
    found = row_hashes(table)
    assert found.to_list() == [oracle(row) for row in table.rows()]
    assert content_hash(found) == content_oracle(table.rows())


def test_the_hash_is_fixed_for_ever():
    table = pl.DataFrame({"code": ["91350100M000100Y43", None, ""], "name": ["某某有限公司", "甲", None]})
    assert content_hash(row_hashes(table)).hex() == FIXED


FIXED = "0d80abf2aa002636e7ee11a7f9cdb07aab274efa6187d3e992f7f693f1f164ac"


@given(tables, st.randoms())
def test_the_order_of_rows_does_not_matter(table, random):
    rows = table.rows()
    random.shuffle(rows)
    assert content_hash(row_hashes(table_of(rows, table.width))) == content_hash(row_hashes(table))


@given(tables, st.data())
def test_any_change_of_a_cell_or_a_count_matters(table, data):
    before = content_hash(row_hashes(table))
    if not table.height:
        return
    rows = [list(row) for row in table.rows()]
    at, column = data.draw(st.integers(0, table.height - 1)), data.draw(st.integers(0, table.width - 1))
    assert content_hash(row_hashes(table_of([*rows, rows[at]], table.width))) != before
    assert content_hash(row_hashes(table_of(rows[:at] + rows[at + 1 :], table.width))) != before
    rows[at][column] = data.draw(cells.filter(lambda cell: cell != table.rows()[at][column]))
    assert content_hash(row_hashes(table_of(rows, table.width))) != before


def test_cells_do_not_run_into_each_other():
    rows = [
        ("ab", "c"),
        ("a", "bc"),
        ("", "abc"),
        ("abc", ""),
        (None, "abc"),
        ("abc", None),
        ("c", "ab"),
        ("ab\0", "c"),
        (None, None),
        ("", ""),
    ]
    assert row_hashes(table_of(rows, 2)).n_unique() == len(rows)


def test_many_similar_rows_do_not_meet():
    count = 200_000
    table = pl.DataFrame(
        {"code": [f"{n:018d}" for n in range(count)], "amount": [str(n % 7) for n in range(count)]}
    )
    found = row_hashes(table).to_list()
    for half in ({value % (1 << 64) for value in found}, {value >> 64 for value in found}):
        assert len(half) == count


def test_slices_types_and_nothing():
    table = pl.DataFrame({"code": ["x", "y", "z", "y"], "count": [1, 2, None, 4]})
    assert row_hashes(table)[1:].to_list() == row_hashes(table.slice(1)).to_list()
    assert row_hashes(table).to_list() == row_hashes(table.cast(pl.String)).to_list()
    assert content_hash(row_hashes(table.clear())) == sm3(b"gongzhi/content/2\x00" + bytes(8))
