"""The way back to a list keeps its filters and place (look.md "Behaviour").

The links of a list carry `back`: the address that the reader sees, and the row that she opened. It stands in
the address bar, so it outlives a copied link, a proxy that drops the Referer, and a form sent in between.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest

PARAMETER = "back"


def back_to(request: HttpRequest, path: str) -> str:
    """The address of the list at `path` that the reader comes from, with filters and row; else `path`.

    What the address bar says is only ever taken for the query and the fragment of `path` itself: it leads
    nowhere else, whatever somebody writes into it.
    """
    wanted = request.POST.get(PARAMETER) or request.GET.get(PARAMETER, "")
    try:
        came = urlsplit(wanted)
    except ValueError:  # a bracketed host that is none
        return path
    if came.scheme or came.netloc or came.path != path:
        return path
    return came._replace(scheme="", netloc="", path=path).geturl()


def with_back(address: str, back: str) -> str:
    """`address` with the way back in it, before its fragment."""
    where, mark, fragment = address.partition("#")
    joint = "&" if "?" in where else "?"
    return f"{where}{joint}{urlencode({PARAMETER: back})}{mark}{fragment}"
