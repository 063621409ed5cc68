"""An xlsx or ods package: its parts, which sheet is which part, and the mark of our own templates."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from .container import Package, Part
from .model import Limits, Mark, Notice, Unreadable
from .open_document import scan_open_document
from .percent import is_percent
from .sheet import Seen, plain_xml, refuse_extent, scan

_MACRO_TYPES = re.compile(rb"vbaProject|macroEnabled|macrosheet|intlmacrosheet|activeX", re.I)
_MACRO_NAMES = re.compile(r"vbaproject|macrosheets/|activex/|vbadata|^basic/(?!script-lc|script-lb)", re.I)
_EMBEDDED = re.compile(r"(?:^|/)embeddings/|oleobject|^object ", re.I)
_LINKS = re.compile(r"externallinks/", re.I)
_NOT_TABLES = (("word/", "DOCX"), ("ppt/", "PPTX"), ("meta-inf/manifest.mf", "JAR"))
_REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_REL_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass
class Inspected:
    """A package found fit to be read."""

    kind: str
    sheets: dict[str, Seen] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)

    def mark(self) -> Mark | None:
        """Our mark from the custom document properties, if it is there."""
        return mark_of(self.properties)


def mark_of(values: dict[str, str]) -> Mark | None:
    """The mark from `resource`, `version`, `adds`; None when the first is missing."""
    resource = values.get("resource")
    return Mark(resource, values.get("version", ""), values.get("adds") or None) if resource else None


def inspect_package(package: Package, limits: Limits) -> Inspected:
    """Refuse what must not be read; scan every part of XML; say what was ignored."""
    names = [name.replace("\\", "/") for name in package.parts]
    kind = _kind(package, names)
    _refuse_macros(package, names)
    inspected = Inspected(kind)
    if any(_EMBEDDED.search(name) for name in names):
        inspected.notices.append(Notice("embedded_ignored"))
    if any(_LINKS.search(name) for name in names):
        inspected.notices.append(Notice("external_links_ignored"))
    if kind == "xlsx":
        _inspect_xlsx(package, inspected, limits)
    else:
        inspected.sheets = _inspect_ods(package)
    return inspected


def _kind(package: Package, names: list[str]) -> str:
    lower = {name.lower() for name in names}
    book = _workbook_part(package) or ""
    if "xl/workbook.bin" in lower or book.endswith(".bin"):
        raise Unreadable("binary_workbook")
    if "xl/workbook.xml" in lower or book:
        return "xlsx"
    if "content.xml" in lower and "mimetype" in lower:
        return "ods"
    kind = next((kind for start, kind in _NOT_TABLES if any(name.startswith(start) for name in lower)), "ZIP")
    raise Unreadable("not_a_table", {"kind": kind})


def _refuse_macros(package: Package, names: list[str]) -> None:
    if any(_MACRO_NAMES.search(name) for name in names):
        raise Unreadable("macros")
    types = package.find("[Content_Types].xml")
    if types and _MACRO_TYPES.search(b"".join(plain_xml(package.chunks(types), types.name))):
        raise Unreadable("macros")


def _xml(package: Package, part: Part) -> ElementTree.Element:
    data = b"".join(plain_xml([package.read(part)], part.name))
    try:
        return ElementTree.fromstring(data)  # noqa: S314 - no DOCTYPE, no entities: refused in plain_xml
    except ElementTree.ParseError as error:
        raise Unreadable("corrupt", {"reason": f"{part.name}: {error}"}) from error


def _relations(package: Package, source: str) -> dict[str, tuple[str, str]]:
    """id → (type, target path) of a part's relations."""
    folder, name = posixpath.split(source)
    part = package.find(posixpath.join(folder, "_rels", f"{name}.rels"))
    if part is None:
        return {}
    found = {}
    for item in _xml(package, part):
        target = item.get("Target", "")
        if item.get("TargetMode") != "External":
            path = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join(folder, target))
            )
            found[item.get("Id", "")] = (item.get("Type", ""), path)
    return found


def _workbook_part(package: Package) -> str | None:
    relations = _relations(package, "")
    return next((path for kind, path in relations.values() if kind.endswith("/officeDocument")), None)


def _inspect_xlsx(package: Package, inspected: Inspected, limits: Limits) -> None:
    book = _workbook_part(package) or "xl/workbook.xml"
    part = package.find(book)
    if part is None:
        raise Unreadable("corrupt", {"reason": book})
    relations = _relations(package, book)
    scanned = {part.name}
    sheets = [item for item in _xml(package, part).iter() if item.tag.rpartition("}")[2] == "sheet"]
    if len(sheets) > limits.sheets:
        raise Unreadable("too_many_sheets", {"sheets": str(len(sheets)), "limit": str(limits.sheets)})
    percents = _percent_styles(package, relations)
    for item in sheets:
        kind, path = relations.get(item.get(_REL_ID) or item.get(_STRICT_REL_ID) or "", ("", ""))
        sheet = package.find(path) if kind.endswith("/worksheet") else None
        if sheet is not None and sheet.name not in scanned:
            scanned.add(sheet.name)
            seen = scan(plain_xml(package.chunks(sheet), sheet.name), limits, percents)
            refuse_extent(seen, package.chunks(sheet), limits)
            inspected.sheets[item.get("name", "")] = seen
    for other in package.parts.values():
        if other.name not in scanned and other.name.lower().endswith((".xml", ".rels")):
            _drain(plain_xml(package.chunks(other), other.name))
    inspected.properties = _properties(package)


def _percent_styles(package: Package, relations: dict[str, tuple[str, str]]) -> frozenset[str]:
    """The styles of cells, by their number, that show a percentage; 9 and 10 are built in."""
    path = next((path for kind, path in relations.values() if kind.endswith("/styles")), None)
    part = package.find(path) if path else None
    if part is None:
        return frozenset()
    root = _xml(package, part)
    codes = {"9": "0%", "10": "0.00%"}
    codes |= {
        item.get("numFmtId", ""): item.get("formatCode", "") for item in root.iterfind("{*}numFmts/{*}numFmt")
    }
    shown = [codes.get(item.get("numFmtId", ""), "") for item in root.iterfind("{*}cellXfs/{*}xf")]
    return frozenset(str(number) for number, code in enumerate(shown) if is_percent(code))


def _drain(chunks: Iterator[bytes]) -> None:
    for _ in chunks:
        pass


def _inspect_ods(package: Package) -> dict[str, Seen]:
    seen: dict[str, Seen] = {}
    manifest = package.find("META-INF/manifest.xml")
    if manifest and b"encryption-data" in package.read(manifest):
        raise Unreadable("encrypted")
    for part in package.parts.values():
        if part.name == "content.xml":
            seen = scan_open_document(plain_xml(package.chunks(part), part.name))
        elif part.name.lower().endswith(".xml"):
            _drain(plain_xml(package.chunks(part), part.name))
    return seen


def _properties(package: Package) -> dict[str, str]:
    """Custom document properties named `gongzhi.…`, without that prefix."""
    part = package.find("docProps/custom.xml")
    if part is None:
        return {}
    found = {}
    for item in _xml(package, part):
        name = item.get("name", "")
        if name.startswith("gongzhi."):
            found[name.removeprefix("gongzhi.")] = "".join(item.itertext()).strip()
    return found
