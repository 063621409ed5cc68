"""Pages of this room: the promise, who looked at what, and more rows today."""

from .agreements import agreement, agreements
from .allowances import decide, more
from .reveals import my_reveals, reveals, use

__all__ = ["agreement", "agreements", "decide", "more", "my_reveals", "reveals", "use"]
