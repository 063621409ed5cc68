"""Answer a call once: the same Idempotency-Key with the same content is answered as it was the first time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gongzhi.organisation.models import Answer, ApiKey


class Reused(Exception):
    """The Idempotency-Key belongs to another request of this key."""


@dataclass(frozen=True)
class Reply:
    """What a call is answered: a status, JSON, and where to ask on."""

    status: int
    content: dict[str, Any]
    location: str = ""


def once(*, key: ApiKey, name: str, request: str, act: Callable[[], Reply]) -> Reply:
    """Do `act` unless it was done under this name; its answer is written in its own transaction.

    So either both the act and its answer are there after a crash or neither is. `request` is the SM3 (hex) of
    what was asked; Reused when it differs from what was asked under the name before.
    """
    if (earlier := _earlier(key, name, request)) is not None:
        return earlier
    try:
        with transaction.atomic():
            reply = act()
            Answer.objects.create(
                key=key, name=name, request=request, status=reply.status, content=reply.content,
                location=reply.location, at=timezone.now(),
            )  # fmt: skip
    except IntegrityError:
        if (earlier := _earlier(key, name, request)) is None:
            raise
        return earlier  # the same call came twice at once, and the other one was faster
    return reply


def _earlier(key: ApiKey, name: str, request: str) -> Reply | None:
    found = Answer.objects.filter(key=key, name=name).first()
    if found is None:
        return None
    if found.request != request:
        raise Reused
    return Reply(found.status, found.content, found.location)
