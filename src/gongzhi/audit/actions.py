"""Write events, chain them, fix checkpoints."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from gongzhi.engine.crypto import GENESIS, chain, hmac_sm3

from .models import Checkpoint, Event

CHECKPOINT_EVERY = 1_000


class Behind(Exception):
    """The sealer lags: no act is taken until the trail is whole again (fail closed)."""


class Actor(Protocol):
    """Whoever acts: a person of the room `organisation`. None stands for the system itself."""

    @property
    def pk(self) -> Any: ...
    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...


def record(
    verb: str,
    *,
    by: Actor | None,
    subject: tuple[str, object] = ("", ""),
    duty: str = "",
    outcome: str = "done",
    detail: dict[str, Any] | None = None,
) -> Event:
    """Write one event inside the transaction of its act.

    `detail` must hold no personal value: names of fields, counts, numbers of batches. Raises Behind
    when the sealer lags, TransactionManagementError-like RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its act")
    _check_lag()
    kind, identity = subject
    return Event.objects.create(
        at=timezone.now(),
        actor=str(by.pk) if by else "",
        actor_name=by.name if by else "",
        unit=by.unit if by else "",
        verb=verb,
        subject_kind=kind,
        subject=str(identity),
        duty=duty,
        outcome=outcome,
        detail=detail or {},
    )


def _check_lag() -> None:
    oldest = Event.objects.filter(sequence=None).order_by("id").values_list("at", flat=True).first()
    limit = dt.timedelta(seconds=settings.AUDIT_MAX_LAG_SECONDS)
    if oldest and timezone.now() - oldest > limit:
        raise Behind


def seal() -> int:
    """Chain all events that are not chained yet; returns how many. Safe to run twice or in two processes."""
    with transaction.atomic():
        head = Event.objects.select_for_update().exclude(sequence=None).order_by("-sequence").first()
        sequence = head.sequence if head and head.sequence is not None else 0
        previous = bytes.fromhex(head.digest) if head else GENESIS
        waiting = list(Event.objects.select_for_update().filter(sequence=None).order_by("id"))
        for event in waiting:
            sequence += 1
            event.sequence, event.previous = sequence, previous.hex()
            previous = chain(previous, sequence, content(event))
            event.digest = previous.hex()
        Event.objects.bulk_update(waiting, ["sequence", "previous", "digest"], batch_size=500)
        if waiting:
            _checkpoint(sequence, previous)
    return len(waiting)


def _checkpoint(size: int, head: bytes) -> None:
    """A checkpoint every thousand events or five minutes, and a copy of it outside the database."""
    now = timezone.now()
    latest = Checkpoint.objects.order_by("-size").first()
    fresh = latest and size - latest.size < CHECKPOINT_EVERY and now - latest.at < dt.timedelta(minutes=5)
    if fresh:
        return
    checkpoint = Checkpoint(at=now, size=size, head=head.hex())
    checkpoint.mac = mac(checkpoint)
    checkpoint.save(force_insert=True)
    line = {"at": now.isoformat(), "size": size, "head": checkpoint.head, "mac": checkpoint.mac}
    settings.AUDIT_WITNESS.parent.mkdir(parents=True, exist_ok=True)
    with settings.AUDIT_WITNESS.open("a", encoding="utf-8") as witness:
        witness.write(json.dumps(line) + "\n")


def mac(checkpoint: Checkpoint) -> str:
    """Authentication code of a checkpoint under the audit key."""
    message = f"{checkpoint.size}|{checkpoint.head}".encode()
    return hmac_sm3(settings.KEYS.current("audit").secret, message).hex()


def content(event: Event) -> bytes:
    """What the chain fixes of an event: everything but the chain's own columns, in one canonical form."""
    at = event.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    parts = [at, event.actor, event.actor_name, event.unit, event.verb, event.subject_kind, event.subject]
    parts += [event.duty, event.outcome, event.detail]
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
