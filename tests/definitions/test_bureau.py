"""The bureau's own tables, and the rates they are compared by: unambiguous, secret, right to the cent."""

import csv
import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from tests.definitions.compared import nothing

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.checks import Context, check, map_columns
from gongzhi.engine.definitions import Definitions, Field, FieldType, Resource, Sensitivity, Sheet
from gongzhi.engine.idcodes import make_credit_code, make_person_id, organisation_check
from gongzhi.engine.tables import Column, Table, normalise_heading

DAY = dt.date(2025, 9, 30)
BUSINESS_MONEY = {"taxpayer_register.registered_capital", "cross_region_reports.contract_amount"}


def bureau(definitions: Definitions) -> list[Resource]:
    return [resource for number, resource in definitions.resources.items() if number.startswith("T.")]


def rate(definitions: Definitions, key: str, day: dt.date = DAY) -> Decimal:
    found = definitions.parameters[key].at(day)
    assert found, f"{key} 在 {day} 没有取值"
    return found.value


def test_numbers_run_without_a_gap(definitions):
    numbers = sorted(int(resource.number[2:]) for resource in bureau(definitions))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_row_names_its_taxpayer_once(definitions):
    nothing(
        f"{resource.number} 的主体应有代码和名称，表应有唯一键"
        for resource in bureau(definitions)
        for sheet in resource.sheets
        if not (sheet.main_party and sheet.main_party.code and sheet.main_party.name and sheet.key)
    )


def test_the_bureaus_amounts_are_tax_secrets(definitions):
    nothing(
        f"{sheet.code}.{field.key} 应为涉税保密信息"
        for resource in bureau(definitions)
        for sheet in resource.sheets
        for field in sheet.fields
        if field.type is FieldType.MONEY
        and field.sight is not Sensitivity.TAX
        and f"{sheet.code}.{field.key}" not in BUSINESS_MONEY
    )


def test_every_title_and_alias_leads_to_its_own_column(definitions):
    wrong = []
    for resource in bureau(definitions):
        for sheet in resource.sheets:
            longest = max(1 + len(field.aliases) for field in sheet.fields)
            for place in range(longest):
                names = [(field.title, *field.aliases) for field in sheet.fields]
                headings = [name[place] if place < len(name) else name[0] for name in names]
                found = map_columns(_table(headings), sheet).columns
                wrong += [
                    f"{sheet.code}：“{heading}”应是 {field.key}"
                    for index, (heading, field) in enumerate(zip(headings, sheet.fields, strict=True))
                    if found.get(field.key) != index
                ]
    nothing(wrong)


def _table(headings: list[str], cells: list[list[str]] | None = None) -> Table:
    columns = tuple(Column(index, heading) for index, heading in enumerate(headings))
    filled = cells or [["x"] for _ in headings]
    data = pl.DataFrame({f"c{index}": column for index, column in enumerate(filled)})
    return Table("表", 0, 1, columns, data, pl.Series(range(2, 2 + data.height), dtype=pl.UInt32))


ORGANISATION = "99000000"
CODE = make_credit_code(f"91990000{ORGANISATION}{organisation_check(ORGANISATION)}")
WRITTEN = {
    FieldType.CREDIT_CODE: CODE,
    FieldType.CODE_OR_ID: CODE,
    FieldType.PERSON_ID: make_person_id("99000018500101001"),
    FieldType.DATE: "2026-09-15",
    FieldType.PERIOD: "2026-09",
    FieldType.YEAR: "2026",
    FieldType.MONEY: "1,200.50",
    FieldType.AREA: "100.5",
    FieldType.NUMBER: "0.05",
    FieldType.COUNT: "1",
    FieldType.PERCENT: "0.05%",
    FieldType.BOOLEAN: "是",
}
PATTERNED = {r"^\d{6}$": "990000", r"^\d{11}$": "19900000000"}


def _cells(field: Field, rows: int) -> list[str]:
    """What a file could hold: every permitted value and spelling of a list, one good value otherwise."""
    if field.type is FieldType.ENUM:
        spellings = [*field.values, *field.value_aliases]
        return [spellings[row % len(spellings)] for row in range(rows)]
    if field.pattern:
        return [PATTERNED.get(field.pattern, "19")] * rows
    return [WRITTEN.get(field.type, "甲字第1号")] * rows


def _setting_aside(definitions: Definitions, sheet: Sheet) -> set[str]:
    rows = max(len(field.values) + len(field.value_aliases) for field in sheet.fields) or 1
    table = _table([field.title for field in sheet.fields], [_cells(field, rows) for field in sheet.fields])
    context = Context(definitions.findings, dt.date(2026, 10, 10), parse_period("2026"))
    checked = check(table, map_columns(table, sheet), sheet, context)
    found = [checked.kinds[kind] for kind in checked.findings["kind"].unique()]
    blocking = {f"{kind.code} {kind.field}" for kind in found if kind.severity == "block"}
    return {text for text in blocking if not text.startswith("duplicate_")}


def test_every_permitted_value_of_every_table_comes_in(definitions):
    nothing(
        f"{sheet.code}：{'、'.join(sorted(found))}"
        for resource in bureau(definitions)
        for sheet in resource.sheets
        if (found := _setting_aside(definitions, sheet))
    )


def test_a_published_list_of_grade_a_taxpayers_fits(definitions, data):
    with (data / "04_gov_lists/纳税信用A级_江西2018_gb18030.csv").open(
        encoding="gb18030", newline=""
    ) as file:
        headings = next(csv.reader(file))
    _, sheet = definitions.tables["credit_grades"]
    names = {
        normalise_heading(name): field.key for field in sheet.fields for name in (field.title, *field.aliases)
    }
    assert [names.get(normalise_heading(heading)) for heading in headings] == [
        "taxpayer_code",
        "taxpayer_name",
        "year",
        "tax_office",
    ]
    assert {field.key for field in sheet.fields if field.required} <= {
        names[normalise_heading(h)] for h in headings
    }


def test_rates_follow_each_other_without_a_gap(definitions):
    nothing(
        f"{key}：{earlier.until} 与 {later.since} 之间没有取值"
        for key, parameter in definitions.parameters.items()
        for earlier, later in zip(parameter.values, parameter.values[1:], strict=False)
        if earlier.until and later.since - earlier.until != dt.timedelta(days=1)
    )


def test_ratios_are_written_as_decimals(definitions):
    nothing(
        f"{key} 是比例，应写小数：{value.value}"
        for key, parameter in definitions.parameters.items()
        if parameter.unit.startswith("比例")
        for value in parameter.values
        if value.value >= 1
    )


GOLDEN = {  # domain book 2.7; amounts in 元
    "R09 个人所得税": (lambda r: (3_000_000 - 1_000_000) * r("iit_rate_property_transfer"), 400_000),
    "R11 印花税": (lambda r: 3_000_000 * r("stamp_rate_property"), 1_500),
    "R17 契税": (lambda r: (20_000_000 + 1_000_000) * r("deed_tax_rate"), 630_000),
    "R21a 房产税": (
        lambda r: 10_000_000 * (1 - r("house_value_deduction")) * r("house_tax_rate_value"),
        84_000,
    ),
    "R24 从租房产税": (lambda r: 500_000 * r("house_tax_rate_rent"), 60_000),
    "R24 印花税": (lambda r: 500_000 * r("stamp_rate_lease"), 500),
    "R28 耕地占用税": (
        lambda r: (2_000 + 500 * r("farmland_basic_factor")) * r("farmland_unit_tax"),
        82_500,
    ),
    "R36 建筑预缴": (
        lambda r: 10_900_000 / (1 + r("vat_rate_realty")) * r("vat_prepay_construction"),
        200_000,
    ),
    "R40 预售预缴": (lambda r: 10_900_000 / (1 + r("vat_rate_realty")) * r("vat_prepay_presale"), 300_000),
    "R41 土增税预征": (lambda r: (10_900_000 - 300_000) * r("land_vat_prepay_rate"), 159_000),
    "R52 罚款": (lambda r: 200_000 * r("income_tax_rate"), 50_000),
    "R55 医院": (
        lambda r: 140 / r("hospital_bed_equivalent_treated") * r("pollution_rate_water"),
        1_400,
    ),
    "R61 高新": (lambda r: 5_000_000 * r("high_tech_rate_gap"), 500_000),
    "R66 残保金": (
        lambda r: (100 * r("disabled_share") - 1) * 80_000 * r("disabled_levy_share_high"),
        20_000,
    ),
    "R81 拖船": (
        lambda r: 1_000 * r("tug_tons_per_kw") * r("vessel_rate_2000") * r("tug_factor"),
        1_340,
    ),
    "R81 游艇": (lambda r: 15 * r("yacht_rate_18"), 13_500),
    "滞纳金": (lambda r: 100_000 * r("late_fee_daily") * 120, 6_000),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_numbers_come_out_of_the_rate_card(definitions, name):
    formula, expected = GOLDEN[name]
    assert formula(lambda key: rate(definitions, key)) == expected


def test_the_gap_of_high_tech_rates_is_the_gap(definitions):
    basic, reduced = rate(definitions, "income_tax_rate"), rate(definitions, "income_tax_rate_high_tech")
    assert rate(definitions, "high_tech_rate_gap") == basic - reduced


@pytest.mark.parametrize(
    "key",
    [
        "deed_tax_rate",
        "farmland_unit_tax",
        "farmland_other_factor",
        "land_use_tax_estimate",
        "land_vat_prepay_rate",
        "house_value_deduction",
        "pollution_rate_air",
        "pollution_rate_water",
        "vat_prepay_presale",
        "vat_simple_rate_realty",
    ],
)
def test_what_a_site_sets_itself_is_marked_for_confirmation(definitions, key):
    assert definitions.parameters[key].confirm_locally


def test_halving_ends_when_its_notice_ends(definitions):
    for key in ("half_relief_small_scale", "half_relief_small_profit", "half_relief_individual"):
        parameter = definitions.parameters[key]
        assert parameter.at(dt.date(2027, 12, 31)).value == Decimal("0.5")
        assert parameter.at(dt.date(2028, 1, 1)) is None
