"""What a definition may not say even when every key is known."""

import datetime as dt

import pytest
from pydantic import ValidationError

from gongzhi.engine.definitions import Cell, Clause, Field, Frequency, Holidays, Parameter, Resource, Unit

DAY = dt.date(2024, 3, 1)


def resource(**changes):
    base = {
        "number": "1.1",
        "code": "permits",
        "title": "许可",
        "providers": ["planning"],
        "clause": "第1项",
        "since": DAY,
        "document": "文",
        "frequency": "月",
        "fields": [{"key": "code", "title": "信用代码", "type": "credit_code"}],
    }
    return Resource.model_validate(base | changes)


def test_a_resource_with_one_table_writes_its_fields_directly():
    found = resource()
    assert found.sheet().code == "permits"
    assert found.sheet().field("code").column == "code"
    with pytest.raises(KeyError):
        found.sheet("a")


def test_sheets_are_lettered_in_order():
    fields = [{"key": "code", "title": "信用代码", "type": "credit_code"}]
    sheets = [{"letter": x, "code": f"t_{x}", "title": x, "fields": fields} for x in "ab"]
    raw = {key: value for key, value in resource().model_dump().items() if key != "sheets"}
    assert Resource.model_validate(raw | {"sheets": sheets}).sheet("b").code == "t_b"
    for wrong in (sheets[::-1], sheets[:1], [sheets[0], sheets[1] | {"code": "t_a"}]):
        with pytest.raises(ValidationError):
            Resource.model_validate(raw | {"sheets": wrong})


@pytest.mark.parametrize(
    "fields",
    [
        [{"key": "a", "title": "甲", "type": "text"}, {"key": "a", "title": "乙", "type": "text"}],
        [{"key": "a", "title": "甲", "type": "text"}, {"key": "b", "title": "甲", "type": "text"}],
        [
            {"key": "a", "title": "甲", "type": "text", "aliases": ["丙"]},
            {"key": "b", "title": "丙", "type": "text"},
        ],
        [{"key": "a", "title": "甲", "type": "enum"}],
        [{"key": "a", "title": "甲", "type": "text", "values": ["是"]}],
        [{"key": "a", "title": "甲", "type": "enum", "values": ["是"], "value_aliases": {"对": "否"}}],
        [{"key": "a", "title": "甲", "type": "text", "proposed": True, "required": True}],
        [{"key": "a", "title": "甲", "type": "text", "in_period": True}],
        [{"key": "a", "title": "甲", "type": "text", "maximum": 3}],
        [{"key": "a", "title": "甲", "type": "count", "minimum": 3, "maximum": 2}],
        [{"key": "a", "title": "甲", "type": "text", "pattern": "("}],
        [],
    ],
)
def test_fields_that_contradict_themselves_are_refused(fields):
    with pytest.raises(ValidationError):
        resource(fields=fields)


@pytest.mark.parametrize(
    "extra",
    [
        {"key": ["other"]},
        {"parties": [{"role": "holder", "title": "方", "code": "other", "main": True}]},
        {"parties": [{"role": "holder", "title": "方", "code": "code"}]},
        {"checks": [{"kind": "order", "earlier": "code", "later": "other"}]},
        {"checks": [{"kind": "guess", "field": "code"}]},
        {"sheets": []},
        {"parties": [{"role": "holder", "title": "方", "name": "code", "main": True}]},
        {"parties": [{"role": "holder", "title": "方", "code": "code", "phone": "code", "main": True}]},
    ],
)
def test_a_sheet_names_only_its_own_fields(extra):
    with pytest.raises(ValidationError):
        resource(**extra)


@pytest.mark.parametrize(
    ("check", "fits"),
    [
        ({"kind": "order", "earlier": "from_day", "later": "to_day"}, True),
        ({"kind": "order", "earlier": "price", "later": "total"}, True),
        ({"kind": "order", "earlier": "from_day", "later": "price"}, False),
        ({"kind": "order", "earlier": "from_day", "later": "note"}, False),
        ({"kind": "total", "total": "total", "parts": ["price", "tax"]}, True),
        ({"kind": "total", "total": "total", "parts": ["price", "note"]}, False),
        ({"kind": "product", "product": "total", "factors": ["price", "to_day"]}, False),
        ({"kind": "any_of", "fields": ["note", "price"]}, True),
        ({"kind": "needs", "field": "note", "needs": "price"}, True),
    ],
)
def test_a_check_compares_only_what_can_be_compared(check, fits):
    types = {
        "from_day": "date",
        "to_day": "date",
        "price": "money",
        "total": "money",
        "tax": "money",
        "note": "text",
    }
    fields = [{"key": key, "title": key, "type": kind} for key, kind in types.items()]
    if fits:
        assert len(resource(fields=fields, checks=[check]).sheet().checks) == 1
    else:
        with pytest.raises(ValidationError, match="不能比较"):
            resource(fields=fields, checks=[check])


def test_the_lake_column_and_the_sensitivity_follow_the_type():
    def field(**more):
        return Field.model_validate({"key": "x", "title": "项"} | more)

    assert field(type="money").column == "x_fen"
    assert field(type="area").column == "x_sqm"
    assert field(type="person_id").personal
    assert field(type="code_or_id").personal
    assert field(type="money").sight == "business"
    assert field(type="name").sight == "open"
    assert not field(type="person_name", sensitivity="open").personal


def test_a_frequency_states_its_due_day_once():
    Frequency(wording="月后", period="month", due_days=15)
    Frequency(wording="随时", period="standing")
    for wrong in (
        {"wording": "年", "period": "year"},
        {"wording": "年", "period": "year", "due_days": 1, "due_parameter": "days"},
        {"wording": "随时", "period": "standing", "due_days": 1},
    ):
        with pytest.raises(ValidationError):
            Frequency.model_validate(wrong)


def test_a_parameter_has_one_value_on_any_day():
    spans = [
        {"since": dt.date(2020, 1, 1), "until": dt.date(2021, 12, 31), "value": "0.03", "basis": "旧"},
        {"since": dt.date(2022, 1, 1), "value": "0.04", "basis": "新"},
    ]
    found = Parameter.model_validate({"key": "rate", "title": "率", "unit": "比例", "values": spans})
    assert found.at(dt.date(2019, 12, 31)) is None
    assert found.at(dt.date(2021, 12, 31)).basis == "旧"
    assert found.at(dt.date(2022, 1, 1)).basis == "新"
    with pytest.raises(ValidationError, match="重叠"):
        Parameter.model_validate(
            {"key": "rate", "title": "率", "unit": "比例", "values": [spans[0] | {"until": None}, spans[1]]}
        )


def test_a_clause_is_done_only_with_the_journey_that_proves_it():
    base = {"id": "B01", "section": "一", "text": "报送", "actor": "各单位", "kind": "data_sharing"}
    Clause.model_validate(base | {"state": "done", "journey": "test_hand_in"})
    with pytest.raises(ValidationError):
        Clause.model_validate(base | {"state": "done"})


@pytest.mark.parametrize(
    "cell",
    [
        {"code": "990101", "name": "区", "level": 2},
        {"code": "990101001", "name": "街", "level": 2},
        {"code": "990101001", "name": "街", "level": 2, "parent": "990102"},
        {"code": "990101", "name": "区", "level": 1, "parent": "990101"},
    ],
)
def test_a_cell_lies_in_the_cell_whose_code_it_extends(cell):
    with pytest.raises(ValidationError):
        Cell.model_validate(cell)


def test_a_unit_is_a_named_provider_or_an_open_class_not_both():
    with pytest.raises(ValidationError):
        Unit(key="a", name="甲", kinds=["partner"], annex2=1)
    with pytest.raises(ValidationError):
        Unit(key="a", name="甲", kinds=["partner"], members=["b"], members_open=True)


def year(holidays, number=2024):
    return {"year": number, "document": "文", "since": DAY, "holidays": holidays}


def test_holidays_are_runs_of_days_off_and_weekend_days_worked():
    found = Holidays.model_validate(
        {
            "known_until": dt.date(2024, 12, 31),
            "years": [
                year(
                    [
                        {
                            "name": "节",
                            "first": dt.date(2024, 5, 1),
                            "last": dt.date(2024, 5, 3),
                            "worked": [dt.date(2024, 5, 11)],
                        }
                    ]
                )
            ],
        }
    )
    assert found.off == {dt.date(2024, 5, day) for day in (1, 2, 3)}
    assert found.worked == {dt.date(2024, 5, 11)}
    assert found.known_from == dt.date(2024, 1, 1)


@pytest.mark.parametrize(
    ("until", "years"),
    [
        (2024, [year([{"name": "节", "first": dt.date(2024, 5, 3), "last": dt.date(2024, 5, 1)}])]),
        (2024, [year([{"name": "节", "first": DAY, "last": DAY, "worked": [dt.date(2024, 5, 6)]}])]),
        (2025, [year([{"name": "节", "first": DAY, "last": DAY}])]),
        (2024, []),
        (
            2026,
            [
                year([{"name": "节", "first": DAY, "last": DAY}]),
                year([{"name": "节", "first": dt.date(2026, 1, 1), "last": dt.date(2026, 1, 1)}], 2026),
            ],
        ),
    ],
)
def test_holidays_that_cannot_be_are_refused(until, years):
    with pytest.raises(ValidationError):
        Holidays.model_validate({"known_until": dt.date(until, 12, 31), "years": years})
