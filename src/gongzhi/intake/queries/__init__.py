"""All that reads in this room: what is stored, and what the pages show of it."""

from .pages import findings_page, owed_resources, reading_of, rows_page
from .stored import (
    FINDINGS,
    REPAIRED,
    batches_visible_to,
    findings_of,
    frames,
    known_keys,
    ledger,
    live,
    repaired_of,
    rows_of,
    snapshot,
    visible_to,
)

__all__ = [
    "FINDINGS", "REPAIRED", "batches_visible_to", "findings_of", "findings_page", "frames", "known_keys",
    "ledger", "live", "owed_resources", "reading_of", "repaired_of", "rows_of", "rows_page", "snapshot",
    "visible_to",
]  # fmt: skip
