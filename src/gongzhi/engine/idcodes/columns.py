"""The same verdicts for a whole column at once.

18 ASCII bytes a row are looked up in a table of letter values and multiplied with the weights in one matrix
product per block; only rows that this does not settle go through the scalar classifier, each distinct text
once. Every function gives one row for each row of the series:

========================  =======  ================================================================
``value``                 String   canonical form, null for `empty` and `invalid`
``kind``                  Enum     `KINDS`, in that order
``reason``                Enum     `REASONS`, in that order; "" when nothing is wrong
``organisation_code``     String   the nine characters that join, or null
``repairs``               String   repairs joined by "+" (`REPAIRS`), null when there were none
========================  =======  ================================================================

Suggestions are not made here: the caller asks `suggest` for the rows that it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gongzhi.engine.idcodes import lookup
from gongzhi.engine.idcodes.codes import judge
from gongzhi.engine.idcodes.model import KINDS, REASONS, Code
from gongzhi.engine.idcodes.persons import judge_code_or_id, judge_person

KIND_ENUM = pl.Enum(KINDS)
REASON_ENUM = pl.Enum(REASONS)

_KIND = {name: np.uint8(number) for number, name in enumerate(KINDS)}
_REASON = {name: np.uint8(number) for number, name in enumerate(REASONS)}
_UNSETTLED = np.uint8(255)

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Settled:
    """Kinds and reasons of 18-byte rows; a kind of `_UNSETTLED` leaves the row to the scalar classifier."""

    kinds: Bytes
    reasons: Bytes


def check_codes(series: pl.Series) -> pl.DataFrame:
    """Verdicts on a column where credit codes belong (`classify`, without suggestions)."""
    return _check(series, _settle_codes, judge)


def check_person_ids(series: pl.Series) -> pl.DataFrame:
    """Verdicts on a column where persons' ids belong (`classify_person`, without suggestions)."""
    return _check(series, _settle_persons, judge_person)


def check_codes_or_ids(series: pl.Series) -> pl.DataFrame:
    """Verdicts on a column that takes either (`classify_code_or_id`, without suggestions)."""
    return _check(series, _settle_either, judge_code_or_id)


def _settle_codes(rows: Bytes) -> _Settled:
    credit = lookup.credit(rows)
    kinds = np.where(credit.right, _KIND["credit_code"], _UNSETTLED)
    reasons = np.zeros(len(rows), np.uint8)
    wrong = np.flatnonzero(credit.legal & ~credit.right & ~lookup.needs_a_second_look(rows))
    wrong = wrong[~lookup.person(rows[wrong]).right]
    kinds[wrong] = _KIND["invalid"]
    reasons[wrong] = np.where(credit.outer[wrong], _REASON["organisation_check"], _REASON["check_digit"])
    return _Settled(kinds, reasons)


def _settle_persons(rows: Bytes) -> _Settled:
    person = lookup.person(rows)
    native = rows[:, 0] != ord("9")
    kinds = np.where(person.right & native, _KIND["person_id"], _UNSETTLED)
    reasons = np.zeros(len(rows), np.uint8)
    wrong = np.flatnonzero(person.legal & ~person.right & ~lookup.needs_a_second_look(rows))
    wrong = wrong[~lookup.credit(rows[wrong]).right]
    kinds[wrong] = _KIND["invalid"]
    reasons[wrong] = np.where(person.check[wrong], _REASON["birth_date"], _REASON["check_digit"])
    return _Settled(kinds, reasons)


def _settle_either(rows: Bytes) -> _Settled:
    credit = lookup.credit(rows).right
    nine = rows[:, 0] == ord("9")
    kinds = np.where(credit & nine, _KIND["credit_code"], _UNSETTLED)
    rest = np.flatnonzero(~(credit & nine))
    person = lookup.person(rows[rest]).right
    kinds[rest[person & ~nine[rest]]] = _KIND["person_id"]
    kinds[rest[~person & credit[rest]]] = _KIND["credit_code"]
    return _Settled(kinds, np.zeros(len(rows), np.uint8))


def _check(
    series: pl.Series, settle: Callable[[Bytes], _Settled], judge_one: Callable[[str], Code]
) -> pl.DataFrame:
    texts = series.cast(pl.String).rename("value")
    kinds = np.full(len(texts), _UNSETTLED)
    reasons = np.zeros(len(texts), np.uint8)
    blank = (texts.is_null() | (texts == "").fill_null(True)).to_numpy()
    kinds[blank], reasons[blank] = _KIND["empty"], _REASON["empty"]
    whole = np.flatnonzero((texts.str.len_bytes() == 18).fill_null(False).to_numpy())
    settled = settle(lookup.byte_rows(texts if len(whole) == len(texts) else texts.gather(whole), 18))
    kinds[whole], reasons[whole] = settled.kinds, settled.reasons
    rest = np.flatnonzero(kinds == _UNSETTLED)
    verdicts = _judge_distinct(texts.gather(rest), judge_one) if len(rest) else []
    kinds[rest] = [_KIND[code.kind] for code in verdicts]
    reasons[rest] = [_REASON[code.reason] for code in verdicts]
    return _frame(texts, kinds, reasons, rest, verdicts)


def _judge_distinct(texts: pl.Series, judge_one: Callable[[str], Code]) -> list[Code]:
    found = {text: judge_one(text) for text in texts.unique().to_list()}
    return [found[text] for text in texts.to_list()]


def _frame(
    texts: pl.Series, kinds: Bytes, reasons: Bytes, rest: npt.NDArray[np.intp], verdicts: list[Code]
) -> pl.DataFrame:
    repairs = pl.Series("repairs", [None], pl.String).new_from_index(0, len(texts))
    value = _null_where(texts, kinds >= _KIND["empty"])
    inside = _null_where(value.str.slice(8, 9), kinds != _KIND["credit_code"])
    if len(rest):
        value = value.scatter(rest, pl.Series([code.value for code in verdicts], dtype=pl.String))
        inside = inside.scatter(
            rest, pl.Series([code.organisation_code for code in verdicts], dtype=pl.String)
        )
        joined = ["+".join(code.repairs) or None for code in verdicts]
        repairs = repairs.scatter(rest, pl.Series(joined, dtype=pl.String))
    return pl.DataFrame(
        [
            value.rename("value"),
            pl.Series("kind", kinds).cat.to(KIND_ENUM),
            pl.Series("reason", reasons).cat.to(REASON_ENUM),
            inside.rename("organisation_code"),
            repairs,
        ]
    )


def _null_where(texts: pl.Series, mask: npt.NDArray[np.bool_]) -> pl.Series:
    if not mask.any():
        return texts
    return texts.zip_with(pl.Series(~mask), pl.Series([None], dtype=pl.String).new_from_index(0, len(texts)))
