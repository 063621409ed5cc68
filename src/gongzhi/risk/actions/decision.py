"""What a person decides about a hit."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Person
from gongzhi.risk.models import Hit, Step
from gongzhi.risk.states import NotPossible, State, after

from .refused import Refused

_LONGEST = 300


@transaction.atomic
def exclude(*, hit: Hit, reason: str, by: Person) -> Hit:
    """The hit is none, and why; a later scan brings it back after the time, or beyond the tax, that the
    parameters set, and a person at any time (`reopen`).

    Refused without a reason, or when somebody or a scan has closed it meanwhile.
    """
    text = _reason(reason, "请写明排除的理由")
    hit.refresh_from_db(from_queryset=Hit.objects.select_for_update())
    try:
        hit.state = after(hit.state, "exclude")
    except NotPossible as error:
        raise Refused(f"这条疑点{hit.state_label}，不能再排除") from error
    hit.excluded_at, hit.excluded_by, hit.exclusion = timezone.now(), by, text
    hit.excluded_tax_yuan = hit.tax_yuan
    hit.save(update_fields=["state", "excluded_at", "excluded_by", "exclusion", "excluded_tax_yuan"])
    Step.objects.create(hit=hit, at=hit.excluded_at, verb="exclude", by=by, note=text)
    detail = {"rule": hit.rule, "run": str(hit.last_run_id)}
    record("hit.excluded", by=by, subject=("hit", hit.pk), duty="decide_hits", detail=detail)
    return hit


def _reason(reason: str, missing: str) -> str:
    text = reason.strip()
    if not text:
        raise Refused(missing)
    if len(text) > _LONGEST:
        raise Refused(f"理由请不超过 {_LONGEST} 字")
    return text


@transaction.atomic
def reopen(*, hit: Hit, reason: str, by: Person) -> Hit:
    """An excluded hit is open again, and why: it was excluded by mistake, or something new is known.

    Who excluded it, and for which reason, stays in its trail. Refused without a reason, or when it is not
    excluded any more.
    """
    text = _reason(reason, "请写明为什么重新打开")
    hit.refresh_from_db(from_queryset=Hit.objects.select_for_update())
    try:
        hit.state = after(hit.state, "reopen")
    except NotPossible as error:
        raise Refused(f"这条疑点是“{hit.state_label}”，不用重新打开") from error
    hit.excluded_at, hit.excluded_by, hit.exclusion, hit.excluded_tax_yuan = None, None, "", None
    hit.save(update_fields=["state", "excluded_at", "excluded_by", "exclusion", "excluded_tax_yuan"])
    Step.objects.create(hit=hit, at=timezone.now(), verb="reopen", by=by, note=text)
    detail = {"rule": hit.rule, "run": str(hit.last_run_id)}
    record("hit.reopened", by=by, subject=("hit", hit.pk), duty="decide_hits", detail=detail)
    return hit


@transaction.atomic
def exclude_together(*, hits: Sequence[Hit], reason: str, by: Person) -> list[Hit]:
    """Several hits are none, for one reason; each keeps a step and an event of its own.

    Returns those that were excluded: what somebody or a scan has closed meanwhile stays as it is. Refused
    without a reason, or when none is left.
    """
    done = []
    for hit in hits:
        hit.refresh_from_db(from_queryset=Hit.objects.select_for_update())
        if hit.state == State.OPEN:
            done.append(exclude(hit=hit, reason=reason, by=by))
    if not done:
        raise Refused("选中的疑点都已处理，请刷新疑点列表")
    return done
