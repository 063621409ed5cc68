"""One text in a column of credit codes: what it is."""

from __future__ import annotations

import re
from dataclasses import replace

from gongzhi.engine.idcodes.digits import (
    CREDIT_ALPHABET,
    credit_check,
    is_credit_code,
    is_digits,
    is_organisation_code,
    is_person_id,
)
from gongzhi.engine.idcodes.model import Code
from gongzhi.engine.idcodes.suggestions import suggest
from gongzhi.engine.idcodes.text import clean, lost_digits, means_nothing

_CREDIT_LETTERS = frozenset(CREDIT_ALPHABET)
_OLD_TAX_NUMBER = re.compile(r"[0-9]{6}[0-9A-Z]{9}")
_HYPHENED = re.compile(r"([0-9A-Z]{8})-([0-9X])")
_CODE_LETTERS = re.compile(r"[0-9A-Z-]+")


def classify(text: str) -> Code:
    """What `text`, found where a unified credit code belongs, is (GB 32100, GB 11714; `KINDS` and `REASONS`).

    A person's id is named as such, because a sole trader may use it as a tax number; whether the column
    takes it is the caller's decision. Fifteen digits stay `old_number` even when their last nine pass
    GB 11714: the same digits may be a registration number, and only a join can tell.
    """
    verdict = judge(text)
    if verdict.kind != "invalid" or verdict.reason == "digits_lost":
        return verdict
    return replace(verdict, suggestion=suggest(text))


def judge(text: str) -> Code:
    """`classify` without the search for a suggestion."""
    cleaned, repairs = clean(text)
    if not cleaned:
        return Code(None, "empty", "empty")
    if means_nothing(cleaned):
        return Code(None, "empty", "empty_word")
    if lost_digits(cleaned):
        return Code(None, "invalid", "digits_lost")
    verdict = _BY_LENGTH.get(len(cleaned), _other)(cleaned)
    return replace(verdict, repairs=repairs + verdict.repairs) if verdict.valid else verdict


def _eighteen(code: str) -> Code:
    if is_credit_code(code):
        return Code(code, "credit_code", organisation_code=code[8:17])
    if is_person_id(code):
        return Code(code, "person_id")
    if not _CREDIT_LETTERS.issuperset(code):
        return _other(code, "illegal_character")
    if is_digits(code) and code.endswith("000"):
        return Code(None, "invalid", "digits_lost")
    outer_right = credit_check(code[:17]) == code[17]
    return Code(None, "invalid", "organisation_check" if outer_right else "check_digit")


def _fifteen(code: str) -> Code:
    inside = code[6:] if is_organisation_code(code[6:]) else None
    if is_digits(code):
        return Code(code, "old_number", organisation_code=inside)
    if not _OLD_TAX_NUMBER.fullmatch(code):
        return _other(code)
    if inside is None:
        return Code(None, "invalid", "organisation_check")
    return Code(code, "old_tax_number", organisation_code=inside)


def _thirteen(code: str) -> Code:
    return Code(code, "registration_number") if is_digits(code) else _other(code)


def _nine(code: str) -> Code:
    if not _CODE_LETTERS.fullmatch(code) or "-" in code:
        return _other(code)
    if not is_organisation_code(code):
        return Code(None, "invalid", "organisation_check")
    return Code(code, "organisation_code", organisation_code=code)


def _ten(code: str) -> Code:
    hyphened = _HYPHENED.fullmatch(code)
    if hyphened is None:
        return _other(code)
    verdict = _nine(hyphened[1] + hyphened[2])
    return replace(verdict, repairs=("hyphen",)) if verdict.valid else verdict


def _other(code: str, reason: str = "length") -> Code:
    if "*" in code:
        return Code(None, "invalid", "masked")
    if not _CODE_LETTERS.fullmatch(code):
        return Code(None, "invalid", "illegal_character")
    return Code(None, "invalid", reason)


_BY_LENGTH = {18: _eighteen, 15: _fifteen, 13: _thirteen, 9: _nine, 10: _ten}
