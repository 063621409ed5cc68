"""From a rule's folder to texts that engines run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from gongzhi.engine.definitions import Definitions, Parameter, Rule, RuleFolder, Sheet

from .restrict import DIALECT, NotAllowed, restrict, restrict_condition
from .values import TABLE, day_literal, literal, on_day, table
from .views import PREFIX, ROW, views

KEY = ("subject", "object", "period")
RETURNED = (*KEY, "result", "left_value", "right_value", "difference_fen", "tax_fen")
HITS = "hits"


@dataclass(frozen=True)
class Compiled:
    """A rule whose text was restricted: what it reads, what it returns, its text for any engine and day."""

    rule: Rule
    tree: exp.Select
    sheets: Mapping[str, Sheet]
    district: str
    _texts: dict[tuple[object, ...], str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that the rule returns."""
        return tuple(item.alias_or_name for item in self.tree.expressions)

    def text(self, as_of: dt.date, parameters: Mapping[str, Parameter], dialect: str = DIALECT) -> str:
        """The whole query for one day: views and parameters stand in it, nothing else is needed."""
        declared = {key: parameters[key] for key in self.rule.parameters}
        known = (as_of, dialect, tuple(declared.values()))
        if known not in self._texts:  # writing a text costs more than running a small example
            self._texts[known] = translate(self._filled(as_of, declared), dialect)
        return self._texts[known]

    def _filled(self, as_of: dt.date, declared: Mapping[str, Parameter]) -> exp.Expr:

        def fill(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Placeholder):
                return self._value(node.name, as_of, declared)
            if isinstance(node, exp.Table) and node.name in self.sheets:
                return exp.to_table(PREFIX + node.name).as_(node.alias or node.name)
            return node

        tree: exp.Expr = self.tree.copy().transform(fill)
        own = tree.args.get("with_")
        read = {table.name for table in self.tree.find_all(exp.Table)}
        before: dict[str, exp.Expr] = {
            PREFIX + name: query for name, query in self._views().items() if name in read
        }
        if TABLE in read:
            before[TABLE] = sqlglot.parse_one(table(declared.values()), read=DIALECT)
        parts = [_named(name, query) for name, query in before.items()]
        tree.set("with_", exp.With(expressions=[*parts, *(own.expressions if own else ())]))
        return tree

    def _value(self, name: str, as_of: dt.date, declared: Mapping[str, Parameter]) -> exp.Expr:
        if name == "as_of":
            return day_literal(as_of)
        if name == "district":
            return exp.Literal.string(self.district)
        return literal(declared[name], on_day(declared[name], as_of))

    def _views(self) -> dict[str, exp.Select]:
        return views(self.sheets, {column.name for column in self.tree.find_all(exp.Column)})

    def evidence_text(self, number: int, dialect: str = DIALECT) -> str:
        """The query that fetches the rows of one evidence entry for the hits in the table `hits`."""
        known = (number, dialect)
        if known not in self._texts:
            self._texts[known] = translate(self._evidence(number), dialect)
        return self._texts[known]

    def _evidence(self, number: int) -> exp.Expr:
        entry = self.rule.evidence[number]
        where = restrict_condition(entry.where, ("t", "hit"))
        sheet = self.sheets[entry.table]
        subjects = {column.name for column in where.find_all(exp.Column) if column.table == "t"}
        view = views({entry.table: sheet}, subjects)[entry.table]
        cells = [f"t.{sheet.field(cell).column} AS cell_{place}" for place, cell in enumerate(entry.cells)]
        columns = [*(f"hit.{key}" for key in KEY), *(f"t.{name}" for name in ROW), *cells]
        return exp.select(*columns).from_(view.subquery("t")).join(f"{HITS} AS hit", on=where)


def compile_rule(folder: RuleFolder, definitions: Definitions) -> Compiled:
    """Restrict a rule's text and conditions; NotAllowed names the rule and every reason."""
    rule = folder.rule
    sheets = {table: definitions.tables[table][1] for table in rule.tables}
    try:
        tree = restrict(folder.sql, {*rule.tables, TABLE}, {"as_of", "district", *rule.parameters})
        compiled = Compiled(rule, tree, sheets, definitions.district.code)
        for number in range(len(rule.evidence)):
            compiled.evidence_text(number)
    except NotAllowed as error:
        raise NotAllowed([f"规则 {rule.code}：{reason}" for reason in error.reasons]) from error
    if missing := [name for name in RETURNED if name not in compiled.columns]:
        raise NotAllowed([f"规则 {rule.code}：缺少列 {'、'.join(missing)}"])
    return compiled


def translate(tree: exp.Expr, dialect: str) -> str:
    """The text of a restricted tree for another engine (`duckdb`, `spark`, `postgres`)."""

    def mend(node: exp.Expr) -> exp.Expr:
        # The translator gives PostgreSQL a function that it does not have.
        if dialect == "postgres" and isinstance(node, exp.DateFromParts):
            parts = [node.args[part] for part in ("year", "month", "day")]
            return exp.Anonymous(this="make_date", expressions=[exp.cast(part, "INT") for part in parts])
        return node

    return tree.copy().transform(mend).sql(dialect=dialect, comments=False)


def _named(name: str, query: exp.Expr) -> exp.CTE:
    return exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name)))
