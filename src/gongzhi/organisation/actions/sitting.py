"""Who signed in and out, who was not let in, and in how many places one may sit at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Failure, Lock, Person, Sitting
from gongzhi.organisation.queries import address_digest, attempt_name, most_sittings, open_sittings

FAILURES_KEPT = dt.timedelta(days=1)
SITTINGS_KEPT = dt.timedelta(days=30)


@transaction.atomic
def signed_in(*, person: Person) -> tuple[Sitting, list[Sitting]]:
    """Begin a sitting; where there would be more than allowed, the earliest end. Returns it and those."""
    Person.objects.select_for_update().get(pk=person.pk)  # two sign-ins at once must not both slip in
    now = timezone.now()
    others = list(open_sittings(person))
    ended = others[: max(0, len(others) + 1 - most_sittings(person))]
    _end(ended, "parallel")
    sitting = Sitting.objects.create(person=person, began_at=now, seen_at=now)
    detail = {"ended": len(ended)} if ended else {}
    record("person.signed_in", by=person, subject=("person", person.pk), detail=detail)
    return sitting, ended


@transaction.atomic
def signed_out(*, person: Person, reason: str = "", sitting: str = "") -> None:
    """Write down a sign-out; `reason` when the system ended the session."""
    if sitting:
        _end(Sitting.objects.filter(pk=sitting, person=person, ended_at=None), reason or "out")
    record("person.signed_out", by=person, subject=("person", person.pk), detail={"reason": reason})


@transaction.atomic
def end_others(*, person: Person, sitting: str) -> int:
    """End all sittings of a person but the one in use; returns how many."""
    ended = _end(_but(open_sittings(person), sitting), "asked")
    detail = {"ended": ended}
    record("person.others_signed_out", by=person, subject=("person", person.pk), detail=detail)
    return ended


def end_all(*, person: Person, keep: str = "") -> None:
    """End the sittings of a person, inside the act that is the reason; `keep` is the one in use."""
    _end(_but(Sitting.objects.filter(person=person, ended_at=None), keep), "closed")


def seen(*, sitting: str) -> None:
    """Move the clock of a sitting: it is in use. No act of the person, so no event."""
    if sitting:
        Sitting.objects.filter(pk=sitting, ended_at=None).update(seen_at=timezone.now())


def _but(sittings: QuerySet[Sitting], keep: str) -> QuerySet[Sitting]:
    return sittings.exclude(pk=keep) if keep else sittings


def _end(sittings: Iterable[Sitting], why: str) -> int:
    keys = [sitting.pk for sitting in sittings]
    return Sitting.objects.filter(pk__in=keys).update(ended_at=timezone.now(), why=why)


@transaction.atomic
def refused_sign_in(*, username: str, address: str, counted: bool = True) -> None:
    """Write down a failed sign-in and count it for its address and, when `counted`, for its name.

    What was typed as a login name is never kept: it may be a password. A name that fails too often within
    an hour is locked until the security administrator lifts the lock.
    """
    person = Person.objects.filter(username=username).first()
    subject = ("person", person.pk if person else "")
    record("person.sign_in_refused", by=None, subject=subject, outcome="refused")
    now = timezone.now()
    name = attempt_name(username)
    Failure.objects.create(at=now, name=name if counted else "", address=address_digest(address))
    lately = Failure.objects.filter(name=name, at__gt=now - dt.timedelta(hours=1)).count()
    if counted and lately >= settings.SIGN_IN_FAILURES_PER_HOUR:
        _, fresh = Lock.objects.get_or_create(name=name, lifted_at=None, defaults={"at": now})
        if fresh:
            record("person.locked", by=None, subject=subject, detail={"failures": lately})


def lift_lock(*, person: Person, by: Person) -> None:
    """Let a locked name enter again and forget its failures, inside the act that is the reason."""
    name = attempt_name(person.username)
    Lock.objects.filter(name=name, lifted_at=None).update(lifted_at=timezone.now(), lifted_by=by)
    Failure.objects.filter(name=name).update(name="")


def forget() -> int:
    """Delete counted failures and ended sittings that nothing asks for any more; returns how many."""
    now = timezone.now()
    failures, _ = Failure.objects.filter(at__lt=now - FAILURES_KEPT).delete()
    sittings, _ = Sitting.objects.filter(began_at__lt=now - SITTINGS_KEPT).delete()
    return failures + sittings
