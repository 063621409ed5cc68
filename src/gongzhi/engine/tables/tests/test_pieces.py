"""Text that is parsed in pieces is read as if it came in one, wherever the cuts would fall."""

import os
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.tables import delimited, encoding
from gongzhi.engine.tables.encoding import open_text
from gongzhi.engine.tables.header import HeadingSet
from gongzhi.engine.tables.model import Limits, Unreadable

PLAIN = st.sampled_from(["", "a", "中文", "1.5", " ", "x y", "#c"])
QUOTED = st.sampled_from(['"a"', '""', '"a\nb"', '"a,b"', '"说""话"', '"\n\n"'])


def in_memory(data):
    fd = os.memfd_create("text")
    os.write(fd, data)
    return fd


def rows_of(data, piece):
    """Every row of a text, parsed in pieces of so many bytes; the code of a refusal."""
    fd = in_memory(data)
    try:
        with mock.patch.object(delimited, "_PIECE", piece):
            grid = delimited.delimited_grid(open_text(fd), HeadingSet([]), Limits(), 1)
            return [row for frame in grid.frames(0) for row in frame.rows()]
    except Unreadable as refusal:
        return refusal.code
    finally:
        os.close(fd)


@given(
    st.lists(st.lists(st.one_of(PLAIN, QUOTED), min_size=1, max_size=4), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.integers(1, 40),
)
def test_where_the_text_is_cut_does_not_matter(lines, eol, ended, piece):
    data = eol.join(",".join(line) for line in [["甲", "乙", "丙", "丁"], *lines]) + (eol if ended else "")
    assert rows_of(data.encode(), piece) == rows_of(data.encode(), 1 << 20)


@pytest.mark.parametrize("before", [0, 1, 2, 3, 7, 8, 9])
def test_damage_is_found_wherever_a_window_ends(monkeypatch, before):
    monkeypatch.setattr(encoding, "_WINDOW", 8)
    fd = in_memory("，".encode() * 3 + b"x" * before + "\ufffd".encode() + b"\n")
    try:
        assert [notice.code for notice in open_text(fd).notices] == ["damaged_characters"]
    finally:
        os.close(fd)
