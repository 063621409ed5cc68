"""The folder as a whole: it loads, is canonical, and its data stand on their own feet."""

import datetime as dt

import pytest
from tests.definitions.compared import nothing

from gongzhi.engine.definitions import Parameter, Resource
from gongzhi.engine.definitions.canonical import canonical_text, folder_faults
from gongzhi.engine.definitions.kinds import model_of


def test_the_folder_loads(definitions):
    assert definitions.district.name == "越城区"
    assert len(definitions.digest) == 64


def test_every_file_is_in_canonical_form(folder):
    nothing(str(fault) for fault in folder_faults(folder))


def test_canonical_text_is_stable(folder):
    for path in folder.rglob("*.yml"):
        name = path.relative_to(folder).as_posix()
        once = canonical_text(path.read_text("utf-8"), model_of(name), name)
        assert canonical_text(once, model_of(name), name) == once, name


def test_every_parameter_states_its_basis_and_the_office_knows_which_to_confirm(definitions):
    nothing(
        f"{parameter.key} 标为暂定，须注 confirm_locally"
        for parameter in definitions.parameters.values()
        if any("暂定" in value.basis for value in parameter.values) and not parameter.confirm_locally
    )


def test_due_parameters_have_a_value_from_the_notices_first_day(definitions):
    since = definitions.district.since

    def valued(parameter: Parameter) -> bool:
        return parameter.at(since) is not None and parameter.at(dt.date(2099, 1, 1)) is not None

    nothing(
        f"{frequency.wording} 的 {frequency.due_parameter} 自 {since} 起没有取值"
        for frequency in definitions.frequencies.values()
        if frequency.due_parameter and not valued(definitions.parameters[frequency.due_parameter])
    )


@pytest.mark.parametrize("year", range(2021, 2027))
def test_the_fixed_holidays_of_every_year_are_days_off(definitions, year):
    off = definitions.holidays.off
    fixed = {dt.date(year, 1, 1), dt.date(year, 5, 1), *(dt.date(year, 10, day) for day in (1, 2, 3))}
    assert fixed <= off
    names = {
        holiday.name: holiday
        for entry in definitions.holidays.years
        if entry.year == year
        for holiday in entry.holidays
    }
    assert len(list(names["春节"].days)) >= 7
    assert any("端午节" in name for name in names)
    assert any("清明节" in name for name in names)
    assert any("中秋节" in name for name in names)


def test_known_arrangements_of_holidays(definitions):
    holidays = definitions.holidays
    assert {dt.date(2026, 2, 15), dt.date(2026, 2, 23), dt.date(2024, 2, 17)} <= holidays.off
    assert {dt.date(2024, 2, 9), dt.date(2026, 2, 24)}.isdisjoint(holidays.off)
    assert {dt.date(2026, 2, 14), dt.date(2025, 9, 28), dt.date(2023, 10, 8)} <= holidays.worked
    assert holidays.known_until == dt.date(2026, 12, 31)


def test_what_counts_or_verifies_names_nobody(definitions):
    """Counts carry nothing personal; a unit that answers a check gives no name, phone or address.

    The bureau's own request (the list to be checked) has to say about whom it asks.
    """
    bureau = definitions.district.bureau

    def lines(resource: Resource):
        for sheet in resource.sheets:
            for field in sheet.fields:
                if resource.use == "counts" and field.personal:
                    yield f"{resource.number} {field.key}：只报数的资源不得有个人信息"
                asked = resource.use == "verify" and bureau not in resource.providers
                if asked and field.type in {"person_name", "phone", "address"}:
                    yield f"{resource.number} {field.key}：只核验的资源不得有姓名、电话、地址"

    nothing(line for resource in definitions.resources.values() for line in lines(resource))


@pytest.mark.parametrize("number", ["3.2", "5.4", "14.2", "17.1"])
def test_checks_of_children_parents_and_illness_are_verify_only(definitions, number):
    assert definitions.resource(number).use == "verify"


@pytest.mark.parametrize("number", ["5.2", "5.3"])
def test_hotels_and_internet_cafes_are_counts(definitions, number):
    assert definitions.resource(number).use == "counts"


def test_the_tender_item_is_a_reminder_under_legal_review(definitions):
    flagged = {item.number for item in definitions.collaboration.values() if item.legal_review}
    assert flagged == {10}
    assert definitions.collaboration[10].resource is None
