"""Texts: every code that is used is in the catalogue and the other way; every message renders; masks hold."""

import ast
import re
from pathlib import Path

import polars as pl
import pytest
import yaml

from gongzhi.engine import checks
from gongzhi.engine.checks import places_of, render, repaired_cells
from gongzhi.engine.checks.masks import changed_places, masked
from gongzhi.engine.definitions import FieldType
from gongzhi.engine.idcodes import make_person_id

SOURCE = Path(checks.__file__).parents[2]
PERSON = make_person_id("88000019900101001")


def strings(folder):
    found = set()
    for path in folder.rglob("*.py"):
        if "tests" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


def named(folder, calls):
    """First arguments of these calls that are plain strings."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))) if "tests" not in path.parts else ():
            name = getattr(getattr(node, "func", None), "id", None)
            if name in calls and node.args and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


def test_every_code_used_is_in_the_catalogue(catalogue):
    used = set(named(SOURCE / "engine" / "checks", {"Fault", "HeadingFault", "Repair"}))
    assert len(used) > 25
    assert used <= set(catalogue)


def test_every_code_of_the_catalogue_is_used(catalogue):
    written = strings(SOURCE)
    for file in (SOURCE.parents[1] / "definitions" / "checks").glob("*.yml"):
        compares = yaml.safe_load(file.read_text("utf-8"))["compares"]
        written |= {compares.get(key) for key in ("finding", "unknown", "differs", "closed")}
    assert set(catalogue) - written == set()


def test_texts_are_written_as_a_clerk_writes(catalogue):
    for finding in catalogue.values():
        for text in (finding.title, finding.message, finding.mend):
            assert not re.search(r"[!！]|[a-z_]{12,}(?![a-z_]*\})", text), finding.code
        assert finding.message.endswith("。"), finding.code
        assert finding.mend.endswith(("。", "}")), finding.code


def test_every_message_renders(judge, catalogue):
    """Each finding that a test of this folder can bring about fills all its places."""
    fields = [
        {"key": "code", "title": "代码", "type": "credit_code", "required": True},
        {"key": "person", "title": "身份证号码", "type": "person_id"},
        {"key": "either", "title": "代码或号码", "type": "code_or_id"},
        {"key": "name", "title": "名称", "type": "name", "max_length": 5},
        {"key": "day", "title": "日期", "type": "date", "in_period": True},
        {"key": "amount", "title": "金额", "type": "money", "minimum": 0},
        {"key": "kind", "title": "种类", "type": "enum", "values": ["新签合同", "续签合同"]},
        {"key": "flag", "title": "是否", "type": "boolean"},
    ]
    rows = [
        ["91330602MA2ABCD130", PERSON[:17] + "0", "12", "一二三四五六", "2020-01-01", "-1", "新签", "也许"],
        [None, "1", None, "1", "坏", "坏", "乙", None],
        ["91330602MA2ABCD130", None, None, "*", "2020年1月", "1E+10", None, None],
    ]
    checked = judge(fields, rows, headings=[*(field["title"] for field in fields[:-1]), "不认识"])
    shown = render(checked, catalogue)
    assert shown.height == checked.findings.height
    assert not shown["message"].str.contains(r"[{}]").any()
    assert not shown["mend"].str.contains(r"[{}]").any()
    assert shown.filter(pl.col("row") == 2, pl.col("field") == "code")["cell"].to_list() == ["表!A2"]
    assert shown.filter(pl.col("code") == "unknown_column")["cell"].to_list() == ["表!H1"]
    assert "新签合同" in shown.filter(pl.col("value") == "新签")["mend"][0]
    assert render(checked, catalogue, limit=2).height == 2


def test_every_text_names_only_places_that_its_finding_fills(catalogue):
    places = {
        "column", "title", "value", "suggestion", "expected", "other", "row", "heading", "near",
        "columns", "unit", "units", "used",
        "longest", "example", "allowed", "period", "as_of", "titles", "other_title",
        "formula", "before", "after", "how", "than",
    }  # fmt: skip
    own = {
        code for code in catalogue
        if code in set(named(SOURCE / "engine" / "checks", {"Fault", "HeadingFault", "Repair"}))
    }  # fmt: skip
    for code in own:
        assert places_of(catalogue[code]) <= places, code


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("330602000000000012", FieldType.PERSON_ID, "330602********0012"),
        ("13800000000", FieldType.PHONE, "138****0000"),
        ("张三丰", FieldType.PERSON_NAME, "张*"),
        ("91330602MA2ABCD139", FieldType.CODE_OR_ID, "91330602MA2ABCD139"),
        ("330602000000000012", FieldType.CODE_OR_ID, "330602********0012"),
        ("33O602000000000012", FieldType.CODE_OR_ID, "33O602********0012"),
        ("1234", FieldType.PERSON_ID, "1***"),
        ("越城区府山街道1号", FieldType.ADDRESS, "越*"),
    ],
)
def test_masks(value, kind, shown):
    assert masked(pl.Series([value]), kind).to_list() == [shown]


def test_personal_values_stand_nowhere_in_what_is_shown(judge, catalogue):
    fields = [
        {"key": "person", "title": "身份证号码", "type": "person_id", "required": True},
        {"key": "name", "title": "姓名", "type": "person_name"},
        {"key": "phone", "title": "电话", "type": "phone"},
        {"key": "remark", "title": "说明", "type": "text"},
    ]
    wrong = PERSON.replace("0", "O", 1)
    rows = [
        [wrong, "张 三丰", "138 0000 000", f"见{PERSON}"],
        [f" {PERSON} ", "李　四光", "138 0000 0000", "无"],
    ]
    checked = judge(fields, rows)
    everything = str(render(checked, catalogue).rows()) + str(repaired_cells(checked).rows())
    for secret in (PERSON, wrong, "三丰", "四光", "13800000000", "138 0000 0000"):
        assert secret not in everything
    assert "880000********" in everything


def test_where_a_suggestion_differs():
    assert changed_places("12345", "13245") == "第2、3位颠倒"
    assert changed_places("1O345", "10345") == "第2位应为0"
