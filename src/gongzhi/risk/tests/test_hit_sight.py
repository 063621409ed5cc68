"""Who sees hits, and what a hit opens to."""

from dataclasses import replace
from decimal import Decimal

import pytest

from gongzhi.gate.sight import NOBODY, sight_of
from gongzhi.intake.models import Batch
from gongzhi.registry.models import Taxpayer
from gongzhi.risk import queries
from gongzhi.risk.models import Hit, Run

from .conftest import firm


@pytest.mark.parametrize("name", ["office", "officer"])
def test_the_bureau_sees_every_hit(scanned, cast, name):
    scanned()
    assert queries.visible_to(sight_of(cast[name])).count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "liaison",
        "peer",
        "street",
        "grid",
        "gridpeer",
        "leader",
        "enterprise",
        "system",
        "security",
        "auditor",
        "stranger",
    ],
)
def test_nobody_else_sees_one(scanned, cast, name):
    scanned()
    assert not queries.visible_to(sight_of(cast[name])).exists()
    assert not queries.runs_visible_to(sight_of(cast[name])).exists()


def test_the_duty_alone_does_not_open_them_outside_the_bureau(scanned, cast):
    scanned()
    office = sight_of(cast["office"])
    assert not queries.visible_to(replace(office, unit="natural_resources")).exists()


def test_who_is_not_signed_in_sees_nothing(scanned):
    scanned()
    assert not queries.visible_to(NOBODY).exists()


def test_one_hit_is_counted_for_the_batches_that_it_rests_on(scanned, district):
    scanned()
    found = queries.resting_on(Batch.objects.filter(pk=district["grants"].pk), "batch")
    assert {pk: one.hits for pk, one in found.items()} == {district["grants"].pk: 1}
    assert not queries.resting_on(Batch.objects.none(), "batch")


def test_the_rules_that_read_a_table():
    assert "R17" in {rule.code for rule in queries.rules_reading(["land_grants"])}
    assert queries.rules_reading([]) == []


def resting(*taxes, state="open"):
    made = queries.Resting()
    for number, tax in enumerate(taxes):
        made.add(state, f"taxpayer {number}", Decimal(tax))
    return made


def test_the_bureau_is_told_all_and_a_unit_no_small_number(cast):
    office, peer = sight_of(cast["office"]), sight_of(cast["peer"])
    said = queries.told(resting(10, 20), office)
    assert (said.hits, said.states, said.tax_yuan) == (2, (("新命中", 2),), Decimal(30))
    said = queries.told(resting(10, 20), peer)
    assert (said.hits, said.states, said.tax_yuan) == (None, (), None)
    assert queries.told(resting(), peer).hits == 0
    assert queries.told(resting(1, 2, 3), peer, about=2).hits is None


def test_money_leaves_the_bureau_as_a_sum_over_enough_subjects_alone(cast):
    peer = sight_of(cast["peer"])
    said = queries.told(resting(100_400, 200_000, 300_200), peer)
    assert (said.hits, said.tax_yuan) == (3, Decimal(601_000))
    assert queries.told(resting(100_400, 200_000, 300_200), peer, money=False).tax_yuan is None
    assert queries.told(resting(10, 20, 900_000), peer).tax_yuan is None
    mixed = resting(1_000, 1_000, 1_000, 1_000)
    mixed.add("excluded", "taxpayer 9", Decimal(5))
    said = queries.told(mixed, peer)
    assert (said.hits, said.states, said.tax_yuan) == (5, (), Decimal(4_000))


def test_a_district_without_the_threshold_tells_nothing(cast, monkeypatch):
    monkeypatch.setattr("gongzhi.risk.queries.hits._threshold", lambda key: Decimal("Infinity"))
    assert queries.told(resting(*range(1, 50)), sight_of(cast["peer"])).hits is None


def test_evidence_ends_at_file_sheet_and_cell(scanned, district):
    scanned()
    cells = {cell.field: cell for cell in queries.evidence_of(Hit.objects.get())}
    price = cells["price"]
    assert (price.batch, price.file, price.sheet, price.cell) == (
        district["grants"], "16.2-2024-01.xlsx", "出让", "F4",
    )  # fmt: skip
    assert (price.title, price.value, price.side) == ("成交金额", "20000000.00", "left")
    assert cells["contract_number"].cell == "A4"
    named = queries.rule_of(Hit.objects.get()).evidence[0].cells
    assert tuple(cells) == tuple(field for field in named if field in cells)


def test_a_hit_as_scripts_read_it(scanned):
    scanned()
    found = queries.hit_as_json(Hit.objects.get())
    wanted = {
        "rule": "R17", "subject": firm(2)[0], "object": "B2", "period": "2024-01-05", "result": "hit",
        "left": 630_000, "right": 0,
    }  # fmt: skip
    assert {key: found[key] for key in wanted} == wanted
    assert (found["difference_yuan"], found["tax_yuan"]) == (630_000, 630_000)
    assert {
        "batch": "16.2-2024-01-01",
        "file": "16.2-2024-01.xlsx",
        "sheet": "出让",
        "cell": "F4",
    }.items() <= next(cell for cell in found["evidence"] if cell["field"] == "price").items()
    hits = list(Hit.objects.all())
    assert queries.hits_as_json(hits) == [found]
    assert queries.hits_as_json(hits, with_evidence=False) == [found | {"evidence": []}]


def test_the_hits_of_a_taxpayer(scanned):
    scanned()
    first, second = (Taxpayer.objects.get(code=firm(number)[0]) for number in (1, 2))
    assert not queries.of_taxpayer(Hit.objects.all(), first).exists()
    assert queries.of_taxpayer(Hit.objects.all(), second).count() == 1
    Hit.objects.update(object=str(first.pk))
    assert queries.of_taxpayer(Hit.objects.all(), first).count() == 1


def test_a_hit_knows_its_rule_its_trail_and_its_words(scanned):
    scanned()
    hit = Hit.objects.get()
    assert queries.rule_of(hit).name == "土地出让契税"
    assert [(step.verb, step.run) for step in queries.trail(hit)] == [("find", Run.objects.get())]
    assert (hit.state_label, hit.grade_label) == ("新命中", "高")
    assert queries.shown(hit.left_unit, hit.left_value) == "630,000 元"
    hit.rule = "R99"
    assert queries.rule_of(hit) is None
