"""Cells that a sheet shows as percentages are read as people see them, in every format alike."""

from __future__ import annotations

import datetime as dt
import struct
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.tables import read
from gongzhi.engine.tables.biff import scan_biff
from gongzhi.engine.tables.percent import Percents, is_percent, percent_text
from gongzhi.engine.tables.tests.packages import label, old_workbook, record
from gongzhi.engine.tables.tests.test_open_document import content, text_cell
from gongzhi.engine.tables.tests.test_open_document import given as open_document

HEADINGS = ["纳税人名称", "金额"]
SHOWN = [("甲公司", "12.5%"), ("乙公司", "7%"), ("丙公司", "0.125"), ("丁公司", "-50%"), ("戊公司", None)]
STORED = [0.125, 0.07, 0.125, -0.5, None]
CODES = ["0.0%", "0%", "General", "0.00%;[Red]\\-0.00%", "0%"]


def rows_of(path):
    (table,) = read(path, headings=HEADINGS).tables
    return table.data.rows()


def test_xlsx(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    for (name, _), value, code in zip(SHOWN, STORED, CODES, strict=True):
        book.active.append([name, value])
        book.active.cell(book.active.max_row, 2).number_format = code
    book.save(tmp_path / "a.xlsx")
    assert rows_of(tmp_path / "a.xlsx") == SHOWN


def test_what_is_no_number_stays_as_it_is(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    for name, value in (("甲公司", "约一成"), ("乙公司", True), ("丙公司", dt.date(2021, 6, 1))):
        book.active.append([name, value])
        book.active.cell(book.active.max_row, 2).number_format = "0%" if name != "丙公司" else "yyyy-mm-dd"
    book.save(tmp_path / "a.xlsx")
    assert rows_of(tmp_path / "a.xlsx") == [
        ("甲公司", "约一成"),
        ("乙公司", "TRUE"),
        ("丙公司", "2021-06-01"),
    ]


def test_a_merged_percentage_is_filled_down_as_one(tmp_path):
    book = openpyxl.Workbook()
    for row in (HEADINGS, ["甲公司", 0.125], ["乙公司", None]):
        book.active.append(row)
    book.active["B2"].number_format = book.active["B3"].number_format = "0.0%"
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "a.xlsx")
    assert rows_of(tmp_path / "a.xlsx") == [("甲公司", "12.5%"), ("乙公司", "12.5%")]


def test_xls(tmp_path):
    codes = [(164, "0.0%"), (165, "0.00%;\\-0.00%")]
    book = b""
    for number, code in codes:
        book += record(0x041E, struct.pack("<2HB", number, len(code), 0) + code.encode())
    for number in (0, 164, 9, 165):  # styles 0 to 3
        book += record(0x00E0, struct.pack("<2H", 0, number).ljust(20, b"\0"))
    cells = label(0, 0, HEADINGS[0]) + label(0, 1, HEADINGS[1])
    for row, (name, _) in enumerate(SHOWN, 1):
        cells += label(row, 0, name)
    cells += record(0x0203, struct.pack("<3Hd", 1, 1, 1, 0.125))
    cells += record(0x027E, struct.pack("<3HI", 2, 1, 2, 7 << 2 | 3))  # a whole number in hundredths
    cells += record(0x0203, struct.pack("<3Hd", 3, 1, 0, 0.125))
    result = struct.pack("<3Hd", 4, 1, 3, -0.5) + b"\0" * 6 + struct.pack("<H", 0)
    cells += record(0x0006, result)
    # Several side by side: column C and D hold 5 as it is and 500%.
    pair = struct.pack("<HI", 0, 5 << 2 | 2) + struct.pack("<HI", 2, 5 << 2 | 2)
    cells += record(0x00BD, struct.pack("<2H", 1, 2) + pair + struct.pack("<H", 3))
    (tmp_path / "a.xls").write_bytes(old_workbook(cells, book))
    rows = rows_of(tmp_path / "a.xls")
    assert [row[:2] for row in rows] == SHOWN
    assert rows[0][2:] == ("5", "500%")


def test_formats_of_the_oldest_workbooks():
    code = record(0x041E, struct.pack("<HB", 164, 4) + b"0.0%")
    book = record(0x0809, struct.pack("<2H", 0x0500, 5)) + code
    book += record(0x00E0, struct.pack("<2H", 0, 164))
    sheet_at = len(book) + 4 + 7 + 4  # behind the place of the sheet itself and the end of the book
    book += record(0x0085, struct.pack("<IHB", sheet_at, 0, 0)) + record(0x000A)
    cells = record(0x0203, struct.pack("<3Hd", 1, 1, 0, 0.125))
    (seen,) = scan_biff(book + record(0x0809, struct.pack("<2H", 0x0500, 16)) + cells)
    assert list(seen.percents.within(1, 0, 9)) == [1]


def test_open_documents(tmp_path):
    rows = "".join(
        f"<table:table-row>{text_cell(name)}"
        f'<table:table-cell office:value-type="{kind}" office:value="{value}"><text:p>?</text:p>'
        "</table:table-cell></table:table-row>"
        for name, kind, value in (("乙公司", "percentage", 0.125), ("丙公司", "float", 0.125))
    )
    (table,) = open_document(tmp_path, **{"content.xml": content(rows)}).tables
    assert table.data.rows() == [("甲公司", "1.5"), ("乙公司", "12.5%"), ("丙公司", "0.125")]


def test_sheets_of_xml(tmp_path):
    def row(name, value, style=""):
        styled = f' ss:StyleID="{style}"' if style else ""
        return (
            f'<Row><Cell><Data ss:Type="String">{name}</Data></Cell>'
            f'<Cell{styled}><Data ss:Type="Number">{value}</Data></Cell></Row>'
        )

    rows = row("甲公司", 0.125, "p") + row("乙公司", "7.0000000000000007E-2", "q")
    rows += row("丙公司", "4.5E-2", "n") + row("丁公司", 0.5)
    (tmp_path / "a.xml").write_text(
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles>'
        '<Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style><Style ss:ID="q" ss:Parent="p"/>'
        '<Style ss:ID="n" ss:Parent="p"><NumberFormat ss:Format="0.00"/></Style></Styles>'
        '<Worksheet ss:Name="S"><Table><Column ss:Index="2" ss:StyleID="p"/>'
        '<Row><Cell><Data ss:Type="String">纳税人名称</Data></Cell>'
        f'<Cell><Data ss:Type="String">金额</Data></Cell></Row>{rows}</Table></Worksheet></Workbook>'
    )
    assert rows_of(tmp_path / "a.xml") == [
        ("甲公司", "12.5%"),
        ("乙公司", "7%"),
        ("丙公司", "0.045"),
        ("丁公司", "50%"),
    ]


@pytest.mark.parametrize(
    ("code", "percent"),
    [("0%", True), ("0.00%;[Red]-0.00%", True), ("General", False), ('0.0"%"', False), ("0\\%", False)],
)
def test_formats(code, percent):
    assert is_percent(code) is percent


@given(st.floats(-1e6, 1e6))
def test_no_digit_is_lost(value):
    text = percent_text(value)
    assert "E" not in text
    assert Decimal(text.removesuffix("%")) == Decimal(repr(value)) * 100


@given(st.sets(st.integers(0, 60)), st.integers(0, 60), st.integers(0, 60))
def test_places_come_back(places, first, rows):
    found = Percents()
    for place in sorted(places):
        found.note(place, 3)
    assert {first + i for i in found.within(3, first, rows)} == places & set(range(first, first + rows))
    assert not list(found.within(2, first, rows))
