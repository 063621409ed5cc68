"""Unified credit codes (GB 32100), organisation codes (GB 11714), person ids (GB 11643), division codes.

Scalar functions answer for one text, the ``check_*`` functions for a whole column; both give the same
verdict, and a test holds them together. Nothing is repaired silently (``repairs`` names each repair) and
nothing is ever replaced by a guess: a suggestion is only offered, and only when the check digits prove it.
"""

from gongzhi.engine.idcodes.codes import classify
from gongzhi.engine.idcodes.columns import (
    KIND_ENUM,
    REASON_ENUM,
    check_codes,
    check_codes_or_ids,
    check_person_ids,
    organisation_codes,
)
from gongzhi.engine.idcodes.digits import (
    division_of,
    make_credit_code,
    make_person_id,
    organisation_check,
)
from gongzhi.engine.idcodes.model import KINDS, REASONS, Code
from gongzhi.engine.idcodes.persons import birth_date_of, classify_code_or_id, classify_person
from gongzhi.engine.idcodes.suggestions import suggest, suggest_person_id

__all__ = [
    "KINDS",
    "KIND_ENUM",
    "REASONS",
    "REASON_ENUM",
    "Code",
    "birth_date_of",
    "check_codes",
    "check_codes_or_ids",
    "check_person_ids",
    "classify",
    "classify_code_or_id",
    "classify_person",
    "division_of",
    "make_credit_code",
    "make_person_id",
    "organisation_check",
    "organisation_codes",
    "suggest",
    "suggest_person_id",
]
