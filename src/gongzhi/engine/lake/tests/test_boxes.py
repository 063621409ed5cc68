"""Sealed rows: they come back whole or in part, and not at all when something was moved."""

import polars as pl
import pytest

from gongzhi.engine.crypto import Key, SealBroken
from gongzhi.engine.lake import seal_rows, unseal_rows

KEY = Key(1, "seal", bytes(range(32)), "active")
ROWS = pl.DataFrame(
    {
        "_row": pl.Series(range(2, 12), dtype=pl.UInt32),
        "who": [f"名{i}" if i % 3 else None for i in range(10)],
    }
)


@pytest.fixture
def box():
    return seal_rows(KEY, ROWS, "here", chunk_rows=4)


def test_rows_come_back(box):
    assert unseal_rows(KEY, box, "here").equals(ROWS)
    assert unseal_rows(KEY, box, "here", only=[3, 11]).equals(ROWS.filter(pl.col("_row").is_in([3, 11])))
    assert unseal_rows(KEY, box, "here", only=[99]).height == 0


def test_values_do_not_stand_in_clear(box):
    assert not any(name.encode() in box for name in ROWS["who"].drop_nulls())


def test_a_box_opens_at_its_place_alone(box):
    with pytest.raises(SealBroken):
        unseal_rows(KEY, box, "there")
    with pytest.raises(SealBroken):
        unseal_rows(KEY, b"no box", "here")
    with pytest.raises(SealBroken):
        unseal_rows(KEY, seal_rows(KEY, ROWS.head(4), "here")[:-1], "here")


def test_any_changed_byte_is_noticed(box):
    head = 8 + int.from_bytes(box[4:8], "big")
    for at in [*range(4, head), *range(head, len(box), 13)]:
        changed = bytearray(box)
        changed[at] ^= 1
        with pytest.raises(SealBroken):
            unseal_rows(KEY, bytes(changed), "here")
