"""Persons leave the rows before the rows enter the lake: tokens in the lake, originals sealed beside it.

Every value of a personal field becomes a keyed token; of a column that may hold a credit code or a
person's id, and of the name that goes with it, only the rows that name a person do. Equal values give
equal tokens, so rows can be joined without knowing whom they are about (personal information law 51,
design.md "Persons").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from gongzhi.engine.definitions import Field, FieldType, Party, Sheet
from gongzhi.engine.idcodes import check_codes_or_ids

PERSON_KINDS = ("person_id", "person_id_15", "other_id", "other_document")
_ANSWERS = {FieldType.ENUM, FieldType.PERIOD}  # words of the template, which name nobody however sensitive
Tokens = Callable[[pl.Series], pl.Series]
Organisation = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True)
class Cut:
    """Rows without persons, and the originals that were cut out: `_row`, then one column per field."""

    rows: pl.DataFrame
    originals: pl.DataFrame


def cut_persons(frame: pl.DataFrame, sheet: Sheet, tokens: Tokens, organisation: Organisation) -> Cut:
    """Put tokens in the place of persons.

    `tokens` turns texts into tokens (null stays null). `organisation` says of names whether they read as
    an organisation's: it decides for names that stand without a code.
    """
    cut: dict[str, pl.Series] = {}
    for field in sheet.fields:
        if field.column in frame.columns and frame.schema[field.column] == pl.String:
            mask = _persons(frame, sheet, field, organisation)
            if mask is not None and mask.any():
                cut[field.column] = frame[field.column].set(~mask, None)
    replaced = [
        pl.select(
            pl.when(original.is_not_null()).then(tokens(original)).otherwise(frame[name]).alias(name)
        ).to_series()
        for name, original in cut.items()
    ]
    originals = pl.DataFrame([frame["_row"], *(series.alias(name) for name, series in cut.items())])
    kept = (
        originals.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in cut)) if cut else originals
    )
    return Cut(frame.with_columns(replaced), kept if cut else originals.clear())


def _persons(frame: pl.DataFrame, sheet: Sheet, field: Field, organisation: Organisation) -> pl.Series | None:
    """Which rows of a column hold a person; None where no row can."""
    values = frame[field.column]
    if field.type is FieldType.CODE_OR_ID:
        return is_person(values)
    if field.type in _ANSWERS:
        return None
    if may_name_person(sheet, field):
        party = next(party for party in sheet.parties if party.name == field.key and party.code)
        return _named(frame, sheet, party, values, organisation)
    return values.is_not_null() if field.personal else None


def _named(
    frame: pl.DataFrame, sheet: Sheet, party: Party, names: pl.Series, organisation: Organisation
) -> pl.Series | None:
    code = sheet.field(party.code or "")
    if code.type is FieldType.PERSON_ID:
        return names.is_not_null()
    codes = frame[code.column]
    nameless = codes.is_null() & names.is_not_null() & ~organisation(names)
    return (is_person(codes) & names.is_not_null()) | nameless


def may_name_person(sheet: Sheet, field: Field) -> bool:
    """Whether a column of names can hold a person's: one beside a person's id, or beside a code or id."""
    if field.type is not FieldType.NAME:
        return False
    codes = [party.code for party in sheet.parties if party.name == field.key and party.code]
    return any(sheet.field(code).type in {FieldType.PERSON_ID, FieldType.CODE_OR_ID} for code in codes)


def is_person(codes: pl.Series) -> pl.Series:
    """Which canonical codes or ids are a person's."""
    kinds = check_codes_or_ids(codes)["kind"].cast(pl.String)
    return kinds.is_in(PERSON_KINDS) & codes.is_not_null()
