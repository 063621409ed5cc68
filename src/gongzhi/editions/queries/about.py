"""Which piece of the definitions a page shows, so that a suggestion made there finds its owner."""

from __future__ import annotations

import re
from collections.abc import Callable

from gongzhi.engine.definitions.editing import plain

from .counting import contents_in_force, in_force
from .pieces import Piece, pieces_of

_MOST = 64
_NAME = r"([^/?#]+)"


def _resource(number: str) -> Piece | None:
    found = in_force().resources.get(number)
    return Piece("resource", found.code) if found else None


def parameter_files() -> list[tuple[Piece, str, list[str]]]:
    """The files of parameters in force: each with its theme and the keys in it."""
    found = pieces_of(contents_in_force()).items()
    files = [
        (piece, plain(next(iter(texts.values())))) for piece, texts in found if piece.kind == "parameters"
    ]
    return [(piece, value["theme"], [one["key"] for one in value["parameters"]]) for piece, value in files]


def _parameters(key: str) -> Piece | None:
    return next((piece for piece, _, keys in parameter_files() if key in keys), None)


_PAGES: tuple[tuple[str, Callable[[str], Piece | None]], ...] = (
    (rf"^/(?:definitions/resources|submit|resources)/{_NAME}", _resource),
    (rf"^/definitions/rules/{_NAME}", lambda code: Piece("rule", code)),
    (r"^/definitions/other/([^?#]+)", lambda code: Piece("list", code)),
    (rf"^/definitions/parameters/{_NAME}", _parameters),
)


def about_thing(rule: str, resource: str, made_by: str) -> Piece | None:
    """The rule or the resource that a page says it is about (a hit, a batch, an obligation, a submission), or
    the definition by which it was made: the kind of a work item, the wording of a letter.
    """
    if rule in in_force().rules:
        return Piece("rule", rule)
    piece = Piece("list", made_by)
    return piece if made_by and piece in pieces_of(contents_in_force()) else _resource(resource)


def about_page(address: str) -> Piece:
    """The piece that the page at this address shows; for every other page the page itself."""
    for pattern, named in _PAGES:
        if (found := re.match(pattern, address)) and (piece := named(found[1])):
            return piece
    return page_at(address)


def page_at(address: str) -> Piece:
    """The page itself."""
    path = re.sub(r"[^\w/.-]", "", address.split("?", maxsplit=1)[0])
    return Piece("page", path[:_MOST] or "/")
