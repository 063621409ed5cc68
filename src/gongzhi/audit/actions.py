"""Write events, chain them, fix checkpoints."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from gongzhi.engine.crypto import GENESIS, Witness, add_to_witness, chain

from .models import WITNESSED, Checkpoint, Event
from .queries import Proof, verify

CHECKPOINT_EVERY = 1_000
CHECKPOINT_AFTER = dt.timedelta(minutes=5)
SEAL_SECONDS = 0.5
log = logging.getLogger(__name__)


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
    when the sealer lags, RuntimeError outside a transaction.
    """
    _check()
    event = noted(verb, by=by, subject=subject, duty=duty, outcome=outcome, detail=detail)
    event.save(force_insert=True)
    return event


def record_all(events: Sequence[Event]) -> None:
    """Write the events (`noted`) of acts that share a transaction, as `record` writes one."""
    _check()
    Event.objects.bulk_create(events)


def noted(
    verb: str,
    *,
    by: Actor | None,
    subject: tuple[str, object] = ("", ""),
    duty: str = "",
    outcome: str = "done",
    detail: dict[str, Any] | None = None,
) -> Event:
    """An event that is not written yet."""
    kind, identity = subject
    return Event(
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


def _check() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its act")
    oldest = Event.objects.filter(sequence=None).order_by("id").values_list("at", flat=True).first()
    limit = dt.timedelta(seconds=settings.AUDIT_MAX_LAG_SECONDS)
    if oldest and timezone.now() - oldest > limit:
        raise Behind


@transaction.atomic
def proved(*, by: Actor) -> Proof:
    """Verify the trail and write down who did and what came out (queries.verify)."""
    proof = verify()
    outcome = {"events": proof.events, "whole": proof.whole, "break_at": proof.break_at}
    record("audit.verified", by=by, subject=("chain", proof.events), detail=outcome)
    return proof


def seal() -> int:
    """Chain all events that are not chained yet; returns how many. Safe to run twice or in two processes."""
    size = _sealed().values_list("sequence", flat=True).first() or 0
    if not Event.objects.filter(sequence=None).exists() and not _checkpoint_due(size):
        return 0  # asked several times a second, and a transaction would lock the others' writing out
    with transaction.atomic():
        head = _locked_head()
        sequence = head.sequence if head and head.sequence is not None else 0
        previous = bytes.fromhex(head.digest) if head else GENESIS
        waiting = list(Event.objects.select_for_update().filter(sequence=None).order_by("id"))
        for event in waiting:
            sequence += 1
            event.sequence, event.previous = sequence, previous.hex()
            previous = chain(previous, sequence, event.content())
            event.digest = previous.hex()
        _chained(waiting)
        if _checkpoint_due(sequence):
            _checkpoint(sequence, previous)
            transaction.on_commit(copy_out)
    return len(waiting)


@contextmanager
def sealing() -> Iterator[None]:
    """Chain what an ended process left, what comes meanwhile, and the last: for who acts without the worker.

    Inside a transaction of the caller nothing is chained meanwhile: nobody else could see what it writes.
    """
    seal()
    stop = threading.Event()
    beside = threading.Thread(target=seal_until, args=(stop,), daemon=True)
    if not connection.in_atomic_block:
        beside.start()
    try:
        yield
    finally:
        stop.set()
        if beside.is_alive():
            beside.join()
    seal()


def seal_until(stop: threading.Event) -> None:
    """Chain events as they come, in a thread of its own, whatever else takes long.

    A database that is busy or a disk that is full is asked again; when it stays so, acts stop by themselves.
    """
    try:
        while not stop.wait(SEAL_SECONDS):
            try:
                seal()
            except (OperationalError, InterfaceError, OSError):
                log.info("the trail will be chained later", exc_info=True)
                connection.close()  # a database that was started anew is reached by a new one
    finally:
        connection.close()


def _chained(events: Sequence[Event]) -> None:
    """Write down the places of events in the chain: one plain statement for all, a sixth of `bulk_update`."""
    statement = "UPDATE audit_event SET sequence = %s, previous = %s, digest = %s WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(one.sequence, one.previous, one.digest, one.pk) for one in events])


def _locked_head() -> Event | None:
    """The last chained event, locked; asked again until nobody has chained another meanwhile."""
    head = None
    while (newest := _sealed().first()) != head:
        head = Event.objects.select_for_update().get(pk=newest.pk) if newest else None
    return head


def _sealed() -> QuerySet[Event]:
    return Event.objects.exclude(sequence=None).order_by("-sequence")


def _checkpoint_due(size: int) -> bool:
    """Every thousand events or five minutes, the last events before a quiet time included."""
    latest = Checkpoint.objects.order_by("-size").first()
    if latest is None or size <= latest.size:
        return size > 0 and latest is None
    return size - latest.size >= CHECKPOINT_EVERY or timezone.now() - latest.at >= CHECKPOINT_AFTER


def _checkpoint(size: int, head: bytes) -> None:
    checkpoint = Checkpoint(at=timezone.now(), size=size, head=head.hex())
    checkpoint.mac = checkpoint.right_mac()
    checkpoint.save(force_insert=True)


def copy_out() -> None:
    """Append to the witness file every checkpoint that is newer than its newest.

    Runs after the commit: a line there speaks of events that stand. What a crash has left out comes with
    the next checkpoint.
    """
    add_to_witness(settings.AUDIT_WITNESS, _newer, **WITNESSED)


def _newer(there: Witness) -> Iterator[dict[str, Any]]:
    last = max((line["size"] for line in there.lines), default=0)
    for one in Checkpoint.objects.filter(size__gt=last).order_by("size"):
        yield {"at": one.at.isoformat(), "size": one.size, "head": one.head, "mac": one.mac}
