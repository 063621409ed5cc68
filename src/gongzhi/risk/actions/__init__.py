"""All that writes in this room, split by noun: the scan, what it finds, what a person decides."""

from .asking import ask_for_scan, ask_if_due, scan_waiting
from .decision import exclude, exclude_together, reopen
from .refused import Refused
from .scan import scan

__all__ = [
    "Refused",
    "ask_for_scan",
    "ask_if_due",
    "exclude",
    "exclude_together",
    "reopen",
    "scan",
    "scan_waiting",
]
