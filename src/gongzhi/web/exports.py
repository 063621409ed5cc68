"""Which export is given at once, which goes to the worker, which needs the word of two others."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from gongzhi.disclosure.actions import Wanted, give_at_once
from gongzhi.disclosure.views.exports import long_export
from gongzhi.lists import Listing


class Desk:
    """Sees to an export that is not given at once."""

    def instead(self, request: HttpRequest, page: Listing, *, by: Any) -> HttpResponseBase | None:
        """The page that says so; None when the file may be had now, or the worker makes it."""
        if getattr(request, "made_by_worker", False):
            return None
        address = f"{request.path}?{page.export_query}"
        wanted = Wanted(page.title, address, page.filters, page.total, page.guarded)
        return None if give_at_once(wanted=wanted, by=by) else long_export(request, wanted, by)
