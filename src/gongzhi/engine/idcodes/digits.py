"""Check digits and what lies inside a code. Every function takes canonical text (upper case, no blanks)."""

from __future__ import annotations

from datetime import date
from operator import mul

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: digits and letters without I, O, S, V, Z."""
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
PERSON_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PERSON_CHECKS = "10X98765432"
EARLIEST_BIRTH_YEAR = 1800

_CREDIT_VALUE = {letter: number for number, letter in enumerate(CREDIT_ALPHABET)}
_ORGANISATION_VALUE = {letter: number for number, letter in enumerate(ORGANISATION_ALPHABET)}


def credit_check(first17: str) -> str:
    """The 18th character of a credit code (GB 32100-2015: MOD 31).

    Raises KeyError on an illegal letter, ValueError when there are not 17.
    """
    if len(first17) != len(CREDIT_WEIGHTS):
        raise ValueError("not 17 characters")
    total = sum(map(mul, map(_CREDIT_VALUE.__getitem__, first17), CREDIT_WEIGHTS))
    return CREDIT_ALPHABET[-total % 31]


def organisation_check(first8: str) -> str:
    """The ninth character of an organisation code (GB 11714-1997: 11 - Σ mod 11; 10 is X, 11 is 0).

    Raises KeyError on a character that is neither a digit nor a capital letter, ValueError when not eight.
    """
    if len(first8) != len(ORGANISATION_WEIGHTS):
        raise ValueError("not eight characters")
    total = sum(map(mul, map(_ORGANISATION_VALUE.__getitem__, first8), ORGANISATION_WEIGHTS))
    return "0123456789X"[-total % 11]


def person_check(first17: str) -> str:
    """The 18th character of a person's id (GB 11643-1999: MOD 11-2)."""
    total = sum(int(c) * w for c, w in zip(first17, PERSON_WEIGHTS, strict=True))
    return PERSON_CHECKS[total % 11]


def is_credit_code(code: str) -> bool:
    """Both check digits of 18 legal characters are right, and they are not all noughts."""
    if len(code) != 18 or not _CREDIT_VALUE.keys() >= set(code):
        return False
    return credit_check(code[:17]) == code[17] and is_organisation_code(code[8:17]) and code[8:17] != "0" * 9


def is_organisation_code(code: str) -> bool:
    """Nine characters whose last is the check digit of the first eight."""
    if len(code) != 9 or not _ORGANISATION_VALUE.keys() >= set(code):
        return False
    return organisation_check(code[:8]) == code[8]


def is_digits(text: str) -> bool:
    """ASCII digits and nothing else (str.isdigit also takes other scripts and superscripts)."""
    return text.isascii() and text.isdigit()


def birth_date(digits: str) -> date | None:
    """The day written in eight digits, or None when there is no such day or the year is before 1800."""
    if not is_digits(digits) or int(digits[:4]) < EARLIEST_BIRTH_YEAR:
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def is_person_id(code: str) -> bool:
    """17 digits and a right check digit, with a real birth date. The region is not looked up: a card keeps
    the county that was right at its issue, and old counties are legal."""
    if len(code) != 18 or not is_digits(code[:17]) or code[17] not in PERSON_CHECKS:
        return False
    return birth_date(code[6:14]) is not None and person_check(code[:17]) == code[17]


def make_credit_code(prefix17: str) -> str:
    """A credit code from its first 17 characters; ValueError when the organisation code inside is wrong.

    >>> make_credit_code("91330000142916567")
    '91330000142916567N'
    """
    if len(prefix17) != 17 or not _CREDIT_VALUE.keys() >= set(prefix17):
        raise ValueError(f"not 17 characters of the GB 32100 alphabet: {prefix17!r}")
    if not is_organisation_code(prefix17[8:17]):
        raise ValueError(f"the organisation code in {prefix17!r} fails GB 11714")
    return prefix17 + credit_check(prefix17)


def make_person_id(prefix17: str) -> str:
    """A person's id from its first 17 digits; ValueError when these are not 17 digits.

    The birth date is not looked at, so that tests can make ids of people who cannot exist.
    """
    if len(prefix17) != 17 or not is_digits(prefix17):
        raise ValueError("not 17 digits")
    return prefix17 + person_check(prefix17)


def division_of(code: str) -> str | None:
    """The six digits of the division (GB/T 2260) inside a canonical code, or None where there are none.

    A credit code has them in places 3 to 8, ids and old 15-character numbers in places 1 to 6. It is the
    division at the time of issue, which need not exist any more.
    """
    if len(code) == 18:
        region = code[2:8] if is_credit_code(code) else code[:6]
    elif len(code) == 15:
        region = code[:6]
    else:
        return None
    return region if is_digits(region) else None
