"""Text files: which encoding the whole file is in, strictly, and the same content as UTF-8."""

from __future__ import annotations

import codecs
import mmap
import os
import re
from dataclasses import dataclass

import numpy as np

from .model import Notice, Unreadable

_WINDOW = 1 << 20
_STEP = 8 << 20
_DAMAGED = "\ufffd".encode()
_DAMAGE = re.compile("[\ufffd]|锟斤拷|烫烫烫|屯屯屯")


@dataclass
class Text:
    """A text file as UTF-8 bytes: the descriptor to read it from, its bytes mapped, where the text begins."""

    fd: int
    data: mmap.mmap
    start: int
    encoding: str
    notices: list[Notice]

    def head(self, size: int = _WINDOW) -> str:
        """The first characters, cut at a whole line where there is one."""
        raw = self.data[self.start : self.start + size]
        if len(self.data) > self.start + size and b"\n" in raw:
            raw = raw[: raw.rindex(b"\n") + 1]
        return raw.decode("utf-8", "replace")


def _first_damage(data: mmap.mmap) -> int:
    """Where U+FFFD stands first, or -1; a search for its three bytes takes as long as reading the table."""
    whole = np.frombuffer(data, dtype=np.uint8)
    first = data.find(_DAMAGED[:1])
    for place in range(first, len(whole) - 2, _WINDOW) if first >= 0 else ():
        found = np.flatnonzero(whole[place : min(place + _WINDOW, len(whole) - 2)] == _DAMAGED[0]) + place
        found = found[(whole[found + 1] == _DAMAGED[1]) & (whole[found + 2] == _DAMAGED[2])]
        if len(found):
            return int(found[0])
    return -1


def line_at(data: mmap.mmap, offset: int) -> int:
    """The 1-based line of a byte."""
    lines, place = 1, 0
    while place < offset:
        lines += data[place : min(offset, place + _STEP)].count(b"\n")
        place += _STEP
    return lines


def open_text(fd: int, *, gb18030: bool = False) -> Text:
    """The text behind a descriptor. `gb18030` forces that encoding (when UTF-8 failed further down)."""
    if os.fstat(fd).st_size == 0:
        raise Unreadable("empty_file")
    # Every byte is looked at more than once: mapped in one go, the kernel is not asked page by page.
    data = mmap.mmap(fd, 0, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE, prot=mmap.PROT_READ)
    head = data[:_WINDOW]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _recoded(data, "utf-16")
    if (zero := data.find(b"\0")) >= 0:
        raise Unreadable("nul_bytes", {"line": str(line_at(data, zero))})
    if head.startswith(codecs.BOM_UTF8):
        return _checked(Text(fd, data, 3, "utf-8-sig", []))
    if gb18030 or not _is_utf8(data, head):
        return _checked(_recoded(data, "gb18030"))
    return _checked(Text(fd, data, 0, "utf-8", []))


def broken_line(text: Text) -> int:
    """The line of the first byte that is not UTF-8; the last line when there is none."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    place, size = text.start, len(text.data)
    while place < size:
        held = len(decoder.getstate()[0])  # bytes of a character that the piece before broke off
        try:
            decoder.decode(text.data[place : place + _STEP], final=place + _STEP >= size)
        except UnicodeDecodeError as error:
            return line_at(text.data, place - held + error.start)
        place += _STEP
    return line_at(text.data, size)


def _is_utf8(data: mmap.mmap, head: bytes) -> bool:
    """Whether the beginning is UTF-8; a few broken bytes in good UTF-8 are damage, not another encoding."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=len(head) == len(data))
    except UnicodeDecodeError as error:
        loose = head.decode("utf-8", "replace")
        broken = loose.count("\ufffd")
        good = sum(1 for c in loose if c > "\x7f") - broken
        if good > 20 * broken:
            raise Unreadable("mixed_encoding", {"line": str(line_at(data, error.start))}) from error
        return False
    return True


def _recoded(data: mmap.mmap, encoding: str) -> Text:
    out = os.memfd_create("text", os.MFD_CLOEXEC)
    try:
        return _written(out, data, encoding)
    except Unreadable:
        os.close(out)
        raise


def _written(out: int, data: mmap.mmap, encoding: str) -> Text:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    place = 0
    try:
        while place < len(data):
            piece = data[place : place + _STEP]
            text = decoder.decode(piece, final=place + _STEP >= len(data))
            _write(out, text.encode("utf-8"))
            place += _STEP
    except UnicodeError as error:
        offset = place + getattr(error, "start", 0)
        raise Unreadable("unknown_encoding", {"line": str(line_at(data, offset))}) from error
    if os.fstat(out).st_size == 0:
        raise Unreadable("empty_file")
    mapped = mmap.mmap(out, 0, prot=mmap.PROT_READ)
    if (zero := mapped.find(b"\0")) >= 0:
        raise Unreadable("nul_bytes", {"line": str(line_at(mapped, zero))})
    return Text(out, mapped, 0, encoding, [Notice("encoding", None, encoding, None)])


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _checked(text: Text) -> Text:
    """Refuse text that somebody decoded wrongly before; a little of it is only mentioned."""
    head = text.head()
    if not head.strip():
        raise Unreadable("empty_file")
    first = _first_damage(text.data)
    if first < 0 and "锟斤拷" not in head:
        return text
    lines = head.splitlines()
    damaged = [i for i, line in enumerate(lines, 1) if _DAMAGE.search(line)]
    if len(damaged) > max(3, 0.2 * len(lines)):
        raise Unreadable("damaged_text", {"line": str(damaged[0]), "lines": str(len(damaged))})
    line = line_at(text.data, first) if first >= 0 else damaged[0]
    text.notices.append(Notice("damaged_characters", None, str(line), None))
    return text
