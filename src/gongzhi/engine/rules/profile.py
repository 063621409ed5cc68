"""The portable profile: which nodes of a parsed text are allowed, and how each may be used.

What is not listed is refused, so that a function or a clause that a new release of an engine or of the
parser brings is refused until somebody has read it. Each entry runs alike on DuckDB, Spark and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlglot import exp

_QUERY = {
    exp.Select, exp.With, exp.CTE, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Table,
    exp.TableAlias, exp.Alias, exp.Subquery, exp.Union, exp.Distinct, exp.Star, exp.Column, exp.Identifier,
    exp.Order, exp.Ordered, exp.Window, exp.Placeholder,
}  # fmt: skip
_TERMS = {
    exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv,
    exp.Mod, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In,
    exp.Between, exp.Like, exp.Exists, exp.Case, exp.If, exp.Cast, exp.DataType, exp.DataTypeParam,
    exp.DPipe, exp.Var,
}  # fmt: skip
_FUNCTIONS = {
    exp.Sum, exp.Count, exp.Min, exp.Max, exp.RowNumber, exp.Lag, exp.Lead, exp.Coalesce, exp.Nullif,
    exp.Greatest, exp.Least, exp.Abs, exp.Round, exp.Length, exp.Left, exp.Right, exp.Substring,
    exp.StartsWith, exp.Extract, exp.DateDiff, exp.DateFromParts,
}  # fmt: skip

NODES: Final = frozenset(_QUERY | _TERMS | _FUNCTIONS)

_TYPES = {"BIGINT", "INT", "DECIMAL", "DATE", "VARCHAR", "TEXT", "BOOLEAN", "DOUBLE"}
_UNIQUE = ({"_batch", "_part", "_row"}, {"subject", "object", "period"})
# Months of a year, fen of a yuan or hundredths of a percentage, nothing and one: no policy is in these.
_NUMBERS = {"0", "1", "12", "100"}
# Here a number counts characters, places or parts of a date.
_COUNTING = (exp.Substring, exp.Left, exp.Right, exp.Round, exp.DataTypeParam, exp.DateFromParts)


def _literal(node: exp.Expr) -> str | None:
    if node.args.get("is_string") or node.name in _NUMBERS or isinstance(node.parent, _COUNTING):
        return None
    return "数值要作为参数写在 parameters 中"


def _join(node: exp.Expr) -> str | None:
    side, kind = node.args.get("side") or "", node.args.get("kind") or ""
    strange = node.args.get("method") or node.args.get("hint") or node.args.get("global_")
    if strange or side not in {"", "LEFT"} or kind not in {"", "INNER", "OUTER", "CROSS"}:
        return "只能用 JOIN、LEFT JOIN、CROSS JOIN"
    if kind != "CROSS" and not (node.args.get("on") or node.args.get("using")):
        return "JOIN 要写 ON 条件"
    return None


def _select(node: exp.Expr) -> str | None:
    return None if node.args.get("expressions") else "SELECT 后要写明取哪些列"


def _subquery(node: exp.Expr) -> str | None:
    if isinstance(node.parent, exp.From | exp.Join | exp.In):
        return None
    return "子查询只能写在 FROM、JOIN、IN、EXISTS 中"


def _star(node: exp.Expr) -> str | None:
    if any(node.args.values()):
        return "不能用 * 的变形"
    parent = node.parent.parent if isinstance(node.parent, exp.Column) else node.parent
    return None if isinstance(parent, exp.Select | exp.Count) else "不能用 *"


def _distinct(node: exp.Expr) -> str | None:
    return "不能用 DISTINCT ON" if node.args.get("on") else None


def _group(node: exp.Expr) -> str | None:
    extra = [key for key, value in node.args.items() if key != "expressions" and value]
    return "GROUP BY 要逐列写出" if extra or not node.expressions else None


def _type(node: exp.Expr) -> str | None:
    kind = node.args["this"]
    known = isinstance(kind, exp.DataType.Type) and kind.value in _TYPES
    return None if known and not node.args.get("nested") else "不允许的类型"


def _cast(node: exp.Expr) -> str | None:
    """A number in quotes would be a rate that hides from the parameters."""
    hidden = isinstance(node.this, exp.Literal) and node.this.args.get("is_string")
    return (
        "数值要作为参数写在 parameters 中"
        if hidden and not node.args["to"].is_type("date", "varchar")
        else None
    )


def _division(node: exp.Expr) -> str | None:
    """`/` differs by engine on whole numbers and decimals; between DOUBLEs it does not."""
    sides = (node.args["this"], node.args["expression"])
    if all(isinstance(side, exp.Cast) and side.to.is_type("double") for side in sides):
        return None
    return "除法各引擎结果不同：整除用 //，相除先 CAST(… AS DOUBLE)，再用 round 取整"


def _window(node: exp.Expr) -> str | None:
    """An order decides what a window sees: it must leave no two rows equal."""
    if node.args.get("spec") or node.args.get("alias") or node.args.get("first"):
        return "窗口不能写范围或名称"
    order = node.args.get("order")
    if order is None:
        return None if isinstance(node.this, exp.Sum | exp.Count | exp.Min | exp.Max) else "窗口要写 ORDER BY"
    names = {item.this.name for item in order.expressions[-3:]}
    return None if names in _UNIQUE else "窗口的 ORDER BY 要以 _batch, _part, _row 结尾，使次序唯一"


def _order(node: exp.Expr) -> str | None:
    return None if isinstance(node.parent, exp.Window) else "只有窗口中可以排序"


def _part(node: exp.Expr) -> str | None:
    return None if node.name.upper() in {"YEAR", "MONTH", "DAY"} else "日期只能取 year、month、day"


def _days(node: exp.Expr) -> str | None:
    unit = node.args.get("unit")
    return None if unit is not None and unit.name.upper() == "DAY" else "日期之差只能按天（'day'）"


def _round(node: exp.Expr) -> str | None:
    return None if node.args.get("decimals") is not None else "round 要写明小数位数"


def _var(node: exp.Expr) -> str | None:
    return None if isinstance(node.parent, exp.Extract | exp.DateDiff) else "不认识的词"


CHECKS: Final[Mapping[type[exp.Expr], Callable[[exp.Expr], str | None]]] = {
    exp.Literal: _literal,
    exp.Join: _join,
    exp.Select: _select,
    exp.Subquery: _subquery,
    exp.Star: _star,
    exp.Distinct: _distinct,
    exp.Group: _group,
    exp.DataType: _type,
    exp.Cast: _cast,
    exp.Div: _division,
    exp.Window: _window,
    exp.Order: _order,
    exp.Extract: _part,
    exp.DateDiff: _days,
    exp.Round: _round,
    exp.Var: _var,
}
