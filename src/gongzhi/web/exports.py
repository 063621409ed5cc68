"""Which export is given at once, which goes to the worker, which needs another person's word."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from gongzhi.disclosure.actions import Wanted
from gongzhi.disclosure.views.exports import long_export
from gongzhi.editions.queries import in_force
from gongzhi.lists import Listing

AT_ONCE, APPROVAL = "export_at_once_rows", "export_approval_rows"


def bound(key: str) -> int:
    """A number of the definitions, as of today."""
    value = in_force().parameters[key].at(timezone.localdate())
    if value is None:
        raise RuntimeError(f"{key} has no value today")
    return int(value.value)


class Desk:
    """Sees to an export that is not given at once."""

    def instead(self, request: HttpRequest, page: Listing, *, by: Any) -> HttpResponseBase | None:
        """The page that says so; None when the file may be had now, or the worker makes it."""
        if getattr(request, "made_by_worker", False):
            return None
        rows = page.total
        approval = page.guarded and rows > bound(APPROVAL)
        if not approval and rows <= bound(AT_ONCE):
            return None
        wanted = Wanted(
            page.title, f"{request.path}?{page.export_query}", page.filters, rows,
            page.guarded, approval,
        )  # fmt: skip
        return long_export(request, wanted, by)
