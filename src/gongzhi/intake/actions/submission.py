"""Receive a file, check it, let it go: everything before the commit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path, PurePath
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.catalogue.actions import period_for
from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import PeriodError
from gongzhi.engine.definitions import Resource
from gongzhi.gate import explain, sight_of
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.states import State, after
from gongzhi.organisation.models import Person

from . import original, preparation
from .preparation import Prepared
from .reading import prepare
from .refused import Refused

OPEN = (State.RECEIVED, State.CHECKED, State.COMMITTED)


@dataclass(frozen=True)
class Place:
    """Where a file belongs, as its sender says: which resource (and sheet), which period, whose."""

    resource: str  # number or code, with the sheet's letter behind a slash where wanted
    period: str
    unit: str  # key or name
    adds: str = ""  # id or number of the batch that it adds to
    replaces: str = ""
    whole: bool = False
    only_sheet: str = ""  # name of the one sheet of the workbook that is meant


def receive(
    *,
    file: Path,
    name: str,
    place: Place,
    by: Person | None,
    channel: str,
    received_at: dt.datetime | None = None,
) -> Submission:
    """Keep a file and write down that it came. The same file for the same place is the same submission.

    `received_at` is for demo homes only; everywhere else the server's clock counts. Raises Refused.
    """
    resource, letter = _resource(place.resource)
    unit = _unit(place.unit, resource, by)
    period = _period(resource, place.period)
    kept = original.keep(file)
    same = Submission.objects.filter(
        unit=unit, resource=resource.number, letter=letter, period=period, file_digest=kept.digest,
        state__in=OPEN, batch__replaced_by=None,
    )  # fmt: skip
    if earlier := same.first():
        return earlier
    with transaction.atomic():
        submission = Submission.objects.create(
            unit=unit,
            resource=resource.number,
            letter=letter,
            only_sheet=place.only_sheet[:31],
            period=period,
            received_at=received_at or timezone.now(),
            received_by=by,
            channel=channel,
            file_name=PurePath(name.replace("\\", "/")).name[-200:],
            file_size=kept.size,
            file_digest=kept.digest,
            original=kept.path,
            adds=_batch(place.adds),
            replaces=_batch(place.replaces),
            whole=place.whole,
            definitions=in_force().digest,
        )
        detail = {"resource": resource.number, "period": period, "unit": unit, "file": kept.digest}
        record("submission.received", by=by, subject=("submission", submission.pk), detail=detail)
    return submission


def _resource(name: str) -> tuple[Resource, str]:
    number, _, letter = name.partition("/")
    try:
        resource = in_force().resource(number)
        if letter:
            resource.sheet(letter)
    except KeyError as error:
        raise Refused("unknown_resource", f"没有编号或代码为“{name}”的数据资源，请对照目录核对") from error
    if resource.duplicate_of:
        other = in_force().resources[resource.duplicate_of]
        raise Refused(
            "duplicate_resource", f"“{resource.title}”与 {other.number} 重复列出，请按 {other.number} 报送"
        )
    return resource, letter


def _unit(name: str, resource: Resource, by: Person | None) -> str:
    definitions = in_force()
    try:
        unit = definitions.unit(name)
    except KeyError as error:
        raise Refused("unknown_unit", f"没有名为“{name}”的单位") from error
    if unit.key not in {owner.key for owner in definitions.providers(resource)}:
        owners = "、".join(definitions.units[key].name for key in resource.providers)
        raise Refused("not_provider", f"“{resource.title}”由{owners}提供，不由{unit.name}报送")
    if by is not None:
        decision = explain(sight_of(by), "submit_file", unit=unit.key)
        if not decision:
            raise Refused("not_allowed", f"不能代{unit.name}报送：{decision.reason}")
    return unit.key


def _period(resource: Resource, code: str) -> str:
    try:
        return period_for(resource, code).code
    except PeriodError as error:
        raise Refused(
            "bad_period", f"看不懂期间“{code}”：月写 2026-09，季写 2026Q3，半年写 2026H1，年写 2026"
        ) from error
    except ValueError as error:
        raise Refused(
            "wrong_period", f"“{resource.title}”按“{resource.frequency}”报送，期间“{code}”不合"
        ) from error


def _batch(name: str) -> Batch | None:
    """A live batch by its id or its number (16.1-2026Q2-03); None for no name."""
    if not name:
        return None
    live = Batch.objects.filter(replaced_by=None)
    resource, _, rest = name.partition("-")
    period, _, version = rest.rpartition("-")
    if version.isdigit() and resource in in_force().resources:
        live = live.filter(slot__resource=resource, slot__period=period, version=int(version))
    else:
        live = live.filter(pk=name) if _is_uuid(name) else live.none()
    if (found := live.select_related("slot").first()) is None:
        raise Refused("unknown_batch", f"没有可供补充或更正的批次“{name}”，请从批次页核对编号")
    return found


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def check(*, submission: Submission, by: Person | None, keep: bool = True) -> Prepared:
    """Read and check the kept file; the submission is then 待确认 or 未入库.

    With `keep` the outcome is put down for a later commit. Checking twice gives the same outcome.
    """
    suffix = PurePath(submission.file_name).suffix.lower()
    with original.opened(submission.original, submission.file_digest, suffix) as file:
        return _check(submission, file, by=by, keep=keep)


def check_file(*, submission: Submission, file: Path, by: Person | None, keep: bool = True) -> Prepared:
    """`check` for a caller that still has the file at hand in plain."""
    return _check(submission, file, by=by, keep=keep)


def _check(submission: Submission, file: Path, *, by: Person | None, keep: bool) -> Prepared:
    prepared = prepare(submission, file)
    refused = prepared.refusal is not None
    with transaction.atomic():
        submission.state = (
            after(submission.state, "refuse" if refused else "check")
            if (submission.state == State.RECEIVED)
            else submission.state
        )
        submission.rows, submission.accepted = prepared.rows, prepared.accepted
        submission.set_aside, submission.skipped = prepared.set_aside, prepared.skipped
        submission.by_code, submission.refusal = prepared.by_code, prepared.refusal or {}
        submission.checked_at = timezone.now()
        submission.save()
        detail = {"rows": prepared.rows, "accepted": prepared.accepted, "by_code": prepared.by_code}
        verb = "submission.refused" if refused else "submission.checked"
        record(verb, by=by, subject=("submission", submission.pk), detail=detail)
    if keep:
        preparation.put_down(submission.pk, prepared)
    return prepared


def check_waiting() -> int:
    """Check the files that pages have received, oldest first; returns how many.

    Claiming is one conditional update, so two workers never check the same file.
    """
    count = 0
    for waiting in Submission.objects.filter(state=State.RECEIVED, channel="page").order_by("received_at"):
        claimed = Submission.objects.filter(pk=waiting.pk, state=State.RECEIVED, checked_at=None)
        if claimed.update(checked_at=timezone.now()) == 1:
            check(submission=waiting, by=waiting.received_by)
            count += 1
    return count


@transaction.atomic
def withdraw(*, submission: Submission, by: Person | None) -> None:
    """The unit gives this file up and will hand in a mended one."""
    submission.state = after(submission.state, "withdraw")
    submission.closed_at = timezone.now()
    submission.save(update_fields=["state", "closed_at"])
    preparation.drop(submission.pk)
    record("submission.withdrawn", by=by, subject=("submission", submission.pk), duty="submit_file")
