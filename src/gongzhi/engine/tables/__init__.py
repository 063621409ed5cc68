"""xlsx, xls, csv, json into one flat Table, read in a caged child process."""

from .child import warm
from .codes import NOTICES, REFUSALS, SKIPS
from .heading import heading_keys, normalise_heading
from .model import (
    Column,
    Limits,
    Mark,
    Notice,
    Reading,
    Skipped,
    Table,
    Unreadable,
    address,
    column_index,
    column_letter,
)
from .reading import cage_level, read

__all__ = [
    "NOTICES",
    "REFUSALS",
    "SKIPS",
    "Column",
    "Limits",
    "Mark",
    "Notice",
    "Reading",
    "Skipped",
    "Table",
    "Unreadable",
    "address",
    "cage_level",
    "column_index",
    "column_letter",
    "heading_keys",
    "normalise_heading",
    "read",
    "warm",
]
