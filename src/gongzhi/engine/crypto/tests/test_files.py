"""A sealed file opens whole or not at all."""

import io
import os

import pytest

from gongzhi.engine.crypto import SealBroken, derive_ring, open_file, seal_file, sm3
from gongzhi.engine.crypto.files import CHUNK

KEYS = derive_ring(b"k" * 32, {"original": {1: "active"}, "seal": {1: "active"}})


def sealed(content):
    out = io.BytesIO()
    told = seal_file(KEYS.current("original"), io.BytesIO(content), out)
    assert told.digest == sm3(content).hex()
    assert told.size == len(content)
    return told.digest, out.getvalue()


def opened(data, digest, purpose="original"):
    return b"".join(open_file(KEYS, io.BytesIO(data), digest, purpose=purpose))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 7 * CHUNK + 5])
@pytest.mark.parametrize("fill", [lambda size: b"a" * size, os.urandom])
def test_what_was_sealed_opens(size, fill):
    content = fill(size)
    digest, data = sealed(content)
    assert opened(data, digest) == content


def frames(data):
    head, at, found = data[:20], 20, []
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        found.append(data[at : at + 4 + length])
        at += 4 + length
    return head, found


def test_no_frame_can_be_dropped_doubled_moved_or_brought_from_elsewhere():
    content = b"".join(bytes([65 + n]) * CHUNK for n in range(3))
    digest, data = sealed(content)
    head, (a, b, c, end) = frames(data)
    other_head, other = frames(sealed(content)[1])
    for wrong in ([a, b, end], [a, b, c], [a, a, b, c, end], [b, a, c, end], [a, b, other[2], end], [end],
                  [a, b, c, end, end], [a, b, c, end, b"\0"], []):  # fmt: skip
        with pytest.raises(SealBroken):
            opened(head + b"".join(wrong), digest)
    with pytest.raises(SealBroken):
        opened(other_head + a + b + c + end, digest)


def test_a_cut_a_changed_byte_another_file_and_another_purpose_are_noticed():
    digest, data = sealed(b"some rows\n" * 1000)
    for length in range(0, len(data), 7):
        with pytest.raises(SealBroken):
            opened(data[:length], digest)
    for at in range(len(data)):
        with pytest.raises((SealBroken, LookupError)):
            opened(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], digest)
    with pytest.raises(SealBroken):
        opened(data, sm3(b"another").hex())
    with pytest.raises(SealBroken):
        opened(data, digest, purpose="seal")
