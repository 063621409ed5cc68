"""Let plain calls in together: many in one transaction, from what this process remembers of their keys.

Plain is a call whose key this process knows and whose signature and address are right. Of a key that was
issued only that is remembered which never changes: secret, unit, scope, addresses, calls an hour. What may
change (ended, its time over, its hour used up) is read in the transaction that writes the calls, so that an
ended key stops at once. Whatever is not plain is NotPlain: nothing of it is written, and `admit` looks at it
from the beginning.
"""

from __future__ import annotations

import copy
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, FilteredRelation, Q, Sum
from django.utils import timezone

from gongzhi.engine.crypto.calls import Claim, right
from gongzhi.organisation.models import Answer, ApiKey, Nonce, Tally

from .answers import Reply
from .calls import HOUR, Call, from_there, nobodys_secret

MOST_KNOWN = 1_000
MOST_COUNTERS = 2**15
_known: dict[str, ApiKey] = {}


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
    columns = (field.attname for field in ApiKey._meta.concrete_fields)
    _known[key.kid] = ApiKey(**{name: getattr(key, name) for name in columns})


def recognised(*, call: Call, claim: Claim) -> ApiKey:
    """The key of a plain call, for this call alone. A key that is not known costs what a wrong one costs."""
    key = _known.get(claim.kid)
    secret = nobodys_secret() if key is None else key.open_secret()
    if not right(secret, call.text(claim), claim.sig) or key is None or not from_there(key, call.address):
        raise NotPlain
    return copy.copy(key)


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
    """Count calls of this hour, each process in counters of its own, so that none waits for another."""
    mine = Tally.objects.filter(hour=hour, shard=os.getpid() % MOST_COUNTERS)
    alike: dict[int, list[UUID]] = {}
    for pk, count in counts.items():
        alike.setdefault(count, []).append(pk)
    found = sum(mine.filter(key__in=pks).update(calls=F("calls") + more) for more, pks in alike.items())
    if found == len(counts):
        return
    there = set(mine.values_list("key", flat=True))
    Tally.objects.bulk_create(
        Tally(key_id=pk, hour=hour, shard=os.getpid() % MOST_COUNTERS, calls=count)
        for pk, count in counts.items()
        if pk not in there
    )


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
