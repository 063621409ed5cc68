"""The list of events, and one event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from gongzhi.audit.forms import EventFilter
from gongzhi.audit.models import Event
from gongzhi.audit.queries import NamedEvents, in_force, name_them, visible_to
from gongzhi.audit.states import DETAILS, OUTCOMES, SUBJECTS, VERBS
from gongzhi.engine.definitions import Definitions
from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, Mark, listing
from gongzhi.lists.sources import source_of
from gongzhi.lists.workbook import exported

LONGEST = 32
"""A number of more characters is a digest or a key; the list shows how it begins."""


def _address(event: Event) -> str:
    return reverse("event", args=[event.pk])


def _outcome(event: Event) -> Mark:
    return Mark(OUTCOMES.get(event.outcome, event.outcome), "warn" if event.outcome == "refused" else "note")


def _subject(event: Event) -> str:
    """What it is, what it is called, and its whole number."""
    kind = SUBJECTS.get(event.subject_kind, event.subject_kind)
    if event.subject_name:
        return f"{kind} {event.subject_name}（编号 {event.subject}）"
    return f"{kind} {event.subject}".strip()


_WORDS: dict[str, Callable[[Definitions, str], str]] = {
    "duty": lambda known, key: known.duties[key].title,
    "role": lambda known, key: known.roles[key].title,
    "unit": lambda known, key: known.units[key].name,
    "cell": lambda known, key: known.cells[key].name,
    "resource": lambda known, key: f"{key} {known.resources[key].title}",
}


def _defined(kind: str, key: str) -> str:
    """What the definitions call it now; its key where they know none."""
    try:
        return _WORDS[kind](in_force(), key)
    except KeyError:
        return key


def _detail(name: str, value: Any) -> str:
    """A part of the detail, in words where its value is a key of the definitions."""
    if name in _WORDS and isinstance(value, str):
        return _defined(name, value)
    return _told(value)


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "；".join(f"{key}：{_told(one)}" for key, one in value.items()) or "—"
    if isinstance(value, list):
        return "、".join(_told(one) for one in value) or "—"
    return "—" if value in (None, "") else str(value)


def _brief_subject(event: Event) -> str:
    """The subject by its name, else with the first characters of its number: the whole is on its page."""
    kind = SUBJECTS.get(event.subject_kind, event.subject_kind)
    if event.subject_name:
        return f"{kind} {event.subject_name}"
    long = len(event.subject) > LONGEST and "/" not in event.subject
    return f"{kind} {event.subject[:8]}…" if long else _subject(event)


COLUMNS = (
    Column("sequence", "序号", lambda e: e.sequence, kind="number", order="sequence"),
    Column(
        "at", "时间", lambda e: e.at, kind="instant", link=lambda e: reverse("event", args=[e.pk]), order="at"
    ),
    Column("actor_name", "谁", lambda e: e.actor_name or "系统", order="actor_name"),
    Column("unit", "单位", lambda e: _defined("unit", e.unit), hidden=True),
    Column("verb", "做了什么", lambda e: VERBS.get(e.verb, e.verb), order="verb"),
    Column("subject", "对象", _brief_subject),
    Column("duty", "职责", lambda e: _defined("duty", e.duty), hidden=True),
    Column("outcome", "结果", _outcome, kind="mark", order="outcome"),
)


@needs("read_audit")
def events(request: HttpRequest) -> HttpResponseBase:
    """Everything that was done and refused, the newest first."""
    chosen = EventFilter(request.GET)
    sight = sight_of(request.user)
    rows, words = _filtered(visible_to(sight), chosen)
    named = NamedEvents(source_of(rows), sight)
    page = listing(
        request,
        "审计记录",
        COLUMNS,
        named,
        guarded=False,  # decision 0020
        order=("-id",),
        filters=words,
        empty_next="请放宽筛选条件。",
    )
    file = exported(request, page, by=request.user)
    return file or render(request, "audit/events.html", {"page": page, "chosen": chosen})


def _filtered(rows: QuerySet[Event], chosen: EventFilter) -> tuple[QuerySet[Event], list[tuple[str, str]]]:
    chosen.is_valid()
    values: dict[str, Any] = chosen.cleaned_data  # what is wrong is told beside it; the rest holds
    conditions: dict[str, tuple[str, str, Callable[[str], str]]] = {
        "person": ("actor_name__contains", "谁", str),
        "verb": ("verb", "做了什么", lambda verb: VERBS[verb]),
        "kind": ("subject_kind", "对象", lambda kind: SUBJECTS[kind]),
        "subject": ("subject", "对象编号", str),
        "outcome": ("outcome", "结果", lambda outcome: OUTCOMES[outcome]),
    }
    words = []
    for name, (condition, title, worded) in conditions.items():
        if value := values.get(name):
            rows = rows.filter(**{condition: value})
            words.append((title, worded(value)))
    for name, condition, title in (("since", "at__gte", "从"), ("until", "at__lt", "到")):
        if day := values.get(name):
            edge = day + dt.timedelta(days=name == "until")
            rows = rows.filter(**{condition: timezone.make_aware(dt.datetime.combine(edge, dt.time()))})
            words.append((title, day.isoformat()))
    return rows, words


@needs("read_audit")
def event(request: HttpRequest, pk: int) -> HttpResponse:
    sight = sight_of(request.user)
    shown = get_object_or_404(visible_to(sight), pk=pk)
    name_them([shown], sight)
    context = {
        "event": shown,
        "verb": VERBS.get(shown.verb, shown.verb),
        "subject": _subject(shown),
        "outcome": _outcome(shown),
        "duty": _defined("duty", shown.duty),
        "detail": [
            (DETAILS.get(key, key), _detail(key, value)) for key, value in sorted(shown.detail.items())
        ],
    }
    return render(request, "audit/event.html", context)
