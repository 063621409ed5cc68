"""Keys written twice with one slip, and stocks that must be carried on from the last period."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
import yaml

from gongzhi.engine.checks import Context, Past
from gongzhi.engine.checks.model import Typed, nowhere
from gongzhi.engine.checks.past_rows import near_duplicates, stocks
from gongzhi.engine.checks.rows import Rows
from gongzhi.engine.definitions import DefinitionError, contents_of, load, load_contents

DEFINITIONS = Path(__file__).parents[5] / "definitions"
TWICE, CARRIED = "presale_twice", "reserves_carried"


@pytest.fixture(scope="module")
def definitions():
    return load(DEFINITIONS)


def rows_of(definitions, key, failed=(), **columns):
    """Rows of the table of a check, with these columns; `failed` are the rows whose first column failed."""
    check = definitions.history_checks[key]
    sheet = definitions.tables[check.table][1]
    at = pl.Series(failed, dtype=pl.UInt32)
    typed = {
        name: Typed(pl.Series(name, values), nowhere() if place else at)
        for place, (name, values) in enumerate(columns.items())
    }
    texts = {name: one.values.cast(pl.String) for name, one in typed.items()}
    count = len(next(iter(columns.values())))
    numbers = pl.Series(range(2, count + 2), dtype=pl.UInt32)
    return Past(check), Rows(sheet, typed, texts, numbers, Context(definitions.findings, as_of=dt.date.max))


def twice(definitions, now, before, **more):
    same = {"developer_code": "X", "project_name": "示例花苑", "presale_area": 1000.0}
    past, rows = rows_of(
        definitions, TWICE, permit_no=now, **{key: [one] * len(now) for key, one in same.items()}, **more
    )
    there = pl.DataFrame([{"permit_no": one} | same for one in before])
    ((key, fault),) = near_duplicates(past.check.compares, past, there, rows)
    assert key == "permit_no"
    return list(fault.at), list(fault.other)


@pytest.mark.parametrize(
    ("now", "before", "near"),
    [
        ("2026-001", "2026-007", True),  # one wrong
        ("2026-01", "2026-001", True),  # one missing
        ("2026-0001", "2026-001", True),  # one added
        ("2026-010", "2026-001", True),  # two neighbours swapped
        ("2026-013", "2026-001", False),
        ("示例（2026）1", "示例(2026)  1", True),  # nothing but typing
        ("Ａ－１", "a-1", True),
        ("2026-001", "2026-001", False),  # the very same: another check
    ],
)
def test_one_slip_and_no_more(definitions, now, before, near):
    assert twice(definitions, [now], [before]) == (([0], [before]) if near else ([], []))


def test_a_key_that_stood_before_is_not_near_another_one(definitions):
    """001 and 002 both came before: handed in again, 001 is 001 and no slip of 002."""
    assert twice(definitions, ["001"], ["001", "002"]) == ([], [])


def test_every_row_is_found_once_and_an_unreadable_one_never(definitions):
    assert twice(definitions, ["001", "009", "777"], ["002", "003"], failed=[1]) == ([0], ["002"])


def carried(definitions, before, closing, **now):
    past, rows = rows_of(definitions, CARRIED, **now)
    there = pl.DataFrame(before | {"closing_reserves": closing})
    ((_, fault),) = stocks(past.check.compares, past, there, rows)
    return list(fault.at), list(fault.expected)


def test_a_stock_is_held_against_its_own_row_of_before(definitions):
    now = {
        "opening_reserves": [5.0, 9.0, None, 7.0],
        "permit_number": ["a", "b", "a", "z"],
        "mineral": ["x"] * 4,
    }
    before = {"permit_number": ["a", "b"], "mineral": ["x", "x"]}
    assert carried(definitions, before, [5.0, 8.5], **now) == ([1], ["8.5"])
    assert carried(definitions, before, [None, None], **now) == ([], [])
    twice_there = {"permit_number": ["b", "b"], "mineral": ["x", "x"]}
    assert carried(definitions, twice_there, [1.0, 2.0], **now) == ([], [])
    unread = {key: values[1:2] for key, values in now.items()}
    assert carried(definitions, before, [5.0, 8.5], failed=[0], **unread) == ([], [])


@pytest.mark.parametrize(
    ("name", "values", "fault"),
    [
        ("presale_twice", {"field": "no_field"}, "没有字段 no_field"),
        ("presale_twice", {"field": "presale_area"}, "不能这样核对"),
        ("presale_twice", {"same": []}, "same"),
        ("presale_twice", {"finding": "stock_not_carried"}, "没有内容"),
        ("subsidy_people_carried", {"plus": ["new_amount"]}, "不能这样核对"),
        ("subsidy_people_carried", {"stock": "subsidy_name"}, "不能这样核对"),
        ("subsidy_people_carried", {"same": ["nobody"]}, "没有字段 nobody"),
    ],
)
def test_what_a_check_names_must_be_comparable(name, values, fault):
    contents, file = contents_of(DEFINITIONS), f"checks/{name}.yml"
    changed = yaml.safe_load(contents[file])
    changed["compares"] |= values
    with pytest.raises(DefinitionError, match=fault):
        load_contents(contents | {file: yaml.safe_dump(changed, allow_unicode=True).encode()})


def test_persons_and_tax_secrets_are_not_held_against_rows_of_before():
    contents = contents_of(DEFINITIONS)
    name = next(one for one in contents if one.endswith("/epidemic_subsidies.yml"))
    changed = yaml.safe_load(contents[name])
    next(one for one in changed["fields"] if one["key"] == "all_recipients")["sensitivity"] = "tax"
    with pytest.raises(DefinitionError, match="不能与往期逐行核对"):
        load_contents(contents | {name: yaml.safe_dump(changed, allow_unicode=True).encode()})
