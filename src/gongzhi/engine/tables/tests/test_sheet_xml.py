"""XML spreadsheets of 2003 and web pages named xls: read as what they are, or refused with a reason."""

from __future__ import annotations

import pytest

from gongzhi.engine.tables import Limits, Unreadable, read
from gongzhi.engine.tables.tests.packages import book

HEADINGS = ["纳税人名称", "统一社会信用代码", "登记日期", "金额", "备注"]
HEAD = "".join(
    f'<Cell><Data ss:Type="String">{name}</Data></Cell>'
    for name in ("纳税人名称", "统一社会信用代码", "登记日期", "金额", "备注")
)
ROWS = f"""
<Column ss:Index="5" ss:Hidden="1"/>
<Row><Cell ss:MergeAcross="4"><Data ss:Type="String">登记表</Data></Cell></Row>
<Row>{HEAD}</Row>
<Row ss:Hidden="1"><Cell ss:MergeDown="1"><Data ss:Type="String">甲公司</Data></Cell>
 <Cell><Data ss:Type="Number">913306020000000001</Data></Cell>
 <Cell><Data ss:Type="DateTime">2026-03-12T00:00:00.000</Data></Cell>
 <Cell><Data ss:Type="Number">1234.50</Data></Cell>
 <Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>好</B>的</ss:Data>
  <Comment><ss:Data xmlns="http://www.w3.org/TR/REC-html40">批注</ss:Data></Comment></Cell></Row>
<Row><Cell ss:Index="3"><Data ss:Type="DateTime">2026-03-13T08:30:00.000</Data></Cell>
 <Cell ss:Formula="=R[-1]C*2"/><Cell><Data ss:Type="Error">#N/A</Data></Cell></Row>
<Row ss:Index="7"><Cell><Data ss:Type="String">乙公司</Data></Cell>
 <Cell ss:Index="4"><Data ss:Type="Number">9.14E+17</Data></Cell></Row>
<Row ss:Span="9"/><Row ss:Height="20"><Cell ss:StyleID="s1"/></Row>
"""


def xml(rows: str = ROWS, prolog: str = '<?xml version="1.0"?>', more: str = "") -> str:
    names = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    names += 'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" '
    names += 'xmlns:x="urn:schemas-microsoft-com:office:excel"'
    return (
        f'{prolog}<?mso-application progid="Excel.Sheet"?><Workbook {names}><Styles/>'
        f'<Worksheet ss:Name="登记"><Table>{rows}</Table><x:WorksheetOptions>'
        f"<x:Visible>SheetVisible</x:Visible></x:WorksheetOptions></Worksheet>{more}</Workbook>"
    )


@pytest.fixture
def reading(tmp_path):
    def run(text, name="导出.xls", encoding="utf-8", limits=None):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read(tmp_path / name, headings=HEADINGS, limits=limits or Limits())

    return run


@pytest.mark.parametrize(
    ("prolog", "encoding"),
    [
        ('<?xml version="1.0"?>', "utf-8"),
        ('<?xml version="1.0" encoding="UTF-8"?>', "utf-8-sig"),
        ('<?xml version="1.0" encoding="gb2312"?>', "gb18030"),
        ('<?xml version="1.0" encoding="UTF-16"?>', "utf-16"),
    ],
)
def test_it_is_read_cell_by_cell(reading, prolog, encoding):
    found = reading(xml(prolog=prolog), encoding=encoding)
    assert found.format == "sheet_xml"
    (table,) = found.tables
    assert (table.sheet, table.header_row) == ("登记", 2)
    assert table.rows.to_list() == [3, 4, 7]
    assert table.data.rows() == [
        ("甲公司", "913306020000000001", "2026-03-12", "1234.50", "好的"),
        ("甲公司", None, "2026-03-13 08:30:00", None, "#N/A"),
        ("乙公司", None, None, "9.14E+17", None),
    ]


def test_what_is_odd_is_said(reading):
    found = reading(xml())
    said = {(n.code, n.cell) for n in found.tables[0].notices}
    assert {
        ("hidden_rows_read", "3:3"),
        ("hidden_columns_read", "E:E"),
        ("formula_without_value", "D4"),
        ("error_value", "E4"),
    } <= said
    assert [(n.code, n.before) for n in found.notices if n.code == "extension_mismatch"] == [
        ("extension_mismatch", ".xls")
    ]


def test_several_sheets_and_a_hidden_one(reading):
    more = '<Worksheet ss:Name="空"><Table/></Worksheet><Worksheet ss:Name="五月"><Table>' + ROWS
    more += '</Table></Worksheet><Worksheet ss:Name="藏"><Table>' + ROWS + "</Table><x:WorksheetOptions>"
    more += "<x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>"
    found = reading(xml(more=more))
    assert [(t.sheet, t.data.height) for t in found.tables] == [("登记", 3), ("五月", 3)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (xml(prolog='<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "lol">]>'), "xml_entities"),
        (xml()[:-40], "corrupt"),
        (xml("<Row ss:Index='1048577'/>"), "too_many_rows"),
        (
            xml(ROWS + '<Row ss:Index="1048000"><Cell ss:Index="900"><Data>x</Data></Cell></Row>'),
            "stray_cell",
        ),
        (xml('<Row><Cell ss:Index="99999"><Data>x</Data></Cell></Row>'), "too_many_columns"),
        (xml("<Row/>"), "empty_workbook"),
        ("<?xml version='1.0'?><a/>", "not_a_table"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "web_archive"),
    ],
)
def test_what_must_not_be_read_is_refused(reading, text, code):
    with pytest.raises(Unreadable) as refusal:
        reading(text)
    assert refusal.value.code == code


def test_a_binary_workbook_is_refused_by_its_name(reading):
    binary = book().replace(b"xl/workbook.xml", b"xl/workbook.bin")
    with pytest.raises(Unreadable) as refusal:
        reading(binary, name="a.xlsb")
    assert refusal.value.code == "binary_workbook"


def test_a_web_page_in_utf_16_is_no_text(reading):
    page = "<html><body><table><tr><td>纳税人名称</td><td>金额</td></tr>"
    page += "<tr><td>甲公司</td><td>1</td></tr></table>"
    found = reading(page, encoding="utf-16")
    assert (found.format, found.tables[0].data.rows()) == ("html", [("甲公司", "1")])


def test_what_was_filled_down_is_told_in_pages_as_in_workbooks(tmp_path):
    (tmp_path / "a.html").write_text(
        "<table><tr><th rowspan=2>纳税人名称<th colspan=2>情况</tr><tr><th>金额<th>备注</tr>"
        "<tr><td rowspan=9>甲公司<td>1<td>好</tr><tr><td>2<td>坏</tr></table>"
    )
    (table,) = read(tmp_path / "a.html", headings=["纳税人名称", "金额", "备注"]).tables
    assert table.data.rows() == [("甲公司", "1", "好"), ("甲公司", "2", "坏")]
    assert [(n.cell, n.after) for n in table.notices if n.code == "merged_filled"] == [("A3:A4", "甲公司")]


@pytest.mark.parametrize(
    "again",
    [
        '<Row ss:Index="3"><Cell ss:Index="4"><Data ss:Type="Number">2</Data></Cell></Row>',
        '<Row ss:Index="8"><Cell><Data ss:Type="String">丙</Data></Cell>'
        '<Cell ss:Index="1"><Data ss:Type="String">丁</Data></Cell></Row>',
    ],
)
def test_a_cell_that_is_written_twice_is_named(tmp_path, again):
    (tmp_path / "a.xls").write_text(xml(ROWS + again), "utf-8")
    with pytest.raises(Unreadable) as refused:
        read(tmp_path / "a.xls", headings=HEADINGS)
    assert refused.value.code == "repeated_cell"
    assert refused.value.details["cell"] in {"D3", "A8"}
