"""Adding a rule is adding three files; what is wrong with them is told by file and line, or by rule."""

import shutil
from pathlib import Path

import pytest

from gongzhi.engine.definitions import DefinitionError, load
from gongzhi.engine.rules import check_rule

FOLDER = Path(__file__).parents[5] / "definitions"
RULE = """\
code: R98
name: 许可合同价超过下限
theme: trial
since: 2021-06-10
summary: 试验用
tables: [construction_permits]
parameters: [floor_default]
left: {title: 合同价, unit: fen}
right: {title: 下限, unit: fen}
formula: 合同价 {left_value:yuan}，下限 {floor_default:yuan}
tax: 无
basis:
  - {title: 税收征收管理法, article: 第六条, since: 2001-05-01}
evidence:
  - table: construction_permits
    side: left
    where: t.permit_no = hit.object
    cells: [permit_no, contract_price]
"""
SQL = """\
SELECT
  owner_subject AS subject, permit_no AS object, '' AS period,
  CASE
    WHEN contract_price_fen IS NULL THEN 'insufficient'
    WHEN contract_price_fen > $floor_default THEN 'hit'
    ELSE 'miss'
  END AS result,
  contract_price_fen AS left_value, CAST($floor_default AS BIGINT) AS right_value,
  contract_price_fen AS difference_fen, CAST(0 AS BIGINT) AS tax_fen
FROM construction_permits
WHERE owner_subject IS NOT NULL
"""
CASES = """\
cases:
  - name: 超过
    as_of: 2026-06-30
    given:
      construction_permits:
        - {owner_subject: T1, permit_no: P1, contract_price: "1000.01"}
    expect:
      - {subject: T1, result: hit, left: "1000.01", says: "下限 1,000 元"}
  - name: 恰好
    as_of: 2026-06-30
    given:
      construction_permits:
        - {owner_subject: T1, permit_no: P1, contract_price: 1000}
    expect:
      - {subject: T1, result: miss}
"""


@pytest.fixture
def trial(tmp_path):
    """trial(rule=…, sql=…, cases=…) → the faults of a definitions folder with one rule more."""
    shutil.copytree(FOLDER, tmp_path / "definitions", ignore=shutil.ignore_patterns("rules"))
    folder = tmp_path / "definitions" / "rules" / "trial" / "R98"
    folder.mkdir(parents=True)

    def faults(rule=RULE, sql=SQL, cases=CASES):
        (folder / "rule.yml").write_text(rule, "utf-8")
        (folder / "rule.sql").write_text(sql, "utf-8")
        (folder / "cases.yml").write_text(cases, "utf-8")
        try:
            definitions = load(tmp_path / "definitions")
        except DefinitionError as error:
            return [str(problem) for problem in error.problems]
        return check_rule(definitions.rules["R98"], definitions)

    return faults


def test_three_files_are_a_rule(trial):
    assert trial() == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("tables: [construction_permits]", "tables: [no_such_table]", "没有这张表：no_such_table"),
        ("[floor_default]", "[no_such_value]", "没有这个参数：no_such_value"),
        ("cells: [permit_no,", "cells: [colour,", "没有字段 colour"),
        ("{left_value:yuan}，", "{nobody:yuan}，", "{nobody} 不是返回列"),
        ("t.permit_no = hit.object", "t.permit_no IN (SELECT 1)", "条件中不能有查询"),
        ("summary: 试验用", "summary: 试验用\ngrace_days: 3", "不认识的键"),
    ],
)
def test_a_fault_of_the_description_is_told(trial, old, new, told):
    assert any(told in fault for fault in trial(rule=RULE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("FROM construction_permits", "FROM tax_payments", "规则 R98：没有声明这张表：tax_payments"),
        ("$floor_default THEN", "100000 THEN", "数值要作为参数"),
        ("owner_subject AS subject,", "", "缺少列 subject"),
        ("contract_price_fen IS NULL", "colour IS NULL", "不能运行"),
        ("THEN 'hit'", "THEN 'guilty'", "不认识的结果 guilty"),
        ("'' AS period", "CAST(NULL AS VARCHAR) AS period", "都不能为空"),
        ("> $floor", ">= $floor", "算例“恰好”"),
    ],
)
def test_a_fault_of_the_text_is_told(trial, old, new, told):
    assert any(told in fault for fault in trial(sql=SQL.replace(old, new)))


def test_a_text_that_runs_on_no_example_says_once_why(trial):
    found = trial(sql=SQL.replace("contract_price_fen IS NULL", "colour IS NULL"))
    assert found == ["规则 R98：各算例都不能运行：没有叫 colour 的列"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("permit_no: P1, contract_price: 1000}", "colour: 红}", "没有字段 colour"),
        ("construction_permits:\n        - {owner_subject: T1, permit_no: P1, contract_price: 1000}",
         "tax_payments: []", "规则没有声明这张表：tax_payments"),
        ("result: miss", "result: hit", "result 应为 hit，算得 miss"),
        ("left: \"1000.01\"", "left: 999", "left 应为 999"),
        ("left: \"1000.01\"", "colour: 红", "规则没有返回 colour"),
        ("下限 1,000 元", "下限 1,001 元", "算式应含"),
        ("{subject: T1, result: miss}", "{subject: T2, result: miss}", "没有返回 T2 的结果"),
        ("{subject: T1, result: miss}", "{result: miss}", "subject"),
    ],
)  # fmt: skip
def test_a_fault_of_the_examples_is_told(trial, old, new, told):
    assert old in CASES
    assert any(told in fault for fault in trial(cases=CASES.replace(old, new)))


def test_a_hit_that_no_example_expects_is_told(trial):
    more = "contract_price: 1000}\n        - {owner_subject: T2, permit_no: P2, contract_price: 2000}"
    assert any(
        "多出一条：T2 P2 hit" in fault for fault in trial(cases=CASES.replace("contract_price: 1000}", more))
    )


def test_a_rule_without_a_hit_among_its_examples_is_told(trial):
    silent = CASES.replace("1000.01", "999").replace(
        'result: hit, left: "999", says: "下限 1,000 元"', "result: miss"
    )
    assert trial(cases=silent) == ["规则 R98：缺少命中的算例"]
