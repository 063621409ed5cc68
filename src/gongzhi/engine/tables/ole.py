"""Old binary office files (OLE): what is inside, by the names in their directory."""

from __future__ import annotations

import mmap
import struct

from .model import Unreadable

_END_OF_CHAIN = 0xFFFFFFFA
_ENTRY = 128
_MAX_SECTORS = 1 << 20
_FILEPASS = 0x002F


def inspect_ole(data: mmap.mmap) -> None:
    """Refuse what is no plain xls/et workbook: encrypted, with macros, another kind of document, broken."""
    names, streams = _directory(data)
    lower = {name.lower() for name in names}
    if {"encryptedpackage", "encryptioninfo"} & lower:
        raise Unreadable("encrypted")
    if {"_vba_project_cur", "_vba_project", "vba", "macros"} & lower:
        raise Unreadable("macros")
    book = streams.get("workbook") or streams.get("book")
    if book is None:
        kind = "DOC" if "worddocument" in lower else "PPT" if "powerpoint document" in lower else "OLE"
        raise Unreadable("not_a_table", {"kind": kind})
    _refuse_locked(data, *book)


def _broken(reason: str) -> Unreadable:
    return Unreadable("corrupt", {"reason": f"OLE: {reason}"})


def _chain(data: mmap.mmap, first: int, size: int, fat: list[int], most: int) -> list[int]:
    sectors: list[int] = []
    seen: set[int] = set()
    sector = first
    while sector < _END_OF_CHAIN and len(sectors) < most:
        if sector in seen or sector >= len(fat) or (sector + 1) * size >= len(data) + size:
            raise _broken("chain")
        seen.add(sector)
        sectors.append(sector)
        sector = fat[sector]
    return sectors


def _fat(data: mmap.mmap, size: int) -> list[int]:
    """The sector table, from the 109 places in the header and the chain behind them."""
    places = list(struct.unpack_from("<109I", data, 76))
    more, count = struct.unpack_from("<2I", data, 68)
    while more < _END_OF_CHAIN and count and len(places) < _MAX_SECTORS:
        block = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        places += block[:-1]
        more, count = block[-1], count - 1
    fat: list[int] = []
    for place in places:
        if place < _END_OF_CHAIN:
            fat += struct.unpack_from(f"<{size // 4}I", data, (place + 1) * size)
    return fat


def _directory(data: mmap.mmap) -> tuple[set[str], dict[str, tuple[int, int]]]:
    """All names, and for each stream in big sectors the offset and length of its first sector."""
    try:
        shift = struct.unpack_from("<H", data, 30)[0]
        if shift not in {9, 12}:
            raise _broken("sector size")
        size = 1 << shift
        fat = _fat(data, size)
        first = struct.unpack_from("<I", data, 48)[0]
        names: set[str] = set()
        streams: dict[str, tuple[int, int]] = {}
        for sector in _chain(data, first, size, fat, 4096):
            base = (sector + 1) * size
            for at in range(base, base + size, _ENTRY):
                length, kind = struct.unpack_from("<HB", data, at + 64)
                if kind and 2 <= length <= 64:
                    name = data[at : at + length - 2].decode("utf-16-le", "replace")
                    names.add(name)
                    start = struct.unpack_from("<I", data, at + 116)[0]
                    streams[name.lower()] = ((start + 1) * size, size)
    except struct.error as error:
        raise _broken("cut short") from error
    return names, streams


def _refuse_locked(data: mmap.mmap, place: int, room: int) -> None:
    """A password shows as a FILEPASS record right at the beginning of the workbook stream."""
    end = min(place + room, len(data))
    while place + 4 <= end:
        kind, length = struct.unpack_from("<2H", data, place)
        if kind == _FILEPASS:
            raise Unreadable("encrypted")
        place += 4 + length
        if kind == 0:
            break
