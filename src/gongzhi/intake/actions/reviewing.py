"""The office looks through what came in: accepted, or returned with what is to be mended (二(二))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.catalogue.actions import returned
from gongzhi.intake.models import Batch, Review
from gongzhi.intake.queries import still_counted
from gongzhi.organisation.models import Person
from gongzhi.work.actions import tell_people
from gongzhi.work.queries import liaisons

from .refused import Refused, kept
from .telling import first_words, handed_in, tell_outcome


@transaction.atomic
def accept(*, batches: Iterable[Batch], by: Person) -> int:
    """The office has no objection. Batches that were decided already, or that meanwhile were corrected or
    withdrawn and so are used no more, are left alone. Returns how many were accepted.
    """
    count = 0
    for batch in batches:
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if not locked.live:
            continue
        _, new = Review.objects.get_or_create(
            batch=locked, defaults={"verdict": "accepted", "by": by, "at": timezone.now()}
        )
        if new:
            count += 1
            record("batch.accepted", by=by, subject=("batch", batch.pk), duty="return_file")
    return count


@transaction.atomic
def return_batch(
    *, batch: Batch, reason: str, by: Person, remarks: Sequence[dict[str, Any]] = ()
) -> dt.date | None:
    """Send a batch back to its unit, with remarks to single rows or cells; the day by which it comes again.

    Its rows stay in use until the corrected batch replaces it, but it no longer meets the obligation. Raises
    Refused without a reason, for a batch that was corrected meanwhile, or one that was returned before.
    """
    text = kept(reason, "" if remarks else "请写明退回的理由，或指出要补正的行")
    locked = (
        Batch.objects.select_for_update(of=("self",)).select_related("slot", "submission").get(pk=batch.pk)
    )
    if locked.replaced_by_id:
        raise Refused("replaced_already", "这一批已被更正，请看最新的一批")
    if locked.withdrawn_at:
        raise Refused("withdrawn", "这一批已由单位撤回，不必再退回")
    before = Review.objects.filter(batch=locked).first()
    if before and before.verdict == "returned":
        raise Refused("returned_already", f"这一批已于 {timezone.localtime(before.at):%Y-%m-%d} 退回")
    now = timezone.now()
    slot = locked.slot
    day = returned(
        unit=slot.unit, resource=slot.resource, period=slot.period,
        received_at=locked.submission.received_at, at=now, still=still_counted(locked),
    )  # fmt: skip
    Review.objects.update_or_create(
        batch=locked,
        defaults={
            "verdict": "returned", "reason": text, "remarks": list(remarks), "by": by, "at": now,
            "again_by": day,
        },
    )  # fmt: skip
    detail = {"remarks": len(remarks), "unit": slot.unit, "resource": slot.resource, "period": slot.period}
    record("batch.returned", by=by, subject=("batch", locked.pk), duty="return_file", detail=detail)
    tell_outcome(locked.submission, "returned", locked)
    _tell_liaisons(locked, first_words(text) if text else f"有 {len(remarks)} 处要补正", by)
    return day


def _tell_liaisons(batch: Batch, why: str, by: Person) -> None:
    """However it came: a machine's outcome is read by no person."""
    text = f"{handed_in(batch.submission)}被办公室退回：{why}"
    tell_people(people=liaisons(batch.slot.unit), text=text, address=f"/batches/{batch.pk}", by=by)


@transaction.atomic
def return_batches(*, batches: Iterable[Batch], reason: str, by: Person) -> int:
    """Return several with one reason: all of them or none. Returns how many."""
    return len([return_batch(batch=batch, reason=reason, by=by) for batch in batches])
