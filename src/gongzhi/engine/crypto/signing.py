"""Signatures with SM2 over SM3 (GB/T 32918.2-2016), so that what left the house can be proved elsewhere.

The private key is made from a secret of the key ring and lives in memory only; whoever checks needs the
public key alone. The identity that enters the digest is the standard's own, `1234567812345678`
(GM/T 0009-2012, 10), so that every other SM2 program verifies the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from tongsuopy.crypto import hashes, serialization
from tongsuopy.crypto.asymciphers import ec
from tongsuopy.crypto.exceptions import InternalError, InvalidSignature

from gongzhi.engine.crypto.digest import sm3
from gongzhi.engine.crypto.keys import Key

ALGORITHM = "SM2-SM3"
_ORDER = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_7203DF6B_21C6052B_53BBF409_39D54123
_HEX = re.compile(r"(?:[0-9a-f]{2})+")


class NoPublicKey(ValueError):
    """A text that is no SM2 public key."""


@dataclass(frozen=True)
class PublicKey:
    """A point of the SM2 curve: 65 bytes, 04 | x | y."""

    point: bytes

    @property
    def identity(self) -> str:
        """How a signature names its key: the first 16 hex digits of SM3 over the point."""
        return sm3(self.point).hex()[:16]

    @property
    def pem(self) -> str:
        """As other programs take it (SubjectPublicKeyInfo, PEM)."""
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return bytes(self._key.public_bytes(encoding, form)).decode()

    @classmethod
    def from_pem(cls, text: str) -> Self:
        """NoPublicKey when the text is no PEM of an SM2 key."""
        try:
            key = serialization.load_pem_public_key(text.encode())
            numbers = key.public_numbers()
        except Exception as error:  # the library answers damaged text with whatever its parser met
            raise NoPublicKey("not the PEM of an SM2 public key") from error
        return cls(_point(numbers))

    def holds(self, signature: str, message: bytes) -> bool:
        """Whether `signature` (lower-case hex of the DER form) is this key's over `message`."""
        if not _HEX.fullmatch(signature):
            return False
        try:
            self._key.verify(bytes.fromhex(signature), message, ec.ECDSA(hashes.SM3()))
        except (InvalidSignature, InternalError):
            return False
        return True

    @cached_property
    def _key(self) -> Any:
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SM2(), self.point)
        except (ValueError, InternalError) as error:
            raise NoPublicKey("not a point of the SM2 curve") from error


class Signer:
    """Signs with the private key that a key of the ring stands for."""

    def __init__(self, key: Key) -> None:
        # A secret of 256 bits is taken into 1 … n-2; it exceeds n once in 2³² keys, so the bias is nothing.
        scalar = int.from_bytes(key.secret, "big") % (_ORDER - 2) + 1
        self.active = key.state == "active"
        self.version = key.version
        self._key = ec.derive_private_key(scalar, ec.SM2())
        self.public = PublicKey(_point(self._key.public_key().public_numbers()))

    def sign(self, message: bytes) -> str:
        """The signature in lower-case hex (DER); ValueError under a retired key."""
        if not self.active:
            raise ValueError(f"key {self.version} is retired and signs nothing new")
        return bytes(self._key.sign(message, ec.ECDSA(hashes.SM3()))).hex()


def self_test_signature() -> bool:
    """GB/T 32918.5-2017 A.2: the standard's signature holds, and does not over another message."""
    key = PublicKey(_EXAMPLE_POINT)
    return key.holds(_EXAMPLE, b"message digest") and not key.holds(_EXAMPLE, b"message digesT")


def _point(numbers: Any) -> bytes:
    return b"\x04" + int(numbers.x).to_bytes(32, "big") + int(numbers.y).to_bytes(32, "big")


_EXAMPLE_POINT = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
_EXAMPLE = (
    "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)

__all__ = ["ALGORITHM", "NoPublicKey", "PublicKey", "Signer", "self_test_signature"]
