"""Sealing with SM4-GCM (GB/T 32907, GB/T 17964): nobody reads or moves what is sealed without its key.

Envelope: `01 | key version (2, big endian) | nonce (12, random) | ciphertext | tag (16)`. Purpose and version
of the key and the caller's `aad` are bound in: what was sealed for one place does not open at another. The
cipher key is the first 16 of the key's 32 bytes. A random nonce is safe for 2³² messages under one key; a
whole column chunk is one message.
"""

from __future__ import annotations

import os
import struct

import numpy as np
import polars as pl
import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from gongzhi.engine.crypto import gcrypt
from gongzhi.engine.crypto.keys import Key, KeyRing

CHUNK_ROWS = 65_536
_FORMAT = 1
_HEAD = struct.Struct(">BH")
_NONCE_SIZE = 12
_TAG_SIZE = 16
_LEAST_SIZE = _HEAD.size + _NONCE_SIZE + _TAG_SIZE
_SM4_KEY_SIZE = 16
_MUCH = 65_536  # bytes from which another library is worth its call
_NULL = np.uint32(0xFFFFFFFF)


class SealBroken(Exception):
    """What was to be unsealed was changed, cut, moved, sealed under another key, or is no envelope."""


def seal(key: Key, plaintext: bytes, aad: bytes) -> bytes:
    """Seal `plaintext` for the place that `aad` names; ValueError under a key that is not active."""
    if key.state != "active":
        raise ValueError(f"key {key.purpose} {key.version} seals nothing new")
    head, nonce = _HEAD.pack(_FORMAT, key.version), os.urandom(_NONCE_SIZE)
    secret, bound = key.secret[:_SM4_KEY_SIZE], _bound(key, aad)
    if gcrypt.AVAILABLE and len(plaintext) >= _MUCH:
        return b"".join((head, nonce, gcrypt.sm4_gcm(secret, nonce, bound, plaintext)))
    encryptor = Cipher(SM4(secret), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return b"".join((head, nonce, encryptor.update(plaintext), encryptor.finalize(), encryptor.tag))


def unseal(keys: Key | KeyRing, envelope: bytes, aad: bytes, *, purpose: str = "seal") -> bytes:
    """Open an envelope at the place that `aad` names.

    `keys` is the key itself, or a ring, of which the key of `purpose` and of the envelope's version is taken.
    Raises SealBroken when the envelope does not open, UnknownKeyError when the ring has not this version.
    """
    version = seal_version(envelope)
    key = keys.get(purpose, version) if isinstance(keys, KeyRing) else keys
    if key.version != version:
        raise SealBroken(f"sealed under version {version}, not {key.version}")
    nonce = envelope[_HEAD.size : _HEAD.size + _NONCE_SIZE]
    decryptor = Cipher(SM4(key.secret[:_SM4_KEY_SIZE]), GCM(nonce, envelope[-_TAG_SIZE:])).decryptor()
    decryptor.authenticate_additional_data(_bound(key, aad))
    try:
        plaintext = decryptor.update(envelope[_HEAD.size + _NONCE_SIZE : -_TAG_SIZE])
        return plaintext + decryptor.finalize()
    except InvalidTag:
        raise SealBroken("the seal does not fit content, key and place") from None


def seal_version(envelope: bytes) -> int:
    """The version of the key that an envelope names; SealBroken when it is no envelope."""
    if len(envelope) < _LEAST_SIZE or envelope[0] != _FORMAT:
        raise SealBroken("not an envelope of format 1")
    return int(_HEAD.unpack_from(envelope)[1])


def seal_column(key: Key, series: pl.Series, aad: bytes, *, chunk_rows: int = CHUNK_ROWS) -> list[bytes]:
    """Seal a text column in chunks of `chunk_rows` rows, one envelope each (an empty column is one chunk).

    Each chunk binds its place and the number of chunks, so none can be dropped, doubled or swapped. Row r
    lies in chunk r // chunk_rows, which opens alone (`unseal_column` with `only`).
    """
    texts = series.cast(pl.String)
    starts = range(0, len(texts), chunk_rows) if len(texts) else range(1)
    count = len(starts)
    return [
        seal(key, _packed(texts.slice(start, chunk_rows)), _chunk_aad(aad, number, count))
        for number, start in enumerate(starts)
    ]


def unseal_column(
    keys: Key | KeyRing, chunks: list[bytes], aad: bytes, *, purpose: str = "seal", only: int | None = None
) -> pl.Series:
    """The text column that was sealed, or the rows of chunk number `only`. Errors as in `unseal`."""
    if not chunks:
        raise SealBroken("a sealed column has at least one chunk")
    wanted = range(len(chunks)) if only is None else [only]
    parts = [
        _unpacked(unseal(keys, chunks[number], _chunk_aad(aad, number, len(chunks)), purpose=purpose))
        for number in wanted
    ]
    return pl.concat(parts).rechunk()


def _bound(key: Key, aad: bytes) -> bytes:
    """What the tag covers besides the content, lengths first so that no two places write the same bytes."""
    purpose = key.purpose.encode()
    return struct.pack(">BHH", _FORMAT, key.version, len(purpose)) + purpose + aad


def _chunk_aad(aad: bytes, number: int, count: int) -> bytes:
    return struct.pack(">II", number, count) + aad


def _packed(texts: pl.Series) -> bytes:
    """Rows (4 bytes), then the length of each text in bytes (0xFFFFFFFF for null), then all texts."""
    lengths = texts.str.len_bytes().cast(pl.UInt32).fill_null(int(_NULL)).to_numpy().astype("<u4")
    letters = texts.fill_null("").str.join("").item() if len(texts) else ""
    return struct.pack("<I", len(texts)) + lengths.tobytes() + letters.encode()


def _unpacked(data: bytes) -> pl.Series:
    (rows,) = struct.unpack_from("<I", data)
    lengths = np.frombuffer(data, "<u4", rows, 4)
    null = lengths == _NULL
    offsets = np.zeros(rows + 1, np.int64)
    np.cumsum(np.where(null, 0, lengths), out=offsets[1:])
    valid = pa.array(~null).buffers()[1]
    buffers = [valid, pa.py_buffer(offsets.data), pa.py_buffer(data)[4 + 4 * rows :]]
    array = pa.Array.from_buffers(pa.large_string(), rows, buffers)
    return pl.Series(array, dtype=pl.String)
