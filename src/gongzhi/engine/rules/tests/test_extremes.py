"""What the checks let in breaks no rule: one row with a slip in its zeros must not stop it for everybody."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from gongzhi.engine.definitions import FieldType, load
from gongzhi.engine.rules import compile_rule
from gongzhi.engine.rules.cases import results

ROOT = Path(__file__).parents[5]
LARGEST = {
    FieldType.MONEY: Decimal("9999999999999.99"),
    FieldType.AREA: Decimal(99_999_999_998),
    FieldType.COUNT: Decimal(999_999_999_999_999),
    FieldType.PERCENT: Decimal(99_999_999_998),
}


@cache
def definitions():
    return load(ROOT / "definitions")


def codes():
    return sorted(path.name for path in (ROOT / "definitions" / "rules").glob("*/*"))


def far(table, row, way):
    """The amounts of a row as far up, or down, as the checks of their columns let them."""
    fields = definitions().tables[table][1].fields
    return {
        one.key: bound(one, way) for one in fields if row.get(one.key) is not None and one.type in LARGEST
    }


def bound(field, way):
    low = Decimal(0) if field.type in {FieldType.COUNT, FieldType.AREA} else -LARGEST[field.type]
    low, high = field.minimum if field.minimum is not None else low, field.maximum or LARGEST[field.type]
    return {"up": high, "down": low, "nought": max(low, Decimal(0))}[way]


@pytest.mark.parametrize("way", ["up", "down", "nought"])
@pytest.mark.parametrize("code", codes())
def test_the_largest_and_the_least_values_that_come_in_break_no_rule(code, way):
    folder = definitions().rules[code]
    compiled = compile_rule(folder, definitions())
    for case in folder.cases.cases:
        given = {table: [row | far(table, row, way) for row in rows] for table, rows in case.given.items()}
        found = results(compiled, case.model_copy(update={"given": given}), definitions())
        assert set(found["result"]) <= {"hit", "miss", "insufficient"}
