"""All that writes in this room: opening obligations, meeting them, deciding about them."""

from .deciding import NeedsAnswer, answered, ask, decide, provided_elsewhere, report_zero, said, withdraw
from .meeting import no_longer, returned, satisfy
from .opening import ask_for, number_on, open_periods, period_for, stock_period

__all__ = [
    "NeedsAnswer", "answered", "ask", "ask_for", "decide", "no_longer", "number_on", "open_periods",
    "period_for", "provided_elsewhere", "report_zero", "returned", "said", "satisfy", "stock_period",
    "withdraw",
]  # fmt: skip
