"""Templates and workbooks that go back: opened again by a reader that is not ours, and by ours."""

import io

import openpyxl
import polars as pl
import pytest

from gongzhi.engine.definitions import Resource
from gongzhi.engine.documents import Stamp, bad_rows, copy_marked, marked_up, neutral, template
from gongzhi.engine.documents.returned import NOTE_COLUMNS
from gongzhi.engine.tables import Column, Table, Unreadable, read

MANY = [f"第{number}种很长很长的可选取值" for number in range(40)]
RESOURCE = Resource(
    number="15.9", code="contracts", title="合同信息", providers=["water"], clause="附件2第15项",
    since="2021-06-10", document="越政办发〔2021〕45号", frequency="按次",
    fields=[
        {"key": "number", "title": "合同编号", "type": "certificate", "required": True, "example": "HT1"},
        {"key": "code", "title": "统一社会信用代码", "type": "credit_code", "required": True,
         "help": "填18位。"},
        {"key": "amount", "title": "合同金额", "type": "money", "unit": "万元"},
        {"key": "kind", "title": "类别", "type": "enum", "values": ["新签", "续签"]},
        {"key": "trade", "title": "行业", "type": "enum", "values": MANY},
        {"key": "flag", "title": "是否外来", "type": "boolean", "proposed": True},
    ],
)  # fmt: skip
HEADINGS = ["合同编号", "统一社会信用代码", "合同金额（万元）"]


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def column_of(page, number):
    """Columns alike are stored as one range."""
    return next(column for column in page.column_dimensions.values() if column.min <= number <= column.max)


def findings(*rows):
    schema = {"row": pl.UInt32} | dict.fromkeys(
        ("cell", "column", "value", "severity", "title", "message", "mend", "suggestion"), pl.String
    )
    return pl.DataFrame(list(rows), schema=schema, orient="row")


BAD_CODE = (4, "数据!B4", "统一社会信用代码", "9133", "block", "位数不符", "只有4位。", "请补全。", None)
LATE = (4, "数据!C4", "合同金额", "=1+1", "explain", "偏大", "金额偏大。", "请说明。", "=2")
FILE = (None, "数据!D", "天气", None, "hint", "不认识的列", "没有这一列。", "不需要处理。", None)


@pytest.fixture
def table():
    data = pl.DataFrame({"c0": ["A1", "A2"], "c1": ["91330602MA2ABCD139", "9133"], "c2": ["1", "=1+1"]})
    columns = tuple(Column(index, heading) for index, heading in enumerate(HEADINGS))
    return Table("数据", 0, 2, columns, data, pl.Series("row", [3, 4], dtype=pl.UInt32))


def test_template_has_headings_choices_and_prompts():
    page = opened(template(RESOURCE, "abc"))["合同信息"]
    assert [cell.value for cell in page[1]] == [*HEADINGS, "类别", "行业", "是否外来"]
    assert (page.max_row, page["A2"].value) == (2, "（示例）HT1")
    assert page.freeze_panes == "B3"
    rules = {str(rule.sqref).split(":")[0]: rule for rule in page.data_validations.dataValidation}
    assert rules["D3"].formula1 == '"新签,续签"'
    assert "_gongzhi" in rules["E3"].formula1
    assert rules["F3"].formula1 == '"是,否"'
    assert "必填" in rules["A3"].prompt
    assert "单位：万元" in page["C1"].comment.text
    assert column_of(page, 2).width > 18


def test_code_columns_are_text_so_that_no_digit_is_lost():
    page = opened(template(RESOURCE, "abc"))["合同信息"]
    assert [column_of(page, number).number_format for number in (1, 2, 3)] == ["@", "@", "General"]


def test_template_explains_every_column():
    page = opened(template(RESOURCE, "abc", providers="区水利局"))["填报说明"]
    text = "\n".join(str(cell.value) for row in page.iter_rows() for cell in row if cell.value)
    for part in ("区水利局", "按次", "越政办发〔2021〕45号", "填18位。", "HT1", "建议增加", *HEADINGS):
        assert part in text


def test_equal_definitions_give_equal_bytes():
    assert template(RESOURCE, "abc") == template(RESOURCE, "abc")
    assert template(RESOURCE, "abc") != template(RESOURCE, "abd")


def test_filled_template_comes_back_as_the_resource_it_was_made_for(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(template(RESOURCE, "abc"))
    with pytest.raises(Unreadable):
        read(path, headings=HEADINGS)  # nothing but the example
    book = openpyxl.load_workbook(path)
    for column, value in enumerate(("HT1", "91330602MA2ABCD139", 3), start=1):
        book["合同信息"].cell(3, column).value = value
    book.save(path)
    reading = read(path, headings=HEADINGS)
    assert (reading.mark.resource, reading.mark.version) == ("15.9", "abc")
    assert [one.data.row(0)[:3] for one in reading.tables] == [("HT1", "91330602MA2ABCD139", "3")]
    assert [(one.row, one.why) for one in reading.tables[0].skipped] == [(1, "header"), (2, "example")]


def test_hidden_mark_is_out_of_sight():
    assert opened(template(RESOURCE, "abc"))["_gongzhi"].sheet_state == "veryHidden"


def test_own_file_comes_back_as_it_was_with_cells_marked(tmp_path, table):
    original, target = tmp_path / "own.xlsx", tmp_path / "marked.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.title = "数据"
    page["A1"] = "我的标题"
    page.merge_cells("A1:C1")
    page["B4"], page["C4"] = "9133", "=1+1"
    page["A9"] = "填表人：某某"
    book.save(original)
    marked_up(original, target, [table], findings(BAD_CODE, LATE, FILE))
    back = openpyxl.load_workbook(target)
    page = back["数据"]
    assert page["A1"].value == "我的标题"
    assert page["A9"].value == "填表人：某某"
    assert page["B4"].fill.fgColor.rgb.endswith("F8D0CC")
    assert "【阻断】只有4位。" in page["B4"].comment.text
    assert page["C4"].comment.text.startswith("【需说明】")
    listed = [[cell.value for cell in row] for row in back["错误清单"].iter_rows(min_row=2)]
    assert [row[0] for row in listed] == ["数据!B4", "数据!C4", "数据!D"]
    assert [row[1] for row in listed] == ["阻断", "需说明", "提示"]
    assert back["错误清单"]["E3"].data_type == "s", "what looks like a formula stays a text"


def test_a_mark_inside_a_merged_cell_goes_to_the_cell_that_holds_the_value(tmp_path, table):
    original, target = tmp_path / "own.xlsx", tmp_path / "marked.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "数据"
    book.active.merge_cells("B3:B4")
    book.save(original)
    marked_up(original, target, [table], findings(BAD_CODE))
    assert "只有4位" in openpyxl.load_workbook(target)["数据"]["B3"].comment.text


def test_other_files_come_back_as_a_written_copy_at_the_same_addresses(tmp_path, table):
    original, target = tmp_path / "own.csv", tmp_path / "marked.xlsx"
    original.write_text("x", "utf-8")
    marked_up(original, target, [table], findings(BAD_CODE, LATE))
    page = openpyxl.load_workbook(target)["数据"]
    assert page["B2"].value == "统一社会信用代码"
    assert page["B4"].value == "9133"
    assert "只有4位" in page["B4"].comment.text
    assert (page["C4"].value, page["C4"].data_type) == ("=1+1", "s")
    assert "错误清单" in openpyxl.load_workbook(target).sheetnames


def test_bad_rows_can_be_sent_in_again(tmp_path, table):
    target = bad_rows(
        tmp_path / "bad.xlsx",
        table,
        pl.Series([4], dtype=pl.UInt32),
        findings(BAD_CODE, LATE),
        Stamp("15.9", "abc", "b1"),
    )
    reading = read(target, headings=HEADINGS)
    assert (reading.mark.resource, reading.mark.adds) == ("15.9", "b1")
    (back,) = reading.tables
    assert [column.header for column in back.columns] == [*NOTE_COLUMNS, *HEADINGS]
    assert back.data.rows()[0][2:] == ("A2", "9133", "=1+1")
    assert back.data.rows()[0][0] == "4"
    assert "只有4位" in back.data.rows()[0][1]


def test_a_large_copy_keeps_every_row(tmp_path):
    data = pl.DataFrame({"c0": [str(number) for number in range(6_000)]})
    rows = pl.Series("row", range(2, 6_002), dtype=pl.UInt32)
    table = Table("数据", 0, 1, (Column(0, "编号"),), data, rows)
    wrong = findings(
        *((row, f"数据!A{row}", "编号", "x", "block", "错", "错。", "改。", None) for row in range(2, 6_002))
    )
    book = openpyxl.load_workbook(copy_marked(tmp_path / "c.xlsx", [table], wrong), read_only=True)
    assert sum(1 for _ in book["数据"].iter_rows()) == 6_001
    book.close()


def test_a_copy_of_several_sheets_marks_each_and_is_read_again(tmp_path):
    rows = pl.Series("row", [3, 5], dtype=pl.UInt32)
    columns = (Column(0, "编号"), Column(27, "名称"))
    data = pl.DataFrame({"c0": ["1", "<&>"], "c1": ["甲\x01乙", None]})
    tables = [Table(name, number, 2, columns, data, rows) for number, name in enumerate(("一月", "二月"))]
    wrong = (5, "二月!AB5", "名称", None, "block", "空", "没有填。", "请补填。", None)
    target = copy_marked(tmp_path / "c.xlsx", tables, findings(wrong))
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["一月", "二月", "错误清单"]
    assert book["二月"]["AB5"].fill.fgColor.rgb.endswith("F8D0CC")
    assert "没有填" in book["二月"]["AB5"].comment.text
    assert book["一月"]["AB5"].comment is None
    assert [book["一月"][cell].value for cell in ("A2", "A3", "A5", "AB3")] == ["编号", "1", "<&>", "甲乙"]
    again = read(target, headings=["编号", "名称"]).tables
    assert [table.sheet for table in again][:2] == ["一月", "二月"]
    assert again[0].rows.to_list() == [3, 5]


@pytest.fixture
def short_sheets(monkeypatch):
    """Sheets that end at their tenth row."""
    for module in ("copies", "returned"):
        monkeypatch.setattr(f"gongzhi.engine.documents.{module}.LAST_ROW", 10)


def long_table(rows):
    data = pl.DataFrame({"c0": [str(number) for number in rows], "c1": ["x"] * len(rows)})
    columns = (Column(0, "编号"), Column(1, "名称"))
    return Table("数据", 0, 1, columns, data, pl.Series("row", rows, dtype=pl.UInt32))


def wrong_at(rows):
    return findings(
        *((row, f"数据!A{row}", "编号", "x", "block", "错", f"错{row}。", "改。", None) for row in rows)
    )


def test_a_copy_longer_than_a_sheet_goes_on_in_further_ones(tmp_path, short_sheets):
    table = long_table([*range(2, 15), *range(17, 24)])
    target = copy_marked(tmp_path / "c.xlsx", [table], wrong_at([10, 11, 19, 20, 23]))
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["数据", "数据（原第11行起）", "数据（原第20行起）", "错误清单"]
    first, second, third, _ = book
    assert (first["A10"].value, second["A2"].value, second["A10"].value) == ("10", "11", "19")
    assert [cell.value for cell in third["A"]] == ["编号", "20", "21", "22", "23"]
    assert second["A1"].value == "编号"
    assert second.max_row == third["A5"].row + 5
    for cell in (first["A10"], second["A2"], second["A10"], third["A2"], third["A5"]):
        assert cell.fill.fgColor.rgb.endswith("F8D0CC")
        assert f"错{cell.value}。" in cell.comment.text
    assert second["A3"].comment is None
    every = [
        value for table in read(target, headings=["编号", "名称"]).tables[:3] for value in table.data["c0"]
    ]
    assert every == table.data["c0"].to_list()


def test_a_list_of_faults_longer_than_a_sheet_goes_on_too(tmp_path, short_sheets):
    book = openpyxl.load_workbook(
        copy_marked(tmp_path / "c.xlsx", [long_table(range(2, 15))], wrong_at(range(2, 15)))
    )
    assert book.sheetnames[2:] == ["错误清单", "错误清单（2）"]
    cells = [row[0].value for name in book.sheetnames[2:] for row in book[name].iter_rows(min_row=2)]
    assert cells == [f"数据!A{row}" for row in range(2, 15)]


def test_a_table_that_just_fits_has_one_sheet(tmp_path, short_sheets):
    book = openpyxl.load_workbook(
        copy_marked(tmp_path / "c.xlsx", [long_table(range(2, 11))], wrong_at([10]))
    )
    assert book.sheetnames == ["数据", "错误清单"]


def test_bad_rows_beyond_a_sheet_are_not_lost(tmp_path, short_sheets):
    rows = range(2, 30)
    bad = pl.Series(rows, dtype=pl.UInt32)
    target = bad_rows(tmp_path / "bad.xlsx", long_table(rows), bad, wrong_at(rows), Stamp("15.9", "abc"))
    assert openpyxl.load_workbook(target).sheetnames[:4] == [
        "数据",
        "数据（续2）",
        "数据（续3）",
        "数据（续4）",
    ]
    found = read(target, headings=["编号", "名称"])
    assert [value for table in found.tables for value in table.data["c2"]] == [str(row) for row in rows]


def test_formulas_are_neutralised_in_delimited_files():
    texts = pl.Series(["=1+1", "+1", "-1", "@x", "\tx", "＝1", "正常", None])
    assert neutral(texts).to_list() == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'＝1", "正常", None]
