"""What the office's forms make of a text: it loads, is canonical, and only what was meant is different."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from gongzhi.engine.definitions import Resource, understood
from gongzhi.engine.definitions.canonical import faults
from gongzhi.engine.definitions.editing import (
    fields_of,
    new_resource,
    plain,
    with_about,
    with_field,
    with_value,
    without_field,
)
from gongzhi.engine.definitions.law import ParametersFile

ROOT = Path(__file__).parents[5] / "definitions"
TEXT = (ROOT / "catalogue/agriculture/slaughterhouses.yml").read_text("utf-8")
SHEETS = next(p for p in sorted(ROOT.glob("catalogue/*/*.yml")) if "\nsheets:\n" in p.read_text("utf-8"))


def loaded(text: str) -> Resource:
    assert not faults("x.yml", text.encode(), Resource)
    return understood("x.yml", text.encode(), Resource)[1]


def test_a_column_is_added():
    field = {"key": "inspected", "title": "检疫合格数", "type": "count", "minimum": 0, "help": ""}
    made = loaded(with_field(TEXT, field)).sheets[0].fields[-1]
    assert (made.key, made.title, made.minimum, made.help) == ("inspected", "检疫合格数", 0, None)
    assert with_field(TEXT, field).startswith(TEXT)


def test_a_new_title_keeps_the_old_one_as_an_alias():
    text = with_field(TEXT, {"title": "屠宰场名称", "aliases": ["单位名称"]}, key="enterprise_name")
    made = loaded(text).sheets[0].field("enterprise_name")
    assert made.title == "屠宰场名称"
    assert made.aliases == ("企业名称", "单位名称")
    assert made.required


def test_what_a_form_empties_goes_and_what_it_does_not_know_stays():
    text = with_field(TEXT, {"help": "", "required": False, "example": "2026H1"}, key="month")
    made = loaded(text).sheets[0].field("month")
    assert made.help is None
    assert made.in_period
    assert made.proposed


def test_a_column_is_retired():
    text = without_field(TEXT, "fee_per_head")
    assert [f["key"] for f in fields_of(text)] == [
        f["key"] for f in fields_of(TEXT) if f["key"] != "fee_per_head"
    ]
    loaded(text)


def test_about_changes_what_is_said_and_takes_away_what_is_emptied():
    text = with_about(TEXT, {"frequency": "季后15日内", "stock": False, "note": "试行", "title": "屠宰企业"})
    made = loaded(text)
    assert (made.frequency, made.stock, made.note, made.title) == ("季后15日内", False, "试行", "屠宰企业")
    assert with_about(text, {"title": "屠宰企业"}) == text


def test_sheets_are_edited_by_their_letter():
    text = SHEETS.read_text("utf-8")
    before = plain(text)["sheets"]
    changed = with_field(text, {"key": "extra", "title": "另一列", "type": "text"}, letter="b")
    after = plain(changed)["sheets"]
    assert after[0] == before[0]
    assert after[1]["fields"] == [*before[1]["fields"], {"key": "extra", "title": "另一列", "type": "text"}]
    assert plain(with_about(text, {"note": "说明"}, letter="b"))["sheets"][1]["note"] == "说明"


def test_a_new_resource_grows_column_by_column():
    text = new_resource(
        {"number": "9.9", "code": "trial", "title": "试", "providers": ["water"], "stock": False}
    )
    assert fields_of(text) == []
    text = with_field(text, {"key": "name", "title": "名称", "type": "name", "required": True})
    text = with_field(text, {"key": "code", "title": "代码", "type": "credit_code", "values": []})
    assert [field["key"] for field in fields_of(text)] == ["name", "code"]
    more = {"clause": "附件2", "since": dt.date(2026, 1, 1), "document": "某文号", "frequency": "月后15日内"}
    text = with_about(text, more)
    text = with_about(text, {"parties": [{"role": "owner", "title": "甲", "code": "code", "main": True}]})
    assert loaded(text).sheets[0].main_party.code == "code"


@pytest.mark.parametrize("path", sorted((ROOT / "parameters").glob("*.yml")), ids=lambda path: path.stem)
def test_a_parameter_has_a_new_value_from_a_day(path):
    text = path.read_text("utf-8")
    day = dt.date(2031, 5, 1)
    for one in plain(text)["parameters"]:
        made = with_value(text, one["key"], since=day, value=Decimal("0.10"), basis="某文号")
        assert not faults(path.name, made.encode(), ParametersFile)
        file = understood(path.name, made.encode(), ParametersFile)[1]
        found = next(p for p in file.parameters if p.key == one["key"])
        assert (found.at(day).value, found.at(day).basis) == (Decimal("0.10"), "某文号")
        assert found.at(day - dt.timedelta(days=1)) is None or found.values[-2].since < day
        assert [p for p in file.parameters if p.key != one["key"]] == [
            p
            for p in understood(path.name, text.encode(), ParametersFile)[1].parameters
            if p.key != one["key"]
        ]


def test_a_value_from_the_same_day_is_replaced():
    path = ROOT / "parameters/rates.yml"
    text = path.read_text("utf-8")
    again = with_value(
        text, "vat_rate_goods", since=dt.date(2026, 1, 1), value=Decimal("0.12"), basis="某文号"
    )
    spans = plain(again)["parameters"][0]["values"]
    assert [str(span["since"]) for span in spans] == ["1994-01-01", "2018-05-01", "2019-04-01", "2026-01-01"]
    assert spans[-1]["value"] == 0.12
    before = with_value(text, "vat_rate_goods", since=dt.date(1990, 1, 1), value=Decimal(0), basis="某文号")
    assert len(plain(before)["parameters"][0]["values"]) == 1
    with pytest.raises(KeyError):
        with_value(text, "nothing", since=dt.date(2026, 1, 1), value=Decimal(1), basis="x")
