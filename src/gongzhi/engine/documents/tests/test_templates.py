"""Templates: the rules in their cells, and that every one, filled with its examples, reads back clean."""

import datetime as dt
import io
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.checks import Context, check, map_columns, render
from gongzhi.engine.definitions import FieldType, Resource, load_once
from gongzhi.engine.definitions.examples import DAY, distinctive, example_row
from gongzhi.engine.documents import Stamp, bad_rows, marked_up, template
from gongzhi.engine.documents.returned import NOTE_COLUMNS
from gongzhi.engine.tables import read

DEFINITIONS = load_once(Path(__file__).parents[5] / "definitions")
RESOURCES = [resource for resource in DEFINITIONS.resources.values() if resource.sheets]
LATER = dt.date(2026, 12, 31)
LONG = [f"很长很长的行业{number}" for number in range(40)]
TRIAL = Resource(
    number="15.9", code="contracts", title="合同信息", providers=["water"], clause="附件2第15项",
    since="2021-06-10", document="越政办发〔2021〕45号", frequency="按次", key=["number"],
    checks=[{"kind": "order", "earlier": "from", "later": "till"},
            {"kind": "needs", "field": "kind", "values": ["续签"], "needs": "till"}],
    parties=[{"role": "buyer", "title": "买方", "code": "code", "name": "name", "main": True}],
    fields=[
        {"key": "number", "title": "合同编号", "type": "certificate", "required": True, "example": "HT1"},
        {"key": "code", "title": "买方代码", "type": "credit_code", "required": True},
        {"key": "name", "title": "买方名称", "type": "name", "required": True},
        {"key": "person", "title": "证件号码", "type": "person_id"},
        {"key": "from", "title": "起始日期", "type": "date"},
        {"key": "till", "title": "终止日期", "type": "date"},
        {"key": "amount", "title": "金额", "type": "money", "minimum": 0},
        {"key": "share", "title": "份额", "type": "percent", "minimum": 0, "maximum": 100},
        {"key": "households", "title": "户数", "type": "count"},
        {"key": "kind", "title": "类别", "type": "enum", "values": ["新签", "续签"]},
        {"key": "trade", "title": "行业", "type": "enum", "values": LONG},
        {"key": "note", "title": "事由", "type": "text", "max_length": 80, "proposed": True},
    ],
)  # fmt: skip
SHEET = TRIAL.sheet()


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def rules_of(page):
    return {str(rule.sqref).split(":")[0]: rule for rule in page.data_validations.dataValidation}


@pytest.fixture(scope="module")
def page():
    return opened(template(TRIAL, "abc", providers="区水利局"))["合同信息"]


def filled(resource, path, rows, own=()):
    """The template with these rows of examples, as a liaison fills it; `own`: columns of her own behind."""
    book = opened(template(resource, DEFINITIONS.digest))
    for sheet, name in zip(resource.sheets, book.sheetnames, strict=False):
        page = book[name]
        held_to_excel(page, sheet)
        for line, number in enumerate(rows, start=3):
            row = example_row(sheet, number)
            for column, field in enumerate(sheet.fields, start=1):
                page.cell(line, column).value = row[field.key]
            for column, (head, text) in enumerate(own, start=len(sheet.fields) + 1):
                page.cell(1, column).value, page.cell(line, column).value = head, text
    book.save(path)
    return path


def headings(resource):
    fields = [field for sheet in resource.sheets for field in sheet.fields]
    return {name for field in fields for name in (field.title, *field.aliases)}


def period_of(sheet, row):
    """A period in which the example lies: that of its own period column, else the month of its days."""
    own = [f for f in sheet.fields if f.in_period and f.type in (FieldType.PERIOD, FieldType.YEAR)]
    return parse_period(row[own[0].key] if own else f"{DAY:%Y-%m}")


def findings_of(resource, path, number):
    """Findings of every sheet of a file: (sheet, code, column, value)."""
    reading = read(path, headings=headings(resource))
    assert len(reading.tables) == len(resource.sheets)
    for sheet, table in zip(resource.sheets, reading.tables, strict=True):
        assert [(s.row, s.why) for s in table.skipped] == [(1, "header"), (2, "example")]
        context = Context(DEFINITIONS.findings, LATER, period_of(sheet, example_row(sheet, number)))
        checked = check(table, map_columns(table, sheet), sheet, context)
        assert checked.rows == 1
        found = render(checked, DEFINITIONS.findings)
        yield from ((sheet.title, *row) for row in found.select("code", "column", "value").iter_rows())


def column_of(page, number):
    return next(column for column in page.column_dimensions.values() if column.min <= number <= column.max)


def held_to_excel(page, sheet):
    """Codes are text, and nothing is longer than Excel opens without complaint."""
    kinds = {FieldType.CREDIT_CODE, FieldType.PERSON_ID, FieldType.CODE_OR_ID, FieldType.CERTIFICATE,
             FieldType.PHONE}  # fmt: skip
    for number, field in enumerate(sheet.fields, start=1):
        if field.type in kinds:
            assert column_of(page, number).number_format == "@", field.title
    for rule in page.data_validations.dataValidation:
        texts = {rule.prompt: 255, rule.error: 255, rule.promptTitle: 32, rule.formula1: 257}
        assert all(len(text or "") <= most for text, most in texts.items())


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.number)
def test_every_template_filled_with_examples_reads_back_without_a_finding(resource, tmp_path):
    path = filled(resource, tmp_path / "t.xlsx", [2])
    assert list(findings_of(resource, path, 2)) == []


def test_the_example_in_its_place_is_never_data_and_copied_out_of_it_is_set_aside(tmp_path):
    path = filled(TRIAL, tmp_path / "t.xlsx", [1])
    (found,) = findings_of(TRIAL, path, 1)
    assert found[1] == "example_row"


@pytest.mark.parametrize("mark", ["（示例）HT1", "(示例)HT1", "（示例）"])
def test_the_example_is_known_by_how_it_begins(tmp_path, mark):
    path = filled(TRIAL, tmp_path / "t.xlsx", [2])
    book = openpyxl.load_workbook(path)
    assert book["合同信息"]["A2"].value == "（示例）HT1"
    book["合同信息"]["A2"].value = mark
    book.save(path)
    assert list(findings_of(TRIAL, path, 2)) == []


def test_whoever_writes_over_the_example_loses_nothing(tmp_path):
    path = filled(TRIAL, tmp_path / "t.xlsx", [])
    book = openpyxl.load_workbook(path)
    for column, field in enumerate(SHEET.fields, start=1):
        book["合同信息"].cell(2, column).value = example_row(SHEET, 2)[field.key]
    book.save(path)
    table = read(path, headings=headings(TRIAL)).tables[0]
    assert table.rows.to_list() == [2]
    context = Context(DEFINITIONS.findings, LATER, parse_period("2026-03"))
    assert check(table, map_columns(table, SHEET), SHEET, context).accepted.height == 1


def test_a_row_that_shares_some_cells_with_the_example_is_data(tmp_path):
    path = filled(TRIAL, tmp_path / "t.xlsx", [1])
    book = openpyxl.load_workbook(path)
    book["合同信息"]["C3"].value = "绍兴真实贸易有限公司"
    book.save(path)
    assert list(findings_of(TRIAL, path, 1)) == []


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.number)
def test_examples_of_two_rows_differ_wherever_something_is_invented(resource):
    for sheet in resource.sheets:
        one, other = example_row(sheet), example_row(sheet, 2)
        assert all(one[key] != other[key] for key in distinctive(sheet))
        assert all(one[field.key] for field in sheet.fields), "no column of the example is empty"


def test_the_head_and_the_example_stay_in_sight(page):
    assert page.freeze_panes == "B3"
    assert [cell.value for cell in page[1]][:2] == ["合同编号", "买方代码"]
    row = example_row(SHEET)
    assert [cell.value for cell in page[2]][:3] == ["（示例）HT1", row["code"], row["name"]]
    assert page["B2"].font.italic


def test_typing_into_the_example_is_stopped(page):
    rule = rules_of(page)["A2"]
    assert (str(rule.sqref), rule.type, rule.formula1, rule.errorStyle) == ("A2:L2", "custom", "FALSE", None)
    assert "从第 3 行起" in rule.prompt + rule.error


RULES = {
    "B3": ("custom", "统一社会信用代码应为18位"), "D3": ("custom", "身份证号码应为18位"),
    "E3": ("date", "填到日的日期"), "G3": ("decimal", "单位是元"), "H3": ("decimal", "0 至 100"),
    "I3": ("whole", "整数"), "J3": ("list", "下拉框"), "K3": ("list", "下拉框"),
    "L3": ("textLength", "80 个字"),
}  # fmt: skip


@pytest.mark.parametrize("cell", RULES)
def test_each_cell_asks_what_its_column_asks(page, cell):
    rule, (kind, told) = rules_of(page)[cell], RULES[cell]
    assert rule.type == kind
    assert told in rule.error
    assert rule.errorStyle == "warning", "the sender may go on; the check decides"
    assert rule.showInputMessage
    assert rule.showErrorMessage
    assert rule.prompt.startswith(("必填", "选填"))
    assert str(rule.sqref) == f"{cell}:{cell[0]}5001"


def test_numbers_keep_within_their_bounds(page):
    rules = rules_of(page)
    assert [float(rules["H3"].formula1), float(rules["H3"].formula2)] == [0, 100]
    assert float(rules["G3"].formula1) == 0
    assert float(rules["I3"].formula1) == 0
    assert rules["L3"].formula1 == "80"


def test_a_long_list_stands_on_the_hidden_sheet_in_full():
    book = opened(template(TRIAL, "abc"))
    assert rules_of(book["合同信息"])["K3"].formula1 == "'_gongzhi'!$D$1:$D$40"
    values = [book["_gongzhi"].cell(row, 4).value for row in range(1, 41)]
    assert values == list(SHEET.field("trade").values)


def test_what_is_pasted_turns_red_where_it_cannot_be_right(page):
    formulas = {
        str(area.sqref).split(":")[0]: [rule.formula[0] for rule in rules]
        for area, rules in page.conditional_formatting._cf_rules.items()
    }
    assert set(formulas) == {"A3", "B3", "C3", "D3"}
    assert "COUNTA($A3:$L3)>0" in formulas["A3"][0]
    length, empty = formulas["B3"]
    assert ")=18" in length
    assert empty.startswith("AND(LEN($B3)=0")


def test_the_guide_tells_meaning_unit_ground_and_what_holds_between_columns():
    guide = opened(template(TRIAL, "abc", providers="区水利局"))["填报说明"]
    rows = [[str(cell.value) for cell in row if cell.value] for row in guide.iter_rows()]
    by_name = {row[0]: row for row in rows if row}
    assert by_name["买方代码"][2] == "买方的代码。照营业执照或登记证书填写。"
    assert "越政办发〔2021〕45号 附件2第15项“合同编号”" in by_name["合同编号"]
    assert "文件未列，建议增加：情况写清楚，省得回头再问。可以不填" in by_name["事由"]
    assert "元" in by_name["金额（元）"]
    assert "0 至 100" in by_name["份额（%）"]
    text = "\n".join(cell for row in rows for cell in row)
    between = ("“终止日期”不早于“起始日期”。", "“类别”是续签的，“终止日期”也要填。")
    for told in ("区水利局", "第 3 行起", "备查", "“合同编号”相同的行只报一次。", *between):
        assert told in text


OWN = [("备查经办人", "某某"), ("备查_内部编号", "=1+1")]


def test_own_columns_come_back_untouched_and_go_nowhere_else(tmp_path):
    path = filled(TRIAL, tmp_path / "t.xlsx", [2], OWN)
    table = read(path, headings=headings(TRIAL)).tables[0]
    context = Context(DEFINITIONS.findings, LATER, parse_period("2026-03"))
    checked = check(table, map_columns(table, SHEET), SHEET, context)
    assert render(checked, DEFINITIONS.findings).filter(pl.col("code") == "unknown_column").height == 0
    assert [name for name in checked.accepted.columns if "备查" in name] == []
    assert checked.beside.columns == ["_row"]
    findings = render(checked, DEFINITIONS.findings).clear()
    back = openpyxl.load_workbook(marked_up(path, tmp_path / "m.xlsx", [table], findings))["合同信息"]
    assert [back.cell(3, 13).value, back.cell(3, 14).value] == ["某某", "=1+1"]
    assert [back.cell(1, 13).value, back.cell(1, 14).value] == ["备查经办人", "备查_内部编号"]


def test_own_columns_stay_in_the_rows_to_be_mended_and_notes_are_not_doubled(tmp_path):
    path = filled(TRIAL, tmp_path / "t.xlsx", [2, 3], OWN[:1])
    for _ in range(2):
        table = read(path, headings=headings(TRIAL)).tables[0]
        context = Context(DEFINITIONS.findings, LATER, parse_period("2026-03"))
        checked = check(table, map_columns(table, SHEET), SHEET, context)
        found = render(checked, DEFINITIONS.findings).clear()
        path = bad_rows(tmp_path / f"b{_}.xlsx", table, table.rows, found, Stamp("15.9", "abc"))
    heads = [cell.value for cell in openpyxl.load_workbook(path)["合同信息"][1]]
    assert heads == [*NOTE_COLUMNS, *(column.header for column in table.columns[2:])]
    assert heads.count(NOTE_COLUMNS[0]) == 1
    assert heads[-1] == "备查经办人"
