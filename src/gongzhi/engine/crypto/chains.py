"""Hash chain of the audit and Merkle trees of receipts, over SM3.

Three kinds of input are kept apart by their first byte: 00 a link of the chain, 01 a leaf, 02 a node. So no
link, leaf or node can be passed off as another kind (RFC 6962 section 2.1 keeps leaves and nodes apart in
the same way; its split at the largest power of two is used here too).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Literal, NamedTuple

from gongzhi.engine.crypto.digest import DIGEST_SIZE, sm3

GENESIS = bytes(DIGEST_SIZE)
"""What the first link names as the link before it."""

_LINK, _LEAF, _NODE = b"\x00", b"\x01", b"\x02"


class InclusionStep(NamedTuple):
    """A sibling on the way from a leaf to the root, and the side on which it stands."""

    side: Literal["left", "right"]
    digest: bytes


def chain(prev_hash: bytes, seq: int, payload: bytes) -> bytes:
    """The hash of event `seq`: SM3(00 | seq, 8 bytes big endian | hash before | payload).

    Everything before the payload has a fixed length, so no two events write the same bytes. ValueError when
    the hash before has not 32 bytes or seq is negative.
    """
    _sized(prev_hash)
    if seq < 0:
        raise ValueError("events are counted from 0")
    return sm3(_LINK + struct.pack(">Q", seq) + prev_hash + payload)


class Tree:
    """A Merkle tree over 32-byte hashes in their order, kept whole so that many proofs cost little."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        level = [_leaf(item) for item in hashes]
        self._levels = [level]
        while len(level) > 1:
            paired = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
            level = paired + level[len(paired) * 2 :]
            self._levels.append(level)

    @property
    def root(self) -> bytes:
        """The root; of an empty tree, SM3 of nothing."""
        return self._levels[-1][0] if self._levels[0] else sm3(b"")

    def proof(self, index: int) -> list[InclusionStep]:
        """The siblings that lead from the hash at `index` to the root; IndexError when it is not there."""
        if not 0 <= index < len(self._levels[0]):
            raise IndexError(index)
        steps: list[InclusionStep] = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                steps.append(InclusionStep("left" if sibling < index else "right", level[sibling]))
            index //= 2
        return steps


def merkle_root(hashes: Sequence[bytes]) -> bytes:
    """The root over 32-byte hashes in their order; of none, SM3 of nothing."""
    return Tree(hashes).root


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[InclusionStep]:
    """`Tree.proof` for one hash; IndexError when it is not there."""
    return Tree(hashes).proof(index)


def verify_inclusion(item: bytes, steps: Sequence[InclusionStep], root: bytes) -> bool:
    """Whether the steps lead from this hash to this root."""
    digest = _leaf(item)
    for step in steps:
        digest = _node(step.digest, digest) if step.side == "left" else _node(digest, step.digest)
    return digest == root


def _leaf(item: bytes) -> bytes:
    return sm3(_LEAF + _sized(item))


def _node(left: bytes, right: bytes) -> bytes:
    return sm3(_NODE + _sized(left) + _sized(right))


def _sized(digest: bytes) -> bytes:
    if len(digest) != DIGEST_SIZE:
        raise ValueError(f"a hash has {DIGEST_SIZE} bytes, not {len(digest)}")
    return digest
