"""Delimited text and JSON: encodings, separators, quotes, ragged rows, shapes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gongzhi.engine.tables import Reading, Unreadable, read

HEADINGS = ["纳税人名称", "金额", "备注"]
PLAIN = "纳税人名称,金额,备注\n甲公司,1,\n乙公司,2,好\n"
ROWS = [("甲公司", "1", None), ("乙公司", "2", "好")]


def given(folder: Path, content: bytes | str, name: str = "表.csv") -> Reading:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path, headings=HEADINGS)


def refused(folder: Path, content: bytes | str, name: str = "表.csv") -> Unreadable:
    with pytest.raises(Unreadable) as refusal:
        given(folder, content, name)
    return refusal.value


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PLAIN.encode(), "utf-8"),
        (PLAIN.encode("utf-8-sig"), "utf-8-sig"),
        (PLAIN.encode("gb18030"), "gb18030"),
        (PLAIN.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + PLAIN.encode("utf-16-be"), "utf-16"),
        (PLAIN.replace("\n", "\r\n").encode(), "utf-8"),
        (PLAIN.replace("\n", "\r").encode(), "utf-8"),
        (PLAIN.rstrip("\n").encode(), "utf-8"),
        (PLAIN.replace(",", "\t").encode("utf-16"), "utf-16"),
        (PLAIN.replace(",", ";").encode(), "utf-8"),
        (PLAIN.replace(",", "|").encode(), "utf-8"),
    ],
)
def test_encodings_line_ends_and_separators(tmp_path, content, encoding):
    reading = given(tmp_path, content)
    assert reading.encoding == encoding
    (table,) = reading.tables
    assert table.data.rows() == ROWS
    assert table.rows.to_list() == [2, 3]


def test_rare_characters_survive_gb18030(tmp_path):
    text = "纳税人名称,金额\n䶮㙍鿃𠮷商行,1\n"
    assert given(tmp_path, text.encode("gb18030")).tables[0].data["c0"].to_list() == ["䶮㙍鿃𠮷商行"]


def test_gb18030_that_begins_far_down(tmp_path):
    text = "a,b\n" + "x,1\n" * 400_000
    reading = given(tmp_path, text.encode() + "甲公司,2\n".encode("gb18030"))
    assert reading.encoding == "gb18030"
    assert reading.tables[0].data.row(-1) == ("甲公司", "2")


def test_quotes_newlines_and_record_numbers(tmp_path):
    text = '纳税人名称,金额,备注\n"甲,公司",1,"两\n行"\n"乙""公司""","2",""\n,,\n丙公司,3,"'
    (table,) = given(tmp_path, text + '尾"').tables
    assert table.data.rows() == [("甲,公司", "1", "两\n行"), ('乙"公司"', "2", None), ("丙公司", "3", "尾")]
    assert table.rows.to_list() == [2, 3, 5]
    assert [(s.row, s.why) for s in table.skipped] == [(1, "header"), (4, "blank")]


def test_quotes_inside_unquoted_fields_are_plain(tmp_path):
    (table,) = given(tmp_path, '纳税人名称,金额\n3"钢管厂,1\n4"钢管厂,2\n').tables
    assert table.data["c0"].to_list() == ['3"钢管厂', '4"钢管厂']


def test_values_written_as_formulas_to_keep_zeros(tmp_path):
    text = '="纳税人名称",金额\n"甲,公司",="00123"\n="乙公司","2"\n="",="=1"\n丙号,3\n'
    (table,) = given(tmp_path, text).tables
    assert table.data.rows() == [("甲,公司", "00123"), ("乙公司", "2"), (None, "=1"), ("丙号", "3")]
    assert [n.code for n in table.notices] == ["text_formulas"]


def test_what_only_looks_like_a_formula_stays(tmp_path):
    (table,) = given(tmp_path, '纳税人名称,金额\n"甲公司",=1+2\n乙公司,="3"\n').tables
    assert table.data["c1"].to_list() == ["=1+2", "3"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('纳税人名称,金额\n"甲公司,1\n乙公司,2\n', "2"),
        ('纳税人名称,金额\n甲公司,1\n"乙"公司,2\n', "3"),
        ('纳税人名称,金额\n"甲公司",1\n乙"公"司,2\n', "3"),
        ('纳税人名称,金额\n"甲公司",1\n乙公司,"2', "3"),
    ],
)
def test_broken_quotes_name_their_line(tmp_path, text, line):
    refusal = refused(tmp_path, text)
    assert (refusal.code, refusal.details) == ("broken_quotes", {"line": line})


def test_short_rows_are_padded_and_longer_ones_said(tmp_path):
    (table,) = given(tmp_path, "纳税人名称,金额,备注\n甲公司\n乙公司,2,好,多,,余\n").tables
    assert table.data["c0"].to_list() == ["甲公司", "乙公司"]
    assert [(n.cell, n.before) for n in table.notices if n.code == "extra_cell"] == [
        ("D3", "多"),
        ("F3", "余"),
    ]


def test_a_much_longer_row_far_down_is_still_read(tmp_path):
    text = "纳税人名称,金额\n" + "甲公司,1\n" * 1_000 + "乙公司,2" + ",x" * 40 + "\n"
    (table,) = given(tmp_path, text).tables
    assert table.data.height == 1_001
    assert len([n for n in table.notices if n.code == "extra_cell"]) == 40


def test_notices_are_capped_and_counted(tmp_path):
    (table,) = given(tmp_path, "纳税人名称,金额\n" + "甲公司,1,多\n" * 1_500).tables
    assert len([n for n in table.notices if n.code == "extra_cell"]) == 1_000
    assert [(n.before, n.after) for n in table.notices if n.code == "more_of_these"] == [
        ("extra_cell", "1500")
    ]


def test_titles_and_totals_in_text(tmp_path):
    text = "某某表,,\n单位：元,,\n纳税人名称,金额,备注\n甲公司,1,\n合计,1,\n填表人：张三,审核人：李四,\n"
    (table,) = given(tmp_path, text).tables
    assert table.unit_hint == "元"
    assert table.rows.to_list() == [4]
    assert [s.why for s in table.skipped] == ["title", "note", "header", "total", "note"]


def test_every_record_is_data_or_skipped_in_a_large_text(tmp_path):
    lines = ["纳税人名称,金额,备注"]
    lines += [
        "" if i % 50_021 == 0 else ("合计,9," if i % 70_001 == 0 else f"公司{i},{i},")
        for i in range(1, 250_001)
    ]
    (table,) = given(tmp_path, "\n".join(lines) + "\n").tables
    skipped = {s.row: s.why for s in table.skipped}
    assert sorted([*table.rows.to_list(), *skipped]) == list(range(1, 250_002))
    blanks = [row for row, why in skipped.items() if why == "blank"]
    assert blanks == [i + 1 for i in range(1, 250_001) if i % 50_021 == 0]
    wrong = [r for r, name in zip(table.rows, table.data["c0"], strict=True) if name != f"公司{r - 1}"]
    assert wrong == []


def test_text_named_xls_is_read_and_said(tmp_path):
    reading = given(tmp_path, PLAIN.replace(",", "\t").encode("gb18030"), "导出.xls")
    assert reading.tables[0].data.rows() == ROWS
    assert [(n.code, n.before, n.after) for n in reading.notices] == [
        ("extension_mismatch", ".xls", "文本表格（.csv）")
    ]


def test_html_named_xls_is_read(tmp_path):
    html = (
        "<html><head><style>td{}</style></head><body><table><tr><th colspan=3>某某表</th></tr>"
        "<tr><td>纳税人名称</td><td>金额</td><td>备注</td></tr>"
        "<tr><td rowspan=2>甲&amp;公司 </td><td>1</td><td></td></tr>"
        "<tr><td>2</td><td>好<br>的</td></tr></table></body></html>"
    )
    reading = given(tmp_path, html.encode("gb18030"), "导出.xls")
    assert reading.format == "html"
    (table,) = reading.tables
    assert table.data.rows() == [("甲&公司", "1", None), ("甲&公司", "2", "好\n的")]
    assert table.rows.to_list() == [3, 4]


@pytest.mark.parametrize(
    "value",
    [
        [
            {"纳税人名称": "甲公司", "金额": 1, "备注": None},
            {"纳税人名称": "乙公司", "金额": 2, "备注": "好"},
        ],
        {"data": [{"纳税人名称": "甲公司", "金额": 1}, {"纳税人名称": "乙公司", "金额": 2, "备注": "好"}]},
        {
            "code": 0,
            "data": {
                "list": [
                    {"纳税人名称": "甲公司", "金额": 1},
                    {"备注": "好", "纳税人名称": "乙公司", "金额": 2},
                ]
            },
        },
        {"head": ["纳税人名称", "金额", "备注"], "rows": [["甲公司", 1, None], ["乙公司", 2, "好"]]},
        [["纳税人名称", "金额", "备注"], ["甲公司", 1], ["乙公司", 2, "好"]],
    ],
)
def test_json_shapes(tmp_path, value):
    reading = given(tmp_path, json.dumps(value, ensure_ascii=False), "表.json")
    (table,) = reading.tables
    assert (
        table.data.select(
            sorted(table.data.columns, key=lambda c: HEADINGS.index(table.columns[int(c[1:])].header))
        ).rows()
        == ROWS
    )
    assert table.rows.to_list() == [2, 3]


@pytest.mark.parametrize("value", ["[]", "{}", '{"data": [], "total": 0}', '{"head": ["名称"], "rows": []}'])
def test_json_without_a_row_is_called_empty(tmp_path, value):
    with pytest.raises(Unreadable) as refused:
        given(tmp_path, value, "表.json")
    assert refused.value.code == "empty_file"


def test_json_numbers_stay_as_written(tmp_path):
    text = '[{"纳税人名称":"甲","金额":1.10,"备注":914000000000000001},'
    text += '{"纳税人名称":"乙","金额":1e3,"备注":true}]'
    (table,) = given(tmp_path, text, "表.json").tables
    assert table.data.rows() == [("甲", "1.10", "914000000000000001"), ("乙", "1e3", "TRUE")]


def test_json_nested_values_are_kept_as_text_and_said(tmp_path):
    (table,) = given(tmp_path, '[{"纳税人名称":"甲","备注":{"a":[1,"二"]}}]', "表.json").tables
    assert table.data.rows() == [("甲", '{"a":["1","二"]}')]
    assert [(n.code, n.before) for n in table.notices] == [("nested_value", "备注")]


def test_json_lines_and_two_lists(tmp_path):
    lines = '{"纳税人名称":"甲","金额":1}\n{"纳税人名称":"乙","金额":2}\n'
    assert given(tmp_path, lines, "表.jsonl").tables[0].data.height == 2
    both = {
        "4月": [{"纳税人名称": "甲", "金额": 1}],
        "5月": [{"纳税人名称": "乙", "金额": 2}],
        "别的": [{"x": 1}],
    }
    reading = given(tmp_path, json.dumps(both, ensure_ascii=False), "表.json")
    assert [t.sheet for t in reading.tables] == ["4月", "5月"]
    assert [n.before for n in reading.notices if n.code == "other_sheet"] == ["别的"]
