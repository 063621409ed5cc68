"""Known answers of the standards, asked at every start: a wrong library must not seal a single row."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB, GCM

from gongzhi.engine.crypto import gcrypt
from gongzhi.engine.crypto.digest import hmac_sm3, sm3
from gongzhi.engine.crypto.signing import self_test_signature

_HEX = bytes.fromhex


class SelfTestError(Exception):
    """An algorithm does not give the standard's answer; nothing may start."""


def self_test() -> None:
    """SM3 (GB/T 32905-2016 A.1, A.2), HMAC-SM3 (by its definition, RFC 2104), SM4 (GB/T 32907-2016 A.1),
    SM4-GCM (RFC 8998 A.2.1) and SM2 (GB/T 32918.5-2017 A.2); SelfTestError names the first that differs."""
    for name, found, expected in (
        ("SM3", sm3(b"abc"), _SM3_ABC),
        ("SM3, two blocks", sm3(b"abcd" * 16), _SM3_ABCD),
        ("HMAC-SM3", hmac_sm3(b"\x01" * 32, b"abc"), _hmac_by_definition(b"\x01" * 32, b"abc")),
        ("SM4", _sm4_block(), _SM4_BLOCK),
        ("SM4-GCM", _sm4_gcm(), _GCM_SEALED),
        ("SM2", self_test_signature(), True),
        *(_of_gcrypt() if gcrypt.AVAILABLE else ()),
    ):
        if found != expected:
            raise SelfTestError(name)


def _of_gcrypt() -> Iterator[tuple[str, bytes, bytes]]:
    state = gcrypt.Sm3()
    state.update(b"abcd" * 16)
    yield "SM3, libgcrypt", state.digest(), _SM3_ABCD
    sealed = gcrypt.sm4_gcm(_SM4_KEY, _GCM_NONCE, _GCM_AAD, _GCM_PLAIN)
    yield "SM4-GCM, libgcrypt", sealed, _GCM_SEALED


def _hmac_by_definition(key: bytes, message: bytes) -> bytes:
    """RFC 2104 written out, to hold the copied states against."""
    block = key.ljust(64, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in block) + message)
    return sm3(bytes(byte ^ 0x5C for byte in block) + inner)


def _sm4_block() -> bytes:
    encryptor = Cipher(SM4(_SM4_KEY), ECB()).encryptor()  # noqa: S305 - one block, as the standard tests it
    return encryptor.update(_SM4_KEY) + encryptor.finalize()


def _sm4_gcm() -> bytes:
    encryptor = Cipher(SM4(_SM4_KEY), GCM(_GCM_NONCE)).encryptor()
    encryptor.authenticate_additional_data(_GCM_AAD)
    return encryptor.update(_GCM_PLAIN) + encryptor.finalize() + encryptor.tag


_SM3_ABC = _HEX("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
_SM3_ABCD = _HEX("debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")
_SM4_KEY = _HEX("0123456789abcdeffedcba9876543210")
_SM4_BLOCK = _HEX("681edf34d206965e86b3e94f536e4246")
_GCM_NONCE = _HEX("00001234567800000000abcd")
_GCM_AAD = _HEX("feedfacedeadbeeffeedfacedeadbeefabaddad2")
_GCM_PLAIN = _HEX(
    "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
    "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
)
_GCM_SEALED = _HEX(
    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
    "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    "83de3541e4c2b58177e065a9bf7b62ec"
)
