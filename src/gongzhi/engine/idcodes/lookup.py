"""Numpy tables over the bytes of 18-character codes. Blocks keep the work inside the processor's cache."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gongzhi.engine.idcodes.digits import (
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
    EARLIEST_BIRTH_YEAR,
    ORGANISATION_ALPHABET,
    ORGANISATION_WEIGHTS,
    PERSON_WEIGHTS,
)

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

_BLOCK = 8192
# One illegal letter lifts a sum above every sum of legal letters (at most 30 * 298 = 8,940), and all sums
# stay below 2**24, where float32 still counts in ones.
_ILLEGAL = 10_000.0


def _letter_values(alphabet: str) -> Floats:
    table = np.full(256, _ILLEGAL, np.float32)
    table[np.frombuffer(alphabet.encode(), np.uint8)] = np.arange(len(alphabet))
    return table


def _credit_weights() -> Floats:
    weights = np.zeros((18, 1), np.float32)
    weights[:, 0] = [*CREDIT_WEIGHTS, 1]
    return weights


def _organisation_weights() -> Floats:
    return np.array(ORGANISATION_WEIGHTS, np.float32).reshape(8, 1)


def _person_weights() -> Floats:
    weights = np.zeros((18, 3), np.float32)
    weights[:17, 0] = PERSON_WEIGHTS
    weights[6:10, 1] = (1000, 100, 10, 1)
    weights[10:14, 2] = (1000, 100, 10, 1)
    return weights


_CREDIT_VALUES = _letter_values(CREDIT_ALPHABET)
_ORGANISATION_VALUES = _letter_values(ORGANISATION_ALPHABET)
_DIGIT_VALUES = _letter_values("0123456789")
_CREDIT_WEIGHTS = _credit_weights()
_ORGANISATION_WEIGHTS = _organisation_weights()
_PERSON_WEIGHTS = _person_weights()
_ORGANISATION_CHECKS = np.frombuffer(b"0X987654321", np.uint8)  # by Σ mod 11
_PERSON_CHECKS = np.frombuffer(b"10X98765432", np.uint8)  # by Σ mod 11


def _days_of_the_year() -> Flags:
    """Whether month * 100 + day is a day of some year."""
    table = np.zeros(10_000, np.bool_)
    for month, length in enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1):
        table[month * 100 + 1 : month * 100 + length + 1] = True
    return table


_IS_DAY = _days_of_the_year()


@dataclass(frozen=True, slots=True)
class CreditLookup:
    """Per row: all letters legal; the outer check right; everything right."""

    legal: Flags
    outer: Flags
    right: Flags


@dataclass(frozen=True, slots=True)
class PersonLookup:
    """Per row: shaped like an id; the check digit right; the birth date a day; check digit and date right."""

    legal: Flags
    check: Flags
    real: Flags
    right: Flags


def byte_rows(texts: pl.Series, width: int) -> Bytes:
    """The bytes of a null-free series whose texts are all `width` bytes long, as (rows, width)."""
    if texts.is_empty():
        return np.empty((0, width), np.uint8)
    array = texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    letters = array.buffers()[2]
    if letters is None:
        raise ValueError("a string array without a buffer of letters")
    start = array.offset * width
    data: Bytes = np.frombuffer(memoryview(letters), np.uint8)
    return data[start : start + len(texts) * width].reshape(len(texts), width)


def _sums(rows: Bytes, values: Floats, weights: Floats) -> Floats:
    out = np.empty((len(rows), weights.shape[1]), np.float32)
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        np.matmul(values.take(rows[block]), weights, out=out[block])
    return out


def credit(rows: Bytes) -> CreditLookup:
    """Check rows of 18 bytes as credit codes (GB 32100 with the GB 11714 code inside)."""
    outer_sum = _sums(rows, _CREDIT_VALUES, _CREDIT_WEIGHTS)[:, 0]
    inner_sum = _sums(rows[:, 8:16], _ORGANISATION_VALUES, _ORGANISATION_WEIGHTS)[:, 0]
    legal = outer_sum < _ILLEGAL
    outer = legal & (outer_sum.astype(np.int32) % 31 == 0)
    inner = _ORGANISATION_CHECKS.take(inner_sum.astype(np.int32) % 11) == rows[:, 16]
    return CreditLookup(legal, outer, outer & inner & (inner_sum > 0))


def person(rows: Bytes) -> PersonLookup:
    """Check rows of 18 bytes as persons' ids (GB 11643)."""
    sums = _sums(rows, _DIGIT_VALUES, _PERSON_WEIGHTS).astype(np.int32)
    last = rows[:, 17]
    is_last = ((last >= ord("0")) & (last <= ord("9"))) | (last == ord("X"))
    legal = (sums[:, 0] < int(_ILLEGAL)) & is_last
    check = legal & (_PERSON_CHECKS.take(sums[:, 0] % 11) == last)
    year, day = sums[:, 1], np.minimum(sums[:, 2], 9999)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    real = _IS_DAY.take(day) & (leap | (day != 229)) & (year >= EARLIEST_BIRTH_YEAR)
    return PersonLookup(legal, check, legal & real, check & real)


def needs_a_second_look(rows: Bytes) -> Flags:
    """Rows that end in 000 (digits lost in a float) or begin with one sign repeated (a word for "none")."""
    ends_in_noughts = (rows[:, 15:18] == ord("0")).all(axis=1)
    repeated: Flags = (rows[:, 0] == rows[:, 1]) & (rows[:, 1] == rows[:, 2])
    either: Flags = ends_in_noughts | repeated
    return either
