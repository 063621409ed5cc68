"""libgcrypt gives what OpenSSL gives, and nothing depends on its being there."""

import io
import os

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.crypto import digest, file_sm3, gcrypt, seal, sm3, unseal
from gongzhi.engine.crypto.keys import Key

needs_gcrypt = pytest.mark.skipif(not gcrypt.AVAILABLE, reason="libgcrypt 1.10 is not on this machine")
KEY = Key(version=1, secret=b"k" * 32, purpose="seal")
MUCH = os.urandom(300_001)


def by_openssl(key, nonce, aad, plain):
    encryptor = Cipher(SM4(key), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


@needs_gcrypt
@given(st.binary(min_size=16, max_size=16), st.binary(min_size=12, max_size=12), st.binary(), st.binary())
def test_sm4_gcm_is_that_of_openssl(key, nonce, aad, plain):
    assert gcrypt.sm4_gcm(key, nonce, aad, plain) == by_openssl(key, nonce, aad, plain)


@needs_gcrypt
@given(st.lists(st.binary(max_size=300), max_size=5))
def test_sm3_is_that_of_openssl_however_it_is_fed(pieces):
    state = gcrypt.Sm3()
    for piece in pieces:
        state.update(piece)
    assert state.digest() == sm3(b"".join(pieces))
    state.update(memoryview(bytearray(b"more")))
    assert state.copy().digest() == state.digest() == sm3(b"".join(pieces) + b"more")


@pytest.mark.parametrize("available", [pytest.param(True, marks=needs_gcrypt), False])
def test_much_is_sealed_and_digested_with_it_and_without(monkeypatch, available):
    monkeypatch.setattr(gcrypt, "AVAILABLE", available)
    assert isinstance(digest.new_file_sm3(), gcrypt.Sm3) is available
    assert file_sm3(io.BytesIO(MUCH)) == sm3(MUCH)
    sealed = seal(KEY, MUCH, b"place")
    assert sealed[15:] == by_openssl(b"k" * 16, sealed[3:15], bytes_bound(), MUCH)
    assert unseal(KEY, sealed, b"place") == MUCH


def bytes_bound():
    """What the tag covers besides the content: format, version, purpose and place."""
    return b"\x01" + (1).to_bytes(2, "big") + (4).to_bytes(2, "big") + b"seal" + b"place"


@needs_gcrypt
def test_a_refused_call_is_an_error():
    with pytest.raises(gcrypt.GcryptError):
        gcrypt.sm4_gcm(b"too short", b"n" * 12, b"", b"plain")
