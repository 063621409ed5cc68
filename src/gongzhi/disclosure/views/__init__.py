"""Pages of this room: the promise, who looked at what, more rows today, exports that take a while."""

from .agreements import agreement, agreements
from .allowances import decide, more
from .exports import ask_export, decide_export, export_file, exports
from .reveals import my_reveals, reveals, use

__all__ = [
    "agreement", "agreements", "ask_export", "decide", "decide_export", "export_file", "exports", "more",
    "my_reveals", "reveals", "use",
]  # fmt: skip
