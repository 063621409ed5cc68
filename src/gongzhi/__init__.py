"""Gongzhi (共治): a district's tax co-governance system.

The notice is the table of contents: every room below is one part of it (docs/tour.md).
"""

import os

ALLOCATOR = "_RJEM_MALLOC_CONF"
"""Where the engine's allocator (jemalloc, inside polars) looks for its settings when it is loaded."""

# A column of a million rows is made and dropped in a blink. Where its memory is not given back at once (of
# columns of 8 MiB and more it would be: so no threshold), it is used again by the next one; after a second
# it is given back. An arena for each processor keeps threads from hoarding their own. Pages of 2 MiB would
# save faults, but a virtual machine whose host takes free memory back pays for each (docs/decisions/0023).
KEEPING = f"dirty_decay_ms:1000,muzzy_decay_ms:0,oversize_threshold:0,narenas:{os.cpu_count() or 1}"
os.environ.setdefault(ALLOCATOR, KEEPING)

# The few small matrix products here gain nothing from threads, whose waiting costs processor time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
