"""What departments handed in about one taxpayer: the latest rows of each table with what they say."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import polars as pl

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Field, FieldType, Party, Sensitivity, Sheet
from gongzhi.engine.lake import PLACE
from gongzhi.gate import Sight
from gongzhi.intake.models import LakeFile
from gongzhi.intake.queries.listed import accepted_rows, live_rows_visible_to, opened_fields
from gongzhi.intake.queries.rows import Cell, Head, head_of, period_label, shown
from gongzhi.registry.models import Taxpayer

from .joins import METHODS, links_where

SHOWN_ROWS, SHOWN_COLUMNS = 5, 4
_MEASURED = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT, FieldType.PERCENT}
_DATED = {FieldType.DATE, FieldType.PERIOD, FieldType.YEAR}


@dataclass(frozen=True)
class Said:
    """One row: whose it is and where it stands, what it says, and how it joined."""

    place: tuple[str, int, int]
    unit: str
    period: str
    cells: tuple[Cell, ...]
    name: str | None
    how: str

    @property
    def address(self) -> str:
        batch, part, row = self.place
        return f"/batches/{batch}?part={part}&row={row}#row"


@dataclass(frozen=True)
class Mention:
    """Rows of one table that name a taxpayer; `more` is where all of them are listed, if they can be."""

    title: str
    role: str
    heads: tuple[Head, ...]
    rows: list[Said]
    total: int
    more: str = ""


def mentions_of(taxpayer: Taxpayer, sight: Sight) -> list[Mention]:
    """What was handed in about a taxpayer, by table: the latest rows, what they say and how they joined.

    Tables with tax detail are shown to those whose duty opens them only, columns as in every list of rows.
    """
    links = links_where(pl.col("subject") == str(taxpayer.pk)).sort(PLACE)
    if links.is_empty():
        return []
    tables = in_force().tables
    found = []
    for (table, role), part in _with_table(links).group_by(["table", "role"], maintain_order=True):
        if table in tables and _open_to(tables[str(table)][1], sight):
            resource, sheet = tables[str(table)]
            party = next((one for one in sheet.parties if one.role == role), None)
            heads, rows = _said(sheet, party, part, sight)
            title, called = f"{resource.number} {sheet.title}", party.title if party else str(role)
            more = _all_of(sheet, party, taxpayer) if heads and part.height > SHOWN_ROWS else ""
            found.append(Mention(title, called, heads, rows, part.height, more))
    return sorted(found, key=lambda mention: mention.title)


def _said(
    sheet: Sheet, party: Party | None, links: pl.DataFrame, sight: Sight
) -> tuple[tuple[Head, ...], list[Said]]:
    latest = links.sort("_batch", "_row", "_part", descending=True).head(SHOWN_ROWS)
    batches = latest["_batch"].unique().to_list()
    files = live_rows_visible_to(sight).filter(table=sheet.code, batch__in=batches)
    slots = {
        str(pk): (unit, period)
        for pk, unit, period in LakeFile.objects.filter(role="rows", batch__in=batches).values_list(
            "batch_id", "batch__slot__unit", "batch__slot__period"
        )
    }
    fields = _telling(opened_fields(sheet, sight, {unit for unit, _ in slots.values()}), sheet, party)
    read = accepted_rows(files, sheet, [field.column for field in fields], ())
    held = {tuple(row[name] for name in PLACE): row for row in read.at(latest.select(PLACE))}
    rows = [_told(link, slots[link["_batch"]], fields, held) for link in latest.to_dicts()]
    return (tuple(map(head_of, fields)) if held else ()), rows


def _telling(fields: Sequence[Field], sheet: Sheet, party: Party | None) -> list[Field]:
    """The columns that say most about a row at a glance, in the sheet's order.

    Amounts and days before what the row is known by, and that before the rest; never who the taxpayer is.
    """
    itself = set(party.fields) if party else set()

    def rank(field: Field) -> int:
        if field.type in _MEASURED:
            return 0
        return 1 if field.type in _DATED else 2 if field.key in sheet.key else 3

    others = [one for one in fields if one.key not in itself and not one.personal]
    chosen = sorted(others, key=rank)[:SHOWN_COLUMNS]
    return [one for one in others if one in chosen]


def _told(
    link: dict[str, Any],
    slot: tuple[str, str],
    fields: Collection[Field],
    held: dict[tuple[Any, ...], dict[str, Any]],
) -> Said:
    place = (link["_batch"], link["_part"], link["_row"])
    row = held.get(place)
    cells = tuple(Cell(head_of(field), shown(field, row[field.column])) for field in fields) if row else ()
    score = f"（{link['score']:.2f}）" if link["score"] and link["score"] < 1 else ""
    how = METHODS.get(link["method"], link["method"]) + score
    return Said(place, in_force().units[slot[0]].name, period_label(slot[1]), cells, link["name"], how)


def _all_of(sheet: Sheet, party: Party | None, taxpayer: Taxpayer) -> str:
    """The list of accepted rows that name this code; rows that joined by name alone are not among them."""
    if party is None or not party.code or not taxpayer.code:
        return ""
    asked = urlencode({"field": party.code, "how": "is", "value": taxpayer.code})
    return f"/rows/{sheet.code}?{asked}"


def _with_table(links: pl.DataFrame) -> pl.DataFrame:
    """Links with the lake table that their part of the batch fills."""
    files = LakeFile.objects.filter(role="rows", batch__in=links["_batch"].unique().to_list())
    rows = [
        (str(batch), part, table) for batch, part, table in files.values_list("batch_id", "part", "table")
    ]
    schema = {"_batch": pl.String, "_part": pl.UInt16, "table": pl.String}
    return links.join(pl.DataFrame(rows, schema=schema, orient="row"), on=["_batch", "_part"], how="left")


def _open_to(sheet: Sheet, sight: Sight) -> bool:
    secret = any(field.sight is Sensitivity.TAX for field in sheet.fields)
    return sight.has("see_tax_detail") or not secret
