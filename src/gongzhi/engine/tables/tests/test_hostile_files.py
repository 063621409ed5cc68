"""Files that break readers: each is refused with its reason, or read as it should be; nothing dies."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from gongzhi.engine.tables import Limits, Unreadable, read
from gongzhi.engine.tables.tests.packages import (
    ENTITIES,
    GOOD,
    ROWS,
    TYPES_WITH_MACRO,
    XML,
    bomb,
    book,
    cell,
    central,
    end_record,
    lying_size,
    ole,
    overlapping,
    packed,
    parts,
    patched,
    prefixed,
    sheet_xml,
    strings,
    with_columns,
    with_row,
    with_sheet,
    with_value,
)

HEADINGS = ["纳税人名称", "金额"]
LIMITS = Limits(seconds=20, resident_bytes=800 << 20, unpacked_bytes=512 << 20)
CSV = "纳税人名称,金额\n甲公司,1\n"
LONG = "长" * 32_768
BOMB_XML = (XML + ENTITIES + "<a/>").encode()
UTF16_SHEET = sheet_xml().decode().replace("UTF-8", "UTF-16").encode("utf-16")
FAR_EMPTY = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
AGAIN = '<c r="B2"><v>2</v></c>'
STYLED = '</v></c><c s="0" r="B2"><v>2</v></c>'
MANY_ROWS = "".join(f'<row r="{row}">{cell(f"A{row}", "甲公司")}</row>' for row in range(3, 60_000))
UPSIDE_DOWN = "</row>".join([*ROWS.split("</row>")[1::-1], ""])
ENDLESS_MERGE = '<mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
OTHER_NAME = GOOD.replace(b"[Content_Types]", b"[Xontent_Types]", 1)
OTHER_SUM = patched(patched(GOOD, 14, b"abcd"), central(GOOD) + 16, b"abcd")
XML_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
LOCKED = ole("Workbook", tail=struct.pack("<HHHH", 0x809, 2, 0x600, 0x2F) + b"\0" * 8)
DAMAGED = "纳税人名称,金额\n".encode() + "\ufffd\ufffd公司,1\n".encode() * 20
OPEN_QUOTE = ('纳税人名称,金额\n"甲公司,1\n' + "乙公司,2\n" * 100).encode()
MANY_KEYS = json.dumps([{f"k{i}": i for i in range(5_000)}]).encode()
NO_SHEET = {name: data for name, data in parts().items() if "sheet1" not in name}

# (class and name, ending, content, the code of the refusal or the number of rows read)
CASES: list[tuple[str, str, bytes, str | int]] = [
    ("good", ".xlsx", GOOD, 1),
    ("container empty", ".xlsx", b"", "empty_file"),
    ("container cut", ".xlsx", GOOD[: len(GOOD) // 2], "corrupt"),
    ("container only magic", ".xlsx", b"PK\x03\x04", "corrupt"),
    ("container no parts", ".xlsx", b"PK\x05\x06" + b"\0" * 18, "bad_container"),
    ("container prefix", ".xlsx", b"PK\x03\x04" + b"x" * 60 + GOOD, "bad_container"),
    ("container suffix", ".xlsx", GOOD + b"tail", "bad_container"),
    ("container comment", ".xlsx", patched(GOOD, len(GOOD) - 2, b"\x04\0") + b"tail", "bad_container"),
    ("container two ends", ".xlsx", GOOD + GOOD[end_record(GOOD) :], "bad_container"),
    ("container several disks", ".xlsx", patched(GOOD, end_record(GOOD) + 4, b"\1\0"), "bad_container"),
    ("container wrong count", ".xlsx", patched(GOOD, end_record(GOOD) + 8, b"\2\0\2\0"), "bad_container"),
    ("container wrong offset", ".xlsx", patched(GOOD, end_record(GOOD) + 16, b"\1\0\0\0"), "bad_container"),
    ("container encrypted flag", ".xlsx", patched(GOOD, central(GOOD) + 8, b"\1\0"), "encrypted"),
    ("container strange method", ".xlsx", patched(GOOD, central(GOOD) + 10, b"\x0e\0"), "bad_container"),
    ("container other name locally", ".xlsx", OTHER_NAME, "bad_container"),
    ("container other size locally", ".xlsx", patched(GOOD, 22, b"\1\0\0\0"), "bad_container"),
    ("container wrong checksum", ".xlsx", OTHER_SUM, "corrupt"),
    ("container broken data", ".xlsx", patched(GOOD, 60, b"\xff\xff\xff\xff"), "corrupt"),
    ("container overlap", ".xlsx", overlapping(), "bad_container"),
    ("container case twin", ".xlsx", book(XL__worksheets__Sheet1_dot_xml=b"<a/>"), "bad_container"),
    (
        "container slash twin",
        ".xlsx",
        packed(parts() | {"xl\\worksheets\\sheet1.xml": b"<a/>"}),
        "bad_container",
    ),
    ("container climbing name", ".xlsx", packed(parts() | {"../evil.xml": b"<a/>"}), "bad_container"),
    ("container absolute name", ".xlsx", packed(parts() | {"/etc/evil.xml": b"<a/>"}), "bad_container"),
    ("container stored", ".xlsx", packed(parts(), zipfile.ZIP_STORED), 1),
    ("container named csv", ".csv", GOOD, 1),
    ("kind docx", ".xlsx", packed({"word/document.xml": b"<a/>"}), "not_a_table"),
    ("kind plain zip", ".zip", packed({"a.csv": CSV.encode()}), "not_a_table"),
    ("kind xlsb", ".xlsb", packed({"xl/workbook.bin": b"x"}), "binary_workbook"),
    ("kind pdf", ".xlsx", b"%PDF-1.7\n", "not_a_table"),
    ("kind png", ".csv", b"\x89PNG\r\n\x1a\n", "not_a_table"),
    ("kind program", ".csv", b"MZ\x90\0\3\0", "not_a_table"),
    ("kind 2003 xml", ".xls", XML_2003, "empty_workbook"),
    ("kind html page", ".xls", "<html><body>请登录</body></html>".encode(), "not_a_table"),
    ("bomb ratio", ".xlsx", bomb(100 << 20), "zip_bomb"),
    ("bomb total", ".xlsx", bomb(600 << 20), "zip_bomb"),
    ("bomb lying size", ".xlsx", lying_size(), "zip_bomb"),
    ("macro project", ".xlsx", book(xl__vbaProject_dot_bin=b"x"), "macros"),
    ("macro sheet", ".xlsx", book(xl__macrosheets__sheet1_dot_xml=b"<a/>"), "macros"),
    ("macro type", ".xlsm", packed(parts() | {"[Content_Types].xml": TYPES_WITH_MACRO}), "macros"),
    ("macro activex", ".xlsx", book(xl__activeX__activeX1_dot_xml=b"<a/>"), "macros"),
    ("embedded object", ".xlsx", book(xl__embeddings__o1_dot_bin=b"MZ"), 1),
    ("external link", ".xlsx", book(xl__externalLinks__externalLink1_dot_xml=b"<a/>"), 1),
    ("xml doctype in sheet", ".xlsx", with_sheet(prolog=XML + ENTITIES), "xml_entities"),
    ("xml doctype in workbook", ".xlsx", book(xl__workbook_dot_xml=BOMB_XML), "xml_entities"),
    ("xml doctype in strings", ".xlsx", book(xl__sharedStrings_dot_xml=BOMB_XML), "xml_entities"),
    ("xml doctype late", ".xlsx", with_sheet(after=" " * 5_000_000 + "<!DOCTYPE x>"), "xml_entities"),
    ("xml utf-16", ".xlsx", packed(parts(UTF16_SHEET)), "xml_encoding"),
    ("xml declared utf-7", ".xlsx", with_sheet(prolog=XML.replace("UTF-8", "UTF-7")), "xml_encoding"),
    ("xml broken workbook", ".xlsx", book(xl__workbook_dot_xml=b"<workbook>"), "corrupt"),
    ("xml broken sheet", ".xlsx", packed(parts(sheet_xml()[:-60])), "corrupt"),
    ("xml missing sheet", ".xlsx", packed(NO_SHEET), "corrupt"),
    ("xml prefixed", ".xlsx", prefixed(), 1),
    ("geometry stray corner", ".xlsx", with_row(1_048_576, "XFD1048576"), "stray_cell"),
    (
        "geometry stray column",
        ".xlsx",
        with_sheet(ROWS.replace("</row>", cell("XFD1", "x") + "</row>", 1)),
        "stray_cell",
    ),
    ("geometry far empty cell", ".xlsx", with_sheet(ROWS + FAR_EMPTY), 1),
    (
        "geometry cell twice",
        ".xlsx",
        with_sheet(ROWS.replace("</v></c>", "</v></c>" + AGAIN)),
        "repeated_cell",
    ),
    (
        "geometry cell twice in a row",
        ".xlsx",
        with_sheet(ROWS + f'<row r="2">{AGAIN}</row>'),
        "repeated_cell",
    ),
    (
        "geometry cell twice, empty once",
        ".xlsx",
        with_sheet(ROWS.replace("</v></c>", '</v></c><c r="B2"/>')),
        1,
    ),
    (
        "geometry cell twice, style first",
        ".xlsx",
        with_sheet(ROWS.replace("</v></c>", STYLED)),
        "repeated_cell",
    ),
    (
        "geometry row twice, far apart",
        ".xlsx",
        with_sheet(ROWS + MANY_ROWS + f'<row r="2">{AGAIN}</row>'),
        "repeated_cell",
    ),
    ("geometry rows upside down", ".xlsx", with_sheet(UPSIDE_DOWN), 1),
    ("geometry beyond excel", ".xlsx", with_row(4_000_000_000, "A4000000000"), "too_many_rows"),
    ("geometry wrong dimension", ".xlsx", with_sheet(before='<dimension ref="A1:XFD1048576"/>'), 1),
    ("geometry small dimension", ".xlsx", with_sheet(before='<dimension ref="A1"/>'), 1),
    ("geometry many columns", ".xlsx", with_columns(5_000), "too_many_columns"),
    ("geometry lying string count", ".xlsx", book(**strings("4294967295")), "dies or reads"),
    ("geometry endless merge", ".xlsx", with_sheet(after=ENDLESS_MERGE), 1),
    ("formula without value", ".xlsx", with_value("<f>1+1</f>"), 1),
    ("formula dde", ".xlsx", with_value("<f>cmd|'/c calc'!A0</f><v>1</v>"), 1),
    ("value too long", ".xlsx", with_sheet(ROWS.replace("甲公司", LONG)), "cell_too_long"),
    ("old encrypted package", ".xlsx", ole("EncryptedPackage", "EncryptionInfo"), "encrypted"),
    ("old macros", ".xls", ole("Workbook", "_VBA_PROJECT_CUR"), "macros"),
    ("old password", ".xls", LOCKED, "encrypted"),
    ("old word", ".xls", ole("WordDocument"), "not_a_table"),
    ("old cut", ".xls", ole("Workbook")[:600], "corrupt"),
    ("old garbage", ".xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5_000, "corrupt"),
    ("old broken stream", ".xls", ole("Workbook", tail=b"\xff" * 512), "corrupt"),
    ("text nul", ".csv", b"a,b\n1,\x002\n", "nul_bytes"),
    ("text utf-16 without mark", ".csv", CSV.encode("utf-16-le"), "nul_bytes"),
    ("text two encodings", ".csv", CSV.encode() * 50 + "乙公司,2\n".encode("gb18030"), "mixed_encoding"),
    ("text no encoding", ".csv", b"a,b\n\xff\xff\xff,1\n", "unknown_encoding"),
    ("text damaged", ".csv", DAMAGED, "damaged_text"),
    ("text only mark", ".csv", b"\xef\xbb\xbf", "empty_file"),
    ("text only blanks", ".csv", b" \n\n \n", "empty_file"),
    ("text open quote", ".csv", OPEN_QUOTE, "broken_quotes"),
    ("text long cell", ".csv", f"纳税人名称,金额\n{LONG},1\n".encode(), "cell_too_long"),
    ("text one long line", ".csv", b"a," * 3_000_000, "too_many_columns"),
    ("text only heading", ".csv", "纳税人名称,金额\n".encode(), "no_rows"),
    ("text prose", ".txt", "您好，数据随后报送。\n谢谢。\n".encode(), "no_table"),
    ("json empty list", ".json", b"[]", "empty_file"),
    ("json number", ".json", b"17", "no_table"),
    ("json broken", ".json", b'[{"a": 1},', "broken_json"),
    ("json nan", ".json", b'[{"a": NaN}]', "broken_json"),
    ("json repeated key", ".json", '[{"金额": 1, "金额": 2}]'.encode(), "json_repeated_key"),
    ("json deep", ".json", b"[" * 200_000 + b"]" * 200_000, "json_too_deep"),
    ("json many columns", ".json", MANY_KEYS, "too_many_columns"),
    ("json long value", ".json", json.dumps([{"纳税人名称": LONG, "金额": 1}]).encode(), "cell_too_long"),
    ("json lone surrogate", ".json", b'[{"a": "\\ud800", "b": 1}]', "broken_json"),
]


@pytest.mark.parametrize(("name", "ending", "content", "expected"), CASES, ids=[c[0] for c in CASES])
def test_hostile_file(tmp_path, name, ending, content, expected):
    path = tmp_path / f"a{ending}"
    path.write_bytes(content)
    before = path.stat().st_mtime_ns, zlib.crc32(content)
    try:
        outcome: str | int = sum(t.data.height for t in read(path, headings=HEADINGS, limits=LIMITS).tables)
    except Unreadable as refusal:
        outcome = refusal.code
    if expected == "dies or reads":
        assert outcome in {1, "reader_died", "too_big"}
    else:
        assert outcome == expected
    assert (path.stat().st_mtime_ns, zlib.crc32(path.read_bytes())) == before


UTF8 = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("ending", "content", "code", "line"),
    [
        (
            ".csv",
            UTF8 + CSV.encode() * 50 + "乙公司,2\n".encode("gb18030"),
            "mixed_encoding",
            50 * CSV.count("\n") + 1,
        ),
        (".csv", UTF8 + b"a,b\n" + b"1,2\n" * 600_000 + b"\xe7,2\n3,4\n", "mixed_encoding", 600_002),
        (".json", b'[{"a": "NaN"},\n {"b": -Infinity}]', "broken_json", 2),
        (".json", b'[{"a": "\\ud83d\\ude00", "b": 1},\n\n {"a": "\\udc00"}]', "broken_json", 3),
        (".json", b'[{"a": "\\\\ud800", "b": 1},\n {"a": "\\ud800 "}]', "broken_json", 2),
        (".json", b'[{"a": 1, "b": 1},\n{"a": "\\ud800"}]', "broken_json", 2),
    ],
)
def test_the_line_is_told_wherever_it_breaks(tmp_path, ending, content, code, line):
    path = tmp_path / f"a{ending}"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as refusal:
        read(path, headings=HEADINGS, limits=LIMITS)
    assert (refusal.value.code, refusal.value.details["line"]) == (code, str(line))


def limited(tmp_path: Path, build: Callable[[Path], None], limits: Limits) -> str:
    build(tmp_path / "a.xlsx")
    with pytest.raises(Unreadable) as refusal:
        read(tmp_path / "a.xlsx", headings=HEADINGS, limits=limits)
    return refusal.value.code


def wide_workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(3_000):
        sheet.write_row(row, 0, [f"值{row}-{column}" for column in range(100)])
    book.close()


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(resident_bytes=1 << 20), "too_big"),
        (Limits(seconds=0.05), "too_slow"),
        (Limits(file_bytes=1_000), "file_too_large"),
        (Limits(columns=50), "too_many_columns"),
        (Limits(rows=100), "too_many_rows"),
        (Limits(result_bytes=10_000), "too_big"),
        (Limits(address_bytes=64 << 20), "reader_died"),
    ],
)
def test_limits_end_in_refusals(tmp_path, limits, code):
    assert limited(tmp_path, wide_workbook, limits) == code
