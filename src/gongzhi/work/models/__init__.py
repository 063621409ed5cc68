"""Work items, what happened to them and was attached, reminders and letters."""

from .attachment import Attachment
from .item import Item, SavedFilter, Step
from .message import Address, Announcement, Delivery, Letter, Message, Told

__all__ = [
    "Address", "Announcement", "Attachment", "Delivery", "Item", "Letter", "Message", "SavedFilter", "Step",
    "Told",
]  # fmt: skip
