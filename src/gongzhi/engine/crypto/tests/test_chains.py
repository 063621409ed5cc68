"""The audit's chain and the receipts' tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.crypto import GENESIS, chain, inclusion_proof, merkle_root, sm3, verify_inclusion

digests = st.binary(min_size=32, max_size=32)
events = st.lists(st.binary(max_size=20), min_size=1, max_size=12)


def head_of(payloads):
    head = GENESIS
    for seq, payload in enumerate(payloads):
        head = chain(head, seq, payload)
    return head


def test_the_written_form_of_a_link():
    assert chain(GENESIS, 1, b"event") == sm3(b"\x00" + b"\0" * 7 + b"\x01" + bytes(32) + b"event")


@given(events, st.data())
def test_any_change_of_an_event_changes_the_head(payloads, data):
    at = data.draw(st.integers(0, len(payloads) - 1))
    other = data.draw(st.binary(max_size=20).filter(lambda payload: payload != payloads[at]))
    assert head_of([*payloads[:at], other, *payloads[at + 1 :]]) != head_of(payloads)
    assert head_of([*payloads[:at], *payloads[at + 1 :]]) != head_of(payloads)


def test_links_are_bound_to_their_place():
    assert chain(GENESIS, 0, b"x") != chain(GENESIS, 1, b"x")
    assert chain(sm3(b""), 0, b"x") != chain(GENESIS, 0, b"x")
    with pytest.raises(ValueError, match="32"):
        chain(b"short", 0, b"x")
    with pytest.raises(ValueError, match="from 0"):
        chain(GENESIS, -1, b"x")


@given(st.lists(digests, min_size=1, max_size=20, unique=True), st.data())
def test_every_hash_proves_its_place_and_no_other_does(hashes, data):
    root = merkle_root(hashes)
    index = data.draw(st.integers(0, len(hashes) - 1))
    proof = inclusion_proof(hashes, index)
    assert verify_inclusion(hashes[index], proof, root)
    assert len(proof) <= len(hashes).bit_length()
    stranger = data.draw(digests.filter(lambda item: item != hashes[index]))
    assert not verify_inclusion(stranger, proof, root)
    assert not verify_inclusion(hashes[index], proof, sm3(root))


@given(st.lists(digests, min_size=1, max_size=10, unique=True), digests)
def test_roots_tell_order_and_number(hashes, one_more):
    root = merkle_root(hashes)
    assert merkle_root([*hashes, one_more]) != root
    assert merkle_root([*hashes, hashes[-1]]) != root
    if len(hashes) > 1:
        assert merkle_root(hashes[::-1]) != root


def test_links_leaves_and_nodes_are_told_apart():
    left, right = sm3(b"left"), sm3(b"right")
    root = merkle_root([left, right])
    assert merkle_root([root]) != root
    assert merkle_root([left]) == sm3(b"\x01" + left)
    assert root == sm3(b"\x02" + sm3(b"\x01" + left) + sm3(b"\x01" + right))
    assert merkle_root([]) == sm3(b"")
    with pytest.raises(IndexError):
        inclusion_proof([left], 1)
