"""Which piece of the definitions a page shows, so that a suggestion made there finds its owner."""

from __future__ import annotations

import re
from collections.abc import Callable

from .counting import in_force
from .pieces import Piece

_MOST = 64
_NAME = r"([^/?#]+)"


def _resource(number: str) -> Piece | None:
    found = in_force().resources.get(number)
    return Piece("resource", found.code) if found else None


_PAGES: tuple[tuple[str, Callable[[str], Piece | None]], ...] = (
    (rf"^/(?:definitions/resources|submit|resources)/{_NAME}", _resource),
    (rf"^/definitions/rules/{_NAME}", lambda code: Piece("rule", code)),
    (r"^/definitions/other/([^?#]+)", lambda code: Piece("list", code)),
)


def about_page(address: str) -> Piece:
    """The piece that the page at this address shows; for every other page the page itself."""
    for pattern, named in _PAGES:
        if (found := re.match(pattern, address)) and (piece := named(found[1])):
            return piece
    path = re.sub(r"[^\w/.-]", "", address.split("?", maxsplit=1)[0])
    return Piece("page", path[:_MOST] or "/")
