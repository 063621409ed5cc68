"""Keep pushed rows in the inbox: plain calls together with others, every other one by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse

from gongzhi.editions.queries import stamp, unchanged
from gongzhi.intake.actions.inbox import Row, prepared, push, push_together
from gongzhi.intake.actions.place import Place
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.models import Push
from gongzhi.organisation.actions import (
    NotPlain,
    PlainCall,
    Reply,
    admit_together,
    answer_together,
    remember,
)

from .admission import digest_of, nonce_of, tried_plainly
from .calling import address, answered, asked, caller, instant, told
from .together import Together

MOST = 64


@dataclass(frozen=True)
class Plain:
    """A plain push before it is written, and the stamp of the definitions by which its rows were read."""

    call: PlainCall
    push: Push
    stamp: str


def kept(request: HttpRequest, name: str, place: Place, rows: Sequence[Row]) -> JsonResponse:
    """Keep rows and answer; under an Idempotency-Key once."""
    key = caller(request)
    if tried_plainly(request):
        return _plainly(request, name, place, rows)

    def act() -> Reply:
        made, fresh = push(place=place, rows=rows, by=key)
        return _reply(made, known=not fresh)

    answer = answered(request, name, digest_of(request), act)
    remember(key)
    return answer


def _plainly(request: HttpRequest, name: str, place: Place, rows: Sequence[Row]) -> JsonResponse:
    key = caller(request)
    try:
        made = prepared(place=place, rows=rows, by=key)
    except Refused as error:
        raise NotPlain from error
    reply = _reply(made, known=False)
    call = PlainCall(key, nonce_of(request), name, asked(request, digest_of(request)), reply)
    inbox.put(Plain(call, made, stamp()))
    return told(reply)


def _write(these: Sequence[Plain]) -> None:
    """Let plain pushes in, put them into the inbox and keep their answers: all of it or nothing."""
    calls = [one.call for one in these]
    stamps = {one.stamp for one in these}
    try:
        with transaction.atomic():
            if len(stamps) > 1 or not unchanged(stamps.pop()):
                raise NotPlain
            admit_together(calls=calls)
            push_together(pushes=[one.push for one in these])
            answer_together(calls=calls)
    except IntegrityError as error:  # a nonce or an Idempotency-Key that was used before
        raise NotPlain from error


inbox = Together(_write, most=MOST, apart=NotPlain)


def _reply(made: Push, *, known: bool) -> Reply:
    content = push_line(made) | {"known": known}
    return Reply(202, {k: v for k, v in content.items() if k != "submission"}, address("inbox", made.pk))


def push_line(one: Push) -> dict[str, Any]:
    return {
        "inbox": str(one.pk),
        "resource": one.resource,
        "period": one.period,
        "rows": one.rows,
        "received_at": instant(one.received_at),
        "submission": str(one.submission_id) if one.submission_id else None,
    }
