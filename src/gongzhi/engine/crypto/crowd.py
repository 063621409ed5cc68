"""Many short HMAC-SM3 under one key: thirty-two messages go through the compression function abreast.

A library digests one message a call, and the calls for a million of persons' ids cost many times what the
digesting does. So the compression function (GB/T 32905-2016, 5.3) stands here a second time, compiled for
the processor at hand (docs/decisions/0022). It is asked for whole columns alone, and whoever asks compares
some of what it gives with the library's (`digest.Hmac.column`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from numba import types

LANES = 32
"""Messages abreast; of 8, 16, 32 and 64 the fastest where it was measured."""

Words = npt.NDArray[np.uint32]
F = TypeVar("F", bound=Callable[..., Any])

_BLOCK, _WORDS, _EXPANDED = 64, 16, 68
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_IV = np.array(
    [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E],
    np.uint32,
)


def _constant(j: int) -> int:
    """T_j, turned left by j places."""
    value, turn = (0x79CC4519 if j < 16 else 0x7A879D8A), j % 32
    return (value << turn | value >> (32 - turn)) & 0xFFFFFFFF


_T = np.array([_constant(j) for j in range(64)], np.uint32)


def _compiled(signature: Any) -> Callable[[F], F]:
    """Compiled at the first import on a machine and kept beside this file, or where numba's settings say."""

    def made(function: F) -> F:
        try:
            return cast("F", numba.njit(signature, cache=True, nogil=True)(function))
        except RuntimeError:  # no folder can be written to: then it is compiled at each start
            return cast("F", numba.njit(signature, nogil=True)(function))

    return made


def _inlined(function: F) -> F:
    return cast("F", numba.njit(inline="always")(function))


@_inlined
def _turn(word: np.uint32, places: int) -> np.uint32:
    return np.uint32((word << np.uint32(places)) | (word >> np.uint32(32 - places)))


# The eight registers are eight rows of `s`, a row being one register of every lane. Instead of moving each
# register on by one place after a round, a round is told by `rows` which row each of them is now held in:
# a, b, c, d and, four rows further down, e, f, g, h. What the compiler knows it can work on abreast.
Rows = tuple[int, int, int, int]


@_inlined
def _early(s: Words, w: Words, j: int, rows: Rows) -> None:
    """One of the rounds 0 to 15."""
    a, b, c, d = rows
    for lane in range(LANES):
        turned = _turn(s[a, lane], 12)
        ss1 = _turn(np.uint32(turned + s[a + 4, lane] + _T[j]), 7)
        ff, gg = s[a, lane] ^ s[b, lane] ^ s[c, lane], s[a + 4, lane] ^ s[b + 4, lane] ^ s[c + 4, lane]
        tt1 = np.uint32(ff + s[d, lane] + (ss1 ^ turned) + (w[j, lane] ^ w[j + 4, lane]))
        tt2 = np.uint32(gg + s[d + 4, lane] + ss1 + w[j, lane])
        s[b, lane], s[d, lane], s[b + 4, lane] = _turn(s[b, lane], 9), tt1, _turn(s[b + 4, lane], 19)
        s[d + 4, lane] = tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17)


@_inlined
def _late(s: Words, w: Words, j: int, rows: Rows) -> None:
    """One of the rounds 16 to 63."""
    a, b, c, d = rows
    for lane in range(LANES):
        turned = _turn(s[a, lane], 12)
        ss1 = _turn(np.uint32(turned + s[a + 4, lane] + _T[j]), 7)
        ff = (s[a, lane] & s[b, lane]) | (s[a, lane] & s[c, lane]) | (s[b, lane] & s[c, lane])
        gg = (s[a + 4, lane] & s[b + 4, lane]) | (~s[a + 4, lane] & s[c + 4, lane])
        tt1 = np.uint32(ff + s[d, lane] + (ss1 ^ turned) + (w[j, lane] ^ w[j + 4, lane]))
        tt2 = np.uint32(gg + s[d + 4, lane] + ss1 + w[j, lane])
        s[b, lane], s[d, lane], s[b + 4, lane] = _turn(s[b, lane], 9), tt1, _turn(s[b + 4, lane], 19)
        s[d + 4, lane] = tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17)


@_inlined
def _expand(w: Words) -> None:
    for j in range(16, _EXPANDED):
        for lane in range(LANES):
            x = w[j - 16, lane] ^ w[j - 9, lane] ^ _turn(w[j - 3, lane], 15)
            w[j, lane] = x ^ _turn(x, 15) ^ _turn(x, 23) ^ _turn(w[j - 13, lane], 7) ^ w[j - 6, lane]


@_compiled(types.void(types.uint32[:, ::1], types.uint32[:, ::1], types.uint32[:, ::1]))
def _compress(v: Words, w: Words, s: Words) -> None:
    """Take one block of each lane, the first 16 rows of `w`, into its chaining value `v`; `s` is scratch."""
    _expand(w)
    s[:] = v
    for j in range(0, 16, 4):
        _early(s, w, j, (0, 1, 2, 3))
        _early(s, w, j + 1, (3, 0, 1, 2))
        _early(s, w, j + 2, (2, 3, 0, 1))
        _early(s, w, j + 3, (1, 2, 3, 0))
    for j in range(16, 64, 4):
        _late(s, w, j, (0, 1, 2, 3))
        _late(s, w, j + 1, (3, 0, 1, 2))
        _late(s, w, j + 2, (2, 3, 0, 1))
        _late(s, w, j + 3, (1, 2, 3, 0))
    for i in range(8):
        for lane in range(LANES):
            v[i, lane] ^= s[i, lane]


@_inlined
def _blocks(length: int) -> int:
    """How many blocks a message takes, with its mark and its length."""
    return (length + 9 + _BLOCK - 1) // _BLOCK


@_inlined
def _load(w: Words, lane: int, text: npt.NDArray[np.uint8], place: tuple[int, int, int]) -> None:
    """One block of a message: `place` says which one, and where the message begins and ends.

    A block may lie wholly behind the message's end: it then holds the mark and the length, or the length.
    """
    block, begin, end = place
    at = begin + block * _BLOCK
    left = end - at
    whole = max(0, min(left // 4, _WORDS))
    for i in range(whole):
        word = np.uint32(0)
        for k in range(4):
            word = np.uint32((word << np.uint32(8)) | np.uint32(text[at + 4 * i + k]))
        w[i, lane] = word
    for i in range(whole, _WORDS):
        w[i, lane] = np.uint32(0)
    if 0 <= left < _BLOCK:
        word = np.uint32(0x80) << np.uint32(24 - 8 * (left % 4))
        for k in range(left % 4):
            word |= np.uint32(text[at + 4 * whole + k]) << np.uint32(24 - 8 * k)
        w[whole, lane] = np.uint32(word)
    if block == _blocks(end - begin) - 1:
        w[_WORDS - 1, lane] = np.uint32((_BLOCK + end - begin) * 8)


@_inlined
def _start(v: Words, state: Words) -> None:
    for i in range(8):
        for lane in range(LANES):
            v[i, lane] = state[i]


@_inlined
def _load_digests(w: Words, v: Words) -> None:
    """The inner digests as the one block of the outer messages."""
    for i in range(8):
        for lane in range(LANES):
            w[i, lane] = v[i, lane]
    for i in range(8, _WORDS):
        for lane in range(LANES):
            w[i, lane] = np.uint32(0)
    for lane in range(LANES):
        w[8, lane], w[_WORDS - 1, lane] = np.uint32(0x80000000), np.uint32((_BLOCK + 32) * 8)


@_inlined
def _inner(v: Words, w: Words, s: Words, text: npt.NDArray[np.uint8], bounds: npt.NDArray[np.int64]) -> None:
    """Take the messages between these bounds (one more than there are messages) into `v`, a lane each."""
    after = v.copy()
    for block in range(_blocks(np.max(bounds[1:] - bounds[:-1]))):
        for lane in range(len(bounds) - 1):
            _load(w, lane, text, (block, bounds[lane], bounds[lane + 1]))
        _compress(after, w, s)
        for lane in range(len(bounds) - 1):
            if block < _blocks(bounds[lane + 1] - bounds[lane]):  # else it is digested already
                v[:, lane] = after[:, lane]


@_inlined
def _write(out: npt.NDArray[np.uint8], v: Words) -> None:
    for lane in range(out.shape[0]):
        for k in range(out.shape[1]):
            out[lane, k] = _HEX[(v[k // 8, lane] >> np.uint32(28 - 4 * (k % 8))) & np.uint32(15)]


@_compiled(
    types.void(
        types.UniTuple(types.uint32[::1], 2),
        types.Array(types.uint8, 1, "C", readonly=True),
        types.int64[::1],
        types.uint8[:, ::1],
    )
)
def _digested(
    states: tuple[Words, Words],
    text: npt.NDArray[np.uint8],
    bounds: npt.NDArray[np.int64],
    out: npt.NDArray[np.uint8],
) -> None:
    """Message n lies from `bounds[n]` to `bounds[n + 1]`; row n of `out` takes its HMAC's head in hex.

    `states`: what the inner and the outer key block lead to.
    """
    v, s = np.empty((8, LANES), np.uint32), np.empty((8, LANES), np.uint32)
    w = np.zeros((_EXPANDED, LANES), np.uint32)
    for first in range(0, len(out), LANES):
        end = min(first + LANES, len(out))
        _start(v, states[0])
        _inner(v, w, s, text, bounds[first : end + 1])
        _load_digests(w, v)
        _start(v, states[1])
        _compress(v, w, s)
        _write(out[first:end], v)


def digested(
    blocks: tuple[bytes, bytes], lengths: npt.NDArray[np.uint32], text: bytes, size: int
) -> npt.NDArray[np.uint8]:
    """The first `size` bytes of the HMAC of each message, a row each, as letters (ASCII) of hex.

    `blocks` are the inner and outer key blocks (64 bytes each); `text` holds the messages one behind the
    other, whose `lengths` in bytes are given (each below 2²⁸).
    """
    bounds = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=bounds[1:])
    out = np.empty((len(lengths), 2 * size), np.uint8)
    states = _state(blocks[0]), _state(blocks[1])
    _digested(states, np.frombuffer(text, np.uint8), bounds, out)
    return out


def _state(block: bytes) -> Words:
    """The chaining value after one block."""
    v = np.repeat(_IV[:, None], LANES, axis=1)
    w = np.zeros((_EXPANDED, LANES), np.uint32)
    w[:_WORDS] = np.frombuffer(block, ">u4")[:, None]
    _compress(v, w, np.empty_like(v))
    return v[:, 0].copy()
