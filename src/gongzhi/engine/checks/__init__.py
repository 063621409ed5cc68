"""Table + Sheet → findings and typed, accepted rows, in one vectorised pass without a cap.

`map_columns` says which column is which field; `check` reads and checks every cell; `render` makes the
texts of findings when they are shown. Severity: block sets the row aside, explain lets it in and asks why,
hint informs, refuse turns the file away. What was put right on reading is in `Checked.repaired`.
"""

from .adopting import adopt
from .canonical import canonical_rows
from .carrying import carried
from .headings import HeadingFault, Match, best_match, map_columns
from .headings import Mapping_ as Mapping
from .history import amount_text, measured, season
from .model import Checked, Context, Kind, Past, Season, Waived
from .rendering import places_of, render, repaired_cells
from .run import check, lake_type
from .trials import Trial, failures, history_failures, trials
from .units import with_unit
from .worked import example_faults

__all__ = [
    "Checked",
    "Context",
    "HeadingFault",
    "Kind",
    "Mapping",
    "Match",
    "Past",
    "Season",
    "Trial",
    "Waived",
    "adopt",
    "amount_text",
    "best_match",
    "canonical_rows",
    "carried",
    "check",
    "example_faults",
    "failures",
    "history_failures",
    "lake_type",
    "map_columns",
    "measured",
    "places_of",
    "render",
    "repaired_cells",
    "season",
    "trials",
    "with_unit",
]
