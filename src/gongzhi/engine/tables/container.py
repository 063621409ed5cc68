"""Office files in a zip: what is inside, seen by our own reading of the directory before anybody unpacks.

A scanner and a parser that see different files are how hostile archives pass. So the archive must be plain:
one directory at the very end, every local header saying the same, nothing before, between or behind,
no name twice whatever its case, only stored and deflated parts, sizes that are true.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from .model import Limits, Unreadable

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQ2H2I4Q")
_STEP = 1 << 22
# Bits that say nothing about content: deflate effort, sizes behind the data, names in UTF-8.
_PLAIN_FLAGS = 0x0002 | 0x0004 | 0x0008 | 0x0800
_MAX_PARTS = 10_000
_BOMB_RATIO = 250
_BOMB_BYTES = 64 << 20
_DESCRIPTORS = {0, 12, 16, 20, 24}


@dataclass(frozen=True)
class Part:
    """One entry: where its data begins, how long it is packed and unpacked, how, and its checksum."""

    name: str
    start: int
    packed: int
    size: int
    method: int
    crc: int
    flags: int
    header: int


class Package:
    """An inspected archive."""

    def __init__(self, data: mmap.mmap, limits: Limits) -> None:
        self.data, self.limits = data, limits
        self.parts = {part.name: part for part in _parts(data)}
        _refuse_overlap(data, list(self.parts.values()))
        _refuse_bombs(list(self.parts.values()), limits)

    def find(self, name: str) -> Part | None:
        """The part of that name; office programs do not care about case."""
        return self.parts.get(name) or next(
            (p for n, p in self.parts.items() if n.lower() == name.lower()), None
        )

    def chunks(self, part: Part) -> Iterator[bytes]:
        """The unpacked bytes of a part, piece by piece; a size or checksum that is not true is refused."""
        raw = self.data
        size = crc = 0
        unpack = zlib.decompressobj(-15) if part.method == 8 else None
        place, end = part.start, part.start + part.packed
        rest = b""
        while place < end or rest:
            piece = rest or raw[place : min(end, place + _STEP)]
            place += 0 if rest else len(piece)
            try:
                out = unpack.decompress(piece, _STEP) if unpack else piece
            except zlib.error as error:
                raise Unreadable("corrupt", {"reason": f"{part.name}: {error}"}) from error
            rest = unpack.unconsumed_tail if unpack else b""
            size += len(out)
            if size > part.size:
                raise Unreadable("zip_bomb", {"part": part.name})
            crc = zlib.crc32(out, crc)
            if out:
                yield out
            if unpack and unpack.eof:
                break
        if size != part.size or crc != part.crc or place < end or (unpack and (unpack.unused_data or rest)):
            raise Unreadable("corrupt", {"reason": f"{part.name}: size or checksum"})

    def read(self, part: Part, most: int = 16 << 20) -> bytes:
        """A small part as a whole."""
        if part.size > most:
            raise Unreadable("zip_bomb", {"part": part.name})
        return b"".join(self.chunks(part))


def _bad(reason: str) -> Unreadable:
    return Unreadable("bad_container", {"reason": reason})


def _directory(data: mmap.mmap) -> tuple[int, int, int]:
    """(entries, offset, size) of the central directory, which must end where the end record begins."""
    place = data.rfind(b"PK\x05\x06", max(0, len(data) - 22 - 65_535))
    if place < 0 or place + _END.size > len(data):
        raise Unreadable("corrupt", {"reason": "no end of the directory"})
    _, disk, first_disk, here, total, size, offset, comment = _END.unpack_from(data, place)
    if disk or first_disk or here != total:
        raise _bad("several disks")
    if place + _END.size + comment != len(data) or comment:
        raise _bad("bytes behind the directory")
    end = place
    if 0xFFFF in (here, total) or 0xFFFFFFFF in (size, offset):
        total, size, offset, end = _directory64(data, place)
    elif data.find(b"PK\x06\x07", max(0, place - _LOCATOR.size), place) >= 0:
        raise _bad("two directories")
    if offset + size != end:
        raise _bad("the directory is not where it should be")
    return total, offset, size


def _directory64(data: mmap.mmap, place: int) -> tuple[int, int, int, int]:
    at = place - _LOCATOR.size
    if at < 0 or data[at : at + 4] != b"PK\x06\x07":
        raise _bad("no locator")
    _, disk, where, disks = _LOCATOR.unpack_from(data, at)
    if disk or disks != 1 or where + _END64.size != at or data[where : where + 4] != b"PK\x06\x06":
        raise _bad("wrong locator")
    _, length, *_, here, total, size, offset = _END64.unpack_from(data, where)
    if length != _END64.size - 12 or here != total:
        raise _bad("wrong end record")
    return total, size, offset, where


def _parts(data: mmap.mmap) -> list[Part]:
    total, offset, size = _directory(data)
    if not 0 < total <= _MAX_PARTS:
        raise _bad(f"{total} parts")
    parts: list[Part] = []
    place, end = offset, offset + size
    seen: set[str] = set()
    for _ in range(total):
        part, place = _central(data, place, end)
        key = part.name.replace("\\", "/").casefold()
        if key in seen:
            raise _bad(f"{part.name[:80]} twice")
        seen.add(key)
        parts.append(part)
    if place != end:
        raise _bad("more in the directory than it says")
    return parts


def _central(data: mmap.mmap, place: int, end: int) -> tuple[Part, int]:
    if place + _CENTRAL.size > end or data[place : place + 4] != b"PK\x01\x02":
        raise Unreadable("corrupt", {"reason": "directory"})
    fields = _CENTRAL.unpack_from(data, place)
    flags, method, crc, packed, size = fields[3], fields[4], fields[7], fields[8], fields[9]
    name_size, extra_size, comment_size, header = fields[10], fields[11], fields[12], fields[16]
    name_at = place + _CENTRAL.size
    raw_name = data[name_at : name_at + name_size]
    extra = data[name_at + name_size : name_at + name_size + extra_size]
    size, packed, header = _wide(extra, size, packed, header)
    name = _name(raw_name, flags)
    if flags & 0x2041:
        raise Unreadable("encrypted")
    if flags & ~_PLAIN_FLAGS or method not in {0, 8}:
        raise _bad(f"{name[:80]}: flags {flags:#x}, method {method}")
    part = Part(name, _data_start(data, header, raw_name), packed, size, method, crc, flags, header)
    _refuse_other_header(data, part, raw_name)
    return part, name_at + name_size + extra_size + comment_size


def _name(raw: bytes, flags: int) -> str:
    try:
        name = raw.decode("utf-8" if flags & 0x800 else "ascii")
    except UnicodeDecodeError:
        name = raw.decode("cp437")
    if not name or "\0" in name or name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
        raise _bad("a part's name")
    return name


def _wide(extra: bytes, size: int, packed: int, header: int) -> tuple[int, int, int]:
    """The 64-bit sizes from the extra field, where the short ones say that they are there."""
    place = 0
    while place + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, place)
        if tag == 1:
            values = iter(struct.unpack_from(f"<{length // 8}Q", extra[: place + 4 + length], place + 4))
            size = next(values, size) if size == 0xFFFFFFFF else size
            packed = next(values, packed) if packed == 0xFFFFFFFF else packed
            header = next(values, header) if header == 0xFFFFFFFF else header
            break
        place += 4 + length
    return size, packed, header


def _data_start(data: mmap.mmap, header: int, raw_name: bytes) -> int:
    """Where the data of the part with this local header begins."""
    if header + _LOCAL.size > len(data) or data[header : header + 4] != b"PK\x03\x04":
        raise _bad("a local header is missing")
    name_size, extra_size = struct.unpack_from("<2H", data, header + 26)
    if data[header + _LOCAL.size : header + _LOCAL.size + name_size] != raw_name:
        raise _bad("a local header has another name than the directory")
    return header + _LOCAL.size + int(name_size) + int(extra_size)


def _refuse_other_header(data: mmap.mmap, part: Part, raw_name: bytes) -> None:
    """The local header must say what the directory says; sizes may be left to the descriptor behind."""
    _, _, flags, method, _, _, crc, packed, size, _, _ = _LOCAL.unpack_from(data, part.header)
    extra = data[part.header + _LOCAL.size + len(raw_name) : part.start]
    size, packed, _ = _wide(extra, size, packed, 0)
    sums = (part.crc, part.packed, part.size)
    left_out = part.flags & 8 and (crc, packed, size) in {(0, 0, 0), (0, *sums[1:])}
    if flags & 0x2041:
        raise Unreadable("encrypted")
    if method != part.method or not ((crc, packed, size) == sums or left_out):
        raise _bad("a local header says something else than the directory")


def _refuse_overlap(data: mmap.mmap, parts: list[Part]) -> None:
    """Parts lie one behind the other from the first byte to the directory."""
    place = 0
    for part in sorted(parts, key=lambda p: p.header):
        gap = part.header - place
        if gap < 0:
            raise Unreadable("zip_bomb", {"part": part.name})
        if gap not in (_DESCRIPTORS if place else {0}):
            raise _bad("bytes between the parts")
        place = part.start + part.packed
    if _directory(data)[1] - place not in _DESCRIPTORS:
        raise _bad("bytes before the directory")


def _refuse_bombs(parts: list[Part], limits: Limits) -> None:
    if sum(part.size for part in parts) > limits.unpacked_bytes:
        raise Unreadable("zip_bomb", {"part": max(parts, key=lambda p: p.size).name})
    for part in parts:
        if part.size > _BOMB_BYTES and part.size > _BOMB_RATIO * max(1, part.packed):
            raise Unreadable("zip_bomb", {"part": part.name})
