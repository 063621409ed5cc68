"""The way back to a list keeps its filters and place (look.md "Behaviour")."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest


def back_to(request: HttpRequest, path: str) -> str:
    """The address of the list that the reader comes from, with its filters; the bare `path` otherwise."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc == request.get_host() and came.path == path and came.query:
        return f"{path}?{came.query}"
    return path
