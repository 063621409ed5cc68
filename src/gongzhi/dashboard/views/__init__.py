"""The pages of this room."""

from .feedback import batch_use, feedback, resource_feedback, unit_feedback
from .files import faulty, fills, resource_batches, resource_tries, tries
from .resources import resource_picture, resource_pictures
from .search import search
from .units import pictures, unit_picture
from .workbench import workbench

__all__ = [
    "batch_use", "faulty", "feedback", "fills", "pictures", "resource_batches", "resource_feedback",
    "resource_picture", "resource_pictures", "resource_tries", "search", "tries", "unit_feedback",
    "unit_picture", "workbench",
]  # fmt: skip
