"""Forms of this room: handing in and judging files, and the filter above accepted rows."""

from .hand_in import CheckWaiverForm, DecideForm, ExplainForm, HandInForm, ListFilter, WaiverDecisionForm
from .returning import Part, ReturnForm
from .rows import RowsFilter

__all__ = [
    "CheckWaiverForm", "DecideForm", "ExplainForm", "HandInForm", "ListFilter", "Part", "ReturnForm",
    "RowsFilter", "WaiverDecisionForm",
]  # fmt: skip
