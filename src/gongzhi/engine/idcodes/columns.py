"""The same verdicts for a whole column at once.

18 ASCII bytes a row are looked up in a table of letter values and multiplied with the weights in one matrix
product per block. What that does not settle is tried again without blanks around and in capitals; only the
rest goes through the scalar classifier, each distinct text once. One row comes back for each row given:

========================  =======  ================================================================
``value``                 String   canonical form, null for `empty` and `invalid`
``kind``                  Enum     `KINDS`, in that order
``reason``                Enum     `REASONS`, in that order; "" when nothing is wrong
``repairs``               String   repairs joined by "+" (`REPAIRS`), null when there were none
========================  =======  ================================================================

Suggestions are not made here: the caller asks `suggest` for the rows that it shows; nor the codes that join,
which are for who links (`organisation_codes`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gongzhi.engine.idcodes import lookup
from gongzhi.engine.idcodes.codes import judge
from gongzhi.engine.idcodes.digits import is_organisation_code
from gongzhi.engine.idcodes.model import KINDS, REASONS, Code
from gongzhi.engine.idcodes.persons import judge_code_or_id, judge_person

KIND_ENUM = pl.Enum(KINDS)
REASON_ENUM = pl.Enum(REASONS)

_KIND = {name: np.uint8(number) for number, name in enumerate(KINDS)}
_REASON = {name: np.uint8(number) for number, name in enumerate(REASONS)}
_OLD = ("old_number", "old_tax_number")  # a division, and what may be an organisation code
_UNSETTLED = np.uint8(255)

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]


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
    wrong = np.flatnonzero(credit.legal & ~credit.right)
    wrong = wrong[~lookup.needs_a_second_look(rows[wrong]) & ~lookup.person(rows[wrong]).right]
    kinds[wrong] = _KIND["invalid"]
    reasons[wrong] = np.where(credit.outer[wrong], _REASON["organisation_check"], _REASON["check_digit"])
    return _Settled(kinds, reasons)


def _settle_persons(rows: Bytes) -> _Settled:
    person = lookup.person(rows)
    native = rows[:, 0] != ord("9")
    kinds = np.where(person.right & native, _KIND["person_id"], _UNSETTLED)
    reasons = np.zeros(len(rows), np.uint8)
    wrong = np.flatnonzero(person.legal & ~person.right)
    wrong = wrong[~lookup.needs_a_second_look(rows[wrong]) & ~lookup.credit(rows[wrong]).right]
    kinds[wrong] = _KIND["invalid"]
    reasons[wrong] = np.where(person.check[wrong], _REASON["birth_date"], _REASON["check_digit"])
    return _Settled(kinds, reasons)


def _settle_either(rows: Bytes) -> _Settled:
    credit, nine = lookup.credit(rows), rows[:, 0] == ord("9")
    kinds = np.where(credit.right & nine, _KIND["credit_code"], _UNSETTLED)
    reasons = np.zeros(len(rows), np.uint8)
    rest = np.flatnonzero(kinds == _UNSETTLED)
    person, native = lookup.person(rows[rest]), ~nine[rest]
    kinds[rest[person.right & native]] = _KIND["person_id"]
    kinds[rest[~person.right & credit.right[rest]]] = _KIND["credit_code"]
    wrong = credit.legal[rest] & ~credit.right[rest] & ~person.right & ~lookup.needs_a_second_look(rows[rest])
    mistyped_id = person.real & ~person.check & native
    inside = credit.outer[rest] & ~mistyped_id
    kinds[rest[wrong]] = _KIND["invalid"]
    reasons[rest[wrong]] = np.where(inside[wrong], _REASON["organisation_check"], _REASON["check_digit"])
    return _Settled(kinds, reasons)


def organisation_codes(verdicts: pl.DataFrame) -> pl.Series:
    """The nine characters by which old numbers and credit codes join, for each row of verdicts, or null."""
    tails = verdicts["value"].str.slice(6).filter(verdicts["kind"].cast(pl.String).is_in(_OLD)).unique()
    proved = [tail for tail in tails.drop_nulls().to_list() if is_organisation_code(tail)]
    value, kind = pl.col("value"), pl.col("kind").cast(pl.String)
    tail = value.str.slice(6)
    return verdicts.select(
        pl.when(kind == "credit_code").then(value.str.slice(8, 9))
        .when(kind == "organisation_code").then(value)
        .when(kind.is_in(_OLD) & tail.is_in(proved)).then(tail)
        .alias("organisation_code")
    ).to_series()  # fmt: skip


def _check(
    series: pl.Series, settle: Callable[[Bytes], _Settled], judge_one: Callable[[str], Code]
) -> pl.DataFrame:
    texts = series.cast(pl.String).rename("value")
    kinds = np.full(len(texts), _UNSETTLED)
    reasons = np.zeros(len(texts), np.uint8)
    blank = (texts.is_null() | (texts == "").fill_null(True)).to_numpy()
    kinds[blank], reasons[blank] = _KIND["empty"], _REASON["empty"]
    _settle_rows(texts, np.arange(len(texts)), settle, kinds, reasons)
    rest = np.flatnonzero(kinds == _UNSETTLED)
    tidy = _tidy(texts.gather(rest))
    _settle_rows(tidy, rest, settle, kinds, reasons)
    now = kinds[rest] != _UNSETTLED
    places, left = rest[now], rest[~now]
    after, before = tidy.filter(pl.Series(now)), texts.gather(places)
    verdicts = _judge_distinct(texts.gather(left), judge_one)
    # Which repairs a text took is told where it came to something.
    named = _null_where(_repairs_of(before, after), kinds[places] >= _KIND["empty"])
    judged = pl.Series(["+".join(code.repairs) or None for code in verdicts], dtype=pl.String)
    repairs = _written(_nothing(len(texts)), (places, named), (left, judged))
    none = np.flatnonzero((kinds >= _KIND["empty"]) & (kinds != _UNSETTLED))
    kinds[left] = [_KIND[code.kind] for code in verdicts]
    reasons[left] = [_REASON[code.reason] for code in verdicts]
    canonical = pl.Series([code.value for code in verdicts], dtype=pl.String)
    value = _written(texts, (places, after), (left, canonical), (none, _nothing(len(none))))
    return pl.DataFrame(
        [
            value.rename("value"),
            pl.Series("kind", kinds).cat.to(KIND_ENUM),
            pl.Series("reason", reasons).cat.to(REASON_ENUM),
            repairs.rename("repairs"),
        ]
    )


def _written(column: pl.Series, *changes: tuple[Places, pl.Series]) -> pl.Series:
    """The column with other texts at some places, the later ones where they overlap."""
    places = np.concatenate([at for at, _ in changes])
    if not len(places):
        return column
    return column.clone().scatter(places, pl.concat([texts.rename("") for _, texts in changes]))


def _settle_rows(
    texts: pl.Series, places: Places, settle: Callable[[Bytes], _Settled], kinds: Bytes, reasons: Bytes
) -> None:
    """Settle those texts that have 18 bytes; text number n belongs to row `places[n]`."""
    whole = (texts.str.len_bytes() == 18).fill_null(False)
    settled = settle(lookup.byte_rows(texts if whole.all() else texts.filter(whole), 18))
    at = places[whole.to_numpy()]
    kinds[at], reasons[at] = settled.kinds, settled.reasons


def _tidy(texts: pl.Series) -> pl.Series:
    """The two commonest repairs at once, blanks around and small letters; texts beyond ASCII stay."""
    tidy = texts.str.strip_chars()
    plain = tidy.str.len_bytes() == tidy.str.len_chars()
    return tidy.str.to_uppercase().zip_with(plain, texts)


def _judge_distinct(texts: pl.Series, judge_one: Callable[[str], Code]) -> list[Code]:
    found = {text: judge_one(text) for text in texts.unique().to_list()}
    return [found[text] for text in texts.to_list()]


def _repairs_of(before: pl.Series, after: pl.Series) -> pl.Series:
    """Which of the repairs of `_tidy` made `after` of `before`, named in the order of `clean`."""
    blanks = (before.str.len_bytes() != after.str.len_bytes()).to_numpy()
    case = before.str.strip_chars() != after
    return pl.Series(
        np.where(blanks, np.where(case.to_numpy(), "blanks+case", "blanks"), "case"), dtype=pl.String
    )


def _null_where(texts: pl.Series, mask: npt.NDArray[np.bool_]) -> pl.Series:
    if not mask.any():
        return texts
    return texts.zip_with(pl.Series(~mask), _nothing(len(texts)))


def _nothing(rows: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, rows)
