"""Row hashes and content hashes: fixed for ever, blind to the order of rows, and to nothing else."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.crypto import content_hash, row_hashes, sm3

MASK = (1 << 64) - 1
MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
STARTS = (0x243F6A8885A308D3, 0x13198A2E03707344)
FOLDS = (32, 29)
cells = st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=30))
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.tuples(*[cells] * width), max_size=12).map(lambda rows: table_of(rows, width))
)


def table_of(rows, width):
    return pl.DataFrame(rows, schema={f"c{n}": pl.String for n in range(width)}, orient="row")


def finalize(h):
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        h ^= h >> 33
        h = h * multiplier & MASK
    return h ^ h >> 33


def oracle(row):
    """The documented row hash, cell by cell, in plain Python."""
    lanes = [0, 0]
    for number, cell in enumerate(row, start=1):
        data = (cell or "").encode()
        for lane in range(2):
            h = STARTS[lane] + number * MULTIPLIERS[1 - lane] & MASK
            for at in range(0, len(data), 8):
                h ^= int.from_bytes(data[at : at + 8], "little")
                h ^= h >> FOLDS[lane]
                h = h * MULTIPLIERS[lane] & MASK
            h ^= 0 if cell is None else len(data) + 1
            lanes[lane] = lanes[lane] + finalize(h) & MASK
    return tuple(finalize(lane) for lane in lanes)


@given(tables)
def test_rows_hash_as_documented(table):
    assert [tuple(row) for row in row_hashes(table).tolist()] == [oracle(row) for row in table.rows()]


def test_the_hash_is_fixed_for_ever():
    table = pl.DataFrame({"code": ["91350100M000100Y43", None, ""], "name": ["某某有限公司", "甲", None]})
    assert content_hash(row_hashes(table)).hex() == FIXED


FIXED = "907401e7d41e61b78046a69e40bd3d26db817f5f6ccd5f39b3b862d295511abf"


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
    ]
    found = row_hashes(table_of(rows, 2))
    assert len({tuple(row) for row in found.tolist()}) == len(rows)


def test_many_similar_rows_do_not_meet():
    count = 200_000
    table = pl.DataFrame(
        {"code": [f"{n:018d}" for n in range(count)], "amount": [str(n % 7) for n in range(count)]}
    )
    found = row_hashes(table)
    for at in (0, 131_071, 131_072, count - 1):  # on both sides of where one block of work ends
        assert tuple(found[at].tolist()) == oracle(table.row(at))
    for lane in range(2):
        assert len(np.unique(found[:, lane])) == count
        ones = np.unpackbits(found[:, lane].copy().view(np.uint8).reshape(count, 8), axis=1).mean(axis=0)
        assert np.abs(ones - 0.5).max() < 0.01


def test_high_bits_do_not_cancel_between_words():
    # Differences that one fold lets through (bits 63 and 31, then bit 63) must not pass both lanes.
    def words(first, second):
        return first.to_bytes(8, "little") + second.to_bytes(8, "little")

    base = words(0x4142434445464748, 0x4142434445464748)
    for fold in FOLDS:
        low = 1 << 63 - fold
        other = words(0x4142434445464748 ^ (1 << 63 | low), 0x4142434445464748 ^ (1 << 63))
        pair = [oracle_of_bytes(data) for data in (base, other)]
        assert pair[0] != pair[1]


def oracle_of_bytes(data):
    lanes = []
    for lane in range(2):
        h = STARTS[lane]
        for at in range(0, len(data), 8):
            h ^= int.from_bytes(data[at : at + 8], "little")
            h ^= h >> FOLDS[lane]
            h = h * MULTIPLIERS[lane] & MASK
        lanes.append(h)
    return tuple(lanes)


def test_sliced_tables_and_ties():
    table = pl.DataFrame({"code": ["x", "y", "z", "y"]})
    assert (row_hashes(table)[1:] == row_hashes(table.slice(1))).all()
    tied = np.array([[1, 2], [1, 1], [0, 5]], np.uint64)
    assert content_hash(tied) == content_hash(tied[::-1])
    assert content_hash(tied) != content_hash(np.array([[1, 2], [1, 2], [0, 5]], np.uint64))
    assert content_hash(row_hashes(table.clear())) == sm3(b"gongzhi/content/1\x00" + bytes(8))
