"""Immutable Parquet batches; the only door to the analytic engine."""

from .boxes import seal_rows, unseal_rows
from .conditions import BadPlace, Condition, How
from .listed import PLACE, ListedFile, ListedRows
from .ops import REGISTER, REGISTERED
from .persons import Cut, cut_persons, is_person, may_name_person
from .schema import ORIGIN, QUANTITY, column_types, empty
from .snapshot import Session, Snapshot, TooLong
from .space import disk_is_full
from .store import Damaged, Lake, Loss, Stored

__all__ = [
    "ORIGIN",
    "PLACE",
    "QUANTITY",
    "REGISTER",
    "REGISTERED",
    "BadPlace",
    "Condition",
    "Cut",
    "Damaged",
    "How",
    "Lake",
    "ListedFile",
    "ListedRows",
    "Loss",
    "Session",
    "Snapshot",
    "Stored",
    "TooLong",
    "column_types",
    "cut_persons",
    "disk_is_full",
    "empty",
    "is_person",
    "may_name_person",
    "seal_rows",
    "unseal_rows",
]  # fmt: skip
