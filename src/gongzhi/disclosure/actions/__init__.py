"""All that writes in this room."""

from .agreeing import accept_agreements
from .allowances import ask_for_more, decide
from .refusal import Refused
from .revealing import reveal

__all__ = ["Refused", "accept_agreements", "ask_for_more", "decide", "reveal"]
