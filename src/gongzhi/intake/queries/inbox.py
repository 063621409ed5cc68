"""Read the inbox of pushed rows: what waits, and what became of each row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import Max, Min, QuerySet, Sum

from gongzhi.gate import Sight
from gongzhi.intake.models import SHANGHAI, Push, Submission
from gongzhi.intake.states import State

from .stored import findings_of

FIRST_ROW = 2
"""The row of a JSON file's first object, for its names count as the heading."""

SHOWN = ("cell", "column", "value", "code", "severity", "message", "mend", "suggestion")
UNDER_WAY = (State.RECEIVED, State.CHECKED, State.AWAITING)
SLOT = ("unit", "resource", "letter", "period")
_MOST_DOUBLED = 8


def pushes_visible_to(sight: Sight) -> QuerySet[Push]:
    """Pushes of one's own unit; of all units for the office and the bureau."""
    if sight.has("see_all_batches"):
        return Push.objects.all()
    units = sight.units("see_own_batches")
    return Push.objects.filter(unit__in=units) if isinstance(units, frozenset) else Push.objects.all()


def waiting() -> QuerySet[Push]:
    """Pushes whose rows are in no submission yet."""
    return Push.objects.filter(submission=None, refusal="")


def held(digest: str) -> Push | None:
    """The push with these rows that waits, is under way, or has come in whole and still counts.

    Rows that were set aside, refused or replaced may be pushed again: something may have changed since.
    """
    last = Push.objects.filter(digest=digest, refusal="").order_by("-received_at").first()
    if last is None or last.submission is None or last.submission.state in UNDER_WAY:
        return last
    batch = last.submission.same_as or getattr(last.submission, "batch", None)
    counts = batch is not None and batch.replaced_by_id is None
    return last if counts and all(one["fate"] == "accepted" for one in fates(last)) else None


@dataclass(frozen=True)
class WaitingSlot:
    """The waiting pushes of a unit for a resource and period (`slot` names them by field)."""

    slot: dict[str, str]
    pushes: QuerySet[Push]
    first_at: dt.datetime
    last_at: dt.datetime
    wanted_at: dt.datetime | None
    rows: int

    def ripe(self, now: dt.datetime) -> bool:
        """Whether they are gathered now: quiet, said to be whole, long or many enough, or of a past day.

        What quiet and long mean doubles with every time that the slot was gathered that day: rows that
        trickle in all day long are a handful of batches, and not one every ten minutes.
        """
        past = self.first_at.astimezone(SHANGHAI).date() < now.astimezone(SHANGHAI).date()
        if self.wanted_at or past or self.rows >= settings.INBOX_MOST_ROWS:
            return True
        return self._waited(now, 1) and self._waited(now, 2 ** min(self._gathered_on(now), _MOST_DOUBLED))

    def _waited(self, now: dt.datetime, times: int) -> bool:
        quiet = dt.timedelta(seconds=settings.INBOX_QUIET_SECONDS) * times
        long = dt.timedelta(seconds=settings.INBOX_MOST_SECONDS) * times
        return now - self.last_at >= quiet or now - self.first_at >= long

    def _gathered_on(self, now: dt.datetime) -> int:
        """How often machines have handed in for the slot since midnight."""
        midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        return Submission.objects.filter(**self.slot, channel="api", received_at__gte=midnight).count()


def slots_waiting() -> Iterator[WaitingSlot]:
    """Every slot with pushes that wait."""
    found = waiting().order_by().values(*SLOT)
    for slot in found.annotate(Min("received_at"), Max("received_at"), Max("wanted_at"), Sum("rows")):
        names = {name: slot[name] for name in SLOT}
        yield WaitingSlot(
            names,
            waiting().filter(**names),
            slot["received_at__min"],
            slot["received_at__max"],
            slot["wanted_at__max"],
            slot["rows__sum"],
        )


def fates(push: Push) -> list[dict[str, Any]]:
    """What became of each row of a push: `{row, fate, findings, batch}`; personal values are masked.

    fate: waiting, checking, awaiting (a second person), refused (the whole file), withdrawn, accepted,
    set_aside, skipped (blank, a total, a note).
    """
    submission = push.submission
    if submission is None:
        fate = {"fate": "refused", "why": push.refusal} if push.refusal else {"fate": "waiting"}
        return [{"row": number} | fate for number in range(1, push.rows + 1)]
    whole = _of_all(submission)
    if whole:
        return [{"row": number} | whole for number in range(1, push.rows + 1)]
    return _one_by_one(push, submission)


def _of_all(submission: Submission) -> dict[str, Any] | None:
    """The fate that all rows of a submission share; None where each has its own."""
    state = State(submission.state)
    if state in {State.RECEIVED, State.CHECKED}:
        return {"fate": "checking"}
    if state is State.AWAITING:
        return {"fate": "awaiting"}
    if state is State.REFUSED:
        return {"fate": "refused", "why": submission.refusal.get("text", "")}
    if state is State.WITHDRAWN and submission.same_as is None:
        return {"fate": "withdrawn"}
    return None


def _one_by_one(push: Push, submission: Submission) -> list[dict[str, Any]]:
    batch = submission.same_as or submission.batch
    before = push.first + FIRST_ROW
    skipped = {entry["row"]: entry["why"] for entry in submission.skipped}
    aside = set(submission.aside)
    found = findings_of(submission) if submission.same_as is None else None
    told = []
    for number in range(1, push.rows + 1):
        row = before + number - 1
        if row in skipped:
            told.append({"row": number, "fate": "skipped", "why": skipped[row]})
            continue
        fate = {"fate": "set_aside"} if row in aside else {"fate": "accepted", "batch": batch.number}
        mine = [] if found is None else found.filter(pl.col("row") == row).select(SHOWN).to_dicts()
        told.append({"row": number, **fate, "findings": mine})
    return told
