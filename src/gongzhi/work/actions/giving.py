"""Items are opened, handed on, divided, put together and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.queries import in_force
from gongzhi.engine import calendar
from gongzhi.engine.calendar import period_of
from gongzhi.engine.definitions import Definitions, WorkKind, roll_on
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Item, Step
from gongzhi.work.queries import Subject, kinds_to_give, known
from gongzhi.work.states import OPEN

from .attaching import Kept, Sent, add, all_understood
from .refused import Refused
from .trail import duty_of, locked, moved, words

_TITLE = 120


@dataclass(frozen=True)
class PlaceOfWork:
    """Who has to do it: a post in a unit, or in a grid cell. Exactly one is filled."""

    unit: str = ""
    cell: str = ""


@transaction.atomic
def open_item(
    *,
    kind: str,
    key: str,
    title: str,
    place: PlaceOfWork,
    by: Person | None,
    note: str = "",
    subject: Subject | None = None,
    due: dt.date | None = None,
) -> Item:
    """Open an item for another room, once for each `key`: opened again it is left as it is.

    Without `due` the kind's own time counts from today. Raises KeyError for an unknown kind, unit or cell.
    """
    before = Item.objects.filter(key=key).first()
    if before:
        return before
    return _opened(kind, title, place, by, key=key, note=note, subject=subject, due=due)


@transaction.atomic
def give(
    *,
    kind: str,
    title: str,
    note: str,
    places: Sequence[PlaceOfWork],
    by: Person,
    due: dt.date | None = None,
    subject: Subject | None = None,
    files: Sequence[Sent] = (),
) -> list[Item]:
    """Give the same thing to several posts, an item each, all with the same attachments.

    Refused without title or place, for a past day, and about what the giver may not see; BadFiles when one
    of the files cannot be taken.
    """
    if kind not in {one.key for one in kinds_to_give(sight_of(by))}:
        raise Refused("这类事项不能由您交办")
    name = words(title, needed="事项名称")
    if len(name) > _TITLE:
        raise Refused(f"事项名称请不超过 {_TITLE} 字，详细要求写在下面")
    if not places:
        raise Refused("请选择交给哪个单位或网格")
    if due and due < timezone.localdate():
        raise Refused("办理期限不能早于今天")
    beyond = [place for place in places if not _within(place, kind, by)]
    if beyond:
        raise Refused("只能交给自己范围内的单位和网格")
    about, kept = _about(kind, subject, by), all_understood(files)
    return [
        _opened(kind, name, place, by, note=words(note), due=due, subject=about, kept=kept)
        for place in dict.fromkeys(places)
    ]


def _about(kind: str, subject: Subject | None, by: Person) -> Subject | None:
    if subject is None:
        return None
    if subject.kind not in in_force().work[kind].subjects:
        raise Refused("这类事项不写关于哪一户、哪个单位或地点")
    found = known(sight_of(by), subject)
    if found is None:
        raise Refused("没有找到事项所关于的纳税人、单位或地点，请重新选择")
    return found


def _within(place: PlaceOfWork, kind: str, by: Person) -> bool:
    sight, duty = sight_of(by), in_force().work[kind].reviewer
    if place.unit:
        return place.unit in in_force().units and place.unit in sight.units(duty)
    cells = sight.cells(duty)
    inside = not isinstance(cells, frozenset) or any(place.cell.startswith(cell) for cell in cells)
    return place.cell in in_force().cells and inside


def _opened(
    kind: str, title: str, place: PlaceOfWork, by: Person | None, *, key: str | None = None, note: str = "",
    subject: Subject | None = None, due: dt.date | None = None, parent: Item | None = None,
    kept: Sequence[Kept] = (),
) -> Item:  # fmt: skip
    definitions, now = in_force(), timezone.now()
    about = subject or Subject("", "", "")
    item = Item.objects.create(
        kind=kind, key=key, title=title, note=note, unit=place.unit, cell=place.cell, parent=parent,
        given_by=by, given_unit=by.unit if by else "", given_at=now, definitions=definitions.digest,
        due=due or due_day(definitions, definitions.work[kind], timezone.localdate()),
        subject_kind=about.kind, subject_id=about.id, subject_title=about.title,
    )  # fmt: skip
    Step.objects.create(item=item, at=now, verb="open", by=by)
    duty = definitions.work[kind].reviewer
    files = [add(item, one, by)[0].digest for one in kept] if by else []
    detail = {"kind": kind} | ({"files": files} if files else {})
    record("work.opened", by=by, subject=("work", item.pk), duty=duty, detail=detail)
    return item


def due_day(definitions: Definitions, kind: WorkKind, today: dt.date) -> dt.date:
    """The day by which an item of this kind that is opened today is to be done."""
    value = definitions.parameters[kind.due_parameter].at(today)
    days = int(value.value) if value else 0
    holidays = definitions.holidays.table
    if kind.counted == "days":
        return calendar.due_day(
            period_of("day", today), days, roll=roll_on(definitions, today), holidays=holidays
        ).effective
    return holidays.add_working_days(today, days).day


@transaction.atomic
def forward(*, item: Item, place: PlaceOfWork, note: str, by: Person) -> Item:
    """转办: another post is to do it; why is asked. What was said so far goes with it."""
    now = locked(item, "forward", by)
    if (place.unit, place.cell) == (now.unit, now.cell):
        raise Refused("已经在这个单位或网格，不用转办")
    if not ((place.unit in in_force().units) != (place.cell in in_force().cells)):
        raise Refused("请选择转给哪个单位或网格")
    why = words(note, needed="转办的理由")
    moved(now, "forward", by, note=why, unit=place.unit, cell=place.cell, person=None, stand_in=None)
    record("work.forwarded", by=by, subject=("work", now.pk), duty=duty_of(now, "assignee"))
    return now


@transaction.atomic
def withdraw(*, item: Item, note: str, by: Person) -> Item:
    """撤销: it need not be done any more, and why; the pieces that it was divided into go with it."""
    now, why = locked(item, "withdraw", by), words(note, needed="撤销的理由")
    for one in (now, *_open_below(now)):
        moved(one, "withdraw", by, note=why)
        record("work.withdrawn", by=by, subject=("work", one.pk), duty=duty_of(one, "reviewer"))
    return now


def _open_below(item: Item) -> list[Item]:
    """The open pieces of an item, and theirs."""
    below = list(item.pieces.select_for_update(of=("self",)).filter(state__in=OPEN))
    return [found for piece in below for found in (piece, *_open_below(piece))]


@transaction.atomic
def split(*, item: Item, titles: Sequence[str], by: Person) -> list[Item]:
    """分解: pieces of the same kind, place and day; the item itself waits until all of them are closed."""
    names = [words(title) for title in titles if title.strip()]
    if len(names) < 2:
        raise Refused("请写明至少两个部分，一行一个")
    if any(len(name) > _TITLE for name in names):
        raise Refused(f"每个部分的名称请不超过 {_TITLE} 字")
    now = locked(item, "split", by)
    place = PlaceOfWork(now.unit, now.cell)
    about = Subject(now.subject_kind, now.subject_id, now.subject_title)
    pieces = [
        _opened(now.kind, name, place, now.given_by, due=now.due, parent=now, subject=about) for name in names
    ]
    moved(now, "split", by, note="、".join(names)[:200])
    record("work.split", by=by, subject=("work", now.pk), duty=duty_of(now, "assignee"))
    return pieces


@transaction.atomic
def merge(*, item: Item, into: Item, by: Person) -> Item:
    """并入: the same thing was given twice to the same post; it is done once, under the other item."""
    now, other = locked(item, "merge", by), locked(into, "merge", by)
    if now.pk == other.pk or (now.kind, now.unit, now.cell) != (other.kind, other.unit, other.cell):
        raise Refused("只能并入同一单位或网格的另一件同类事项")
    if now.subject_title and (now.subject_kind, now.subject_title) != (
        other.subject_kind,
        other.subject_title,
    ):
        raise Refused("两件事关于的对象不同，不能并入")
    if _open_below(now):
        raise Refused("这件事已分解，请先办完各部分，或把各部分分别并入")
    moved(now, "merge", by, note=other.title, merged_into=other)
    record("work.merged", by=by, subject=("work", now.pk), duty=duty_of(now, "reviewer"))
    return other
