"""What a rule's text may say: one SELECT in a portable profile, over declared tables and nothing else.

A text is parsed, every node of its tree is held against what is allowed, and what runs is written anew
from the tree: no other reading of the text exists (security.md 3.6, peers_risk.md 4.3).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from . import profile

DIALECT = "duckdb"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_LONGEST = 20_000


class NotAllowed(Exception):
    """A rule's text that is refused; `reasons` say in Chinese what is not allowed, each once."""

    def __init__(self, reasons: Collection[str]) -> None:
        self.reasons = tuple(dict.fromkeys(reasons))
        super().__init__("；".join(self.reasons))


def restrict(sql: str, tables: Collection[str], parameters: Collection[str]) -> exp.Select:
    """The tree of a rule's text, or NotAllowed with every reason.

    `tables` are the names that may be read, `parameters` those that may follow a `$`.
    """
    tree = _parsed(sql)
    if not isinstance(tree, exp.Select):
        raise NotAllowed(["只能写一条 SELECT 语句"])
    reasons = [*_nodes(tree), *_names(tree, tables), *_places(tree, parameters), *_shape(tree)]
    if reasons:
        raise NotAllowed(reasons)
    return tree


def restrict_condition(text: str, aliases: Collection[str]) -> exp.Expr:
    """The tree of a condition over the columns of `aliases`; NotAllowed with every reason."""
    tree = _parsed(text)
    if not isinstance(tree, exp.Condition):
        raise NotAllowed(["应是一个条件表达式"])
    reasons = list(_nodes(tree))
    reasons += [
        f"条件中不能有查询：{_short(node)}" for node in tree.find_all(exp.Query, exp.Table, exp.Window)
    ]
    for column in tree.find_all(exp.Column):
        if column.table not in aliases:
            reasons.append(f"列要写明是 {' 还是 '.join(aliases)} 的：{_short(column)}")
    reasons += [f"条件中不能有参数：{_short(node)}" for node in tree.find_all(exp.Placeholder)]
    if reasons:
        raise NotAllowed(reasons)
    return tree


def _place(error: Exception) -> str:
    """Where the text can be read no further, as far as the parser says."""
    told: dict[str, Any] = next(iter(getattr(error, "errors", ())), {})
    if not told.get("line"):
        return ""
    near = f"“{told['highlight']}”附近" if told.get("highlight") else ""
    return f"：第 {told['line']} 行{near}"


def _parsed(sql: str) -> exp.Expr:
    if len(sql) > _LONGEST:
        raise NotAllowed([f"文本过长（超过 {_LONGEST} 字）"])
    try:
        trees = [tree for tree in sqlglot.parse(sql, read=DIALECT) if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise NotAllowed([f"不是能读懂的 SQL{_place(error)}"]) from error
    if len(trees) != 1:
        raise NotAllowed(["只能写一条语句"])
    return trees[0]


def _nodes(tree: exp.Expr) -> Iterator[str]:
    """Every node of a kind that the profile knows, used in the way that it allows."""
    for node in tree.walk():
        if type(node) not in profile.NODES:
            yield f"不允许的写法：{_short(node)}"
        elif (check := profile.CHECKS.get(type(node))) and (reason := check(node)):
            yield f"{reason}：{_short(node)}"
        if isinstance(node, exp.Identifier) and not _NAME.fullmatch(node.name):
            yield f"名称只能用小写字母、数字和下划线：{_short(node)}"


def _names(tree: exp.Select, tables: Collection[str]) -> Iterator[str]:
    """Tables that are declared or made by an earlier WITH; a WITH stands at the very beginning."""
    known = set(tables)
    own = tree.args.get("with_")
    for clause in tree.find_all(exp.With):
        if clause is not own:
            yield "WITH 只能写在最前面"
        if clause.args.get("recursive"):
            yield "不允许递归（RECURSIVE）"
    for part in own.expressions if own else ():
        yield from _tables(part.this, known)
        if part.alias in known or part.alias.startswith("linked__"):
            yield f"WITH 的名称与表名重复：{part.alias}"
        known.add(part.alias)
    outer = tree.copy()
    outer.set("with_", None)
    yield from _tables(outer, known)


def _tables(tree: exp.Expr, known: Collection[str]) -> Iterator[str]:
    for table in tree.find_all(exp.Table):
        if table.args.get("db") or table.args.get("catalog"):
            yield f"表名不能带库名：{_short(table)}"
        elif not isinstance(table.this, exp.Identifier):
            yield f"不允许表函数：{_short(table)}"
        elif table.name not in known:
            yield f"没有声明这张表：{table.name}"
    rows = {*known, *(alias.name for alias in tree.find_all(exp.TableAlias))}
    for column in tree.find_all(exp.Column):
        if not column.table and column.name in rows:
            yield f"不能把整行当作一个值：{column.name}"


def _places(tree: exp.Expr, parameters: Collection[str]) -> Iterator[str]:
    for place in tree.find_all(exp.Placeholder):
        if place.name not in parameters:
            yield f"没有声明这个参数：{_short(place)}"


def _shape(tree: exp.Select) -> Iterator[str]:
    """The outermost select names its columns and neither orders nor cuts its rows."""
    if any(item.is_star for item in tree.expressions):
        yield "最外层要逐列写出，不能用 *"
    if tree.args.get("order"):
        yield "最外层不能排序"
    named = [item.alias_or_name for item in tree.expressions]
    if "" in named or len(set(named)) < len(named):
        yield "最外层每一列要有名称，且不重复"


def _short(node: exp.Expr) -> str:
    try:
        text = node.sql(dialect=DIALECT, comments=False)
    except (SqlglotError, RecursionError, ValueError):
        text = type(node).__name__
    return text if len(text) <= 60 else text[:57] + "…"
