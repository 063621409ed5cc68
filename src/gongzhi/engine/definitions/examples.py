"""A worked row for every sheet: what a template shows, and what its reader recognises when it comes back.

A field's own `example` is used where there is one; everything else is invented so that it cannot be taken
for somebody: codes whose organisation part says EXAMPL, a person's id of a region that does not exist, names
that say 示例. The row passes every check of its sheet in the period that holds `DAY`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from gongzhi.engine.idcodes import make_credit_code, make_person_id, organisation_check

from .resource import Field, FieldType, Order, Product, Sheet, Total

DAY = dt.date(2026, 3, 2)
_REGION = "91990000"  # an enterprise of a division that does not exist
_APART = 10  # so that two parties of one row are two
_ROUNDS = 8  # a sheet's sums and orders build on each other only so deep
_INVENTED = {FieldType.CREDIT_CODE, FieldType.CODE_OR_ID, FieldType.PERSON_ID, FieldType.NAME}
_NUMBERS: Mapping[FieldType, Decimal] = MappingProxyType(
    {
        FieldType.MONEY: Decimal(12000),
        FieldType.AREA: Decimal(300),
        FieldType.NUMBER: Decimal(20),
        FieldType.COUNT: Decimal(6),
        FieldType.PERCENT: Decimal(10),
    }
)


def example_row(sheet: Sheet, number: int = 1) -> dict[str, str]:
    """The n-th worked row, by field key, each value as the template asks for it (its unit, its form).

    Rows of different numbers differ in their invented names and codes; `distinctive` says whether a sheet
    has any.
    """
    kinds: Counter[FieldType] = Counter()
    row = {}
    for field in sheet.fields:
        row[field.key] = _first(field, kinds[field.type] * _APART + number)
        kinds[field.type] += 1
    for _ in range(_ROUNDS):
        before = dict(row)
        for check in sheet.checks:
            match check:
                case Order():
                    _put_in_order(check, row, sheet)
                case Total():
                    _sum_up(check, row)
                case Product():
                    row[check.product] = _multiplied(check, row, sheet)
        if row == before:
            break
    return row


def distinctive(sheet: Sheet) -> tuple[str, ...]:
    """Keys of the fields whose example is invented, so that no real row holds it."""
    return tuple(field.key for field in sheet.fields if field.type in _INVENTED)


def _first(field: Field, number: int) -> str:
    """The value of a field before the checks of the sheet have their say."""
    if field.type in _INVENTED:
        return _made(field, number)
    if field.example is not None:
        return field.example
    if field.type in _NUMBERS:
        return _plain(_bounded(field, _NUMBERS[field.type] + (number - 1)))
    text = _made(field, number)
    return text[: field.max_length] if field.max_length else text


def _bounded(field: Field, value: Decimal) -> Decimal:
    if field.minimum is not None:
        value = max(value, field.minimum)
    return min(value, field.maximum) if field.maximum is not None else value


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _made(field: Field, serial: int) -> str:
    """An invented value; `serial` tells one from the next."""
    if field.type in {FieldType.CREDIT_CODE, FieldType.CODE_OR_ID}:
        body = f"EXAMPL{serial % 100:02d}"
        return make_credit_code(f"{_REGION}{body}{organisation_check(body)}")
    if field.type is FieldType.PERSON_ID:
        return make_person_id(f"99000019900101{serial % 1000:03d}")
    value = field.values[0] if field.values else ""
    return _WRITTEN[field.type].format(value=value, day=DAY, serial=serial)


_WRITTEN: Mapping[FieldType, str] = MappingProxyType(
    {
        FieldType.NAME: "示例{serial}号公司",
        FieldType.PERSON_NAME: "张示例",
        FieldType.TEXT: "示例文字",
        FieldType.ADDRESS: "示例路{serial}号",
        FieldType.CERTIFICATE: "示例〔{day:%Y}〕{serial}号",
        FieldType.PHONE: "0575-80000000",
        FieldType.DATE: "{day}",
        FieldType.PERIOD: "{day:%Y-%m}",
        FieldType.YEAR: "{day:%Y}",
        FieldType.ENUM: "{value}",
        FieldType.BOOLEAN: "是",
    }
)


def _put_in_order(check: Order, row: dict[str, str], sheet: Sheet) -> None:
    """`later` a day after `earlier`, or as large as it; periods and years are equal already."""
    kind = sheet.field(check.later).type
    if kind is FieldType.DATE and sheet.field(check.earlier).type is FieldType.DATE:
        earlier = dt.date.fromisoformat(row[check.earlier])
        if dt.date.fromisoformat(row[check.later]) <= earlier:
            row[check.later] = (earlier + dt.timedelta(days=1)).isoformat()
    elif kind in _NUMBERS and Decimal(row[check.later]) < Decimal(row[check.earlier]):
        row[check.later] = row[check.earlier]


def _sum_up(check: Total, row: dict[str, str]) -> None:
    plus = sum((Decimal(row[key]) for key in check.parts), Decimal())
    row[check.total] = _plain(plus - sum((Decimal(row[key]) for key in check.minus), Decimal()))


def _multiplied(check: Product, row: dict[str, str], sheet: Sheet) -> str:
    result = Decimal(1)
    for key in check.factors:
        share = sheet.field(key).type is FieldType.PERCENT
        result *= Decimal(row[key]) / (100 if share else 1)
    return _plain(result)
