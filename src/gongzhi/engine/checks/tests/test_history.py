"""Checks against earlier periods, other tables and the register."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.checks import amount_text, history_failures, season
from gongzhi.engine.definitions import DefinitionError, Field, Seasonal, contents_of, load, load_contents

DEFINITIONS = Path(__file__).parents[5] / "definitions"
CHECK = "checks/completion_permitted.yml"


@pytest.fixture(scope="module")
def contents():
    return contents_of(DEFINITIONS)


def changed(contents, name, **values):
    value = yaml.safe_load(contents[name])
    for path, new in values.items():
        at = value
        *steps, last = path.split("__")
        for step in steps:
            at = at[step]
        at[last] = new
    return contents | {name: yaml.safe_dump(value, allow_unicode=True, sort_keys=False).encode()}


def test_every_example_does_what_it_says():
    definitions = load(DEFINITIONS)
    assert len(definitions.history_checks) >= 8
    kinds = {check.compares.kind for check in definitions.history_checks.values()}
    assert kinds == {
        "present_elsewhere", "agrees_with_register", "seasonal", "near_duplicate", "stock_and_flow",
    }  # fmt: skip
    assert history_failures(definitions) == []


def test_an_example_that_does_not_hold_is_named(contents):
    examples = yaml.safe_load(contents[CHECK])["compares"]["examples"]
    examples[0]["found"] = [1]
    failures = history_failures(load_contents(changed(contents, CHECK, compares__examples=examples)))
    assert len(failures) == 1
    assert "施工许可在已入库的数据中" in failures[0]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"table": "nowhere"}, "没有这张表：nowhere"),
        ({"compares__elsewhere": "completion_filings"}, "就是本表"),
        ({"compares__match": {"permit_no": "no_field"}}, "没有字段 no_field"),
        ({"compares__match": {"built_area": "permit_no"}}, "不能这样核对"),
        ({"compares__finding": "no_text"}, "没有这个提示：no_text"),
        ({"compares__finding": "unlike_season"}, "没有内容"),
        ({"severity": "refuse"}, "severity"),
        ({"compares__examples": []}, "至少各有一例"),
        ({"key": "other_name"}, "文件名应为 other_name.yml"),
    ],
)
def test_what_a_check_names_must_exist(contents, values, fault):
    with pytest.raises(DefinitionError, match=fault):
        load_contents(changed(contents, CHECK, **values))


PARTIES = "checks/party_closed.yml"


@pytest.mark.parametrize(
    ("name", "also", "fault"),
    [
        (PARTIES, [{"table": "nowhere"}], "没有这张表：nowhere"),
        (PARTIES, [{"table": "construction_permits"}], "重复，或就是"),
        (PARTIES, [{"table": "presale_permits"}], "没有字段 owner_code"),
        (
            PARTIES,
            [{"table": "completion_filings", "columns": {"permitted_on": "owner_name"}}],
            "不能这样核对",
        ),
        (PARTIES, [{"table": "completion_filings", "columns": {"no_column": "filed_on"}}], "不是核对的列"),
        ("checks/presale_twice.yml", [{"table": "completion_filings"}], "不用于 near_duplicate"),
    ],
)
def test_what_a_further_table_names_must_exist_too(contents, name, also, fault):
    with pytest.raises(DefinitionError, match=fault):
        load_contents(changed(contents, name, also=also))


def test_an_example_is_run_in_every_table_of_its_check(contents):
    further = [{"table": "completion_filings", "columns": {"permitted_on": "filed_on"}}]
    definitions = load_contents(changed(contents, PARTIES, also=further))
    assert history_failures(definitions) == []
    asked = [one for one in definitions.checks_of("completion_filings") if one.key == "party_closed"]
    assert [sorted(one.compares.fields) for one in asked] == [["filed_on", "owner_code"]]
    examples = yaml.safe_load(contents[PARTIES])["compares"]["examples"]
    examples[0]["found"] = [1]
    wrong = load_contents(changed(contents, PARTIES, also=further, compares__examples=examples))
    named = [text.split("：")[0] for text in history_failures(wrong)]
    assert named == [
        f"checks/party_closed.yml（{table}）" for table in ("construction_permits", "completion_filings")
    ]


def test_tax_secrets_are_not_summed(contents):
    name = "checks/grants_summed.yml"
    with pytest.raises(DefinitionError, match="不能这样核对"):
        load_contents(changed(contents, name, compares__field="transferee_phone"))
    resource = next(one for one in contents if one.endswith("/land_grants.yml"))
    fields = yaml.safe_load(contents[resource])["fields"]
    next(field for field in fields if field["key"] == "land_area")["sensitivity"] = "tax"
    with pytest.raises(DefinitionError, match="涉税或个人"):
        load_contents(changed(contents, resource, fields=fields))


COMPARES = Seasonal.model_validate(
    {
        "kind": "seasonal", "measure": "rows", "years": 3, "recent": 6, "at_least": 3, "deviations": 4,
        "share": 0.5, "finding": "unlike_season", "examples": [],
    }
)  # fmt: skip
SAME = {"2023-02": 40.0, "2024-02": 50.0, "2025-02": 45.0, "2025-12": 900.0}


@pytest.mark.parametrize(
    ("period", "earlier", "value", "unlike"),
    [
        ("2026-02", SAME, 60.0, False),
        ("2026-02", SAME, 900.0, True),  # the months before are as high, but not this month of other years
        ("2026-02", SAME | {"2026-03": 1e6}, 60.0, False),  # what comes later is no measure
        ("2026-12", SAME, 60.0, False),  # one December alone: the last periods
        ("2026-12", SAME, 80.0, True),  # and a single peak among them does not widen the band
        ("2026-01", {"2025-10": 7.0, "2025-11": 7.0, "2025-12": 7.0}, 11.0, True),  # no spread at all
        ("2026-01", {"2025-10": 7.0, "2025-11": 7.0, "2025-12": 7.0}, 10.0, False),  # within the share
        ("2026-01", {"2025-10": 0.0, "2025-11": 0.0, "2025-12": 0.0}, 0.0, False),
        ("2026Q1", {"2025-10": 7.0, "2025-11": 7.0, "2025-12": 7.0, "2025Q4": 21.0}, 900.0, None),
        ("2026-01", {"2025-12": 7.0}, 900.0, None),
        ("2026-01-05", {"2026-01-01": 7.0, "2026-01-02": 7.0, "2026-01-03": 7.0}, 900.0, None),
    ],
)
def test_a_value_beside_its_season(period, earlier, value, unlike):
    stands = season(COMPARES, parse_period(period), earlier, value)
    assert (stands.unlike if stands else None) == unlike


WIDE = COMPARES.model_copy(
    update={"measure": "sum", "field": "price", "share": 1.5, "below": 0.2, "deviations": 9}
)
SWINGING = {"2023-02": 30.0, "2024-02": 300.0, "2025-02": 100.0}


@pytest.mark.parametrize(
    ("earlier", "value", "unlike"),
    [
        (SAME, 100.0, False),
        (SAME, 113.0, True),
        (SAME, 10.0, False),
        (SAME, 8.0, True),  # less than a fifth of what is usual
        (SAME, 0.0, True),
        (SWINGING, 14.0, False),  # what has swung between a third and thrice may go lower
        (SWINGING, 13.0, True),
        (dict.fromkeys(SAME, 4.0), 1.0, False),  # one of four is chance
        ({"2023-02": 0.0, "2024-02": 0.0, "2025-02": 5.0}, 0.0, False),
    ],
)  # fmt: skip
def test_too_little_is_out_of_line_as_too_much_is(earlier, value, unlike):
    stands = season(WIDE, parse_period("2026-02"), earlier, value)
    assert stands.unlike == unlike
    unasked = season(WIDE.model_copy(update={"below": None}), parse_period("2026-02"), earlier, value)
    assert unasked.unlike == (unlike and value > stands.usual)


@given(st.lists(st.floats(0, 1e9), min_size=3, max_size=3), st.integers(0, 2))
def test_a_value_at_the_median_is_never_out_of_line(amounts, place):
    earlier = dict(zip(("2025-10", "2025-11", "2025-12"), amounts, strict=True))
    stands = season(WIDE, parse_period("2026-01"), earlier, sorted(amounts)[1])
    assert stands is not None
    assert not stands.unlike
    assert stands.low <= stands.usual <= stands.high


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (10_340_000_000, "money", "10,340万元"),
        (6_481_000_050, "money", "6,481万元"),
        (1_234_567, "money", "1.23万元"),
        (999_950, "money", "9,999.5元"),
        (0, "money", "0元"),
        (-250_000_000, "money", "-250万元"),
        (12_345.5, "area", "12,345.5㎡"),
        (12_345, "count", "12,345"),
        (12_345, None, "12,345行"),
    ],
)
def test_an_amount_of_a_season_is_told_as_people_read_it(value, kind, text):
    field = Field(key="x", title="金额", type=kind) if kind else None
    assert amount_text(value, field) == text
