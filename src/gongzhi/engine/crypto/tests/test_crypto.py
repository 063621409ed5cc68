"""Digests, keys, tokens, seals."""

import numpy as np
import polars as pl
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine import crypto
from gongzhi.engine.crypto import (
    Key,
    KeyRing,
    SealBroken,
    SelfTestError,
    UnknownKeyError,
    crowd,
    derive_key,
    derive_ring,
    hmac_sm3,
    person_token,
    person_tokens,
    seal,
    seal_column,
    seal_version,
    self_test,
    sm3,
    token_version,
    unseal,
    unseal_column,
)
from gongzhi.engine.crypto import digest as digest_module
from gongzhi.engine.crypto import selftest as selftest_module
from gongzhi.engine.crypto.digest import Hmac

MASTER = bytes(range(32))
RING = derive_ring(
    MASTER, {"token": {1: "active"}, "seal": {1: "decrypt_only", 2: "active"}, "audit": {1: "active"}}
)
texts = st.text(st.characters(codec="utf-8"), max_size=40)


def test_known_answers(monkeypatch):
    self_test()
    monkeypatch.setattr(selftest_module, "_SM4_BLOCK", b"another answer")
    with pytest.raises(SelfTestError, match="SM4"):
        self_test()


@given(st.binary(max_size=200))
def test_both_libraries_agree_on_sm3(data):
    slow = hashes.Hash(hashes.SM3())
    slow.update(data)
    assert sm3(data) == slow.finalize()


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_both_libraries_agree_on_hmac(key, message):
    slow = HMAC(key or b"\0", hashes.SM3())
    slow.update(message)
    assert hmac_sm3(key or b"\0", message) == slow.finalize()


def test_without_sm3_in_hashlib_nothing_changes(monkeypatch):
    with_hashlib = hmac_sm3(MASTER, b"message"), sm3(b"message")
    monkeypatch.setattr(digest_module, "_HAS_HASHLIB_SM3", False)
    assert (hmac_sm3(MASTER, b"message"), sm3(b"message")) == with_hashlib
    self_test()


def test_keys_are_independent_and_silent():
    keys = [derive_key(MASTER, purpose, version) for purpose in ("token", "seal") for version in (1, 2)]
    assert len({key.secret for key in keys}) == 4
    assert derive_key(MASTER, "token", 1) == keys[0]
    assert derive_key(MASTER[::-1], "token", 1).secret != keys[0].secret
    assert keys[0].secret.hex() not in repr(keys[0])
    assert repr(keys[0].secret) not in repr(keys[0])
    # Fixed for ever: what was sealed once must open after any upgrade.
    assert derive_key(MASTER, "token", 1).secret.hex() == FIRST_KEY


FIRST_KEY = "b93daeda3394ecb68f50543bddd9607e69fe5378b49ee1f4cbd2fb14f64479a7"


def test_rings():
    assert RING.current("seal").version == 2
    assert RING.get("seal", 1).state == "decrypt_only"
    assert RING.versions("seal") == (1, 2)
    assert len(list(RING)) == len(RING) == 4
    with pytest.raises(UnknownKeyError):
        RING.current("backup")
    with pytest.raises(UnknownKeyError):
        RING.get("seal", 3)
    twice = [derive_key(MASTER, "seal", 1), derive_key(MASTER, "seal", 2)]
    with pytest.raises(ValueError, match="two active"):
        KeyRing(twice)
    with pytest.raises(ValueError, match="two keys"):
        KeyRing([twice[0], twice[0]])


@pytest.mark.parametrize(
    ("version", "purpose", "secret"),
    [(0, "x", MASTER), (65_536, "x", MASTER), (1, "", MASTER), (1, "x", b"short")],
)
def test_keys_that_are_none(version, purpose, secret):
    with pytest.raises(ValueError, match="key"):
        Key(version, purpose, secret)


def test_a_short_master_is_refused():
    with pytest.raises(ValueError, match="32"):
        derive_key(b"short", "token", 1)


@given(st.lists(st.one_of(st.none(), texts), max_size=10))
def test_tokens_of_a_column_agree_with_single_tokens(values):
    key = RING.current("token")
    found = person_tokens(key, pl.Series("owner", values, dtype=pl.String))
    assert found.name == "owner"
    assert found.to_list() == [None if value is None else person_token(key, value) for value in values]


def test_the_shape_of_tokens():
    key = RING.current("token")
    token = person_token(key, "x")
    assert token == "P1-" + hmac_sm3(key.secret, b"x")[:16].hex()
    assert token_version(token) == 1
    assert token_version("P1-" + "0" * 31) is None
    other = derive_key(MASTER, "token", 12)
    assert person_token(other, "x")[:4] == "P12-"
    assert person_token(other, "x")[4:] != token[3:]
    assert person_tokens(other, pl.Series(["x"]))[0] == person_token(other, "x")
    with pytest.raises(ValueError, match="no new tokens"):
        person_token(derive_key(MASTER, "token", 1, "decrypt_only"), "x")
    assert person_tokens(key, pl.Series([None, None], dtype=pl.String)).to_list() == [None, None]


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_what_is_sealed_opens_at_its_place_alone(plaintext, aad):
    key = RING.current("seal")
    envelope = seal(key, plaintext, aad)
    assert envelope[:3] == b"\x01\x00\x02"
    assert len(envelope) == 3 + 12 + len(plaintext) + 16
    assert unseal(RING, envelope, aad) == unseal(key, envelope, aad) == plaintext
    with pytest.raises(SealBroken):
        unseal(RING, envelope, aad + b"x")
    with pytest.raises(SealBroken):
        unseal(derive_key(MASTER, "other", 2), envelope, aad)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_every_changed_bit_breaks_the_seal(plaintext, data):
    envelope = bytearray(seal(RING.current("seal"), plaintext, b"place"))
    at = data.draw(st.integers(0, len(envelope) - 1))
    envelope[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((SealBroken, UnknownKeyError)):
        unseal(RING, bytes(envelope), b"place")


def test_old_keys_open_and_seal_no_more():
    old = derive_key(MASTER, "seal", 1)
    envelope = seal(old, b"kept", b"place")
    assert seal_version(envelope) == 1
    assert unseal(RING, envelope, b"place") == b"kept"
    with pytest.raises(ValueError, match="nothing new"):
        seal(RING.get("seal", 1), b"new", b"place")
    with pytest.raises(SealBroken):
        unseal(RING.current("seal"), envelope, b"place")
    with pytest.raises(SealBroken):
        unseal(RING, envelope[:30], b"place")
    with pytest.raises(SealBroken):
        unseal(RING, b"\x02" + envelope[1:], b"place")


def test_nonces_do_not_repeat():
    key = RING.current("seal")
    assert len({seal(key, b"same", b"place")[3:15] for _ in range(5_000)}) == 5_000


@given(st.lists(st.one_of(st.none(), texts), max_size=20), st.integers(1, 8))
def test_columns_come_back(values, chunk_rows):
    column = pl.Series("id", values, dtype=pl.String)
    chunks = seal_column(RING.current("seal"), column, b"batch", chunk_rows=chunk_rows)
    assert len(chunks) == max(-(-len(values) // chunk_rows), 1)
    assert unseal_column(RING, chunks, b"batch").to_list() == values
    last = len(chunks) - 1
    assert unseal_column(RING, chunks, b"batch", only=last).to_list() == values[last * chunk_rows :]


def test_chunks_cannot_be_dropped_doubled_or_swapped():
    chunks = seal_column(RING.current("seal"), pl.Series(["a", "b", "c"]), b"batch", chunk_rows=1)
    for changed in (chunks[:2], chunks[::-1], [*chunks, chunks[2]], [chunks[0], chunks[0], chunks[2]], []):
        with pytest.raises(SealBroken):
            unseal_column(RING, changed, b"batch")
    with pytest.raises(SealBroken):
        unseal_column(RING, chunks, b"another batch")


def test_everything_offered_is_there():
    assert all(hasattr(crypto, name) for name in crypto.__all__)


def test_messages_digested_abreast_are_those_digested_alone():
    """Of every length around the ends of words and blocks, and more of them than fill the last lanes."""
    texts = [
        "测" * (length // 3) + "x" * (length % 3)
        for length in (*range(200), 0, 18, 18, 600, 1, 55, 56, 63, 64)
    ]
    messages = [text.encode() for text in texts]
    lengths = np.array([len(message) for message in messages], dtype=np.uint32)
    key = bytes(range(32))
    blocks = tuple(bytes(byte ^ pad for byte in key.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    for count in (len(messages), 1, crowd.LANES, crowd.LANES + 1):
        text = b"".join(messages[:count])
        found = crowd.digested(blocks, lengths[:count], text, 16)
        assert found.tobytes() == b"".join(Hmac(key).many(messages[:count], 16)).hex().encode()
        assert np.array_equal(found, Hmac(key).column(lengths[:count], text, 16))


def test_a_long_column_is_digested_abreast_and_what_differs_is_not_taken(monkeypatch):
    texts = pl.Series([f"99000019000101{number:04d}" for number in range(50)])
    key = Key(1, "token", bytes(range(32)))
    alone = person_tokens(key, texts)
    asked, real = [], crowd.digested
    monkeypatch.setattr(digest_module, "_CROWD", 10)
    monkeypatch.setattr(crowd, "digested", lambda *given: (asked.append(len(given[1])), real(*given))[1])
    assert person_tokens(key, texts).equals(alone)
    assert asked == [50]
    monkeypatch.setattr(crowd, "digested", lambda *given: real(*given) ^ 1)
    with pytest.raises(digest_module.WrongDigest):
        person_tokens(key, texts)
