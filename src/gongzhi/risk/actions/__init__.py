"""All that writes in this room, split by noun: the scan, what it finds, what a person decides."""

from .decision import exclude
from .refused import Refused
from .scan import scan

__all__ = ["Refused", "exclude", "scan"]
