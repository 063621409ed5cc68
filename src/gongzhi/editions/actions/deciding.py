"""From a draft to an edition in force: checks, a second person, a day."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece, changes, in_force, newest, problems
from gongzhi.editions.states import NotPossible, after, kept
from gongzhi.engine.calendar import period_of
from gongzhi.engine.definitions.editing import plain
from gongzhi.organisation.models import Person

from .publishing import locked, stamped

CALENDAR = {"month", "quarter", "half_year", "year"}


class Faulty(NotPossible):
    """The checks found faults; `faults` are Chinese sentences."""

    def __init__(self, faults: list[str], told: str = "") -> None:
        self.faults = faults
        super().__init__(told or f"检查发现 {len(faults)} 处问题，改正后再提交")


@transaction.atomic
def submit(*, edition: Edition, since: dt.date, reason: str, document: str = "", by: Person) -> Edition:
    """Run every check; when all pass, the draft waits for a second person with its reason and first day.

    Raises NotPossible, with every fault (`Faulty`) where the checks find some.
    """
    draft = Edition.objects.select_for_update().get(pk=edition.pk)
    if not reason.strip():
        raise NotPossible("请写明为什么改")
    may_submit(draft, since, by)
    put(draft, since, reason, document, by)
    if faults := problems(draft):
        raise Faulty(faults)
    put_forward(draft, by, timezone.now())
    return draft


def may_submit(draft: Edition, since: dt.date, by: Person) -> None:
    """Raises NotPossible where a draft cannot be submitted, whatever its text says."""
    after(draft.state, "submit")
    if draft.author_id not in {None, by.pk}:
        raise NotPossible("这份草稿由别人起草，请由起草人提交")
    if draft.basis and not changes(draft.kind, draft.basis.texts, draft.texts, in_force()):
        raise NotPossible("与现行版没有不同，不必提交")
    _may_begin(draft, since)


def put(draft: Edition, since: dt.date, reason: str, document: str, by: Person) -> None:
    """What is said with a submission; nothing is stored yet. What a release brought has its author now."""
    draft.since, draft.reason, draft.document = since, kept(reason), kept(document, longest=120)
    draft.author = draft.author or by


def put_forward(draft: Edition, by: Person, at: dt.datetime) -> None:
    """The draft has passed and waits for a second person."""
    draft.state, draft.checked_at, draft.answer = after(draft.state, "submit"), at, ""
    draft.save()
    noted(draft, by, "submitted")


def _may_begin(draft: Edition, since: dt.date) -> None:
    """A first edition begins on any day; a later one not before the period that is open now."""
    if draft.basis is None:
        return
    earliest = earliest_day(draft)
    if since < earliest:
        raise NotPossible(f"最早从 {earliest} 起：此前的期间已按现行版报送")
    if draft.kind == "resource":
        _rhythm_ends(draft, since)


def _rhythm_ends(draft: Edition, since: dt.date) -> None:
    """Where the rhythm changes, the old one ends with a whole period that nobody owes by the new one too."""
    definitions = in_force()
    wanted = definitions.frequencies.get(str(plain(next(iter(draft.texts.values()))).get("frequency")))
    resource = next((one for one in definitions.resources.values() if one.code == draft.code), None)
    if wanted is None or resource is None:
        return
    now = definitions.frequencies[resource.frequency].period
    if now == wanted.period or now not in CALENDAR:
        return
    open_now = period_of(now, timezone.localdate())
    if since <= open_now.end or period_of(now, since).start != since:
        following = period_of(now, max(since, open_now.end + dt.timedelta(days=1)))
        day = following.start if following.start >= since else following.end + dt.timedelta(days=1)
        raise NotPossible(f"改了报送周期，请从 {day} 起：原来的一期到那时才报完，不会重复报送")


def earliest_day(draft: Edition) -> dt.date:
    """The first day of the period that is open now for a resource; for everything else today."""
    today = timezone.localdate()
    if draft.kind != "resource":
        return today
    definitions = in_force()
    try:
        frequency = definitions.frequencies[definitions.resource(draft.code).frequency]
    except KeyError:
        return today
    return period_of(frequency.period, today).start if frequency.period in CALENDAR else today


def first_day(draft: Edition) -> dt.date:
    """From when a submitted draft would count if it were approved now: its day, or where that has gone by
    meanwhile the earliest on which it may begin. A first edition begins on any day.
    """
    since = draft.since or timezone.localdate()
    return since if draft.basis is None else max(since, earliest_day(draft))


@transaction.atomic
def take_back(*, edition: Edition, by: Person) -> Edition:
    """Its author takes a submitted draft back to write it on; nobody has decided yet."""
    draft = Edition.objects.select_for_update().get(pk=edition.pk)
    draft.state = after(draft.state, "take_back")
    if draft.author_id != by.pk:
        raise NotPossible("这份草稿由别人提交，请由起草人收回，或写理由退回")
    draft.save()
    noted(draft, by, "taken_back")
    return draft


@transaction.atomic
def approve(*, edition: Edition, by: Person) -> Edition:
    """A second person approves: the edition has its number, and counts from its day.

    Raises NotPossible when it is her own, when another edition was published meanwhile, or when it no
    longer passes the checks.
    """
    row = locked()
    draft = Edition.objects.select_for_update().get(pk=edition.pk)
    may_approve(draft, by)
    if faults := problems(draft):
        raise Faulty(faults)
    publish(draft, by)
    stamped(row)
    return draft


def may_approve(draft: Edition, by: Person) -> None:
    """Raises NotPossible where this person cannot approve it, whatever its text says."""
    after(draft.state, "approve")
    if draft.written_by(by):
        raise NotPossible("自己起草的，须由另一个人批准")
    latest = newest(Piece(draft.kind, draft.code))
    if (latest and latest.pk) != draft.basis_id:
        raise NotPossible("起草之后这一项已有新版，请作废后按新版重新起草")
    if draft.basis and draft.kind == "resource" and not draft.retires:
        _rhythm_ends(draft, first_day(draft))


def publish(draft: Edition, by: Person) -> None:
    """The edition has its number and its first day; `stamped` tells every process of it."""
    draft.since = first_day(draft)
    draft.version = (draft.basis.version or 0) + 1 if draft.basis else 1
    draft.state, draft.approver, draft.approved_at = after(draft.state, "approve"), by, timezone.now()
    draft.save()
    noted(draft, by, "approved")


@transaction.atomic
def send_back(*, edition: Edition, reason: str, by: Person) -> Edition:
    """The second person gives a draft back with a reason."""
    draft = Edition.objects.select_for_update().get(pk=edition.pk)
    may_send_back(draft, by)
    if not reason.strip():
        raise NotPossible("请写明退回的理由")
    give_back(draft, reason, by)
    return draft


def may_send_back(draft: Edition, by: Person) -> None:
    """Raises NotPossible where this person cannot give it back."""
    after(draft.state, "send_back")
    if draft.written_by(by):
        raise NotPossible("自己起草的，须由另一个人退回；要改请作废后重新起草")


def give_back(draft: Edition, reason: str, by: Person) -> None:
    draft.state, draft.answer = after(draft.state, "send_back"), kept(reason)
    draft.save()
    noted(draft, by, "sent_back")


@transaction.atomic
def discard(*, edition: Edition, reason: str, by: Person) -> Edition:
    """A draft is given up; it stays readable with the reason."""
    draft = Edition.objects.select_for_update().get(pk=edition.pk)
    after(draft.state, "discard")
    if not reason.strip():
        raise NotPossible("请写明作废的理由")
    give_up(draft, reason, by)
    return draft


def give_up(draft: Edition, reason: str, by: Person) -> None:
    draft.state, draft.answer = after(draft.state, "discard"), kept(reason)
    draft.save()
    noted(draft, by, "discarded")


def noted(edition: Edition, by: Person, done: str) -> None:
    """The event of a decision."""
    detail = {
        "kind": edition.kind, "code": edition.code, "digest": edition.digest, "version": edition.version,
        "since": edition.since.isoformat() if edition.since else None,
    }  # fmt: skip
    subject = ("edition", edition.pk)
    match done:
        case "submitted":
            record("edition.submitted", by=by, subject=subject, duty="draft_definitions", detail=detail)
        case "approved":
            record("edition.approved", by=by, subject=subject, duty="approve_definitions", detail=detail)
        case "sent_back":
            record("edition.sent_back", by=by, subject=subject, duty="approve_definitions", detail=detail)
        case "taken_back":
            record("edition.taken_back", by=by, subject=subject, duty="draft_definitions", detail=detail)
        case _:
            record("edition.discarded", by=by, subject=subject, duty="draft_definitions", detail=detail)
