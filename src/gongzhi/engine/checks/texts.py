"""Columns of prose: names, addresses, remarks, numbers of documents, phones."""

from __future__ import annotations

import polars as pl

from gongzhi.engine.definitions import Field
from gongzhi.engine.idcodes import classify_person

from .cells import (
    DIRTY,
    DIRTY_NAME,
    clean_text,
    emptied,
    excel_errors,
    folded,
    how,
    left_over,
    nothing,
    repairs_of,
    replaced,
    typed,
    where,
)
from .model import Fault, Repair, Typed, Written

_LONGEST = 500
_NO_NAME = r"^[^\p{Han}A-Za-z]*$"
_ID_INSIDE = r"(?:^|[^0-9])([1-8][0-9]{16}[0-9Xx])(?:$|[^0-9Xx])"
_STAR = r"\*"
_LOST = r"^(\d(\.\d+)?[eE]\+?\d{1,3}|\d{16,}\.0+)$"
_DECIMAL = r"^\d{1,15}\.0+$"
_MASK = r"[*＊×某○]"
_LONG_NUMBER = r"\d{7}"
_MOST_DIGITS = 11  # a masked phone or id (330602********0012) has fewer
# Most cells of a column are as they should be, and one look says so; what is odd is then asked about in turn.
_ODD_TEXT = "|".join((DIRTY, _ID_INSIDE))
_ODD_NAME = "|".join((DIRTY_NAME, _ID_INSIDE, _NO_NAME, _STAR))
_ODD_CERTIFICATE = "|".join((DIRTY, _LOST, _DECIMAL))
# ASCII digits, for `\d` takes full-width ones too, which are to be repaired.
_PHONE = r"^(1[3-9]\d{9}|0\d{2,3}-?[2-9]\d{6,7}(-\d{1,6})?|[48]00-?\d{3}-?\d{4}|[2-9]\d{6,7})$".replace(
    r"\d", "[0-9]"
)
# The country's code, before an area code without its 0 as well. Eight digits that begin with 86 are a number.
_ABROAD = r"^(?:\+|00)86-?"
_ABROAD_FIXED = rf"{_ABROAD}((?:10|[2-9][0-9]{{1,2}})-?[2-9][0-9]{{6,7}})$"
_COUNTRY = r"^86-?(1[3-9][0-9-]{9,}|0[0-9]{2,3}-?[0-9-]{7,})$"
# 转8012, and several numbers in one cell, each of them whole.
_EXTENSION = r"^(0[0-9]{2,3}-?[2-9][0-9]{6,7})-?(?:转|分机|#)([0-9]{1,6})$"
_BETWEEN_PHONES = r"[/、,;|\\]+|或"
_PHONES = rf"^(?:{_PHONE[1:-1]})(?:/(?:{_PHONE[1:-1]})){{0,3}}$"


def read_name(written: Written) -> Typed:
    """Names of organisations and persons: something must be a letter, and no stars."""
    odd = where(written.texts, _ODD_NAME)
    values, repairs = _clean(written, odd, name=True)
    faults = _common(values, written.field)
    if written.field.masked:
        faults += _unmasked(values, written.field)
        return typed(_without_failed(values, faults), faults, repairs)
    if not written.field.personal:
        faults += _ids_inside(values, odd)
    if not written.field.pattern:
        nameless, starred = where(values, _NO_NAME, odd), where(values, _STAR, odd)
        if len(nameless):
            faults.append(Fault("name_form", nameless, values.gather(nameless)))
        if len(starred):
            repaired = _without_failed(values, faults)
            return _with(repaired, faults, repairs, Fault("masked_name", starred, values.gather(starred)))
    return typed(_without_failed(values, faults), faults, repairs)


def read_text(written: Written) -> Typed:
    """Free text and addresses. A person's id inside would reach the lake unsealed, so it is refused.

    Of a column that is to be masked, nothing else is kept.
    """
    odd = where(written.texts, _ODD_TEXT)
    values, repairs = _clean(written, odd)
    faults = _common(values, written.field)
    if written.field.masked:
        faults += _unmasked(values, written.field)
    elif not written.field.personal:
        faults += _ids_inside(values, odd)
    return typed(_without_failed(values, faults), faults, repairs)


def read_certificate(written: Written) -> Typed:
    """Numbers of licences, contracts, documents: kept as written, unless a spreadsheet lost digits."""
    odd = where(written.texts, _ODD_CERTIFICATE)
    values, repairs = _clean(written, odd)
    lost, decimal = where(values, _LOST, odd), where(values, _DECIMAL, odd)
    faults = [Fault("digits_lost", lost, values.gather(lost))] if len(lost) else []
    if len(decimal):
        before = values.gather(decimal)
        after = before.str.extract(r"^(\d+)", 1)
        repairs = (*repairs, Repair("decimal", decimal, before, after))
        values = replaced(values, decimal, after)
    faults += _common(values, written.field)
    return typed(_without_failed(values, faults), faults, repairs)


def read_phone(written: Written) -> Typed:
    """Mobile, service or fixed numbers; a doubtful one stays as written and asks for a look."""
    texts = written.texts
    strict = texts.str.contains(_PHONE)
    rest = (~strict).fill_null(False).arg_true()
    if not len(rest):
        return Typed(texts, rest)
    texts, empties = emptied(texts, rest.gather(nothing(texts.gather(rest))))
    before = texts.gather(rest)
    after = folded(before).str.replace_all(r"[—–_~～]", "-").str.replace(_ABROAD_FIXED, "0$1")
    after = after.str.replace(_ABROAD, "").str.replace(_COUNTRY, "$1")
    after = after.str.replace(r"^\((0\d{2,3})\)", "$1-").str.replace(r"\.0+$", "")
    after = after.str.replace(_EXTENSION, "$1-$2")
    after = pl.select(
        pl.when(after.str.contains(r"^1[3-9][\d-]+$")).then(after.str.replace_all("-", "")).otherwise(after)
    ).to_series()
    after = after.replace("", None)
    after = after.str.replace_all(_BETWEEN_PHONES, "/")
    good = after.str.contains(_PHONES).fill_null(False)
    lost = after.str.contains(_LOST).fill_null(False)
    faults = _phone_faults(rest, before, good | after.is_null(), lost)
    kept = pl.when(good | after.is_null()).then(after).otherwise(before)
    values = replaced(texts, rest, pl.select(kept).to_series())
    repairs = repairs_of(
        rest.filter(good), before.filter(good), after.filter(good), how(before, after).filter(good)
    )
    failed = rest.filter(lost).rename("at").cast(pl.UInt32)
    return Typed(values, failed, tuple(faults), (*empties, *repairs))


def _phone_faults(rest: pl.Series, before: pl.Series, good: pl.Series, lost: pl.Series) -> list[Fault]:
    odd = ~good & ~lost & before.is_not_null()
    faults = [("digits_lost", lost), ("phone_form", odd)]
    return [Fault(code, rest.filter(mask), before.filter(mask)) for code, mask in faults if mask.any()]


def _clean(written: Written, odd: pl.Series, *, name: bool = False) -> tuple[pl.Series, tuple[Repair, ...]]:
    values, repairs = clean_text(written.texts, odd, name=name)
    if not name and written.field.type.value == "text":
        return values, repairs
    values, empties = emptied(values, nothing(values))
    return values, (*repairs, *empties)


def _common(values: pl.Series, field: Field) -> list[Fault]:
    """Length, pattern and error values of a spreadsheet."""
    errors = excel_errors(values)
    faults = [Fault("excel_error", errors, values.gather(errors))] if len(errors) else []
    longest = field.max_length or _LONGEST
    if (values.str.len_bytes() > longest).any():
        long = (values.str.len_chars() > longest).fill_null(False).arg_true()
        if len(long):
            length = values.gather(long).str.len_chars().cast(pl.String)
            places = {"longest": str(longest)}
            faults.append(Fault("too_long", long, values.gather(long), expected=length, places=places))
    if field.pattern:
        odd = (~values.str.contains(rf"^(?:{field.pattern})$")).fill_null(False).arg_true()
        odd = odd.filter(~odd.is_in(errors.implode()))
        faults += [Fault("pattern", odd, values.gather(odd), places=_example(field))] if len(odd) else []
    return faults


def _example(field: Field) -> dict[str, str]:
    return {"example": f"，例如 {field.example}" if field.example else ""}


def _ids_inside(values: pl.Series, odd: pl.Series) -> list[Fault]:
    maybe = where(values, _ID_INSIDE, odd)
    if not len(maybe):
        return []
    inside = values.gather(maybe).str.extract(_ID_INSIDE, 1)
    proved = pl.Series(
        [classify_person(text).kind == "person_id" for text in inside.to_list()], dtype=pl.Boolean
    )
    at = maybe.filter(proved)
    # What is shown is the shape of the fault, not the number.
    value = pl.Series("value", ["（含身份证号码，不显示）"]).new_from_index(0, len(at))
    return [Fault("person_id_in_text", at, value)] if len(at) else []


def _unmasked(values: pl.Series, field: Field) -> list[Fault]:
    """What names somebody in full: nothing is covered, or a number stands there that tells who it is."""
    telling = ~values.str.contains(_MASK) | values.str.contains(_LONG_NUMBER)
    telling |= values.str.count_matches(r"\d") > _MOST_DIGITS
    at = telling.fill_null(False).arg_true()
    return [Fault("unmasked", at, values.gather(at), places=_example(field))] if len(at) else []


def _without_failed(values: pl.Series, faults: list[Fault]) -> pl.Series:
    for fault in faults:
        if fault.at is not None:
            empty = pl.Series([None], dtype=pl.String).new_from_index(0, len(fault.at))
            values = replaced(values, fault.at, empty)
    return values


def _with(values: pl.Series, faults: list[Fault], repairs: tuple[Repair, ...], hint: Fault) -> Typed:
    column = typed(values, faults, repairs)
    return Typed(column.values, column.failed, (*column.faults, hint), column.repairs)


__all__ = ["left_over", "read_certificate", "read_name", "read_phone", "read_text"]
