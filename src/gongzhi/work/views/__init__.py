"""Pages of the work: the list of what one has to do, and one item."""

from .item import act, file, item
from .items import drop_filter, give, items, keep_filter, together

__all__ = ["act", "drop_filter", "file", "give", "item", "items", "keep_filter", "together"]
