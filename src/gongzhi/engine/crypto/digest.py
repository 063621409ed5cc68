"""SM3 (GB/T 32905-2016) and HMAC with it (GB/T 15852.2, RFC 2104).

`hashlib` is asked first: it copies a half-fed state in a tenth of a microsecond, which halves the cost of
many short HMACs under one key. Where the Python at hand is linked to an OpenSSL without SM3, `cryptography`
does the same work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO, Protocol, Self

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives import hashes

from gongzhi.engine.crypto import gcrypt

DIGEST_SIZE = 32
BLOCK_SIZE = 64


class WrongDigest(Exception):
    """Two implementations differ; nothing of either may be kept."""


class State(Protocol):
    """A digest being fed."""

    def update(self, data: bytes, /) -> None: ...

    def copy(self) -> Self: ...

    def digest(self) -> bytes: ...


class _CryptographyState:
    """`cryptography`'s SM3 with the face of `hashlib`'s."""

    __slots__ = ("_state",)

    def __init__(self, state: hashes.Hash | None = None) -> None:
        self._state = state or hashes.Hash(hashes.SM3())

    def update(self, data: bytes, /) -> None:
        self._state.update(data)

    def copy(self) -> Self:
        return type(self)(self._state.copy())

    def digest(self) -> bytes:
        return self._state.copy().finalize()


_CROWD = 20_000  # so many messages are worth loading what digests them abreast
_PROOF = 64  # of them are digested twice, so that each lane is proved
_HAS_HASHLIB_SM3 = "sm3" in hashlib.algorithms_available


def new_sm3(data: bytes = b"") -> State:
    """A fresh SM3 state, fed with `data`."""
    state: State = hashlib.new("sm3") if _HAS_HASHLIB_SM3 else _CryptographyState()
    state.update(data)
    return state


def sm3(data: bytes) -> bytes:
    """The 32-byte SM3 digest of `data`."""
    return new_sm3(data).digest()


def new_file_sm3() -> State:
    """A fresh SM3 state for much data in few pieces."""
    return gcrypt.Sm3() if gcrypt.AVAILABLE else new_sm3()


def file_sm3(stream: BinaryIO) -> bytes:
    """The 32-byte SM3 digest of a file from where it stands to its end."""
    return hashlib.file_digest(stream, new_file_sm3).digest()  # type: ignore[arg-type]  # it asks for `update`


def load_crowd() -> Callable[..., npt.NDArray[np.uint8]]:
    """Load what digests many messages abreast: half a second, which a process that lives on spends at its
    start; the first time on a machine it is compiled, which takes some seconds."""
    from gongzhi.engine.crypto.crowd import digested  # noqa: PLC0415  # so that small commands do not pay

    return digested


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """The 32-byte HMAC-SM3 of `message`."""
    return Hmac(key).digest(message)


class Hmac:
    """HMAC-SM3 under one key, for many messages: the two key blocks are digested once."""

    __slots__ = ("_blocks", "_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = (sm3(key) if len(key) > BLOCK_SIZE else key).ljust(BLOCK_SIZE, b"\0")
        self._blocks = bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)
        self._inner, self._outer = (new_sm3(part) for part in self._blocks)

    def digest(self, message: bytes) -> bytes:
        """The 32-byte HMAC of one message."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()

    def column(
        self, lengths: npt.NDArray[np.uint32], text: bytes, size: int = DIGEST_SIZE
    ) -> npt.NDArray[np.uint8]:
        """The first `size` bytes of the HMACs of the messages that lie one behind the other in `text`, a row
        each, as letters (ASCII) of hex.

        Where there are many, they are digested abreast, and the first ones by the library as well.
        """
        crowd = len(lengths) >= _CROWD
        few = lengths[:_PROOF] if crowd else lengths
        ends = np.cumsum(few, dtype=np.int64).tolist()
        parts = [text[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]
        alone = np.frombuffer(b"".join(self.many(parts, size)).hex().encode(), np.uint8)
        alone = alone.reshape(-1, 2 * size)
        if not crowd:
            return alone
        digests = load_crowd()(self._blocks, lengths, text, size)
        if not np.array_equal(digests[:_PROOF], alone):
            raise WrongDigest("SM3, compiled")
        return digests

    def many(self, messages: list[bytes], size: int = DIGEST_SIZE) -> list[bytes]:
        """The first `size` bytes of each message's HMAC; the loop that tokens of whole columns run in."""
        copy_inner, copy_outer = self._inner.copy, self._outer.copy
        out: list[bytes] = []
        append = out.append
        for message in messages:
            inner, outer = copy_inner(), copy_outer()
            inner.update(message)
            outer.update(inner.digest())
            append(outer.digest()[:size])
        return out
