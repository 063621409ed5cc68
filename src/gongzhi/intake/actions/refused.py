"""An act of this room that cannot be done as asked."""

from __future__ import annotations


class Refused(Exception):
    """`code` is the finding's or a short machine code; the text is Chinese and says how to mend it.

    `about` names the batch or submission that stands in the way, where there is one; `mend` is what more
    there is to say of how to go on.
    """

    def __init__(self, code: str, text: str, about: str = "", mend: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.about = about
        self.mend = mend


def kept(text: str, otherwise: str, longest: int = 300) -> str:
    """A reason as it is kept, whole or not at all; Refused with `otherwise` where there is none."""
    found = text.strip()
    if not found and otherwise:
        raise Refused("no_reason", otherwise)
    if len(found) > longest:
        raise Refused("too_long", f"理由请不超过 {longest} 字，现在是 {len(found)} 字")
    return found
