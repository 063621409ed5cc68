"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from gongzhi.editions.queries import in_force
from gongzhi.gate import sight_of


def house(request: HttpRequest) -> dict[str, Any]:
    """The district, the reader's sight, and whether this is a demo home."""
    user = getattr(request, "user", None)
    return {"district": in_force().district, "sight": sight_of(user), "demo": settings.HOME.demo}
