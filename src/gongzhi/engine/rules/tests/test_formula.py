"""Numbers in a formula read as a tax officer writes them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from gongzhi.engine.definitions import load
from gongzhi.engine.rules import explain_formula, shown_side, yuan
from gongzhi.engine.rules.formula import FORMS, faults

DEFINITIONS = load(Path(__file__).parents[5] / "definitions")
DAY = dt.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("fen", "text"),
    [(63_000_000, "630,000 元"), (5, "0.05 元"), (-12_345, "−123.45 元"), (0, "0 元"), (None, "—")],
)
def test_fen_read_as_yuan(fen, text):
    assert yuan(fen) == text


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("percent", Decimal("0.03"), "3%"),
        ("percent", Decimal("0.015"), "1.5%"),
        ("sqm", Decimal("10000.0000"), "10,000 ㎡"),
        ("sqm", Decimal("8999.9"), "8,999.9 ㎡"),
        ("days", 45, "45天"),
        ("date", dt.date(2026, 3, 1), "2026-03-01"),
        ("count", None, "—"),
        ("text", True, "是"),
        ("text", "正常", "正常"),
        ("text", 100, "100"),
    ],
)
def test_forms(form, value, text):
    assert FORMS[form](value) == text


def test_a_parameter_in_yuan_reads_in_yuan():
    rule = DEFINITIONS.rules["R17"].rule.model_copy(
        update={"formula": "下限 {floor_land_house:yuan}，{as_of:date}"}
    )
    assert explain_formula(rule, {}, DAY, DEFINITIONS.parameters) == "下限 3,000 元，2026-06-30"


def test_a_place_that_nothing_fills_is_told():
    rule = DEFINITIONS.rules["R17"].rule.model_copy(
        update={"formula": "{nobody} {left_value:furlongs} {Left}"}
    )
    assert len(list(faults(rule, ("left_value",)))) == 3


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("fen", 100, "1 元"),
        ("sqm", Decimal("2.5"), "2.5 ㎡"),
        ("flag", 0, "无"),
        ("flag", 1, "有"),
        ("days", 3, "3天"),
    ],
)
def test_sides_carry_their_unit(unit, value, text):
    assert shown_side(unit, value) == text
