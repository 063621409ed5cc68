"""Sign receipts many at a time, close each day under one root, freeze what counted at a cut-off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.audit.queries import chain_head
from gongzhi.editions.queries import in_force
from gongzhi.engine.crypto import GENESIS, KeyRing, Signer, Tree, Witness, add_to_witness, derive_key
from gongzhi.intake.models import SHANGHAI, Batch, Cutoff, DayRoot, FrozenBatch, Receipt, ReceiptRoot
from gongzhi.intake.queries import live
from gongzhi.intake.queries.proofs import PURPOSE, WITNESSED, days_witness, digests_of, signer
from gongzhi.organisation.models import Person

MOST_RECEIPTS = 5_000
"""Under one root, so that a proof is found in milliseconds."""
_AT_ONCE = 500
CUTOFF = "cutoff_days"


def sign_receipts() -> int:
    """Sign every receipt that has no signature yet; returns how many. Safe in two processes at once."""
    signed = 0
    while found := _sign_some():
        signed += found
    return signed


@transaction.atomic
def _sign_some() -> int:
    waiting = Receipt.objects.select_for_update().filter(root=None).order_by("number")[:MOST_RECEIPTS]
    leaves = list(waiting.values_list("number", "digest"))
    if not leaves:
        return 0
    root = ReceiptRoot(at=timezone.now(), size=len(leaves))
    root.sign(signer(), Tree([bytes.fromhex(digest) for _, digest in leaves]).root)
    root.save(force_insert=True)
    for part in _parts([number for number, _ in leaves]):
        Receipt.objects.filter(number__in=part).update(root=root)
    detail = {"receipts": root.size, "root": root.root}
    record("receipts.signed", by=None, subject=("receipt_root", root.pk), detail=detail)
    return root.size


def _parts(numbers: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]


def close_days(*, now: dt.datetime | None = None) -> int:
    """Close every day that has ended since the first signature, in order; returns how many."""
    today = (now or timezone.now()).astimezone(SHANGHAI).date()
    closed = 0
    while (day := _next_day()) and day < today:
        closed += _close(day)
    return closed


def _next_day() -> dt.date | None:
    last = DayRoot.objects.order_by("-day").first()
    if last:
        return last.day + dt.timedelta(days=1)
    first = ReceiptRoot.objects.order_by("at").first()
    return first.at.astimezone(SHANGHAI).date() if first else None


@transaction.atomic
def _close(day: dt.date) -> int:
    """What was signed by the end of the day and is under no day yet; a straggler falls to the next one."""
    last = DayRoot.objects.select_for_update().order_by("-day").first()
    if last and last.day >= day:
        return 0  # another process was first
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), SHANGHAI)
    roots = list(ReceiptRoot.objects.select_for_update().filter(day=None, at__lt=end).order_by("pk"))
    events, head = chain_head()
    previous = last.signed.leaf if last else GENESIS
    made = DayRoot(
        at=timezone.now(), size=len(roots), day=day, previous=previous.hex(), events=events, head=head
    )
    made.sign(signer(), Tree([root.signed.leaf for root in roots]).root)
    made.save(force_insert=True)
    ReceiptRoot.objects.filter(pk__in=[root.pk for root in roots]).update(day=made)
    detail = {"day": day.isoformat(), "roots": made.size, "root": made.root}
    record("day.closed", by=None, subject=("day", day.isoformat()), detail=detail)
    transaction.on_commit(copy_days_out)
    return 1


def copy_days_out() -> None:
    """Append to the witness file every day that is newer than its newest, as `queries` compares it.

    The copy that has left the database is what tells a ledger that was rolled back from a whole one.
    """
    add_to_witness(days_witness(), _newer, **WITNESSED)


def _newer(there: Witness) -> Iterator[dict[str, str]]:
    last = max((line["day"] for line in there.lines), default="")
    for day in DayRoot.objects.order_by("day"):
        if day.day.isoformat() > last:
            yield {"day": day.day.isoformat(), "leaf": day.signed.leaf.hex()}


@transaction.atomic
def freeze(*, cut_at: dt.datetime, by: Person | None) -> Cutoff:
    """Fix for good which batches count at an instant: received by then, in by now, not replaced by then.

    The same instant is frozen once; a second call gives what stands. ValueError for an instant to come.
    """
    if cut_at > timezone.now():
        raise ValueError("a cut-off that has not come yet")
    if there := Cutoff.objects.filter(cut_at=cut_at).first():
        return there
    batches = sorted(live(cut_at).values_list("pk", flat=True))
    digests = digests_of(batches)
    made = Cutoff(at=timezone.now(), size=len(batches), cut_at=cut_at)
    made.sign(signer(), Tree([digests[pk] for pk in batches]).root)
    made.save(force_insert=True)
    FrozenBatch.objects.bulk_create(_entries(made, batches, digests), batch_size=_AT_ONCE)
    detail = {"cut_at": made.cut_at.isoformat(), "batches": made.size, "root": made.root}
    record("cutoff.frozen", by=by, subject=("cutoff", made.pk), detail=detail)
    return made


def _entries(made: Cutoff, batches: Iterable[UUID], digests: dict[UUID, bytes]) -> Iterator[FrozenBatch]:
    for pk in batches:
        yield FrozenBatch(cutoff=made, batch_id=pk, digest=digests[pk].hex())


def freeze_due(*, now: dt.datetime | None = None) -> int:
    """Freeze every monthly cut-off that has passed since the first batch; returns how many were new."""
    now = now or timezone.now()
    first = Batch.objects.order_by("submission__received_at").values_list(
        "submission__received_at", flat=True
    )
    received = first.first()
    if received is None:
        return 0
    frozen = set(Cutoff.objects.values_list("cut_at", flat=True))
    due = [at for at in _cut_offs(received, now) if at not in frozen]
    for at in due:
        freeze(cut_at=at, by=None)
    return len(due)


def _cut_offs(since: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
    """The instants that lie between: so many whole days after each month's end (parameter `cutoff_days`)."""
    parameter = in_force().parameters[CUTOFF]
    month = since.astimezone(SHANGHAI).date().replace(day=1)
    while True:
        following = (month + dt.timedelta(days=31)).replace(day=1)
        value = parameter.at(following)
        if value is not None:
            days = dt.timedelta(days=int(value.value))
            at = dt.datetime.combine(following + days, dt.time(), SHANGHAI)
            if at > until:
                return
            if at > since:
                yield at
        elif following > until.astimezone(SHANGHAI).date():
            return
        month = following


@transaction.atomic
def renew_key(*, by: Person | None) -> str:
    """Bring a new signing key into force in this process and in all that start from now on; its short name.

    Processes that run already go on under the key before, which keeps verifying.
    """
    newest = max(settings.HOME.versions(PURPOSE)) + 1
    made = derive_key(settings.HOME.secret("master"), PURPOSE, newest)
    name = Signer(made).public.identity
    record("key.renewed", by=by, subject=("key", name), detail={"version": newest})
    settings.HOME.renew(PURPOSE)
    retired = [replace(key, state="decrypt_only") if key.purpose == PURPOSE else key for key in settings.KEYS]
    settings.KEYS = KeyRing([*retired, made])
    return name


__all__ = ["close_days", "freeze", "freeze_due", "renew_key", "sign_receipts"]
