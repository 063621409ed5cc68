"""One text in a column of persons' ids: what it is.

Hard are the check digit and a real birth date (GB 11643-1999). Soft are region and age: a card keeps the
county that was right at its issue, and whether a birth date lies in the future depends on a day that only
the caller knows. Residence permits of Hong Kong, Macao and Taiwan residents (810000, 820000, 830000) are
built alike and are `person_id`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from gongzhi.engine.idcodes.codes import judge as judge_code
from gongzhi.engine.idcodes.digits import birth_date, is_credit_code, is_digits, is_person_id, person_check
from gongzhi.engine.idcodes.model import Code
from gongzhi.engine.idcodes.suggestions import suggest, suggest_person_id
from gongzhi.engine.idcodes.text import clean, lost_digits, means_nothing

_ID_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_RESIDENT_15 = re.compile(r"[A-Z]{3}[0-9]{12}")
_RESIDENT_18 = re.compile(r"9(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{14}[0-9X]")
_DOCUMENT = re.compile(r"(?=.*[A-Z])(?=(?:.*[0-9]){4})[A-Z0-9]{5,14}|[0-9]{7,10}")
_OFFICER = re.compile(r"[\u4e00-\u9fff]{1,4}字第?[0-9]{6,8}号?")


def classify_person(text: str) -> Code:
    """What `text`, found where a person's id belongs, is.

    `person_id`: 18 characters with a right check digit. `person_id_15`: an id of the first generation.
    `other_id`: a foreigner's permanent residence id, of 15 (3 letters, 12 digits) or of 18 characters (9,
    province, country, birth date; the check digit is GB 11643's). `other_document`: shaped like a passport, a
    travel permit or an officer's card; nothing proves it, so kind and holder need another look. Eleven
    digits are a phone number and 14, 16 or 17 a damaged id, so they are no document.
    """
    verdict = judge_person(text)
    return replace(verdict, suggestion=suggest_person_id(text)) if verdict.kind == "invalid" else verdict


def classify_code_or_id(text: str) -> Code:
    """What `text` is where the form takes a credit code or a person's id (统一社会信用代码或身份证号码).

    Of 341 right ids one also passes both check digits of a credit code. A text that is both counts as a
    credit code only when it begins with 9 (an enterprise, a sole trader, a cooperative), else as an id; of
    15 digits with a birth date in their place as an old id. So a person is not taken for a company.
    """
    verdict = judge_code_or_id(text)
    if verdict.kind != "invalid":
        return verdict
    candidates = {found for found in (suggest(text), suggest_person_id(text)) if found}
    return replace(verdict, suggestion=candidates.pop() if len(candidates) == 1 else None)


def birth_date_of(canonical: str) -> date | None:
    """The birth date inside an 18- or 15-character id, None where there is none (15 characters: 19yy)."""
    if len(canonical) == 18:
        return birth_date(canonical[6:14])
    if len(canonical) == 15:
        return birth_date("19" + canonical[6:12])
    return None


def judge_person(text: str) -> Code:
    """`classify_person` without the search for a suggestion."""
    cleaned, repairs = clean(text)
    if not cleaned:
        return Code(None, "empty", "empty")
    if means_nothing(cleaned):
        return Code(None, "empty", "empty_word")
    if lost_digits(cleaned):
        return Code(None, "invalid", "digits_lost")
    verdict = _by_shape(cleaned)
    return replace(verdict, repairs=repairs) if verdict.valid else verdict


def judge_code_or_id(text: str) -> Code:
    """`classify_code_or_id` without the search for a suggestion."""
    as_code, as_person = judge_code(text), judge_person(text)
    if as_person.kind in {"person_id", "other_id", "person_id_15"}:
        both = as_code.kind == "credit_code" and (as_code.value or "").startswith("9")
        return as_code if both else as_person
    if as_code.kind != "invalid":
        return as_code
    return as_person if as_person.valid or _is_person_fault(text, as_person) else as_code


def _is_person_fault(text: str, as_person: Code) -> bool:
    """18 id-shaped characters with a real birth date are a mistyped id rather than a mistyped code."""
    cleaned, _ = clean(text)
    return (
        as_person.reason == "check_digit"
        and birth_date(cleaned[6:14]) is not None
        and not cleaned.startswith("9")
    )


def _by_shape(code: str) -> Code:
    if len(code) == 18:
        return _eighteen(code)
    if len(code) == 15:
        return _fifteen(code)
    if "*" in code:
        return Code(None, "invalid", "masked")
    if _DOCUMENT.fullmatch(code) or _OFFICER.fullmatch(code):
        return Code(code, "other_document")
    legal = code.isascii() and code.isalnum()
    return Code(None, "invalid", "length" if legal else "illegal_character")


def _eighteen(code: str) -> Code:
    if is_person_id(code):
        return Code(code, "other_id" if _RESIDENT_18.fullmatch(code) else "person_id")
    if "*" in code:
        return Code(None, "invalid", "masked")
    if not _ID_SHAPE.fullmatch(code):
        return Code(None, "invalid", "credit_code" if is_credit_code(code) else "illegal_character")
    if is_digits(code) and code.endswith("000"):
        return Code(None, "invalid", "digits_lost")
    if is_credit_code(code):
        return Code(None, "invalid", "credit_code")
    wrong_check = person_check(code[:17]) != code[17]
    return Code(None, "invalid", "check_digit" if wrong_check else "birth_date")


def _fifteen(code: str) -> Code:
    if _RESIDENT_15.fullmatch(code):
        return Code(code, "other_id")
    if "*" in code:
        return Code(None, "invalid", "masked")
    if not is_digits(code):
        return Code(None, "invalid", "illegal_character")
    real = birth_date("19" + code[6:12]) is not None
    return Code(code, "person_id_15") if real else Code(None, "invalid", "birth_date")
