"""Invented codes with right check digits: organisation codes begin with XN, persons live in region 990000.

No organisation code of either kind has been given out (they are digits, or begin with M), and there is no
region 990000, so that no value here is anybody's.
"""

from __future__ import annotations

from random import Random

from gongzhi.engine.idcodes import (
    classify_code_or_id,
    make_credit_code,
    make_person_id,
    organisation_check,
)


def organisation_code(serial: int) -> str:
    """The nine characters of the `serial`-th invented organisation (up to a million)."""
    body = f"XN{serial:06d}"
    return body + organisation_check(body)


def credit_code(prefix: str, serial: int, region: str) -> str:
    """A credit code: `prefix` is the register and the kind (91, 92, 93, N2 …)."""
    return make_credit_code(f"{prefix}{region}{organisation_code(serial)}")


def old_tax_number(serial: int, region: str) -> str:
    """The 15 characters that the organisation bore before 2015."""
    return region + organisation_code(serial)


def person_id(random: Random) -> str:
    """An id of region 990000; never one that a credit code could also be."""
    while True:
        born = f"{random.randint(1950, 2004)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
        made = make_person_id(f"990000{born}{random.randint(0, 999):03d}")
        if classify_code_or_id(made).kind == "person_id":
            return made
