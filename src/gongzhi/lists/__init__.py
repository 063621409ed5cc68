"""Lists: what every room's tables share (look.md "Lists").

A room says which columns a list has and which rows may be seen; from here come filters in the address
bar, sorting, keyset paging, the choice of columns, print, and the Excel export of exactly what is shown
(`workbook.exported`).
"""

from .back import back_to
from .columns import Column, Mark, Meaning
from .listing import Listing, listing

__all__ = ["Column", "Listing", "Mark", "Meaning", "back_to", "listing"]
