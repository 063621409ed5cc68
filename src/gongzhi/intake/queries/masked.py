"""One row of a batch: which of its fields are masked, and what stands in the seal for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl
from django.conf import settings

from gongzhi.disclosure.queries import MaskedRow
from gongzhi.editions.queries import in_force
from gongzhi.engine.crypto import SealBroken, token_version
from gongzhi.engine.definitions import FieldType
from gongzhi.engine.lake import Lake
from gongzhi.intake.models import Batch, LakeFile

from .rows import shown
from .stored import sealed_rows

_CODES = {FieldType.CREDIT_CODE, FieldType.CODE_OR_ID}


def masked_row(batch: Batch, part: int, row: int) -> tuple[MaskedRow, list[tuple[str, str]]] | None:
    """One row with its masked fields, and its other values with their titles; None where there is none."""
    file = LakeFile.objects.filter(batch=batch, role="rows", part=part).first()
    if file is None:
        return None
    lazy = pl.scan_parquet(Lake(settings.LAKE).path(file.path))
    found = lazy.filter(pl.col("_row") == row).collect().to_dicts()
    if not found:
        return None
    resource, sheet = in_force().tables[file.table]
    values = [(field, found[0].get(field.column)) for field in sheet.fields]
    masked = tuple(field for field, value in values if is_token(value))
    clear = [
        (field.title, shown(field, value))
        for field, value in values
        if value is not None and not is_token(value) and not field.personal
    ]
    slot = batch.slot
    codes = {str(value) for field, value in values if field.type in _CODES and value and not is_token(value)}
    return MaskedRow(batch.pk, batch.number, slot.unit, resource, part, row, masked, frozenset(codes)), clear


def rows_with_persons(batch: Batch, part: int, rows: Collection[int]) -> frozenset[int]:
    """Which of some rows hold a masked value, whatever their page shows of them."""
    file = LakeFile.objects.filter(batch=batch, role="rows", part=part).first()
    if file is None or not LakeFile.objects.filter(batch=batch, role="sealed", part=part).exists():
        return frozenset()
    lazy = pl.scan_parquet(Lake(settings.LAKE).path(file.path)).filter(pl.col("_row").is_in(list(rows)))
    return frozenset(row["_row"] for row in lazy.collect().to_dicts() if any(map(is_token, row.values())))


def is_token(value: object) -> bool:
    """Whether a person's token stands in the place of a value."""
    return isinstance(value, str) and token_version(value) is not None


def originals(batch: Batch, part: int, row: int, keys: Collection[str]) -> Mapping[str, str]:
    """The originals of some fields of one row, by key; for `disclosure.actions.reveal` and its page alone.

    SealBroken when the sidecar was changed or has not all of them.
    """
    file = LakeFile.objects.get(batch=batch, role="rows", part=part)
    sheet = in_force().tables[file.table][1]
    opened = sealed_rows(batch, "sealed", part, only=[row]).to_dicts()
    columns = {key: sheet.field(key).column for key in keys}
    found = {key: opened[0].get(column) for key, column in columns.items()} if opened else {}
    if missing := [key for key in keys if found.get(key) is None]:
        raise SealBroken(f"no original of {', '.join(missing)}")
    return {key: str(value) for key, value in found.items()}
