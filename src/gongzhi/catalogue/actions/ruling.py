"""What the definitions propose about a whole resource, and what the office rules (二(二))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.catalogue.models import Obligation, Ruling
from gongzhi.catalogue.states import ActState, NotPossible, RulingKind, after
from gongzhi.engine.definitions import Definitions
from gongzhi.organisation.models import Person

from .answering import answered


def propose(definitions: Definitions) -> None:
    """Write down, once, what the definitions propose; nothing follows from it until the office rules."""
    for resource in definitions.resources.values():
        for one in resource.proposals:
            made, new = Ruling.objects.get_or_create(
                resource=resource.number, kind=one.kind, since=one.since,
                defaults={"reason": one.reason[:300], "asked_at": timezone.now()},
            )  # fmt: skip
            if new:
                _record("proposed", made, None)


def ruled(rows: Iterable[Obligation]) -> None:
    """Put what the office has ruled on obligations that are about to be written."""
    rulings = list(Ruling.objects.filter(state=ActState.GRANTED))
    for row in rows:
        for one in rulings:
            if one.resource == row.resource and one.covers(row.period_end):
                _apply(one, row)


def _apply(ruling: Ruling, row: Obligation) -> None:
    if ruling.kind == RulingKind.EXEMPT:
        row.exempt_on = row.opens
    else:
        row.scored = True


@transaction.atomic
def rule(
    *,
    ruling: Ruling,
    grant: bool,
    answer: str,
    by: Person,
    from_on: dt.date | None = None,
    until: dt.date | None = None,
) -> Ruling:
    """The office confirms what was proposed for the periods that end from `from_on` (today) on, or does not.

    What has come in stays as it is. Raises NotPossible without a reason when it does not confirm, when
    `until` lies before `from_on`, and from another state.
    """
    locked = Ruling.objects.select_for_update().get(pk=ruling.pk)
    answered(locked, grant=grant, answer=answer, by=by)
    if grant:
        locked.from_on, locked.until = from_on or timezone.localdate(), until
        if until is not None and until < locked.from_on:
            raise NotPossible("“到”不能早于“自”")
        _take_effect(locked)
    locked.save()
    _record("granted" if grant else "refused", locked, by)
    return locked


@transaction.atomic
def end_ruling(*, ruling: Ruling, by: Person) -> Ruling:
    """The office takes its confirmation back for the periods that have not ended. Raises NotPossible."""
    locked = Ruling.objects.select_for_update().get(pk=ruling.pk)
    locked.state = after(locked.state, "end")
    today = timezone.localdate()
    later = _covered(locked).filter(period_end__gte=today)
    if locked.kind == RulingKind.EXEMPT:
        later.exclude(acts__kind="exempt", acts__state=ActState.GRANTED).update(exempt_on=None)
    else:
        later.update(scored=False)
    locked.until = min(locked.until or today, today)
    locked.save(update_fields=["state", "until"])
    _record("ended", locked, by)
    return locked


def _covered(ruling: Ruling) -> QuerySet[Obligation]:
    rows = Obligation.objects.filter(resource=ruling.resource, period_end__gte=ruling.from_on)
    return rows.filter(period_end__lte=ruling.until) if ruling.until else rows


def _take_effect(ruling: Ruling) -> None:
    """On what is written already: a duty that was met stays met."""
    rows = _covered(ruling)
    if ruling.kind == RulingKind.EXEMPT:
        open_ones = rows.filter(received_at=None, zero_at=None, exempt_on=None)
        open_ones.update(exempt_on=timezone.localdate())
    else:
        rows.update(scored=True)


def _record(verb: str, ruling: Ruling, by: Person | None) -> None:
    detail = {"resource": ruling.resource, "kind": ruling.kind, "since": ruling.since.isoformat()}
    detail |= {"from": ruling.from_on.isoformat()} if ruling.from_on else {}
    record(f"ruling.{verb}", by=by, subject=("ruling", ruling.pk), duty="decide_waiver", detail=detail)
