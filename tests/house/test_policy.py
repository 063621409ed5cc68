"""House rule 1: what the policy says is data; Python holds no clause, document number or unit."""

import ast
import re

import pytest
from tests.house.source import ROOT, docstrings, nothing, product

from gongzhi.engine.definitions import load

CLAUSES = re.compile(
    r"附件\s?\d|〔\d{4}〕"
    r"|[一二三][(（][一二三四五六][)）]"
    r"|\bB\d{2}\b"
    r"|《[^》]*税[^》]*》"
)


def literals():
    """String constants of the product that are not docstrings, with where they stand."""
    for module in product():
        stated = docstrings(module)
        for node in module.nodes(ast.Constant):
            if isinstance(node.value, str) and id(node) not in stated:
                yield f"{module.name}:{node.lineno}", node.value


def test_no_clause_or_document_is_cited_in_python():
    nothing(f"{where} {text[:60]!r}" for where, text in literals() if CLAUSES.search(text))


def test_no_unit_street_or_district_is_named_in_python():
    definitions = load(ROOT / "definitions")
    named = {name for unit in definitions.units.values() for name in unit.names if len(name) >= 4}
    named |= {cell.name for cell in definitions.cells.values() if cell.level <= 2}
    named |= {definitions.district.name.removesuffix("区"), definitions.district.city.removesuffix("市")}
    named |= {definitions.district.code, definitions.district.notice}
    nothing(f"{where} {text[:60]!r}：{name}" for where, text in literals() for name in named if name in text)


def test_no_resource_is_named_by_number_in_python():
    """`15.3` or `K.9` in code would tie a machine to one notice; a table is named by its code in a rule."""
    numbers = set(load(ROOT / "definitions").resources)
    nothing(f"{where} {text!r}" for where, text in literals() if text in numbers)


@pytest.mark.parametrize("text", ["附件2第16项", "越政办发〔2021〕45号", "三(四)", "B07", "《越城税讯》"])
def test_the_pattern_knows_what_it_looks_for(text):
    assert CLAUSES.search(text)


@pytest.mark.parametrize("text", ["附件过大", "一二三", "(一)", "5B07A", "《使用说明》", "请重新上传"])
def test_the_pattern_leaves_other_texts_alone(text):
    assert not CLAUSES.search(text)
