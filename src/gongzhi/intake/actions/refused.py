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
