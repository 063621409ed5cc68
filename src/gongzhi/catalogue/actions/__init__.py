"""All that writes in this room: opening obligations, meeting them, deciding about them."""

from .answering import answered, said
from .asking import tell_asker, tell_deciders
from .deciding import (
    NeedsAnswer,
    ask,
    decide,
    latest_day,
    provided_elsewhere,
    report_zero,
    return_zero,
    withdraw,
)
from .meeting import no_longer, returned, satisfy, taken_back
from .opening import ask_for, event_fault, number_on, open_periods, period_for
from .ruling import end_ruling, propose_exemption, rule

__all__ = [
    "NeedsAnswer", "answered", "ask", "ask_for", "decide", "end_ruling", "event_fault", "latest_day",
    "no_longer", "number_on", "open_periods", "period_for", "propose_exemption", "provided_elsewhere",
    "report_zero", "return_zero", "returned", "rule", "said", "satisfy", "taken_back", "tell_asker",
    "tell_deciders", "withdraw",
]  # fmt: skip
