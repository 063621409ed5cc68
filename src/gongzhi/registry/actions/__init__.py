"""All that writes in this room, split by noun: the register, links, segments, decisions."""

from .decision import decide, decide_outside, decide_together, decide_unlinked, undo
from .link import link_batches, link_new
from .merge import merge_links
from .ops import put_register
from .register import refresh

__all__ = [
    "decide",
    "decide_outside",
    "decide_together",
    "decide_unlinked",
    "link_batches",
    "link_new",
    "merge_links",
    "put_register",
    "refresh",
    "undo",
]
