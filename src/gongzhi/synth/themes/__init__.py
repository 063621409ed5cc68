"""The tables that comparisons read, told with care: facts that agree, hits, and near misses.

A theme names the tables that it fills; every other table is filled from its definition alone.
"""

from .building import BUILDING
from .equity import EQUITY
from .farmland import FARMLAND
from .income_tax import INCOME_TAX
from .land import LAND
from .model import Theme
from .registration import REGISTER, REGISTRATION

THEMES: tuple[Theme, ...] = (REGISTRATION, EQUITY, LAND, FARMLAND, BUILDING, INCOME_TAX, REGISTER)
__all__ = ["THEMES", "Theme"]
