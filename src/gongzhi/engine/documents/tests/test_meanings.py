"""What a column is told to mean, and why it is asked, where its definition does not say."""

import pytest

from gongzhi.engine.definitions import Resource
from gongzhi.engine.documents.meanings import basis_of, has_own_meaning, in_words, meaning

RESERVES = Resource(
    number="15.9", code="reserves", title="储量信息", providers=["water"], clause="附件2第15项",
    since="2021-06-10", document="越政办发〔2021〕45号", frequency="按次", key=["number", "year"],
    parties=[{"role": "owner", "title": "采矿权人", "code": "code", "name": "name", "main": True}],
    checks=[
        {"kind": "order", "earlier": "from", "later": "till"},
        {"kind": "order", "earlier": "mined", "later": "used"},
        {"kind": "total", "total": "end", "parts": ["begin", "found"], "minus": ["used"]},
        {"kind": "product", "product": "price", "factors": ["unit_price", "mined"]},
        {"kind": "any_of", "fields": ["code", "name"]},
        {"kind": "needs", "field": "kind", "values": ["转让"], "needs": "price"},
    ],
    fields=[
        {"key": "number", "title": "许可证号", "type": "certificate", "required": True},
        {"key": "year", "title": "年度", "type": "year", "proposed": True, "in_period": True},
        {"key": "code", "title": "采矿权人代码", "type": "credit_code", "proposed": True},
        {"key": "name", "title": "采矿权人名称", "type": "name"},
        {"key": "kind", "title": "类型", "type": "enum", "values": ["转让", "其他"], "proposed": True},
        {"key": "from", "title": "有效期起", "type": "date", "item": "有效期"},
        {"key": "till", "title": "有效期止", "type": "date", "item": "有效期"},
        {"key": "begin", "title": "期初", "type": "number", "required": True},
        {"key": "found", "title": "增减", "type": "number", "required": True},
        {"key": "used", "title": "动用", "type": "number", "required": True},
        {"key": "mined", "title": "采出", "type": "number", "required": True},
        {"key": "end", "title": "期末", "type": "number", "proposed": True},
        {"key": "unit_price", "title": "单价", "type": "money", "required": True},
        {"key": "price", "title": "价款", "type": "money", "required": True},
        {"key": "open", "title": "是否在产", "type": "boolean", "proposed": True},
        {"key": "paid", "title": "已缴金额", "type": "money", "proposed": True, "help": "到期末为止已缴的。"},
    ],
)  # fmt: skip
SHEET = RESERVES.sheet()
NUMBER = "照统计或台账上的数填，只填数字。"


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("number", "照原件把编号写全，字母、括号、横线都不省略。与“年度”等一起分清各行。"),
        ("year", "写四位数的年份。应在报送的期间之内。与“许可证号”等一起分清各行。没有的空着。"),
        (
            "name",
            "采矿权人的名称。写登记的全称，不写简称。“采矿权人代码”、“采矿权人名称”至少填一项。没有的空着。",
        ),
        ("kind", "从所列的几种里选一种，都不合适的选“其他”。没有的空着。"),
        ("from", "即文件中的“有效期”。照文书或台账上的日期填到日。不晚于“有效期止”。没有的空着。"),
        ("till", "即文件中的“有效期”。照文书或台账上的日期填到日。不早于“有效期起”。没有的空着。"),
        ("begin", f"{NUMBER}计入“期末”。"),
        ("used", f"{NUMBER}不小于“采出”。从“期末”中减去。"),
        ("mined", f"{NUMBER}不大于“动用”。用来计算“价款”。"),
        ("end", f"{NUMBER}等于“期初”、“增减”之和减去“动用”。没有的空着。"),
        ("price", "照合同、文书或账上的金额填，只填数字。等于“单价”、“采出”相乘。“类型”是转让的要填。"),
        ("open", "是的填“是”，不是的填“否”，不清楚的空着。"),
    ],
)
def test_a_column_nobody_explained_tells_how_it_is_written_and_how_it_stands_to_others(key, told):
    assert meaning(SHEET, SHEET.field(key)) == told


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("code", "便于认准采矿权人是谁"),
        ("year", "用来分清各行，同一件事不收两次"),
        ("end", "用来核对“期末”"),
        ("kind", "便于分清不同情形，少发错的疑点"),
        ("paid", "便于与申报的金额比对"),
    ],
)
def test_a_column_that_the_notice_does_not_name_says_what_it_is_asked_for(key, why):
    assert basis_of(RESERVES, SHEET, SHEET.field(key)) == f"文件未列，建议增加：{why}。可以不填"


def test_a_column_of_the_notice_names_its_place():
    assert basis_of(RESERVES, SHEET, SHEET.field("from")) == "越政办发〔2021〕45号 附件2第15项“有效期”"


def test_sums_of_a_table_that_is_only_counted_are_asked_for_their_size():
    counted = RESERVES.model_copy(update={"use": "counts"})
    assert "便于核对数量和规模" in basis_of(counted, SHEET, SHEET.field("paid"))


def test_a_general_sentence_is_no_meaning_of_ones_own():
    own = {field.key for field in SHEET.fields if has_own_meaning(SHEET, field)}
    assert own == {"code", "name", "from", "till", "paid"}


def test_an_order_of_numbers_is_told_as_one_of_numbers():
    assert [in_words(check, SHEET) for check in SHEET.checks[:2]] == [
        "“有效期止”不早于“有效期起”。", "“动用”不小于“采出”。",
    ]  # fmt: skip
