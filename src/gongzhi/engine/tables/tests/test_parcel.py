"""What comes back from the child is checked before it is believed."""

from __future__ import annotations

import os

import polars as pl
import pytest

from gongzhi.engine.tables import Unreadable
from gongzhi.engine.tables.parcel import ROW, ParcelWriter, unpack

TEXT = "一段足够长的文字，放在正文缓冲区里"


@pytest.fixture
def parcel():
    fd = os.memfd_create("parcel")
    writer = ParcelWriter(fd)
    for first in (2, 5):
        rows = pl.Series(ROW, range(first, first + 3), dtype=pl.UInt32)
        writer.add(pl.DataFrame({"g0": [TEXT, None, "短"], "g1": ["a", "b", None]}).with_columns(rows))
    pieces = writer.take()
    writer.close()
    yield fd, pieces
    os.close(fd)


def test_pieces_arrive_in_order_with_chosen_columns(parcel):
    data, rows = unpack(*parcel, ["g1", "g0"])
    assert data.columns == ["c0", "c1"]
    assert data.rows() == [("a", TEXT), ("b", None), (None, "短")] * 2
    assert rows.to_list() == [2, 3, 4, 5, 6, 7]


def test_pieces_begin_where_they_can_be_used_in_place(parcel):
    assert all(start % 64 == 0 for start, _, _ in parcel[1])


def test_rewind_forgets_what_was_not_taken():
    fd = os.memfd_create("parcel")
    writer = ParcelWriter(fd)
    frame = pl.DataFrame({"g0": ["x"], ROW: pl.Series([1], dtype=pl.UInt32)})
    writer.add(frame)
    kept = writer.take()
    writer.add(frame)
    writer.rewind()
    assert writer.take() == []
    writer.close()
    assert unpack(fd, kept, ["g0"])[0].rows() == [("x",)]
    os.close(fd)


def test_text_that_is_no_text_is_not_believed(parcel):
    fd, pieces = parcel
    place = os.pread(fd, os.fstat(fd).st_size, 0).index(TEXT.encode())
    os.pwrite(fd, b"\xff\xfe", place + 12)
    with pytest.raises(Unreadable) as refusal:
        unpack(fd, pieces, ["g0", "g1"])
    assert refusal.value.code == "reader_died"


@pytest.mark.parametrize("piece", [[0, 10, 1], [64, 1 << 40, 1], [3, 200, 1]])
def test_pieces_that_are_not_there_are_not_believed(parcel, piece):
    with pytest.raises(Unreadable):
        unpack(parcel[0], [piece], ["g0", "g1"])
