"""What people promise before they see shared data."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated

from pydantic import Field as Also

from .resource import Sensitivity
from .strict import Key, Strict, Text, Title


class Agreement(Strict):
    """A promise of confidentiality: asked of whoever holds a duty that opens one of `opens`."""

    key: Key
    title: Title
    document: Title
    clause: Title
    since: dt.date
    months: Annotated[int, Also(ge=1, le=60)]
    opens: Annotated[tuple[Sensitivity, ...], Also(min_length=1)]
    paragraphs: Annotated[tuple[Text, ...], Also(min_length=1)]

    @property
    def digest(self) -> str:
        """SM3 (hex) of what is promised: another text is another promise."""
        return hashlib.new("sm3", "\n".join((self.title, *self.paragraphs)).encode()).hexdigest()
