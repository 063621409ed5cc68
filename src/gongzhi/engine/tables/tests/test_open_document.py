"""OpenDocument sheets: read like the others, refused like the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongzhi.engine.tables import Limits, Reading, Unreadable, read
from gongzhi.engine.tables.tests.packages import packed

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
MIME = b"application/vnd.oasis.opendocument.spreadsheet"
ROWS = (
    "<table:table-row>{}{}</table:table-row><table:table-row>{}"
    '<table:table-cell office:value-type="float" office:value="1.5"><text:p>1.5</text:p></table:table-cell>'
    "</table:table-row>"
)


def text_cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def content(more: str = "", prolog: str = "") -> bytes:
    rows = ROWS.format(text_cell("纳税人名称"), text_cell("金额"), text_cell("甲公司"))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        f'<office:document-content xmlns:office="{OFFICE}:office:1.0" '
        f'xmlns:table="{OFFICE}:table:1.0" xmlns:text="{OFFICE}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="表">{rows}{more}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    ).encode()


def given(folder: Path, **parts: bytes) -> Reading:
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    found = {"mimetype": MIME, "content.xml": content(), "META-INF/manifest.xml": manifest}
    (folder / "a.ods").write_bytes(packed(found | {k.replace("__", "/"): v for k, v in parts.items()}))
    return read(folder / "a.ods", headings=["纳税人名称", "金额"], limits=Limits(seconds=30))


def test_open_document_is_read(tmp_path):
    reading = given(tmp_path)
    assert reading.format == "ods"
    assert reading.tables[0].data.rows() == [("甲公司", "1.5")]


def test_what_is_hidden_or_was_not_calculated_is_said(tmp_path):
    error = 'office:value-type="string" calcext:value-type="error" xmlns:calcext="urn:x:calcext:1.0"'
    rows = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    rows += f'<table:table-row table:visibility="filter">{text_cell("乙公司")}'
    rows += f'<table:table-cell table:formula="of:=1/0" {error}><text:p>#DIV/0!</text:p></table:table-cell>'
    rows += f"</table:table-row><table:table-row>{text_cell('丙公司')}"
    rows += '<table:table-cell table:formula="of:=1+1"/></table:table-row>'
    (table,) = given(tmp_path, **{"content.xml": content(rows)}).tables
    assert table.data.rows() == [("甲公司", "1.5"), ("乙公司", "#DIV/0!"), ("丙公司", None)]
    assert table.rows.to_list() == [2, 5, 6]
    assert {(n.code, n.cell) for n in table.notices} == {
        ("hidden_rows_read", "5:5"),
        ("error_value", "B5"),
        ("formula_without_value", "B6"),
    }


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        ({"content.xml": content(prolog="<!DOCTYPE x>")}, {"xml_entities"}),
        ({"META-INF__manifest.xml": b"<m><encryption-data/></m>"}, {"encrypted"}),
        ({"Basic__Standard__Module1.xml": b"<a/>"}, {"macros"}),
        ({"content.xml": content()[:-80]}, {"corrupt"}),
    ],
)
def test_open_document_refusals(tmp_path, parts, codes):
    with pytest.raises(Unreadable) as refusal:
        given(tmp_path, **parts)
    assert refusal.value.code in codes


def test_repeated_cells_do_not_fill_the_memory(tmp_path):
    far = (
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="16000"><text:p>x</text:p></table:table-cell></table:table-row>'
    )
    with pytest.raises(Unreadable) as refusal:
        given(tmp_path, **{"content.xml": content(far)})
    assert refusal.value.code in {"too_big", "too_slow", "reader_died", "too_many_columns", "corrupt"}
