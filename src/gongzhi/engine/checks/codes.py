"""Columns of credit codes, persons' ids, or either."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from gongzhi.engine.idcodes import (
    check_codes,
    check_codes_or_ids,
    check_person_ids,
    classify_code_or_id,
    suggest,
    suggest_person_id,
)

from .cells import emptied, replaced
from .model import Fault, Repair, Suggest, Typed, Written, nowhere

_OLD = ("old_tax_number", "old_number", "registration_number", "organisation_code")
# What a code column may say wrong → the finding; the verdicts are those of idcodes.REASONS.
_CODE_FAULTS = {
    "check_digit": "code_check_digit",
    "organisation_check": "code_organisation_check",
    "digits_lost": "digits_lost",
    "illegal_character": "code_character",
    "length": "code_length",
    "masked": "masked_code",
    "birth_date": "person_birth_date",
    "credit_code": "credit_code_for_person",
}
_PERSON_FAULTS = _CODE_FAULTS | {
    "check_digit": "person_check_digit",
    "illegal_character": "person_character",
    "length": "person_length",
}
_EITHER_FAULTS = _CODE_FAULTS | {"length": "either_length", "check_digit": "either_check_digit"}
_MENDABLE = {
    "code_check_digit", "code_organisation_check", "code_character", "code_length",
    "person_check_digit", "person_birth_date", "person_character", "person_length",
    "either_check_digit", "either_length",
}  # fmt: skip


def read_credit_code(written: Written) -> Typed:
    """Credit codes, and the older numbers that still join; a person's id does not belong here."""
    verdicts = check_codes(written.texts)
    strangers = (verdicts["kind"] == "person_id").arg_true()
    typed = _typed(written, verdicts, _CODE_FAULTS, suggest)
    if not len(strangers):
        return typed
    fault = Fault("person_id_in_code", strangers, written.texts.gather(strangers))
    values = replaced(
        typed.values, strangers, pl.Series([None], dtype=pl.String).new_from_index(0, len(strangers))
    )
    failed = pl.concat([typed.failed, strangers.rename("at").cast(pl.UInt32)]).sort()
    return Typed(values, failed, (*typed.faults, fault), typed.repairs)


def read_person_id(written: Written) -> Typed:
    """Persons' ids and the documents that stand for one; counties are never looked up."""
    return _typed(written, check_person_ids(written.texts), _PERSON_FAULTS, suggest_person_id)


def read_code_or_id(written: Written) -> Typed:
    """Either; a text that could be both is decided by idcodes."""
    verdicts = check_codes_or_ids(written.texts)
    return _typed(written, verdicts, _EITHER_FAULTS, lambda text: classify_code_or_id(text).suggestion)


def _typed(written: Written, verdicts: pl.DataFrame, names: dict[str, str], find: Suggest) -> Typed:
    texts, values = written.texts, verdicts["value"]
    wrong = (verdicts["kind"] == "invalid").arg_true()
    faults = [*_faults(texts, verdicts, wrong, names, find), *_old_numbers(texts, verdicts)]
    repairs = [*_repairs(texts, verdicts), *_emptied(texts, verdicts)]
    return Typed(values, wrong.rename("at").cast(pl.UInt32), tuple(faults), tuple(repairs))


def _faults(
    texts: pl.Series,
    verdicts: pl.DataFrame,
    wrong: pl.Series,
    names: dict[str, str],
    find: Callable[[str], str | None],
) -> list[Fault]:
    if not len(wrong):
        return []
    reasons = verdicts["reason"].gather(wrong)
    faults = []
    for reason in reasons.unique().cast(pl.String).sort().to_list():
        at = wrong.filter(reasons == reason)
        code = names[reason]
        faults.append(Fault(code, at, texts.gather(at), suggest=find if code in _MENDABLE else None))
    return faults


def _old_numbers(texts: pl.Series, verdicts: pl.DataFrame) -> list[Fault]:
    """Numbers from before 2015 come in and join by other means; the sender is told."""
    faults = []
    for kind in _OLD:
        at = (verdicts["kind"] == kind).arg_true()
        if len(at):
            faults.append(Fault(kind, at, texts.gather(at)))
    other = (verdicts["kind"] == "person_id_15").arg_true()
    return [*faults, Fault("person_id_15", other, texts.gather(other))] if len(other) else faults


def _repairs(texts: pl.Series, verdicts: pl.DataFrame) -> list[Repair]:
    at = verdicts["repairs"].is_not_null().arg_true()
    if not len(at):
        return []
    codes = verdicts["repairs"].gather(at).str.split("+").list.first()
    before, after = texts.gather(at), verdicts["value"].gather(at)
    return [
        Repair(code, at.filter(codes == code), before.filter(codes == code), after.filter(codes == code))
        for code in codes.unique().sort().to_list()
    ]


def _emptied(texts: pl.Series, verdicts: pl.DataFrame) -> tuple[Repair, ...]:
    at = (verdicts["reason"] == "empty_word").arg_true() if texts.null_count() < len(texts) else nowhere()
    return emptied(texts, at)[1]
