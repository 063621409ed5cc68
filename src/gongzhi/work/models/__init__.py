"""Work items, what happened to them, and what was attached."""

from .attachment import Attachment
from .item import Item, SavedFilter, Step

__all__ = ["Attachment", "Item", "SavedFilter", "Step"]
