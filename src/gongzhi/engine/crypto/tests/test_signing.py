"""SM2 against arithmetic written out here, from the standard; Merkle trees with many proofs."""

import pytest

from gongzhi.engine.crypto import NoPublicKey, PublicKey, Signer, Tree, derive_key, sm3, verify_inclusion

P = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFF
A = P - 3
B = 0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7_F39789F5_15AB8F92_DDBCBD41_4D940E93
N = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_7203DF6B_21C6052B_53BBF409_39D54123
G = (
    0x32C4AE2C_1F198119_5F990446_6A39C994_8FE30BBF_F2660BE1_715A4589_334C74C7,
    0xBC3736A2_F4F6779C_59BDCEE3_6B692153_D0A9877C_C62A4740_02DF32E5_2139F0A0,
)
SIGNER = Signer(derive_key(bytes(range(32)), "sign", 1))
MESSAGE = "回执 20260930-9.5-2026Q3-01".encode()


def added(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    slope = (3 * p[0] ** 2 + A) * pow(2 * p[1], -1, P) if p == q else (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def times(k, point):
    total = None
    while k:
        total, point, k = (added(total, point) if k & 1 else total), added(point, point), k >> 1
    return total


def numbers(der):
    raw = bytes.fromhex(der)
    r = int.from_bytes(raw[4 : 4 + raw[3]], "big")
    return r, int.from_bytes(raw[6 + raw[3] :], "big")


def holds_by_definition(point, signature, message):
    """GB/T 32918.2-2016, 7.1, step by step."""
    parts = [A, B, *G, int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")]
    z = sm3(b"\x00\x80" + b"1234567812345678" + b"".join(part.to_bytes(32, "big") for part in parts))
    e = int.from_bytes(sm3(z + message), "big")
    r, s = numbers(signature)
    t = (r + s) % N
    x, _ = added(times(s, G), times(t, tuple(parts[4:])))
    return t != 0 and (e + x) % N == r


def test_a_signature_holds_by_the_standards_own_arithmetic():
    signature = SIGNER.sign(MESSAGE)
    assert holds_by_definition(SIGNER.public.point, signature, MESSAGE)
    assert not holds_by_definition(SIGNER.public.point, signature, MESSAGE + b"x")


def test_the_private_key_is_the_one_of_the_ring_and_no_other():
    again = Signer(derive_key(bytes(range(32)), "sign", 1))
    assert again.public == SIGNER.public
    others = [derive_key(bytes(range(32)), "sign", 2), derive_key(bytes(32), "sign", 1)]
    assert len({Signer(key).public.identity for key in others} | {SIGNER.public.identity}) == 3
    secret = derive_key(bytes(range(32)), "sign", 1).secret
    x, y = times(int.from_bytes(secret, "big") % (N - 2) + 1, G)
    assert SIGNER.public.point == b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def test_every_flipped_bit_of_a_signature_breaks_it():
    signature = bytes.fromhex(SIGNER.sign(MESSAGE))
    for place in range(len(signature) * 8):
        changed = bytearray(signature)
        changed[place // 8] ^= 1 << place % 8
        assert not SIGNER.public.holds(bytes(changed).hex(), MESSAGE), place


@pytest.mark.parametrize("text", ["", "zz", "30", "00" * 70, " ", "3006020100020100"])
def test_what_is_no_signature_does_not_hold(text):
    assert not SIGNER.public.holds(text, MESSAGE)


def test_one_signature_has_one_way_of_being_written():
    signature = SIGNER.sign(MESSAGE)
    assert SIGNER.public.holds(signature, MESSAGE)
    for other in (signature.upper(), f" {signature}", signature + "00", signature + "\n"):
        assert not SIGNER.public.holds(other, MESSAGE)


def test_a_retired_key_checks_and_signs_nothing_new():
    signature = SIGNER.sign(MESSAGE)
    retired = Signer(derive_key(bytes(range(32)), "sign", 1, "decrypt_only"))
    assert retired.public.holds(signature, MESSAGE)
    with pytest.raises(ValueError, match="retired"):
        retired.sign(MESSAGE)


def test_a_public_key_travels_as_pem_and_keeps_its_name():
    back = PublicKey.from_pem(SIGNER.public.pem)
    assert (back, back.identity) == (SIGNER.public, SIGNER.public.identity)
    assert back.holds(SIGNER.sign(MESSAGE), MESSAGE)
    for text in ("", "PEM", SIGNER.public.pem[:60]):
        with pytest.raises(NoPublicKey):
            PublicKey.from_pem(text)
    with pytest.raises(NoPublicKey):
        PublicKey(b"\x04" + bytes(64)).holds(SIGNER.sign(MESSAGE), MESSAGE)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 64, 65])
def test_every_leaf_of_a_tree_is_proved_and_no_other(size):
    items = [sm3(b"%d" % number) for number in range(size)]
    tree = Tree(items)
    for place, item in enumerate(items):
        assert verify_inclusion(item, tree.proof(place), tree.root)
        assert not verify_inclusion(sm3(item), tree.proof(place), tree.root)
        assert size == 1 or not verify_inclusion(item, tree.proof((place + 1) % size), tree.root)
    with pytest.raises(IndexError):
        tree.proof(size)
