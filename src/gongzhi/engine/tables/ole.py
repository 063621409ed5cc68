"""Old binary office files (OLE): what is inside, by the names in their directory."""

from __future__ import annotations

import mmap
import struct

from .model import Unreadable

_END_OF_CHAIN = 0xFFFFFFFA
_ENTRY = 128
_MAX_SECTORS = 1 << 20
_FILEPASS = 0x002F
_ROOT = 5
_SMALL = 4096


def inspect_ole(data: mmap.mmap) -> bytes:
    """The workbook stream of a plain xls/et file.

    Refused is what is encrypted, has macros, is another kind of document, or is broken.
    """
    folder = _Folder(data)
    lower = set(folder.streams)
    if {"encryptedpackage", "encryptioninfo"} & lower:
        raise Unreadable("encrypted")
    if {"_vba_project_cur", "_vba_project", "vba", "macros"} & lower:
        raise Unreadable("macros")
    name = next((name for name in ("workbook", "book") if name in lower), None)
    if name is None:
        kind = "DOC" if "worddocument" in lower else "PPT" if "powerpoint document" in lower else "OLE"
        raise Unreadable("not_a_table", {"kind": kind})
    stream = folder.read(name)
    _refuse_locked(stream)
    return stream


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


class _Folder:
    """The directory of an OLE file: its streams by name in lower case."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.streams: dict[str, tuple[int, int]] = {}
        self.root = (_END_OF_CHAIN, 0)
        try:
            shift = struct.unpack_from("<H", data, 30)[0]
            if shift not in {9, 12}:
                raise _broken("sector size")
            self.size = 1 << shift
            self.fat = _fat(data, self.size)
            first = struct.unpack_from("<I", data, 48)[0]
            for sector in _chain(data, first, self.size, self.fat, 4096):
                self._entries((sector + 1) * self.size)
        except struct.error as error:
            raise _broken("cut short") from error

    def _entries(self, base: int) -> None:
        for at in range(base, base + self.size, _ENTRY):
            length, kind = struct.unpack_from("<HB", self.data, at + 64)
            start, size = struct.unpack_from("<2I", self.data, at + 116)
            if kind == _ROOT:
                self.root = (start, size)
            elif kind and 2 <= length <= 64:
                name = self.data[at : at + length - 2].decode("utf-16-le", "replace").lower()
                self.streams[name] = (start, size)

    def read(self, name: str) -> bytes:
        """The bytes of a stream; short ones lie in small sectors inside the root's stream."""
        start, size = self.streams[name]
        if size > len(self.data):
            raise _broken("stream")
        try:
            if size >= _SMALL:
                return self._big(start, size)
            return self._small(start, size)
        except struct.error as error:
            raise _broken("cut short") from error

    def _big(self, start: int, size: int) -> bytes:
        sectors = _chain(self.data, start, self.size, self.fat, size // self.size + 1)
        return b"".join(self.data[(s + 1) * self.size : (s + 2) * self.size] for s in sectors)[:size]

    def _small(self, start: int, size: int) -> bytes:
        first, count = struct.unpack_from("<2I", self.data, 60)
        table: list[int] = []
        for sector in _chain(self.data, first, self.size, self.fat, count):
            table += struct.unpack_from(f"<{self.size // 4}I", self.data, (sector + 1) * self.size)
        room = self._big(*self.root)
        found, sector = b"", start
        for _ in range(size // 64 + 1):
            if sector >= len(table):
                break
            found += room[sector * 64 : sector * 64 + 64]
            sector = table[sector]
        return found[:size]


def _refuse_locked(stream: bytes) -> None:
    """A password shows as a FILEPASS record at the beginning of the workbook stream."""
    place = 0
    while place + 4 <= min(len(stream), 4096):
        kind, length = struct.unpack_from("<2H", stream, place)
        if kind == _FILEPASS:
            raise Unreadable("encrypted")
        if kind == 0:
            break
        place += 4 + length
