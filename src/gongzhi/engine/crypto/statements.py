"""Signed statements over Merkle roots, and the evidence that a leaf stands under one.

Evidence is JSON, so that it can be kept in a file and read by any program:

    {"statement": {…, "algorithm", "key", "root"}, "signature": hex, "path": [[side, hash], …]}

The signature covers the canonical form of the whole statement; the statement names the key and the root;
the path leads from the leaf to the root. Nothing in it can be changed and still hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongzhi.engine.crypto.chains import InclusionStep, verify_inclusion
from gongzhi.engine.crypto.digest import sm3
from gongzhi.engine.crypto.signing import ALGORITHM, PublicKey, Signer

_HASH = re.compile(r"[0-9a-f]{64}")
_PARTS = {"statement", "signature", "path"}


def canonical(value: object) -> bytes:
    """JSON in one form: keys sorted, no blanks, UTF-8 (with half surrogates, which only forgers send)."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Signed:
    """A statement with its signature."""

    statement: Mapping[str, object]
    signature: str

    @property
    def leaf(self) -> bytes:
        """How the next tree up takes it in: SM3 over statement and signature."""
        return sm3(canonical([self.statement, self.signature]))

    def evidence(self, path: Sequence[InclusionStep] = ()) -> dict[str, Any]:
        """What its owner keeps of it."""
        steps = [[step.side, step.digest.hex()] for step in path]
        return {"statement": dict(self.statement), "signature": self.signature, "path": steps}


def sign(signer: Signer, root: bytes, facts: Mapping[str, object]) -> Signed:
    """State `facts` about a root under the signer's key."""
    named = {"algorithm": ALGORITHM, "key": signer.public.identity, "root": root.hex()}
    statement = {**facts, **named}
    return Signed(statement, signer.sign(canonical(statement)))


def fault(leaf: bytes | None, evidence: object, keys: Mapping[str, PublicKey]) -> str:
    """The first thing that does not hold, as a code; empty when all does.

    `malformed`: not of the shape above. `unknown_key`: of a key that is not among `keys`. `signature`: the
    statement was changed or is not that key's. `path`: the leaf does not stand under the root (not asked
    when `leaf` is None).
    """
    if not _well_formed(evidence):
        return "malformed"
    statement, signature = evidence["statement"], evidence["signature"]  # type: ignore[index]  # a mapping: well formed
    key = keys.get(statement["key"])
    if key is None:
        return "unknown_key"
    if not key.holds(signature, canonical(statement)):
        return "signature"
    path = [InclusionStep(side, bytes.fromhex(digest)) for side, digest in evidence["path"]]  # type: ignore[index]  # as above
    if leaf is not None and not verify_inclusion(leaf, path, bytes.fromhex(statement["root"])):
        return "path"
    return ""


def signed_of(evidence: Mapping[str, Any]) -> Signed:
    """The statement and signature of evidence that is well formed."""
    return Signed(evidence["statement"], evidence["signature"])


def _well_formed(evidence: object) -> bool:
    if not isinstance(evidence, Mapping) or set(evidence) != _PARTS:
        return False
    statement, path = evidence["statement"], evidence["path"]
    if not isinstance(statement, Mapping) or not isinstance(path, list):
        return False
    texts = (statement.get("key"), statement.get("root"), evidence["signature"])
    named = all(isinstance(text, str) for text in texts) and statement.get("algorithm") == ALGORITHM
    return named and _is_hash(statement["root"]) and all(map(_is_step, path))


def _is_step(step: object) -> bool:
    shaped = isinstance(step, list) and len(step) == 2
    return shaped and step[0] in ("left", "right") and _is_hash(step[1])  # type: ignore[index]  # a list of two


def _is_hash(text: object) -> bool:
    return isinstance(text, str) and bool(_HASH.fullmatch(text))
