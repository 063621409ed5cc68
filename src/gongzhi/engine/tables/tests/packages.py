"""Builders of small office files, good ones and broken ones, byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PKG = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def cell(ref: str, text: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


ROWS = (
    f'<row r="1">{cell("A1", "纳税人名称")}{cell("B1", "金额")}</row>'
    f'<row r="2">{cell("A2", "甲公司")}<c r="B2"><v>1</v></c></row>'
)


def sheet_xml(rows: str = ROWS, before: str = "", after: str = "", prolog: str = XML) -> bytes:
    return (
        f'{prolog}<worksheet xmlns="{NS}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'.encode()
    )


def relations(*pairs: str) -> str:
    """A relations part: kind, target, kind, target …"""
    items = "".join(
        f'<Relationship Id="r{i // 2 + 1}" Type="{REL}/{pairs[i]}" Target="{pairs[i + 1]}"/>'
        for i in range(0, len(pairs), 2)
    )
    return f'{XML}<Relationships xmlns="{PKG}/relationships">{items}</Relationships>'


def parts(sheet: bytes | None = None, **more: bytes) -> dict[str, bytes]:
    """The parts of a small good workbook; `more` replaces or adds (__ stands for /, _dot_ for a dot)."""
    found = {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PKG}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument'
        '.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": relations("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'{XML}<workbook xmlns="{NS}" xmlns:r="{REL}"><sheets>'
        '<sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations("worksheet", "worksheets/sheet1.xml"),
    }
    data = {name: text.encode() for name, text in found.items()}
    data["xl/worksheets/sheet1.xml"] = sheet_xml() if sheet is None else sheet
    return data | {name.replace("__", "/").replace("_dot_", "."): value for name, value in more.items()}


def packed(content: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return out.getvalue()


GOOD = packed(parts())


def end_record(data: bytes) -> int:
    return data.rfind(b"PK\x05\x06")


def patched(data: bytes, place: int, value: bytes) -> bytes:
    return data[:place] + value + data[place + len(value) :]


def central(data: bytes, number: int = 0) -> int:
    place = struct.unpack_from("<I", data, end_record(data) + 16)[0]
    for _ in range(number):
        name, extra, comment = struct.unpack_from("<3H", data, place + 28)
        place += 46 + name + extra + comment
    return place


def overlapping() -> bytes:
    """Several names for the same packed bytes: the directory points twice at one part."""
    place = central(GOOD)
    entry_end = central(GOOD, 1)
    entry = GOOD[place:entry_end]
    end = GOOD[end_record(GOOD) :]
    count = struct.unpack_from("<H", end, 8)[0] + 1
    size = struct.unpack_from("<I", end, 12)[0] + len(entry)
    end = end[:8] + struct.pack("<HHI", count, count, size) + end[16:]
    renamed = entry.replace(b"[Content_Types].xml", b"[Content_Typez].xml")
    return GOOD[: end_record(GOOD)] + renamed + end


def lying_size() -> bytes:
    """The sheet unpacks to more than the directory says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts().items():
            archive.writestr(name, content)
        archive.writestr("xl/more.xml", b"<a>" + b" " * 100_000 + b"</a>")
    data = out.getvalue()
    number = len(parts())
    place = central(data, number)
    header = struct.unpack_from("<I", data, place + 42)[0]
    data = patched(data, place + 24, struct.pack("<I", 10))
    return patched(data, header + 22, struct.pack("<I", 10))


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts().items():
            archive.writestr(name, content)
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            part.write(b"<sst>")
            for _ in range(size >> 20):
                part.write(b" " * (1 << 20))
            part.write(b"</sst>")
    return out.getvalue()


def ole(*names: str, tail: bytes = b"") -> bytes:
    """A minimal old office file with these streams, the first of them in sector 2."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<5H", 62, 3, 0xFFFE, 9, 6)
    header += (
        b"\0" * 10 + struct.pack("<IIII", 1, 1, 0, 4096) + struct.pack("<5I", 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    )
    header = header.ljust(76, b"\0")[:76] + struct.pack("<I", 0) + b"\xff" * (108 * 4)
    fat = struct.pack("<4I", 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE, 0xFFFFFFFE).ljust(512, b"\xff")
    folder = b""
    for name in ("Root Entry", *names):
        raw = name.encode("utf-16-le") + b"\0\0"
        folder += (
            raw.ljust(64, b"\0")
            + struct.pack("<HB", len(raw), 2)
            + b"\0" * 49
            + struct.pack("<III", 2, 4_096, 0)
        )
    return header + fat + folder.ljust(512, b"\0")[:512] + tail.ljust(4_096, b"\0")


def strings(count: str) -> dict[str, bytes]:
    shared = f'{XML}<sst xmlns="{NS}" count="{count}" uniqueCount="{count}"><si><t>甲</t></si></sst>'.encode()
    rels = relations("worksheet", "worksheets/sheet1.xml", "sharedStrings", "sharedStrings.xml").encode()
    return {"xl__sharedStrings_dot_xml": shared, "xl___rels__workbook_dot_xml_dot_rels": rels}


ENTITIES = '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;&x;">]>'
TYPES_WITH_MACRO = parts()["[Content_Types].xml"].replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")


def book(**more: bytes) -> bytes:
    """A small good workbook with these parts replaced or added."""
    return packed(parts(**more))


def with_sheet(rows: str = ROWS, before: str = "", after: str = "", prolog: str = XML) -> bytes:
    """A workbook whose one sheet is this."""
    return packed(parts(sheet_xml(rows, before, after, prolog)))


def with_row(row: int, ref: str) -> bytes:
    """A workbook with one more cell far away."""
    return with_sheet(ROWS + f'<row r="{row}">{cell(ref, "x")}</row>')


def with_value(text: str) -> bytes:
    """A workbook whose one amount is written so."""
    return with_sheet(ROWS.replace("<v>1</v>", text))


def with_columns(count: int) -> bytes:
    """A sheet of one row of `count` numbers, from column AAA on."""
    names = (chr(65 + i // 676) + chr(65 + i // 26 % 26) + chr(65 + i % 26) for i in range(count))
    return with_sheet('<row r="1">' + "".join(f'<c r="{name}1"><v>1</v></c>' for name in names) + "</row>")


def prefixed() -> bytes:
    """The good sheet with a namespace prefix on every element."""
    data = sheet_xml().replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")
    return packed(parts(data.replace(b"xmlns=", b"xmlns:x=")))


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of an old workbook."""
    return struct.pack("<2H", kind, len(data)) + data


def label(row: int, column: int, text: str) -> bytes:
    """A text cell of an old workbook."""
    raw = text.encode("utf-16-le")
    return record(0x0204, struct.pack("<4HB", row, column, 0, len(text), 1) + raw)


def old_workbook(cells: bytes, book: bytes = b"") -> bytes:
    """An old workbook of one sheet that holds these records; `book`: what stands before the sheets."""
    begin = record(0x0809, struct.pack("<4H2I", 0x0600, 5, 0, 0, 0, 0)) + book
    sheet_begin = record(0x0809, struct.pack("<4H2I", 0x0600, 0x10, 0, 0, 0, 0))
    place = len(begin) + 4 + 8 + 2 + 4
    bound = record(0x0085, struct.pack("<IHBB", place, 0, 1, 1) + "S".encode("utf-16-le"))
    stream = begin + bound + record(0x000A) + sheet_begin + cells + record(0x000A)
    stream = stream.ljust(max(4_096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<5H", 62, 3, 0xFFFE, 9, 6)
    header += b"\0" * 10 + struct.pack("<4I", 1, 1, 0, 4_096)
    header += struct.pack("<4I", 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header = header.ljust(76, b"\0") + struct.pack("<I", 0) + b"\xff" * (108 * 4)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    folder = b""
    for name, kind, start, size in (("Root Entry", 5, 0xFFFFFFFE, 0), ("Workbook", 2, 2, len(stream))):
        raw = name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<BB3I", kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF)
        entry = raw.ljust(64, b"\0") + struct.pack("<H", len(raw)) + links
        folder += entry.ljust(116, b"\0") + struct.pack("<3I", start, size, 0)
    return header + fat + folder.ljust(512, b"\0") + stream
