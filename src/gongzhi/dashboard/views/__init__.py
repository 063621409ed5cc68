"""The pages of this room."""

from .files import faulty, tries
from .units import pictures, unit_picture
from .workbench import search, workbench

__all__ = ["faulty", "pictures", "search", "tries", "unit_picture", "workbench"]
