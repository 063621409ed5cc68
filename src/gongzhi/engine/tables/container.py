"""Office files in a zip: what is inside, before anybody unpacks it."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from .model import Limits, Unreadable


@dataclass
class Package:
    kind: str
    names: tuple[str, ...]


def inspect(file: BinaryIO, limits: Limits) -> Package:
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise Unreadable("corrupt", {"reason": str(error)}) from error
    infos = archive.infolist()
    if any(i.flag_bits & 1 for i in infos):
        raise Unreadable("encrypted")
    if sum(i.file_size for i in infos) > limits.unpacked_bytes:
        raise Unreadable("zip_bomb")
    names = tuple(i.filename for i in infos)
    if any("vbaproject" in n.lower() or "macrosheets" in n.lower() for n in names):
        raise Unreadable("macros")
    kind = "xlsx" if "xl/workbook.xml" in names else "ods" if "content.xml" in names else ""
    if not kind:
        raise Unreadable("not_a_table", {"kind": "ZIP"})
    return Package(kind, names)
