"""What the definitions or somebody of the office propose about a resource, and what is ruled (二(二))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.catalogue.models import Act, Obligation, Ruling
from gongzhi.catalogue.queries import is_stock, resource_named
from gongzhi.catalogue.states import ActState, NotPossible, RulingKind, after
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Definitions
from gongzhi.organisation.models import Person

from .answering import answered, said
from .asking import tell_ruled, tell_ruling_proposed


def propose(definitions: Definitions) -> None:
    """Write down, once, what the definitions propose; nothing follows from it until the office rules."""
    for resource in definitions.resources.values():
        for one in resource.proposals:
            made, new = Ruling.objects.get_or_create(
                resource=resource.number, kind=one.kind, since=one.since, unit="", asked_by=None,
                defaults={"reason": one.reason[:300], "asked_at": timezone.now()},
            )  # fmt: skip
            if new:
                _record("proposed", made, None)


@transaction.atomic
def propose_exemption(
    *,
    resource: str,
    unit: str,
    from_on: dt.date,
    until: dt.date | None,
    reason: str,
    basis: str,
    by: Person,
    with_stock: bool = False,
) -> Ruling:
    """Somebody of the office proposes 免报 for what a unit (empty: all that provide it) owes of a resource in
    the periods that end from `from_on` to `until` (None: until it is revoked), and of its stock (存量) where
    `with_stock` says so. Another one has to agree.

    Raises NotPossible without a reason or its basis, for what the unit does not owe, and where the same
    waits or holds already.
    """
    why, law = said(reason, "请写明免报的理由"), said(basis, "请写明文号或依据")
    definitions = in_force()
    known = definitions.resources.get(resource)
    providers = {one.key for one in definitions.providers(known)} if known else set()
    if known is None or known.proposed or known.duplicate_of or (unit and unit not in providers):
        raise NotPossible("这个单位不报这项数据，请核对单位和资源")
    if until is not None and until < from_on:
        raise NotPossible("“到哪一期”不能早于“从哪一期”")
    if with_stock and not is_stock(known):
        raise NotPossible("这项数据不另报存量，不要勾选“存量也免报”")
    _not_twice(resource, unit, from_on, until)
    made = Ruling.objects.create(
        resource=resource, unit=unit, kind=RulingKind.EXEMPT, since=timezone.localdate(), from_on=from_on,
        until=until, with_stock=with_stock, reason=why, basis=law, asked_by=by, asked_at=timezone.now(),
    )  # fmt: skip
    _record("proposed", made, by)
    tell_ruling_proposed(ruling=made, what=_what(made))
    return made


def _not_twice(resource: str, unit: str, from_on: dt.date, until: dt.date | None) -> None:
    """What waits or holds for the same unit, or for all, in one of the same periods."""
    rows = Ruling.objects.filter(resource=resource, kind=RulingKind.EXEMPT, period="", unit__in={unit, ""})
    rows = rows.exclude(from_on=None).filter(Q(until=None) | Q(until__gte=from_on))
    rows = rows.filter(from_on__lte=until) if until else rows
    found = rows.filter(state__in=(ActState.ASKED, ActState.GRANTED)).first()
    if found is not None:
        word = "还没有决定" if found.state == ActState.ASKED else "正在执行"
        raise NotPossible(f"第 {found.pk} 号免报包括其中的期间，{word}，请先办那一件")


def ruled(rows: Iterable[Obligation]) -> None:
    """Put the providers that the office has confirmed on obligations that are about to be written."""
    rulings = list(Ruling.objects.filter(state=ActState.GRANTED, kind=RulingKind.PROVIDER))
    for row in rows:
        if any(one.resource == row.resource and one.covers(row.period_end) for one in rulings):
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
    """The office agrees to what was proposed, or does not; nobody decides what she proposed herself.

    `from_on` (today) and `until` set the periods of what the definitions propose; a person's proposal has
    its own. What has come in stays as it is. Raises NotPossible without a reason when it does not agree,
    when `until` lies before `from_on`, and from another state.
    """
    locked = Ruling.objects.select_for_update(of=("self",)).get(pk=ruling.pk)
    answered(locked, grant=grant, answer=answer, by=by)
    if grant:
        if locked.proposed_by_definitions:
            locked.from_on, locked.until = from_on or timezone.localdate(), until
            if until is not None and until < locked.from_on:
                raise NotPossible("“到”不能早于“自”")
        locked.granted_on = timezone.localdate()
    locked.save()
    if grant and locked.kind == RulingKind.PROVIDER:
        _covered(locked).update(scored=True)
    _record("granted" if grant else "refused", locked, by)
    tell_ruled(ruling=locked, what=_what(locked), word=locked.state_label)
    return locked


def exempt_as_asked(act: Act) -> Ruling:
    """What a unit asked for and the office granted, as a ruling: for its one period, or until a day."""
    owed, end = act.obligation, act.obligation.period_end
    return Ruling.objects.create(
        resource=owed.resource, unit=owed.unit, kind=RulingKind.EXEMPT, act=act, reason=act.reason,
        period="" if act.day else owed.period, from_on=end, until=act.day or end,
        since=timezone.localdate(act.asked_at), asked_by=act.asked_by, asked_at=act.asked_at,
        state=ActState.GRANTED, granted_on=timezone.localdate(), answer=act.answer,
        decided_by=act.decided_by, decided_at=act.decided_at,
    )  # fmt: skip


@transaction.atomic
def end_ruling(*, ruling: Ruling, why: str, by: Person) -> Ruling:
    """The office revokes a ruling for the periods that have not ended, or drops a person's proposal.

    Raises NotPossible without a reason and from another state.
    """
    text = said(why, "请写明撤销的理由")
    locked = Ruling.objects.select_for_update(of=("self",)).get(pk=ruling.pk)
    dropped = locked.state == ActState.ASKED and not locked.proposed_by_definitions
    locked.state = after(locked.state, "withdraw" if dropped else "end")
    if locked.act is not None:
        Act.objects.filter(pk=locked.act.pk).update(state=locked.state)
    if locked.kind == RulingKind.PROVIDER:
        _covered(locked).filter(period_end__gte=timezone.localdate()).update(scored=False)
    _ended(locked, text, by)
    _record("dropped" if dropped else "ended", locked, by)
    tell_ruled(ruling=locked, what=_what(locked), word=locked.state_label)
    return locked


def end_as_asked(act: Act, by: Person | None) -> None:
    """The unit takes back what was granted to it."""
    ruling = Ruling.objects.select_for_update(of=("self",)).get(act=act)
    ruling.state = act.state
    _ended(ruling, "单位撤回申请", by)


def _ended(ruling: Ruling, why: str, by: Person | None) -> None:
    ruling.ended_on, ruling.ended_by, ruling.ended_why = timezone.localdate(), by, why
    ruling.save(update_fields=["state", "ended_on", "ended_by", "ended_why"])


def _covered(ruling: Ruling) -> QuerySet[Obligation]:
    rows = Obligation.objects.filter(resource=ruling.resource, period_end__gte=ruling.from_on)
    return rows.filter(period_end__lte=ruling.until) if ruling.until else rows


def _what(ruling: Ruling) -> str:
    return f"{ruling.kind_label}（{resource_named(ruling.resource)}）"


def _record(verb: str, ruling: Ruling, by: Person | None) -> None:
    detail: dict[str, str | bool] = {"resource": ruling.resource, "kind": ruling.kind}
    detail |= {"since": ruling.since.isoformat()}
    detail |= {"unit": ruling.unit} if ruling.unit else {}
    detail |= {"from": ruling.from_on.isoformat()} if ruling.from_on else {}
    detail |= {"until": ruling.until.isoformat()} if ruling.until else {}
    detail |= {"with_stock": True} if ruling.with_stock else {}
    record(f"ruling.{verb}", by=by, subject=("ruling", ruling.pk), duty="decide_waiver", detail=detail)
