"""All that reads in this room: what is stored, and what the pages show of it."""

from .desk import asked_of, explanations, two_persons, unreviewed, withdrawals_visible_to
from .difference import difference
from .pages import findings_page, owed_resources, reading_of, rows_page
from .proofs import NotFrozen, cutoff_at, frozen_batches, public_keys, snapshot_at
from .stored import (
    FINDINGS,
    REPAIRED,
    batches_visible_to,
    findings_of,
    frames,
    kept_originals,
    known_keys,
    ledger,
    live,
    place_of_box,
    repaired_of,
    rows_of,
    sealed_rows,
    snapshot,
    still_counted,
    visible_to,
)

__all__ = [
    "FINDINGS",
    "REPAIRED",
    "NotFrozen",
    "asked_of",
    "batches_visible_to",
    "cutoff_at",
    "difference",
    "explanations",
    "findings_of",
    "findings_page",
    "frames",
    "frozen_batches",
    "kept_originals",
    "known_keys",
    "ledger",
    "live",
    "owed_resources",
    "place_of_box",
    "public_keys",
    "reading_of",
    "repaired_of",
    "rows_of",
    "rows_page",
    "sealed_rows",
    "snapshot",
    "snapshot_at",
    "still_counted",
    "two_persons",
    "unreviewed",
    "visible_to",
    "withdrawals_visible_to",
]  # fmt: skip
