"""What a file is, by its first bytes; the name only breaks ties and shows a mismatch."""

from __future__ import annotations

import re

from .model import Unreadable

_NOT_TABLES = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"\x1f\x8b", "GZIP"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ", "XZ"),
    (b"\x28\xb5\x2f\xfd", "ZSTD"),
    (b"SQLite format 3", "SQLITE"),
    (b"PAR1", "PARQUET"),
    (b"{\\rtf", "RTF"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
)
_BINARY_ONLY = {"BMP", "EXE"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a web page or a piece of one begins with, behind remarks and a declaration of XML.
_HTML = re.compile(
    rb"(?:\s|<\?xml[^>]*>|(?><!--.*?-->))*+<(?:!doctype\s+html|(?:html|head|title|meta|link|style|script|body|base|"
    rb"form|center|font|span|div|p|h[1-6]|table|thead|tbody)\b)",
    re.I | re.S,
)
_MAIL = re.compile(rb"\s*MIME-Version:", re.I)
_SHEET_XML = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet")


def kind_of(head: bytes, suffix: str) -> str:
    """zip, ole, html, sheet_xml, json or delimited; anything that is no table is refused by its kind.

    `head`: the first bytes (4 KiB do). `suffix`: the name's ending in lower case, with the dot.
    """
    if not head:
        raise Unreadable("empty_file")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if head.startswith(OLE):
        return "ole"
    for magic, kind in _NOT_TABLES:
        if head.startswith(magic) and (kind not in _BINARY_ONLY or b"\0" in head):
            raise Unreadable("not_a_table", {"kind": kind})
    return _text_kind(head, suffix)


def _text_kind(head: bytes, suffix: str) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) & ~1].decode("utf-16", "replace").encode()
    if _MAIL.match(text):
        raise Unreadable("web_archive")
    if _HTML.match(text):
        return "html"
    if text.lstrip().startswith((b"<?xml", b"<Workbook")):
        if not _SHEET_XML.search(text):
            raise Unreadable("not_a_table", {"kind": "XML"})
        return "sheet_xml"
    if suffix in {".json", ".ndjson", ".jsonl"} or _looks_like_json(text, suffix):
        return "json"
    return "delimited"


def _looks_like_json(text: bytes, suffix: str) -> bool:
    return suffix not in {".csv", ".tsv", ".txt"} and bool(re.match(rb"\s*(?:\[\s*[\[{\]]|\{\s*[\"}])", text))
