"""SM3 and SM4-GCM by libgcrypt, where the machine has it (docs/decisions/0021).

OpenSSL has no fast SM4 for processors without instructions of its own for it: libgcrypt seals six times as
much in the same time, and digests a third more. It is asked for much data at once only; what it sealed,
OpenSSL opens. Without it OpenSSL does all the work.
"""

from __future__ import annotations

import ctypes
from typing import Self

_NAME, _LEAST = "libgcrypt.so.20", b"1.10.0"
_SM4, _GCM, _SM3 = 318, 9, 326
_NO_SECURE_MEMORY, _READY = 37, 38
_TAG_SIZE = 16
_SM3_SIZE = 32


class GcryptError(Exception):
    """libgcrypt refused a call; it never does with right arguments and enough memory."""


def _loaded() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(_NAME)
    except OSError:
        return None
    library.gcry_check_version.restype = ctypes.c_char_p
    if library.gcry_check_version(_LEAST) is None:
        return None
    library.gcry_control(_NO_SECURE_MEMORY, 0)  # keys lie in Python's memory anyway
    library.gcry_control(_READY, 0)
    pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    place = ctypes.POINTER(pointer)
    library.gcry_md_open.argtypes = [place, ctypes.c_int, ctypes.c_uint]
    library.gcry_md_copy.argtypes = [place, pointer]
    library.gcry_md_write.argtypes, library.gcry_md_write.restype = [pointer, pointer, size], None
    library.gcry_md_read.argtypes, library.gcry_md_read.restype = [pointer, ctypes.c_int], pointer
    library.gcry_md_close.argtypes, library.gcry_md_close.restype = [pointer], None
    library.gcry_cipher_open.argtypes = [place, ctypes.c_int, ctypes.c_int, ctypes.c_uint]
    for name in ("setkey", "setiv", "authenticate"):
        getattr(library, f"gcry_cipher_{name}").argtypes = [pointer, text, size]
    library.gcry_cipher_encrypt.argtypes = [pointer, pointer, size, text, size]
    library.gcry_cipher_gettag.argtypes = [pointer, pointer, size]
    library.gcry_cipher_close.argtypes, library.gcry_cipher_close.restype = [pointer], None
    return library


_LIBRARY = _loaded()
AVAILABLE = _LIBRARY is not None


def _done(code: int) -> None:
    if code:
        raise GcryptError(f"code {code & 0xFFFF}")


def _library() -> ctypes.CDLL:
    if _LIBRARY is None:
        raise GcryptError(f"{_NAME} is not there")
    return _LIBRARY


class Sm3:
    """A digest being fed, with the face of `hashlib`'s. One thread at a time may feed it."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state = ctypes.c_void_p()
        _done(_library().gcry_md_open(ctypes.byref(self._state), _SM3, 0))

    def __del__(self) -> None:
        if self._state:
            _library().gcry_md_close(self._state)

    def update(self, data: bytes | memoryview, /) -> None:
        place = data if isinstance(data, bytes) else (ctypes.c_char * len(data)).from_buffer(data)
        _library().gcry_md_write(self._state, place, len(data))

    def copy(self) -> Self:
        other = type(self).__new__(type(self))
        other._state = ctypes.c_void_p()
        _done(_library().gcry_md_copy(ctypes.byref(other._state), self._state))
        return other

    def digest(self) -> bytes:
        """Of all that was fed so far; reading ends a state, so a copy is read."""
        other = self.copy()
        return ctypes.string_at(_library().gcry_md_read(other._state, _SM3), _SM3_SIZE)


def sm4_gcm(key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Ciphertext and tag (16 bytes) of SM4-GCM with a key of 16 bytes and a nonce of 12."""
    library, cipher = _library(), ctypes.c_void_p()
    _done(library.gcry_cipher_open(ctypes.byref(cipher), _SM4, _GCM, 0))
    try:
        _done(library.gcry_cipher_setkey(cipher, key, len(key)))
        _done(library.gcry_cipher_setiv(cipher, nonce, len(nonce)))
        _done(library.gcry_cipher_authenticate(cipher, aad, len(aad)))
        sealed = bytearray(len(plaintext) + _TAG_SIZE)
        out = (ctypes.c_char * len(sealed)).from_buffer(sealed)
        _done(library.gcry_cipher_encrypt(cipher, out, len(plaintext), plaintext, len(plaintext)))
        _done(library.gcry_cipher_gettag(cipher, ctypes.byref(out, len(plaintext)), _TAG_SIZE))
    finally:
        library.gcry_cipher_close(cipher)
    return bytes(sealed)
