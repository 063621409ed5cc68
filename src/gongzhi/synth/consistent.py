"""Make a generated row agree with the checks of its own sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from gongzhi.engine.definitions import FieldType, Sheet

Row = dict[str, Any]
_ROUNDS = 6  # a chain of three days comes to rest in four


def mend(sheet: Sheet, row: Row, random: Random) -> None:
    """Totals add up, products multiply, later days lie later, and what is needed is there."""
    for _ in range(_ROUNDS):
        for check in sheet.checks:
            _MENDERS[check.kind](sheet, row, check)


def _order(sheet: Sheet, row: Row, check: Any) -> None:
    earlier, later = row.get(check.earlier), row.get(check.later)
    if earlier is None or later is None or earlier <= later:
        return
    fixed = [sheet.field(key).in_period for key in (check.earlier, check.later)]
    if not isinstance(later, dt.date):
        row[check.earlier] = later
    elif fixed == [True, False]:
        row[check.later] = earlier + dt.timedelta(days=3)
    elif fixed == [False, True]:
        row[check.earlier] = later - dt.timedelta(days=3)
    else:
        row[check.earlier], row[check.later] = later, earlier


def _total(sheet: Sheet, row: Row, check: Any) -> None:
    for key in check.minus:
        row[key] = Decimal(0)
    row[check.total] = sum((row[key] or Decimal(0) for key in check.parts), Decimal(0))


def _product(sheet: Sheet, row: Row, check: Any) -> None:
    made = Decimal(1)
    for key in check.factors:
        share = Decimal(100) if sheet.field(key).type is FieldType.PERCENT else Decimal(1)
        made *= (row[key] or Decimal(0)) / share
    row[check.product] = made.quantize(Decimal("0.01"))


def _nothing(sheet: Sheet, row: Row, check: Any) -> None:
    """Columns that a check names are never left blank, so that these hold already."""


_MENDERS: dict[str, Callable[[Sheet, Row, Any], None]] = {
    "order": _order, "total": _total, "product": _product, "any_of": _nothing, "needs": _nothing,
}  # fmt: skip
