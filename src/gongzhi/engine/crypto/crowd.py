"""Many short HMACs on several cores: the loop holds the interpreter lock, so that threads would not help.

Each child is a bare interpreter that knows nothing but how to digest what it reads; the key reaches it
through the pipe, never through its arguments or environment, and dies with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

MOST_CHILDREN = 4
_CHILD = """
import array, hashlib, sys
source, size = sys.stdin.buffer, int(sys.argv[1])
def state(block):
    made = hashlib.new("sm3"); made.update(block); return made
inner, outer = state(source.read(64)), state(source.read(64))
lengths = array.array("I"); lengths.frombytes(source.read(4 * int(sys.argv[2])))
text = source.read()
copy_inner, copy_outer, out, at = inner.copy, outer.copy, [], 0
append = out.append
for length in lengths:
    first, second = copy_inner(), copy_outer()
    first.update(text[at:at + length]); second.update(first.digest())
    append(second.digest()[:size]); at += length
sys.stdout.buffer.write(b"".join(out))
"""


class ChildDied(Exception):
    """A digesting child did not answer in full."""


def digested(blocks: tuple[bytes, bytes], lengths: npt.NDArray[np.uint32], text: bytes, size: int) -> bytes:
    """The first `size` bytes of the HMAC of each message, one behind the other.

    `blocks` are the inner and outer key blocks (64 bytes each); `text` holds the messages, whose `lengths`
    in bytes are given.
    """
    parts = min(MOST_CHILDREN, os.cpu_count() or 1)
    bounds = np.linspace(0, len(lengths), parts + 1).astype(int)
    places = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])

    def part(number: int) -> bytes:
        begin, end = int(bounds[number]), int(bounds[number + 1])
        own = lengths[begin:end].astype("=u4").tobytes()
        letters = text[places[begin] : places[end]]
        return _child(b"".join((*blocks, own, letters)), end - begin, size)

    with ThreadPoolExecutor(parts) as threads:
        return b"".join(threads.map(part, range(parts)))


def _child(sent: bytes, count: int, size: int) -> bytes:
    done = subprocess.run(  # noqa: S603  # our own interpreter with our own code, arguments are numbers
        [sys.executable, "-I", "-S", "-c", _CHILD, str(size), str(count)],
        input=sent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        check=False,
    )
    if done.returncode or len(done.stdout) != count * size:
        raise ChildDied(f"status {done.returncode}")
    return done.stdout
