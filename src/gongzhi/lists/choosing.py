"""Several rows of a list taken together: chosen with boxes, then shown on a page of their own.

The boxes belong to a plain GET form, so choosing works without a script, and the page that is opened has an
address like every other: `/hits/exclude?chosen=…&chosen=…&back=…`. That page shows what was chosen, asks
what it must ask (a reason, a decision for each), and posts `chosen` and `back` again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest

CHOSEN = "chosen"
MOST = 200  # more than a page of a list holds, less than an address bears

LARGEST = 2**63 - 1  # no database has a greater number for a row, and asking for one is a fault

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class Bulk:
    """What can be done with chosen rows: the address of the page, and the words on the button."""

    address: str
    label: str


def chosen(request: HttpRequest, kind: Callable[[str], Name], *, most: int = MOST) -> list[Name]:
    """The names of the chosen rows, each once, in order; what `kind` (UUID, int) refuses is left out.

    `most`: a form that is posted bears more than an address does.
    """
    found: dict[Name, None] = {}
    for text in (request.POST if request.method == "POST" else request.GET).getlist(CHOSEN)[:most]:
        try:
            name = kind(text)
        except ValueError:
            continue  # written by hand: names nothing
        if not (isinstance(name, int) and abs(name) > LARGEST):
            found[name] = None
    return list(found)
