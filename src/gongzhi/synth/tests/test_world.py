"""Who lives in the district: right codes, invented names, neighbours that are hard to tell apart."""

import csv
from collections import Counter

import pytest

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.idcodes import birth_date_of, classify, classify_person
from gongzhi.synth.district import build, files
from gongzhi.synth.oracle import cents
from gongzhi.synth.words import words


def test_every_code_is_right_and_nobodys(world):
    for one in world.taxpayers:
        assert classify(one.code).kind == "credit_code"
        assert one.organisation.startswith("XN")
    assert len({one.code for one in world.taxpayers}) == len(world.taxpayers)
    assert len({one.name for one in world.taxpayers}) == len(world.taxpayers)


def test_persons_have_right_ids_in_a_region_that_does_not_exist(world):
    for one in [*world.people, *(taxpayer.person for taxpayer in world.taxpayers)]:
        assert classify_person(one.code).kind == "person_id"
        assert one.code.startswith("990000")
        assert birth_date_of(one.code)
        assert one.name.startswith("测试")
        assert one.phone.startswith("0500-")


def test_there_are_taxpayers_of_every_kind_and_trade(world):
    kinds = Counter(one.kind for one in world.taxpayers)
    assert {"企业", "个体工商户"} | {other.kind for other in words().others} <= set(kinds)
    assert kinds["企业"] > kinds["个体工商户"] > kinds["农民专业合作社"]


def test_names_have_close_neighbours(definitions):
    district = build(definitions, seed=3, taxpayers=1_000)
    names = [one.name for one in district.taxpayers]
    branches = [one for one in district.taxpayers if one.parent]
    assert all(one.name.startswith(one.parent.name) for one in branches)
    numbered = [name for name in names if any(f"第{sign}" in name for sign in "一二三")]
    masked = Counter(name[:i] + "?" + name[i + 1 :] for name in names for i in range(len(name)))
    sisters = [mask for mask, count in masked.items() if count > 1]
    former = [one for one in district.taxpayers if one.former_name]
    assert min(len(branches), len(numbered), len(sisters), len(former)) >= 5


def test_no_name_is_a_real_one(definitions, data):
    district = build(definitions, seed=1, taxpayers=5_000)
    invented = {name for one in district.taxpayers for name in (one.name, one.former_name) if name}
    real = set()
    for path in [*(data / "05_names").glob("*.csv"), *(data / "03_enterprises").glob("*.csv")]:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            real |= {cell for row in csv.reader(file) for cell in row}
    assert len(real) > 100_000
    assert invented & real == set()


def test_trades_are_those_of_the_standard(data):
    with (data / "02_industry" / "gbt4754_2017.csv").open(encoding="utf-8") as file:
        standard = {row["code"]: row["name"] for row in csv.DictReader(file)}
    ours = [trade[:2] for trade in (*words().industries, *words().shops)]
    ours += [other.industry for other in words().others]
    assert [trade for trade in ours if standard.get(trade[0]) != trade[1]] == []


def test_every_rule_has_hits_and_near_misses(world):
    kinds = {(case.rule, case.kind) for case in world.cases}
    rules = {"R01", "R03", "R09", "R17", "R22", "R29", "R35", "R40", "R52", "R61"}
    assert {rule for rule, kind in kinds if kind == "hit"} == rules
    assert {rule for rule, kind in kinds if kind == "near_miss"} == rules


@pytest.mark.parametrize(
    ("rule", "tax"),
    [
        ("R09", 400_000),
        ("R17", 630_000),
        ("R29", 82_500),
        ("R40", 300_000),
        ("R52", 50_000),
        ("R61", 500_000),
    ],
)
def test_the_worked_examples_are_planted(world, rule, tax):
    case = next(case for case in world.cases if case.rule == rule and "算例" in case.why)
    assert case.tax == cents(case.tax)
    assert case.tax == tax


def test_every_cell_of_the_district_has_a_place(world, definitions):
    squares = world.places.squares
    assert set(squares) == {code for code, cell in definitions.cells.items() if cell.level > 1}
    for one in world.taxpayers:
        west, south, side = squares[one.place.cell]
        assert west <= one.place.point[0] <= west + side + 1e-6
        assert south <= one.place.point[1] <= south + side + 1e-6
        assert definitions.cells[one.place.cell[:9]].name in one.place.address


def test_a_presale_follows_a_planning_permit_except_where_it_is_to_be_asked_about(definitions):
    for district in (build(definitions, seed=7, taxpayers=300), build(definitions, seed=1, taxpayers=2_000)):
        planned = {}
        for (table, _, period), lines in district.lines.items():
            if table == "planning_permits":
                planned |= {line.values["builder_code"]: period for line in lines}
        presales = [
            (line.values["developer_code"], period)
            for (table, _, period), lines in district.lines.items()
            for line in lines
            if table == "presale_permits"
        ]
        first = min(period for _, period in presales)
        assert len(presales) > 8
        assert len([code for code, _ in presales if code not in planned]) == 1
        late = [code for code, period in presales if code in planned and planned[code] >= period > first]
        assert late == []


def test_what_must_stand_in_another_table_stands_there_for_a_period_of_before(definitions):
    district = build(definitions, seed=7, taxpayers=300)
    assert list(files(district))
    licensed = numbers(district, "mining_rights")
    asked = [
        ({one for before, one in licensed if before <= end}, number)
        for end, number in numbers(district, "mine_utilisation")
    ]
    assert [number for known, number in asked if known and number not in known] == []
    assert sum(bool(known) for known, _ in asked) > 3


def numbers(district, table):
    """The permit numbers of a table, each with the end of the period in which it was handed in."""
    return [
        (parse_period(period).end, line.values["permit_number"])
        for (name, _, period), lines in district.filled.items()
        for line in lines
        if name == table
    ]
