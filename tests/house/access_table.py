"""The table of access.txt, and the addresses that the application really has."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

from django.urls import get_resolver

from gongzhi.gate.checks import walk

TABLE = Path(__file__).with_name("access.txt")
SAMPLES = {
    "uuid": str(UUID(int=7)),
    "uuidstr": str(UUID(int=7)),
    "int": "999999999",
    "str": "no-such-thing",
    "slug": "no-such-thing",
    "path": "no",
}
EVERYONE, SIGNED_IN, MACHINES = "everyone", "signed in", "machines"


def expected() -> dict[str, str]:
    """Route → who may open it, as access.txt says."""
    lines = [line.split("#")[0].strip() for line in TABLE.read_text("utf-8").splitlines()]
    pairs = [line.split("|") for line in lines if line]
    found = {route.strip(): who.strip() for route, who in pairs}
    assert len(found) == len(pairs), "access.txt names an address twice"
    return found


def routes() -> list[str]:
    """Every route of the application."""
    return ["/" + route for route, _ in walk(get_resolver().url_patterns)]


def address(route: str) -> str:
    """The route with ids that nobody has."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES[match[1] or "str"], route)


def may_open(who: str, name: str) -> bool:
    """Whether the table lets `name` in; "" is somebody who is not signed in."""
    if who == EVERYONE:
        return True
    seat = name.removesuffix("2")  # office2 sits where office sits
    return bool(name) and (who == SIGNED_IN or seat in who.split())
