"""The durable inbox: rows that machines push, gathered into one submission for each slot (notice, 二(二)).

A push is one row of the database, written in the transaction that answers it: what was answered is there
after any crash. Gathering writes the rows as a JSON file, keeps it sealed as every original, and names the
submission on each push in one transaction: a row belongs to one submission or still waits, never both.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from gongzhi.audit.actions import noted, record, record_all
from gongzhi.audit.models import Event
from gongzhi.editions.queries import in_force_for
from gongzhi.engine.crypto import hmac_sm3, seal, unseal
from gongzhi.intake.models import SHANGHAI, Push, Submission
from gongzhi.intake.queries.inbox import held, slots_waiting, waiting
from gongzhi.organisation.actions import NotPlain
from gongzhi.organisation.models import ApiKey

from . import original
from .place import Place, draft_of, spot_of
from .refused import Refused
from .submission import write_down

log = logging.getLogger(__name__)
Row = dict[str, Any]


def place_of(*, key: ApiKey, resource: str, letter: str, period: str) -> Place:
    """Where rows belong that a key pushes."""
    return Place(resource=f"{resource}/{letter}" if letter else resource, period=period, unit=key.unit)


def prepared(*, place: Place, rows: Sequence[Row], by: ApiKey) -> Push:
    """A push of rows (field key → text or truth value), sealed and not written yet.

    Raises Refused when the place does not fit.
    """
    at = timezone.now()
    spot = spot_of(place, by=by, at=at)
    content = json.dumps(list(rows), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    slot = "|".join([*spot, ""]).encode()
    digest = hmac_sm3(settings.KEYS.current("inbox").secret, slot + content).hex()
    new = Push(key=by, **spot._asdict(), rows=len(rows), digest=digest, received_at=at)
    new.sealed = seal(settings.KEYS.current("inbox"), content, new.place)
    return new


@transaction.atomic
def push(*, place: Place, rows: Sequence[Row], by: ApiKey) -> tuple[Push, bool]:
    """Put rows into the inbox; False when the same rows are there already. Refused as in `prepared`."""
    new = prepared(place=place, rows=rows, by=by)
    if earlier := held(new.digest):
        return earlier, False
    new.save(force_insert=True)
    record_all([_pushed(new)])
    return new, True


@transaction.atomic(savepoint=False)
def push_together(*, pushes: Sequence[Push]) -> None:
    """Put prepared pushes into the inbox, each by its key; NotPlain when rows are there already."""
    digests = {one.digest for one in pushes}
    if len(digests) < len(pushes) or Push.objects.filter(digest__in=digests).exists():
        raise NotPlain
    Push.objects.bulk_create(pushes)
    record_all([_pushed(one) for one in pushes])


def _pushed(new: Push) -> Event:
    detail = {"resource": new.resource, "period": new.period, "rows": new.rows}
    return noted("rows.pushed", by=new.key, subject=("push", new.pk), duty="submit_file", detail=detail)


@transaction.atomic
def want_sealed(*, place: Place, by: ApiKey) -> tuple[int, int]:
    """The machine says that a slot's rows are all there; how many pushes and rows are gathered next."""
    spot = spot_of(place, by=by, at=timezone.now())
    mine = waiting().filter(**spot._asdict())
    counts = list(mine.values_list("rows", flat=True))
    mine.filter(wanted_at=None).update(wanted_at=timezone.now())
    detail = {"resource": spot.resource, "period": spot.period, "rows": sum(counts)}
    record("rows.sealed", by=by, subject=("unit", spot.unit), duty="submit_file", detail=detail)
    return len(counts), sum(counts)


def gather() -> int:
    """Gather the rows of every slot that is quiet or was said to be whole; returns how many submissions."""
    now = timezone.now()
    return sum(_gathered(slot.pushes) for slot in slots_waiting() if slot.ripe(now))


def _gathered(found: QuerySet[Push]) -> bool:
    """One submission out of a slot's earliest pushes: of one day, so that none is late for another."""
    pushes = _together(found.select_related("key"))
    try:
        draft = draft_of(
            place_of(
                key=pushes[-1].key,
                resource=pushes[0].resource,
                letter=pushes[0].letter,
                period=pushes[0].period,
            ),
            name=f"推送-{pushes[0].resource}-{pushes[0].period}.json",
            by=pushes[-1].key,
            channel="api",
            received_at=pushes[-1].received_at,
        )
    except Refused as refused:
        waiting().filter(pk__in=[one.pk for one in pushes]).update(refusal=refused.text[:300])
        return False
    with tempfile.TemporaryDirectory(dir=settings.HOME.folder("incoming")) as folder:
        file = Path(folder) / "rows.json"
        file.write_text(_file_of(draft, pushes), encoding="utf-8")
        kept = original.keep(file)
    return _assigned(draft, kept, pushes)


def _together(found: QuerySet[Push]) -> list[Push]:
    chosen: list[Push] = []
    rows = 0
    for one in found.iterator(chunk_size=500):
        if chosen and (_day(one) != _day(chosen[0]) or rows + one.rows > settings.INBOX_MOST_ROWS):
            break
        chosen.append(one)
        rows += one.rows
    return chosen


def _day(one: Push) -> dt.date:
    return one.received_at.astimezone(SHANGHAI).date()


def _file_of(draft: Submission, pushes: Sequence[Push]) -> str:
    """The rows as a JSON file with every column of the template, in the order in which they came."""
    resource = in_force_for(draft.resource, draft.period).resources[draft.resource]
    sheet = resource.sheet(draft.letter)
    titles = {field.key: field.title for field in sheet.fields}
    empty = dict.fromkeys(titles.values())
    rows = []
    for one in pushes:
        content = unseal(settings.KEYS, bytes(one.sealed), one.place, purpose="inbox")
        for row in json.loads(content):
            rows.append(empty | {titles.get(name, name): value for name, value in row.items()})
    return json.dumps(rows, ensure_ascii=False)


@transaction.atomic
def _assigned(draft: Submission, kept: original.Original, pushes: Sequence[Push]) -> bool:
    """Write the submission down and name it on each push; nothing when another process was faster."""
    by = pushes[-1].key
    keys: list[UUID] = [one.pk for one in pushes]
    locked = waiting().filter(pk__in=keys).select_for_update(of=("self",))
    if len(locked.values_list("pk", flat=True)) < len(keys):
        return False
    submission = write_down(draft, kept, by=by)
    first = 0
    for one in pushes:
        one.submission, one.first, one.sealed = submission, first, b""
        first += one.rows
    Push.objects.bulk_update(pushes, ["submission", "first", "sealed"], batch_size=200)
    detail = {"pushes": len(pushes), "rows": first}
    record("rows.gathered", by=by, subject=("submission", submission.pk), detail=detail)
    return True
