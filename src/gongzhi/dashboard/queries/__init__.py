"""All that the pictures read: from the rooms that own the facts."""

from .faults import fault_files, fault_lines
from .feedback import Use, batch_lines, feedback_lines, use_of, use_of_batch
from .figures import Chart, Figure, chart
from .fullness import fill_lines
from .lists import try_lines, unit_lines
from .resources import (
    FILLED,
    SheetFill,
    period_lines,
    provider_lines,
    providers_in_sight,
    resource_figures,
    resource_lines,
    sheet_fills,
)
from .search import LONGEST, SEARCHERS, kinds_of, search
from .spans import Span, choices, span_of
from .stretch import Stretch
from .units import MEANINGS, MEANS, outside, sees_files, unit_chart, unit_figures
from .waiting import tiles, waiting, waiting_at
from .workbench import (
    awaiting,
    facts,
    hit_states,
    hits_shown,
    open_hits,
    recent,
    returned,
    to_do,
    to_look_at,
    undecided,
)

__all__ = [
    "FILLED", "LONGEST", "MEANINGS", "MEANS", "SEARCHERS", "Chart", "Figure", "SheetFill", "Span",
    "Stretch", "Use", "awaiting", "batch_lines", "chart", "choices", "facts", "fault_files",
    "fault_lines", "feedback_lines", "fill_lines", "hit_states", "hits_shown", "kinds_of", "open_hits",
    "outside", "period_lines", "provider_lines", "providers_in_sight", "recent", "resource_figures",
    "resource_lines", "returned", "search", "sees_files", "sheet_fills", "span_of", "tiles", "to_do",
    "to_look_at", "try_lines", "undecided", "unit_chart", "unit_figures", "unit_lines", "use_of",
    "use_of_batch", "waiting", "waiting_at",
]  # fmt: skip
