"""All that the pictures read: from the rooms that own the facts."""

from .faults import fault_files, fault_lines
from .figures import Chart, Figure, chart
from .lists import try_lines, unit_lines
from .spans import Span, choices, span_of
from .stretch import Stretch
from .units import MEANINGS, MEANS, outside, sees_files, unit_chart, unit_figures
from .workbench import awaiting, facts, hits_shown, open_hits, recent, to_do, undecided

__all__ = [
    "MEANINGS", "MEANS", "Chart", "Figure", "Span", "Stretch", "awaiting", "chart", "choices", "facts",
    "fault_files", "fault_lines", "hits_shown", "open_hits", "outside", "recent", "sees_files", "span_of",
    "to_do", "try_lines", "undecided", "unit_chart", "unit_figures", "unit_lines",
]  # fmt: skip
