"""A pull that brought nothing, and why."""

from __future__ import annotations

from types import MappingProxyType

from sqlalchemy.exc import DataError, DBAPIError

from gongzhi.intake.states import OUTCOMES

REASONS = MappingProxyType(
    {
        "done": "已取数",
        "empty": "这一期一行也没有。确实没有发生的，请由联络员报零报告",
        "no_secret": "没有读到口令",
        "no_connection": "连不上数据库，或数据库不让登录",
        "too_slow": "查询超过规定的秒数（seconds），已停止",
        "too_many_rows": "行数超过规定的上限（rows_at_most），没有取",
        "too_large": "取出的文件超过平台的上限，没有报送",
        "writes": "查询要改动数据，已被拒绝",
        "query_failed": "数据库执行查询出错",
        "no_column": "查询结果里没有 columns 写明的列",
        "repeated_column": "查询结果里有同名的列",
        "unreadable_column": "查询结果里有不是文字、数字或日期的列",
        "unreadable_value": "有一个日期或数字超出能表示的范围，请核对数据",
        "unknown_parameter": "查询里只能用 :period_start 和 :period_end",
    }
)
"""What became of a pull, by its code; behind a blank may stand the database's own number of the fault."""
_CODES = {"57014": "too_slow", "3024": "too_slow", "1969": "too_slow", "25006": "writes", "1792": "writes"}


class PullFailed(Exception):
    """`code` is one of REASONS; `more` is the database's code of the fault, or a column.

    What a database says may hold values, addresses and names, so nothing of its text is kept or shown.
    """

    def __init__(self, code: str, more: str = "") -> None:
        self.code, self.more = code, more
        super().__init__(reason_of(f"{code} {more}".strip()))


def reason_of(code: str) -> str:
    """A pull's code in words."""
    known, _, more = code.partition(" ")
    return REASONS[known] + (f"（{more}）" if more else "")


def result_of(code: str, outcome: str | None) -> str:
    """A pull in words, and what became of its rows: what was had may have been refused."""
    told = reason_of(code)
    return f"{told}，{OUTCOMES[outcome]}" if outcome else told


def of_database(error: DBAPIError) -> PullFailed:
    """A fault of the database by its number alone."""
    original = error.orig
    arguments = original.args if original is not None else ()
    own = arguments[0] if arguments and isinstance(arguments[0], int) else ""  # MySQL's are finer
    number = str(own or getattr(original, "sqlstate", None) or "")
    if not number and isinstance(error, DataError):  # the driver's word, not the database's
        return PullFailed("unreadable_value")
    return PullFailed(_CODES.get(number, "query_failed"), "" if number in _CODES else number)
