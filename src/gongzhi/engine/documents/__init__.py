"""公文 (GB/T 9704), workbooks, charts as files.

`template` (what a unit fills), `marked_up` (its own file back, faults in red), `bad_rows` (only the rows set
aside, to be mended and sent again), `write_list` (a list of the pages, however long). Findings come as the
frame that `checks.render` gives: row, cell, column, value, severity, title, message, mend, suggestion.
`heading`, `meaning` and `parted` say of a column its name with the unit, what it means, and both apart.
"""

from .catalogue import catalogue
from .cells import parted
from .copies import copy_marked
from .handed_back import marked_up
from .listed import MOST_ROWS, ListColumn, write_list
from .look import Stamp, neutral
from .meanings import meaning
from .returned import bad_rows
from .templates import heading, template

__all__ = [
    "MOST_ROWS", "ListColumn", "Stamp", "bad_rows", "catalogue", "copy_marked", "heading", "marked_up",
    "meaning", "neutral", "parted", "template", "write_list",
]  # fmt: skip
