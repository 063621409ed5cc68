"""All that writes in this room, split by noun: the scan, what it finds, what a person decides."""

from .decision import exclude, exclude_together
from .refused import Refused
from .scan import scan

__all__ = ["Refused", "exclude", "exclude_together", "scan"]
