"""Pages of this room: the promise, who looked at what, more rows today, whom to guard, long exports."""

from .agreements import agreement, agreements
from .allowances import decide, more
from .exports import ask_export, decide_export, export_file, exports
from .guards import end, guards, recusals
from .reveals import my_reveals, reveals, use

__all__ = [
    "agreement", "agreements", "ask_export", "decide", "decide_export", "end", "export_file", "exports",
    "guards", "more", "my_reveals", "recusals", "reveals", "use",
]  # fmt: skip
