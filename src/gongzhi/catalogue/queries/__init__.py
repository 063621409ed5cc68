"""All that reads in this room: what is owed, what was asked about it, and the picture of it all."""

from .duties import Sheet, by_number, sheet_of
from .matrix import Lateness, Matrix, Rates, lateness, matrix, rates, with_state
from .named import resource_named
from .owed import (
    Owed,
    acts_visible_to,
    in_days,
    matters,
    owed,
    requested,
    rulings,
    standing_duties,
    unmet,
    visible_to,
)
from .periods import is_stock, periods_of

__all__ = [
    "Lateness", "Matrix", "Owed", "Rates", "Sheet", "acts_visible_to", "by_number", "in_days", "is_stock",
    "lateness", "matrix", "matters", "owed", "periods_of", "rates", "requested", "resource_named", "rulings",
    "sheet_of", "standing_duties", "unmet", "visible_to", "with_state",
]  # fmt: skip
