"""Old xls workbooks: what calamine hides of them is still read or said."""

from __future__ import annotations

import struct

import pytest

from gongzhi.engine.tables import Unreadable, read
from gongzhi.engine.tables.tests.packages import label, old_workbook, record


def error(row: int, column: int, code: int) -> bytes:
    return record(0x0205, struct.pack("<3H2B", row, column, 0, code, 1))


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<3Hd", row, column, 0, value))


def row_info(row: int, hidden: bool) -> bytes:
    return record(0x0208, struct.pack("<6HI", row, 0, 3, 300, 0, 0, 0x20 if hidden else 0))


def failing_formula(row: int, column: int) -> bytes:
    result = struct.pack("<6BH", 2, 0, 0x07, 0, 0, 0, 0xFFFF)
    return record(0x0006, struct.pack("<3H", row, column, 0) + result + b"\0" * 6 + struct.pack("<H", 0))


def test_errors_and_hidden_rows_and_columns(tmp_path):
    cells = record(0x007D, struct.pack("<6H", 1, 1, 2_000, 0, 1, 0))
    cells += row_info(0, hidden=False) + row_info(1, hidden=True) + row_info(2, hidden=False)
    cells += label(0, 0, "纳税人名称") + label(0, 1, "金额") + label(0, 2, "备注")
    cells += label(1, 0, "甲公司") + error(1, 1, 0x2A) + label(1, 2, "好")
    cells += label(2, 0, "乙公司") + number(2, 1, 12.5) + failing_formula(2, 2)
    (tmp_path / "a.xls").write_bytes(old_workbook(cells))
    reading = read(tmp_path / "a.xls", headings=["纳税人名称", "金额"])
    (table,) = reading.tables
    assert reading.format == "xls"
    assert table.data.rows() == [("甲公司", "#N/A", "好"), ("乙公司", "12.5", "#DIV/0!")]
    assert [(n.cell, n.before) for n in table.notices if n.code == "error_value"] == [
        ("B2", "#N/A"),
        ("C3", "#DIV/0!"),
    ]
    assert [n.cell for n in table.notices if n.code == "hidden_rows_read"] == ["2:2"]
    assert [n.cell for n in table.notices if n.code == "hidden_columns_read"] == ["B:B"]


def test_et_files_are_old_workbooks(tmp_path):
    cells = label(0, 0, "纳税人名称") + label(0, 1, "金额") + label(1, 0, "甲公司") + number(1, 1, 1.0)
    (tmp_path / "a.et").write_bytes(old_workbook(cells))
    reading = read(tmp_path / "a.et", headings=["纳税人名称", "金额"])
    assert reading.notices == ()
    assert reading.tables[0].data.rows() == [("甲公司", "1")]


@pytest.mark.parametrize(
    "again",
    [
        number(1, 1, 2.0),
        label(1, 1, "二"),
        error(1, 1, 0x2A),
        record(0x00BD, struct.pack("<2HHIHIH", 1, 0, 0, 6, 0, 6, 1)),
    ],
)
def test_a_cell_that_is_written_twice_is_named(tmp_path, again):
    cells = label(0, 0, "纳税人名称") + label(0, 1, "金额") + number(1, 1, 1.0) + number(2, 1, 3.0) + again
    (tmp_path / "a.xls").write_bytes(old_workbook(cells))
    with pytest.raises(Unreadable) as refused:
        read(tmp_path / "a.xls", headings=["纳税人名称", "金额"])
    assert (refused.value.code, refused.value.details) == ("repeated_cell", {"cell": "B2"})
