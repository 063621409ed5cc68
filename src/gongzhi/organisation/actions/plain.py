"""Let plain calls in together: many in one transaction, from what this process remembers of their keys.

Plain is a call whose key this process knows and whose signature and address are right. Of a key that was
issued only that is remembered which never changes: secret, unit, scope, addresses, calls an hour. What may
change (ended, its time over, its hour used up) is read in the transaction that writes the calls, so that an
ended key stops at once. Whatever is not plain is NotPlain: nothing of it is written, and `admit` looks at it
from the beginning.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import FilteredRelation, Q, Sum
from django.utils import timezone

from gongzhi.engine.crypto.calls import Claim, right
from gongzhi.organisation.models import Answer, ApiKey, Nonce

from .answers import Reply
from .calls import HOUR, Call, from_there

MOST_KNOWN = 1_000
MOST_COUNTERS = 2**15
NOBODYS_SECRET = "-" * 43
ADD_UP = (
    "INSERT INTO organisation_tally (key_id, hour, shard, calls) VALUES {}"
    " ON CONFLICT (key_id, hour, shard) DO UPDATE SET calls = organisation_tally.calls + excluded.calls"
)
_known: dict[str, Known] = {}


class Known(NamedTuple):
    """What this process remembers of a key: its columns and its secret, opened once."""

    values: list[Any]
    secret: str


class NotPlain(Exception):
    """Something about a call asks for a closer look; nothing of it was written."""


@dataclass(frozen=True)
class PlainCall:
    """A call that is let in and answered in one go: its nonce, its Idempotency-Key, its answer."""

    key: ApiKey
    nonce: str
    name: str
    request: str
    reply: Reply


def remember(key: ApiKey) -> None:
    """Know a key from now on whose call was carried out: its columns, nothing that this call has found."""
    if key.kid in _known:
        return
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[key.kid] = Known([getattr(key, name) for name in _columns()], key.open_secret())


def recognised(*, call: Call, claim: Claim) -> ApiKey:
    """The key of a plain call, for this call alone. A key that is not known costs what a wrong one costs."""
    known = _known.get(claim.kid)
    secret = NOBODYS_SECRET if known is None else known.secret
    if not right(secret, call.text(claim), claim.sig) or known is None:
        raise NotPlain
    key = ApiKey.from_db(None, _columns(), known.values)
    if not from_there(key, call.address):
        raise NotPlain
    return key


@lru_cache(maxsize=1)
def _columns() -> list[str]:
    return [field.attname for field in ApiKey._meta.concrete_fields]


@transaction.atomic(savepoint=False)
def admit_together(*, calls: Sequence[PlainCall]) -> None:
    """Write down nonces and counts of plain calls; IntegrityError when a nonce has been used."""
    hour = int(time.time()) // HOUR
    counts = Counter(call.key.pk for call in calls)
    _usable(calls, counts, hour)
    now = timezone.now()
    Nonce.objects.bulk_create(
        Nonce(key=call.key, nonce=call.nonce, at=now)
        for call in sorted(calls, key=lambda one: (one.key.pk, one.nonce))
    )  # in one order, so that two processes never wait for each other
    _count(counts, hour)


def _usable(calls: Sequence[PlainCall], counts: Counter[UUID], hour: int) -> None:
    """NotPlain unless every key may be used now, as often as it is."""
    hourly = {call.key.pk: call.key.hourly for call in calls}
    used = (
        ApiKey.objects.filter(pk__in=counts, ended_at=None, until__gt=timezone.now())
        .annotate(now=FilteredRelation("tallies", condition=Q(tallies__hour=hour)))
        .order_by()
        .values_list("pk")
        .annotate(Sum("now__calls"))
    )
    left = {pk: hourly[pk] - (calls or 0) for pk, calls in used}
    if any(left.get(pk, 0) < count for pk, count in counts.items()):
        raise NotPlain


def _count(counts: Counter[UUID], hour: int) -> None:
    """Count calls of this hour, each process in counters of its own, so that none waits for another.

    One plain statement, in a form that both databases know: the ORM's INSERT cannot add up, and its UPDATE
    costs one statement for each count that differs.
    """
    shard, identity = os.getpid() % MOST_COUNTERS, ApiKey._meta.pk
    rows = [
        (identity.get_db_prep_value(pk, connection), hour, shard, count)
        for pk, count in sorted(counts.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(ADD_UP.format(", ".join(["(%s, %s, %s, %s)"] * len(rows))), list(chain(*rows)))


@transaction.atomic(savepoint=False)
def answer_together(*, calls: Sequence[PlainCall]) -> None:
    """Keep what plain calls are answered; IntegrityError when one was answered under its name before."""
    now = timezone.now()
    Answer.objects.bulk_create(
        Answer(
            key=call.key, name=call.name, request=call.request, status=call.reply.status,
            content=call.reply.content, location=call.reply.location, at=now,
        )
        for call in sorted(calls, key=lambda one: (one.key.pk, one.name))
    )  # fmt: skip
