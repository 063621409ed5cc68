"""Web pages named xls or html: pieces of pages, what a page hides, tables beside the one that counts."""

import pytest

from gongzhi.engine.tables import read

HEADINGS = ["纳税人名称", "金额", "备注"]
TABLE = (
    "<table><tr><th>纳税人名称<th>金额<th>备注</tr><tr><td>甲公司<td>1<td></tr>"
    "<tr{how}><td>乙公司<td>2<td>好</tr></table>"
)
ROWS = [("甲公司", "1", None), ("乙公司", "2", "好")]


@pytest.fixture
def page(tmp_path):
    def read_page(text, how=""):
        path = tmp_path / "导出.xls"
        path.write_text(text.format(table=TABLE.format(how=how)), "utf-8")
        return read(path, headings=HEADINGS)

    return read_page


@pytest.mark.parametrize(
    "text",
    [
        "<div class=list>{table}</div>",
        "<style>td{{color:red}}</style>\n{table}",
        "<!-- made by a report > tool -->\n{table}",
        "<center><h1>名单</h1></center>{table}",
        "<h3>名单</h3>{table}",
        "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html>\n"
        "<html xmlns='http://www.w3.org/1999/xhtml'><head></head><body>{table}</body></html>",
        "<html><head><title>名单</title><body>{table}</body></html>",
    ],
    ids=["div", "style", "remark", "center", "heading", "xhtml", "head left open"],
)
def test_a_piece_of_a_page_is_read_as_a_page(page, text):
    found = page(text)
    assert (found.format, [table.data.rows() for table in found.tables]) == ("html", [ROWS])


@pytest.mark.parametrize(
    ("how", "told"), [("", []), (" style='height:0;display: none'", ["3:3"]), (" style='color:red'", [])]
)
def test_a_row_that_a_page_hides_is_read_and_said(page, how, told):
    (table,) = page("{table}", how).tables
    assert table.data.rows() == ROWS
    assert [n.cell for n in table.notices if n.code == "hidden_rows_read"] == told


def test_tables_that_were_not_read_are_named_by_their_place(page):
    found = page("<table><tr><td>首页<td>退出</tr></table>{table}")
    (table,) = found.tables
    assert (table.sheet, table.data.rows()) == ("网页中第2张表", ROWS)
    assert [n.before for n in found.notices if n.code == "other_sheet"] == ["网页中第1张表"]
