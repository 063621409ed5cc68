"""A PDF that does something when it is opened is not taken: scripts, programs to start, files inside.

It is never shown or opened here, but whoever judges the work opens it. The names that make a PDF act stand in
its objects, plain or in compressed object streams; a name may be spelled with #xx. An encrypted file cannot
be looked into, so it is not taken either.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from .refused import Refused

_ACTS = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)(?![A-Za-z0-9])")
"""So long that no packed picture holds one by chance. A script is one by its /JavaScript, not by its /JS."""
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_SPELLED = re.compile(rb"#([0-9A-Fa-f]{2})")
_MOST = 64 * 1024 * 1024
_HEAD = 2_000


def refuse_active(content: bytes) -> None:
    """Raise Refused for a PDF that acts, that hides what it holds, or whose objects are a bomb."""
    if _ENCRYPTED.search(_plain(content)):
        raise Refused("不收加了密码或权限的 PDF，请另存为不加密的再上传")
    for part in (content, *_object_streams(content)):
        if _ACTS.search(_plain(part)):
            raise Refused("不收带脚本、附件或会启动程序的 PDF，请用“打印为 PDF”另存后再上传")


def _plain(part: bytes) -> bytes:
    """Names as they are read, however they are spelled."""
    return _SPELLED.sub(lambda found: bytes([int(found[1], 16)]), part)


def _object_streams(content: bytes) -> Iterator[bytes]:
    """What the compressed object streams hold, 64 MiB of all together."""
    left, at = _MOST, content.find(b"stream")
    while at >= 0:
        head = content[max(0, at - _HEAD) : at].rpartition(b"endobj")[2]
        if head.rstrip().endswith(b">>") and b"/ObjStm" in _plain(head):
            end = content.find(b"endstream", at)
            packed = content[at + len(b"stream") : end if end >= 0 else None]
            inside = _inflated(packed.lstrip(b"\r\n"), left)
            left -= len(inside)
            yield inside
        at = content.find(b"stream", at + 1)


def _inflated(packed: bytes, most: int) -> bytes:
    try:
        unpacking = zlib.decompressobj()
        plain = unpacking.decompress(packed, max(most, 1))
    except zlib.error as error:
        raise Refused("这份 PDF 读不出内容，请用“打印为 PDF”另存后再上传") from error
    if unpacking.unconsumed_tail:
        raise Refused("这份 PDF 的内容太多，请分成几份再上传")
    return plain
