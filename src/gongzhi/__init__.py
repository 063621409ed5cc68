"""Gongzhi (共治): a district's tax co-governance system.

The notice is the table of contents: every room below is one part of it (docs/tour.md).
"""

import os

ALLOCATOR = "_RJEM_MALLOC_CONF"
"""Where the engine's allocator (jemalloc, inside polars) looks for its settings when it is loaded."""

# A column of a million rows is made and dropped in a blink. Pages of 2 MiB, and memory that is given back
# only after a minute, save most of the page faults; an arena for each processor keeps threads from hoarding.
os.environ.setdefault(
    ALLOCATOR, f"thp:always,dirty_decay_ms:60000,muzzy_decay_ms:0,narenas:{os.cpu_count() or 1}"
)
