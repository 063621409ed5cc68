"""Pages of this room: the calendar, one obligation and what was decided about it, the matrix."""

from .calendar import calendar
from .duties import duties
from .matrix import matrix, matrix_row
from .obligations import (
    acts,
    ask,
    decide,
    obligation,
    provided,
    request_data,
    return_zero,
    state_mark,
    withdraw,
    zero,
)
from .rulings import decide_ruling, end_ruling, propose_exemption, ruling, rulings

__all__ = [
    "acts", "ask", "calendar", "decide", "decide_ruling", "duties", "end_ruling", "matrix", "matrix_row",
    "obligation", "propose_exemption", "provided", "request_data", "return_zero", "ruling", "rulings",
    "state_mark", "withdraw", "zero",
]  # fmt: skip
