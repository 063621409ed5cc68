"""接入通道: how the watched folder and the SQL sources stand, for who keeps the machine running."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from gongzhi.gate import needs
from gongzhi.intake import queries
from gongzhi.intake.actions.pulling import reason_of
from gongzhi.intake.queries.doors import folder
from gongzhi.intake.queries.pages import period_label

_KINDS = {"postgresql": "PostgreSQL", "mysql": "MySQL"}
_MEANS = {"done": "good", "empty": "warn"}  # everything else is a fault


@needs("administer_system")
def doors(request: HttpRequest) -> HttpResponse:
    """Last look, last file, faults, what waits. No address, no account, no password, no value of a row."""
    found = queries.pulls_of(settings.DOORS.sources, timezone.localdate())
    sources = [
        one | {
            "kind": _KINDS[source.database.kind],
            "at": parse_datetime(one["last_at"]) if one["last_at"] else None,
            "period": period_label(one["last_period"]) if one["last_period"] else "",
            "result": reason_of(str(one["last"])) if one["last"] else "",
            "meaning": _MEANS.get(one["last"], "stop"),
            "waits": [period_label(period) for period in one["waiting"]],
        }
        for source, one in zip(settings.DOORS.sources, found, strict=True)
    ]  # fmt: skip
    now = timezone.now()
    context = {"folder": folder(now) if settings.DOORS.folder else None, "sources": sources, "now": now}
    return render(request, "intake/doors.html", context)
