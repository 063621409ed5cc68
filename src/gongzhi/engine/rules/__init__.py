"""Run risk rules over a snapshot as of a day: hits with evidence.

A rule is data (`definitions/rules/<theme>/<code>/`): one SELECT in a portable profile, its law, its worked
examples. `compile_rule` restricts the text, `run` gives one row per (subject, object, period) with 命中,
未命中 or 数据不足, `evidence` the cells behind the hits, `explain_formula` the sentence with its numbers.
"""

from .cases import Tried, results, run_cases, tried
from .compiling import Compiled, compile_rule, translate
from .conformance import Conformance, check_rule, conformance
from .formula import explain_formula, shown_side, yuan
from .restrict import NotAllowed, restrict, restrict_condition
from .running import BadResult, evidence, run
from .values import on_day, replaced
from .views import LINKS, views

__all__ = [
    "LINKS", "BadResult", "Compiled", "Conformance", "NotAllowed", "Tried", "check_rule", "compile_rule",
    "conformance", "evidence", "explain_formula", "on_day", "replaced", "restrict", "restrict_condition",
    "results", "run", "run_cases", "shown_side", "translate", "tried", "views", "yuan",
]  # fmt: skip
