"""Pages that belong to no room: health."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse

from gongzhi.gate import public


@public
def health(request: HttpRequest) -> JsonResponse:
    """Whether the database answers; nothing else is told to strangers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
