"""Signed calls of machines: `Authorization: TG1 kid=…, ts=…, nonce=…, sig=…` (security.md 3.15).

The signature is HMAC-SM3 under the caller's secret over seven lines:

    METHOD
    path, percent-decoded
    query: its `name=value` pieces as sent, sorted, joined by &
    SM3 of the body, hex (of no bytes where there is none)
    ts, seconds since 1970
    nonce
    kid
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from gongzhi.engine.crypto.digest import hmac_sm3

_HEADER = re.compile(
    r"TG1 kid=([0-9a-zA-Z_-]{4,40}), ?ts=([0-9]{1,12}), ?nonce=([0-9a-zA-Z_-]{16,64}), ?sig=([0-9a-f]{64})"
)


@dataclass(frozen=True)
class Claim:
    """What the header of a signed call says."""

    kid: str
    ts: int
    nonce: str
    sig: str


def claim_of(header: str) -> Claim | None:
    """The claim of an `Authorization` header; None when it is not of this form."""
    found = _HEADER.fullmatch(header)
    if found is None:
        return None
    kid, ts, nonce, sig = found.groups()
    return Claim(kid, int(ts), nonce, sig)


def signed_text(*, method: str, path: str, query: str, body: bytes, ts: int, nonce: str, kid: str) -> bytes:
    """What is signed. `query` is the raw query string, `body` the SM3 digest of the body (32 bytes)."""
    pieces = "&".join(sorted(piece for piece in query.split("&") if piece))
    lines = (method.upper(), path, pieces, body.hex(), str(ts), nonce, kid)
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def signature(secret: str, text: bytes) -> str:
    """HMAC-SM3 in hex; the key is the secret as it was told, character by character."""
    return hmac_sm3(secret.encode("ascii"), text).hex()


def right(secret: str, text: bytes, sig: str) -> bool:
    """Whether a signature is right, told in the same time whether it is or not."""
    return hmac.compare_digest(signature(secret, text), sig)
