"""Every rule on every worked example: what `gongzhi conformance` and `definitions check` run."""

from __future__ import annotations

from dataclasses import dataclass

from gongzhi.engine.definitions import Definitions, RuleFolder

from .cases import STOPPED, run_cases
from .compiling import compile_rule, translate
from .formula import faults
from .restrict import NotAllowed

TRANSLATED = ("spark", "postgres")


@dataclass(frozen=True)
class Conformance:
    """What running all examples gave; `failures` are Chinese texts, empty when all came out."""

    engine: str
    rules: int
    cases: int
    failures: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return not self.failures


def conformance(definitions: Definitions) -> Conformance:
    """Restrict, translate and run every rule on its worked examples."""
    found = [failure for folder in definitions.rules.values() for failure in check_rule(folder, definitions)]
    cases = sum(len(folder.cases.cases) for folder in definitions.rules.values())
    return Conformance("duckdb", len(definitions.rules), cases, tuple(found))


def check_rule(folder: RuleFolder, definitions: Definitions) -> list[str]:
    """All that is wrong with one rule."""
    try:
        compiled = compile_rule(folder, definitions)
    except NotAllowed as error:
        return list(error.reasons)
    for dialect in TRANSLATED:
        translate(compiled.tree, dialect)
    if broken := list(faults(folder.rule, compiled.columns)):
        return broken
    results = {str(row.get("result")) for case in folder.cases.cases for row in case.expect}
    lacking = {"hit": "命中", "miss": "未命中"}
    found = [
        f"规则 {folder.rule.code}：缺少{word}的算例" for key, word in lacking.items() if key not in results
    ]
    return [*found, *_once(folder, run_cases(folder, definitions))]


def _once(folder: RuleFolder, failures: list[str]) -> list[str]:
    """A text that runs on no example for one reason says so once."""
    reasons = {text.partition(STOPPED)[2] for text in failures}
    if 1 < len(folder.cases.cases) == len(failures) and len(reasons) == 1 and all(reasons):
        return [f"规则 {folder.rule.code}：各算例都{STOPPED}{reasons.pop()}"]
    return failures
