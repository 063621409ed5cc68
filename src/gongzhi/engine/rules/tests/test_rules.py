"""The rules of the definitions: their worked examples, their translations, what moves their results."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import sqlglot
from sqlglot import exp

from gongzhi.engine.definitions import load
from gongzhi.engine.lake import Session, Snapshot
from gongzhi.engine.rules import (
    BadResult,
    check_rule,
    compile_rule,
    evidence,
    on_day,
    replaced,
    results,
    run,
)
from gongzhi.engine.rules.cases import case_failures, case_frames

DEFINITIONS = load(Path(__file__).parents[5] / "definitions")
CODES = sorted(DEFINITIONS.rules)
# Comparison thresholds; rates and the like move amounts, not whether a boundary case is reached.
THRESHOLDS = [
    ("R01", "registration_days", 1), ("R01", "grace_days", 1), ("R03", "grace_days", -1),
    ("R03", "arrears_floor", 1),
    ("R09", "gap_ratio", "0.01"), ("R09", "grace_days", 1), ("R09", "floor_default", 500_000),
    ("R09", "equity_tax_filing_day", 1), ("R09", "equity_match_days", -179),
    ("R17", "gap_ratio_deed", "0.001"),
    ("R17", "deed_days_after_contract", 1), ("R17", "grace_days", 1), ("R17", "floor_land_house", 10_000),
    ("R22", "deed_source_area_ratio", "-0.01"), ("R22", "deed_source_grace_days", -1),
    ("R22", "floor_land_house", 50_000), ("R29", "farmland_filing_days", 1), ("R29", "gap_ratio", "-0.001"),
    ("R29", "floor_land_house", 100_000), ("R35", "cross_region_days", 1),
    ("R35", "cross_region_amount", 50_000_000),
    ("R40", "gap_ratio_prepayment", "0.01"), ("R40", "floor_prepayment", -10), ("R40", "filing_day", 1),
    ("R52", "gap_ratio", "0.01"), ("R52", "floor_default", 2_000), ("R52", "grace_days", 1),
    ("R52", "income_tax_settlement_months", 1), ("R61", "floor_default", "0.01"), ("R61", "grace_days", -1),
]  # fmt: skip
GOLDEN = {
    "R09": 400_000, "R17": 630_000, "R22": 40_000, "R29": 82_500, "R40": 300_000, "R52": 50_000,
    "R61": 500_000,
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_example_of_every_rule_comes_out(code):
    assert check_rule(DEFINITIONS.rules[code], DEFINITIONS) == []


@pytest.mark.parametrize("code", CODES)
def test_every_rule_has_a_hit_a_miss_and_a_case_of_missing_data(code):
    seen = {row["result"] for case in DEFINITIONS.rules[code].cases.cases for row in case.expect}
    assert seen == {"hit", "miss", "insufficient"}


@pytest.mark.parametrize(("code", "yuan"), GOLDEN.items())
def test_the_numbers_worked_out_by_hand(code, yuan):
    folder = DEFINITIONS.rules[code]
    first = folder.cases.cases[0]
    found = results(compile_rule(folder, DEFINITIONS), first, DEFINITIONS)
    assert found["tax_fen"].to_list() == [yuan * 100]
    assert found["result"].to_list() == ["hit"]


@pytest.mark.parametrize(("code", "parameter", "by"), THRESHOLDS)
def test_moving_a_threshold_turns_an_example(code, parameter, by):
    """A boundary case stands on each threshold: were the rule to ignore it, nothing would turn."""
    stated = DEFINITIONS.parameters[parameter]
    moved = replaced({parameter: stated}, {parameter: stated.values[-1].value + Decimal(by)})
    changed = replace(DEFINITIONS, parameters={**DEFINITIONS.parameters, **moved})
    compiled = compiled_rule(code)
    turned = (list(case_failures(compiled, case, changed)) for case in DEFINITIONS.rules[code].cases.cases)
    assert any(turned), f"没有一个算例守着 {parameter}"


@cache
def compiled_rule(code):
    return compile_rule(DEFINITIONS.rules[code], DEFINITIONS)


@pytest.mark.parametrize("code", CODES)
def test_every_declared_parameter_and_table_is_used(code):
    folder = DEFINITIONS.rules[code]
    text = folder.sql + folder.rule.formula
    assert [key for key in (*folder.rule.parameters, *folder.rule.tables) if key not in text] == []


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("dialect", ["spark", "postgres"])
def test_the_text_for_another_engine_reads_back(code, dialect):
    compiled = compile_rule(DEFINITIONS.rules[code], DEFINITIONS)
    day = dt.date(2026, 6, 30)
    texts = [compiled.text(day, DEFINITIONS.parameters, dialect)]
    texts += [compiled.evidence_text(number, dialect) for number in range(len(compiled.rule.evidence))]
    for text in texts:
        (tree,) = sqlglot.parse(text, read=dialect)
        assert isinstance(tree, exp.Select)
        assert "$" not in text
        assert "DATE_FROM_PARTS" not in text


def test_a_parameter_is_taken_as_of_the_day():
    half = DEFINITIONS.parameters["half_relief_small_profit"]
    assert on_day(half, dt.date(2027, 12, 31)) == Decimal("0.5")
    assert on_day(half, dt.date(2028, 1, 1)) is None
    assert on_day(DEFINITIONS.parameters["floor_default"], dt.date(2026, 1, 1)) == 100_000  # 分


def test_without_a_rate_in_force_nothing_hits():
    """A day before the deed tax rate began: there is no law to compare with."""
    folder = DEFINITIONS.rules["R17"]
    case = folder.cases.cases[0].model_copy(
        update={
            "given": {
                "land_grants": ({**folder.cases.cases[0].given["land_grants"][0], "signed_on": "1990-01-01"},)
            }
        }
    )
    assert results(compile_rule(folder, DEFINITIONS), case, DEFINITIONS)["result"].to_list() == [
        "insufficient"
    ]


def session_of(code, number=0):
    folder = DEFINITIONS.rules[code]
    compiled = compile_rule(folder, DEFINITIONS)
    case = folder.cases.cases[number]
    return compiled, case, Session(Snapshot(Path("/"), {}), case_frames(compiled.sheets, case), threads=1)


def test_evidence_ends_at_the_cells_with_values_as_written():
    compiled, case, session = session_of("R17", 1)
    with session:
        hits = run(compiled, session, case.as_of, DEFINITIONS.parameters)
        proof = evidence(compiled, session, hits)
    cells = {
        (row["side"], row["table"], row["_row"], row["field"]): row["value"]
        for row in proof.iter_rows(named=True)
    }
    assert cells["left", "land_grants", 2, "price"] == "20000000.00"
    assert cells["left", "land_grants", 2, "signed_on"] == "2025-11-03"
    assert cells["right", "deed_tax_filings", 2, "due"] == "600000.00"
    assert ("left", "land_grants", 2, "grant_method") not in cells  # empty cells prove nothing
    assert proof.select("subject", "object", "period").unique().rows() == [("T1", "B1", "2025-11-03")]


def test_evidence_is_fetched_for_the_hits_alone():
    compiled, case, session = session_of("R40")
    with session:
        found = run(compiled, session, case.as_of, DEFINITIONS.parameters)
        proof = evidence(compiled, session, found.clear())
    assert found.height == 1
    assert proof.is_empty()


def test_two_rows_for_one_key_are_an_error_that_names_the_rule():
    compiled, case, session = session_of("R17")
    doubled = compiled.tree.copy()
    doubled.set(
        "from_",
        sqlglot.parse_one(
            "SELECT 1 FROM compared CROSS JOIN (SELECT 1 AS one UNION ALL SELECT 0) AS two"
        ).args["from_"],
    )
    doubled.set(
        "joins",
        sqlglot.parse_one(
            "SELECT 1 FROM compared CROSS JOIN (SELECT 1 AS one UNION ALL SELECT 0) AS two"
        ).args["joins"],
    )
    broken = compiled.__class__(compiled.rule, doubled, compiled.sheets, compiled.district)
    with session, pytest.raises(BadResult, match=r"R17.*不止一行"):
        run(broken, session, case.as_of, DEFINITIONS.parameters)


def test_a_party_whom_linking_did_not_find_gives_no_hit():
    compiled, case, session = session_of("R17")
    frames = case_frames(compiled.sheets, case)
    session.close()
    frames["links"] = frames["links"].with_columns(pl.lit(None, pl.String).alias("subject"))
    with Session(Snapshot(Path("/"), {}), frames, threads=1) as other:
        assert run(compiled, other, case.as_of, DEFINITIONS.parameters).is_empty()
