"""What was sent in when the sign-in was over: it travels through the sign-in and is sent again by a click.

It stays in the pages of that browser and is stored nowhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from gongzhi.gate import KEPT

_NEVER = ("csrfmiddlewaretoken", "proof_for", "proof_password", "proof_code")
_SECRET = ("/account", "/activate", "/reset")
READ = 12
"""From so many characters on a text is shown for reading; shorter ones are choices, and in ASCII alone stand
what the page itself put in: addresses, numbers of rows."""


@dataclass(frozen=True)
class Kept:
    """Where it was sent, its fields, whether files were with it."""

    address: str
    fields: tuple[tuple[str, str], ...]
    files: bool = False

    @property
    def text(self) -> str:
        """As a hidden field carries it."""
        return json.dumps([self.address, self.fields, self.files], ensure_ascii=False)

    @property
    def long_ones(self) -> list[str]:
        """What was written by hand, to be read once more."""
        return [value for _, value in self.fields if len(value) >= READ and not value.isascii()]


def arriving(request: HttpRequest) -> Kept | None:
    """What the gate sent here instead of to its own page; None where it may not be kept."""
    address = request.GET.get(KEPT, "")
    if request.method != "POST" or not _ours(address):
        return None
    fields = tuple(
        (name, value)
        for name, values in request.POST.lists()
        if name not in _NEVER
        for value in values
        if isinstance(value, str)
    )
    return Kept(address, fields, bool(request.FILES)) if fields else None


def carried(request: HttpRequest) -> Kept | None:
    """What a page of the sign-in carries on; None where there is nothing, or nothing of ours."""
    try:
        address, fields, files = json.loads(request.POST.get("kept", ""))
        pairs = tuple((str(name), str(value)) for name, value in fields)
    except (ValueError, TypeError):
        return None
    return Kept(address, pairs, bool(files)) if isinstance(address, str) and _ours(address) else None


def _ours(address: str) -> bool:
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return safe and address.startswith("/") and not address.startswith(_SECRET)


def offered(request: HttpRequest, kept: Kept) -> HttpResponse:
    """The page from which it is sent again."""
    return render(request, "organisation/kept.html", {"kept": kept})
