"""What the workbench shows: read from the rooms, owned by none."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.queries import Owed
from gongzhi.catalogue.states import State
from gongzhi.gate import Sight
from gongzhi.intake import queries as intake
from gongzhi.intake.models import Submission
from gongzhi.intake.states import State as Handed
from gongzhi.lists import Mark
from gongzhi.registry import queries as registry
from gongzhi.risk import queries as risk
from gongzhi.risk.models import Hit
from gongzhi.risk.states import State as Found
from gongzhi.work import queries as work

TO_DO = 12
RECENT = 5


def to_do(sight: Sight, today: dt.date) -> list[Owed]:
    """What the reader's unit owes now, the most overdue first."""
    rows: QuerySet[Obligation] = catalogue.unmet(catalogue.visible_to(sight)).filter(period_end__lt=today)
    if sight.unit and sight.has("submit_file"):
        rows = rows.filter(unit=sight.unit)
    owed = catalogue.owed(rows.exclude(due=None).order_by("due", "pk")[: TO_DO * 4], today)
    return [one for one in owed if one.standing.state in {State.AWAITED, State.MISSING}][:TO_DO]


def recent(sight: Sight) -> QuerySet[Submission]:
    """The latest submissions in sight."""
    return intake.visible_to(sight).order_by("-received_at", "-pk")[:RECENT]


def undecided(sight: Sight) -> list[Submission]:
    """Files of the reader's own unit that are checked and wait for her word, the oldest first."""
    if not sight.unit or not sight.has("submit_file"):
        return []
    rows = intake.visible_to(sight).filter(unit=sight.unit, state=Handed.CHECKED)
    return list(rows.order_by("received_at", "pk")[:TO_DO])


def awaiting(sight: Sight) -> list[Submission]:
    """Files of the reader's unit that a colleague put to a second person, the oldest first."""
    if not sight.unit or not sight.person or not sight.has("review_file"):
        return []
    rows = intake.visible_to(sight).filter(unit=sight.unit, state=Handed.AWAITING)
    return list(rows.exclude(proposed_by__pk=sight.person).order_by("received_at", "pk")[:TO_DO])


def open_hits(sight: Sight) -> QuerySet[Hit]:
    """Hits that nobody has decided yet, the greatest expected tax first."""
    return risk.visible_to(sight).filter(state=Found.OPEN).order_by("-tax_yuan", "pk")


def hits_shown(sight: Sight) -> list[tuple[Hit, str, Mark]]:
    """The first of the open hits with the names of their rules and their grades."""
    return [(hit, risk.rule_name(hit), risk.grade_of(hit)) for hit in open_hits(sight)[:TO_DO]]


def facts(sight: Sight, today: dt.date) -> list[dict[str, Any]]:
    """The figures at the head of the workbench, each with the page that opens to its rows."""
    found: list[dict[str, Any]] = []
    if sight.has("see_calendar"):
        rows = catalogue.visible_to(sight)
        if sight.unit and sight.has("submit_file"):
            rows = rows.filter(unit=sight.unit)
        year = catalogue.rates(rows.filter(period_end__year=today.year), today)
        found += [
            {"label": "今年应报", "value": year.owed, "href": "/calendar?state=all&span=400"},
            {"label": "已报", "value": year.reported, "href": "/calendar?state=all&span=400"},
            {"label": "逾期未报", "value": year.missing, "href": "/calendar?state=missing&span=400"},
        ]
    if sight.has("see_own_batches") or sight.has("see_all_batches"):
        waiting = intake.visible_to(sight).filter(state=Handed.CHECKED).count()
        found.append(
            {"label": "等待确认入库", "value": waiting, "href": f"/submissions?state={Handed.CHECKED.value}"}
        )
    if sight.has("do_work") or sight.has("give_work"):
        counted = work.counts(sight, today)
        found.append({"label": "我的待办", "value": counted[work.Filter.OPEN], "href": "/work"})
        if late := counted[work.Filter.LATE]:
            found.append({"label": "待办已逾期", "value": late, "href": "/work?view=late"})
    if sight.has("see_hits"):
        found.append({"label": "待核疑点", "value": open_hits(sight).count(), "href": "/hits"})
    if sight.has("decide_links"):
        found.append(
            {"label": "待认定名称", "value": registry.doubts_visible_to(sight).count(), "href": "/links"}
        )
    return found
