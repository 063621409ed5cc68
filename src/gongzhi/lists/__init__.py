"""Lists: what every room's tables share (look.md "Lists").

A room says which columns a list has and which rows may be seen; from here come filters in the address
bar, sorting, keyset paging, the choice of columns, rows chosen and taken together, the way back, print, and
the Excel export of exactly what is shown (`workbook.exported`). How: docs/how-to/make-a-list.md.
"""

from .back import back_to, with_back
from .cells import cells
from .choosing import Bulk, chosen
from .columns import Column, Mark, Meaning
from .listing import Listing, listing, table
from .sources import BadCursor

__all__ = [
    "BadCursor",
    "Bulk",
    "Column",
    "Listing",
    "Mark",
    "Meaning",
    "back_to",
    "cells",
    "chosen",
    "listing",
    "table",
    "with_back",
]
