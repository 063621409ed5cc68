"""All that writes in this room: opening obligations, meeting them, deciding about them."""

from .deciding import NeedsAnswer, ask, decide, provided_elsewhere, report_zero, withdraw
from .meeting import returned, satisfy
from .opening import ask_for, open_periods, period_for, stock_period

__all__ = [
    "NeedsAnswer", "ask", "ask_for", "decide", "open_periods", "period_for", "provided_elsewhere",
    "report_zero", "returned", "satisfy", "stock_period", "withdraw",
]  # fmt: skip
