"""Take a batch out of use that should not have come in: the unit asks, the office decides (二(二))."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.catalogue.actions import answered, said, taken_back, tell_asker, tell_deciders
from gongzhi.catalogue.states import ActState, NotPossible, after
from gongzhi.intake.models import Batch, Withdrawal
from gongzhi.intake.queries import still_counted
from gongzhi.organisation.models import Person

from .telling import handed_in, tell_outcome


@transaction.atomic
def ask_withdrawal(*, batch: Batch, reason: str, by: Person | None) -> Withdrawal:
    """Ask the office to take a batch out of use. Until it decides, the batch counts.

    Raises NotPossible without a reason, for a batch that counts no more, or when this was asked already.
    """
    text = said(reason, "请写明撤回的原因")
    _counts(_locked(batch))
    try:
        with transaction.atomic():
            asked = Withdrawal.objects.create(batch=batch, reason=text, asked_by=by, asked_at=timezone.now())
    except IntegrityError as error:
        raise NotPossible("已经申请撤回这一批，请等办公室答复") from error
    _record("withdrawal_asked", asked, by, "submit_file")
    unit = batch.slot.unit
    tell_deciders(unit=unit, what=_what(asked), duty="return_file", address="/withdrawals", by=by)
    return asked


@transaction.atomic
def decide_withdrawal(*, withdrawal: Withdrawal, grant: bool, answer: str, by: Person) -> Withdrawal:
    """The office's decision; nobody decides what she asked for herself.

    A batch that is withdrawn stays as it is, marked, with its receipt. From now on it is out of use and no
    longer meets its obligation, unless something else of the place does; cut-offs frozen before keep it.
    Raises NotPossible.
    """
    asked = Withdrawal.objects.select_for_update(of=("self",)).select_related("batch").get(pk=withdrawal.pk)
    answered(asked, grant=grant, answer=answer, by=by)
    if grant:
        _take_out(_locked(asked.batch))
    asked.save()
    _record("withdrawn" if grant else "withdrawal_refused", asked, by, "return_file")
    address = f"/batches/{asked.batch_id}"
    tell_asker(asking=asked, unit=asked.batch.slot.unit, what=_what(asked), address=address)
    return asked


@transaction.atomic
def drop_withdrawal(*, withdrawal: Withdrawal, by: Person | None) -> Withdrawal:
    """The unit wants the batch to stay after all. Raises NotPossible when it was decided."""
    asked = Withdrawal.objects.select_for_update().get(pk=withdrawal.pk)
    if asked.state != ActState.ASKED:
        raise NotPossible("办公室已经答复，不能再收回这份申请")
    asked.state = after(asked.state, "withdraw")
    asked.save(update_fields=["state"])
    _record("withdrawal_dropped", asked, by, "submit_file")
    return asked


def _locked(batch: Batch) -> Batch:
    found = Batch.objects.select_for_update(of=("self",)).select_related("slot", "submission")
    return found.get(pk=batch.pk)


def _counts(batch: Batch) -> None:
    if batch.replaced_by_id:
        raise NotPossible("这一批已被更正，不再使用，不必撤回")
    if batch.withdrawn_at:
        raise NotPossible("这一批已经撤回")


def _take_out(batch: Batch) -> None:
    _counts(batch)
    batch.withdrawn_at = timezone.now()
    batch.save(update_fields=["withdrawn_at"])
    tell_outcome(batch.submission, "taken_back", batch)
    slot = batch.slot
    taken_back(
        unit=slot.unit, resource=slot.resource, period=slot.period,
        received_at=batch.submission.received_at, still=still_counted(batch),
    )  # fmt: skip


def _what(asked: Withdrawal) -> str:
    return f"撤回一批数据（{handed_in(asked.batch.submission)}）"


def _record(verb: str, asked: Withdrawal, by: Person | None, duty: str) -> None:
    slot = asked.batch.slot
    detail = {"unit": slot.unit, "resource": slot.resource, "period": slot.period}
    record(f"batch.{verb}", by=by, subject=("batch", asked.batch_id), duty=duty, detail=detail)
