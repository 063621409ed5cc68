"""Pages of this room: the calendar, one obligation and what was decided about it, the matrix."""

from .calendar import calendar
from .duties import duties
from .matrix import matrix, matrix_row
from .obligations import acts, ask, decide, obligation, provided, request_data, state_mark, withdraw, zero

__all__ = [
    "acts", "ask", "calendar", "decide", "duties", "matrix", "matrix_row", "obligation", "provided",
    "request_data", "state_mark", "withdraw", "zero",
]  # fmt: skip
