"""All that reads in this room: what is owed, what was asked about it, and the picture of it all."""

from .duties import Sheet, asked_how, by_number, sheet_of
from .exempt import Exemptions, rulings_for_ones_word, rulings_of, rulings_visible_to
from .matrix import Lateness, Matrix, Rates, lateness, matrix, rates, with_state
from .named import resource_named
from .owed import (
    Owed,
    acts_visible_to,
    besides,
    in_days,
    matters,
    owed,
    owed_one,
    requested,
    standing_duties,
    unmet,
    visible_to,
)
from .periods import is_stock, periods_of

__all__ = [
    "Exemptions", "Lateness", "Matrix", "Owed", "Rates", "Sheet", "acts_visible_to", "asked_how",
    "besides", "by_number", "in_days", "is_stock", "lateness", "matrix", "matters", "owed", "owed_one",
    "periods_of", "rates", "requested", "resource_named", "rulings_for_ones_word", "rulings_of",
    "rulings_visible_to", "sheet_of", "standing_duties", "unmet", "visible_to", "with_state",
]  # fmt: skip
