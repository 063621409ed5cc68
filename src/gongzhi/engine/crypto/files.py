"""A whole file sealed, chunk by chunk, so that neither sealing nor opening needs it in memory.

A sealed file is `GZF1 | salt (16) | frames`, a frame `length (4, big endian) | envelope`. An envelope holds
up to 4 MiB of the file, packed (zstd) where that makes it shorter: packing comes first, because SM4 is slower
than packing and nothing can be packed once it is sealed. Each is bound to the salt and its number; the last
one holds the SM3 and the size of the whole: no frame can be dropped, doubled, moved or taken elsewhere.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from gongzhi.engine.crypto.digest import new_file_sm3
from gongzhi.engine.crypto.keys import Key, KeyRing
from gongzhi.engine.crypto.sealing import SealBroken, seal, unseal

CHUNK = 4 * 1024 * 1024
_MAGIC = b"GZF1"
_SALT_SIZE = 16
_PLAIN, _PACKED, _END = b"\x00", b"\x01", b"\x02"
_THREADS = 2
_NICE = 10


@dataclass(frozen=True)
class SealedFile:
    """What was sealed: SM3 of the plain bytes (hex) and their number."""

    digest: str
    size: int


def seal_file(key: Key, source: BinaryIO, out: BinaryIO) -> SealedFile:
    """Write `source`, from where it stands to its end, sealed into `out`.

    Digesting, packing and sealing run beside each other, outside the interpreter's lock, and leave the
    processors to whoever reads and checks the file meanwhile: nobody waits for them before that is done.
    """
    salt, state, size = os.urandom(_SALT_SIZE), new_file_sm3(), 0
    out.write(_MAGIC + salt)
    under_way: deque[tuple[Future[None], Future[bytes]]] = deque()
    count = 0
    with (
        ThreadPoolExecutor(1, initializer=_stand_back) as digesting,
        ThreadPoolExecutor(_THREADS, initializer=_stand_back) as sealing,
    ):
        while chunk := source.read(CHUNK):
            frame = sealing.submit(_frame, key, salt, count, chunk)
            under_way.append((digesting.submit(state.update, chunk), frame))
            count, size = count + 1, size + len(chunk)
            if len(under_way) > 2 * _THREADS:
                _write_first(under_way, out)
        while under_way:
            _write_first(under_way, out)
    digest = state.digest()
    end = _END + digest + size.to_bytes(8, "big")
    out.write(_framed(seal(key, end, _aad(salt, count))))
    return SealedFile(digest.hex(), size)


def open_file(keys: KeyRing, sealed: BinaryIO, digest: str, *, purpose: str) -> Iterator[bytes]:
    """The plain bytes, chunk by chunk; SealBroken when they are not those with this SM3 (hex).

    A chunk is as it was sealed when it comes; that none is missing is known only when the iterator ends, so
    nothing may be done with them before.
    """
    head = sealed.read(len(_MAGIC) + _SALT_SIZE)
    if head[: len(_MAGIC)] != _MAGIC:
        raise SealBroken("not a sealed file")
    salt, state, size, count = head[len(_MAGIC) :], new_file_sm3(), 0, 0
    while envelope := _next(sealed):
        plain = unseal(keys, envelope, _aad(salt, count), purpose=purpose)
        if plain[:1] == _END:
            whole = plain[1:33] == state.digest() and int.from_bytes(plain[33:], "big") == size
            if not whole or state.digest().hex() != digest or sealed.read(1):
                raise SealBroken("the file is not the one that was sealed")
            return
        chunk = _unpacked(plain)
        state.update(chunk)
        size, count = size + len(chunk), count + 1
        yield chunk
    raise SealBroken("the sealed file has no end")


def _stand_back() -> None:
    """Give this thread what the others leave; on Linux a thread has a niceness of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _next(sealed: BinaryIO) -> bytes:
    length = int.from_bytes(sealed.read(4), "big")
    envelope = sealed.read(length)
    if len(envelope) != length:
        raise SealBroken("the sealed file is cut")
    return envelope


def _write_first(under_way: deque[tuple[Future[None], Future[bytes]]], out: BinaryIO) -> None:
    digested, frame = under_way.popleft()
    digested.result()
    out.write(frame.result())


def _frame(key: Key, salt: bytes, number: int, chunk: bytes) -> bytes:
    packed = pa.Codec("zstd", compression_level=1).compress(chunk, asbytes=True)
    size = len(chunk).to_bytes(4, "big")
    plain = _PACKED + size + packed if len(packed) < len(chunk) else _PLAIN + chunk
    return _framed(seal(key, plain, _aad(salt, number)))


def _unpacked(plain: bytes) -> bytes:
    if plain[:1] == _PLAIN:
        return plain[1:]
    chunk: bytes = pa.Codec("zstd").decompress(plain[5:], int.from_bytes(plain[1:5], "big"), asbytes=True)
    return chunk


def _framed(envelope: bytes) -> bytes:
    return len(envelope).to_bytes(4, "big") + envelope


def _aad(salt: bytes, number: int) -> bytes:
    return b"file|" + salt + number.to_bytes(8, "big")
