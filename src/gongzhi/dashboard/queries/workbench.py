"""What the workbench shows: read from the rooms, owned by none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils import timezone

from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.queries import Owed
from gongzhi.catalogue.states import State
from gongzhi.editions.queries import in_force, rule_ever
from gongzhi.gate import Sight
from gongzhi.intake import queries as intake
from gongzhi.intake.models import Submission
from gongzhi.intake.queries import Returned
from gongzhi.intake.states import State as Handed
from gongzhi.lists import Mark
from gongzhi.risk import queries as risk
from gongzhi.risk.models import Hit
from gongzhi.risk.states import LABELS as FOUND_LABELS
from gongzhi.risk.states import State as Found
from gongzhi.work import queries as work

from .administration import administration
from .figures import percent
from .spans import EARLIEST, LATEST
from .waiting import Fact, tiles

TO_DO = 12
RECENT = 5
NAMED = 5
MOST_LOOKED_THROUGH = 500


def to_do(sight: Sight, today: dt.date) -> list[Owed]:
    """What the reader's unit owes now, the most overdue first."""
    rows: QuerySet[Obligation] = catalogue.unmet(catalogue.visible_to(sight), today).filter(
        period_end__lt=today
    )
    if sight.unit and sight.has("submit_file"):
        rows = rows.filter(unit=sight.unit)
    owed = catalogue.owed(rows.exclude(due=None).order_by("due", "pk")[: TO_DO * 4], today)
    open_now = [one for one in owed if one.standing.state in {State.AWAITED, State.MISSING}]
    return sorted(open_now, key=lambda one: one.due or today)[:TO_DO]


def recent(sight: Sight) -> QuerySet[Submission]:
    """The latest submissions in sight."""
    found = intake.visible_to(sight).select_related("batch__review")
    return found.order_by("-received_at", "-pk")[:RECENT]


def returned(sight: Sight) -> list[Returned]:
    """What the office has returned to the reader's own unit and nothing has corrected yet."""
    found = (intake.returned_of(one) for one in intake.returned_to(sight)[:TO_DO])
    return [one for one in found if one is not None]


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


def facts(sight: Sight, today: dt.date) -> list[Fact]:
    """The figures at the head of the workbench, each with the page that opens to its rows."""
    found = _month(sight, today) if sight.has("submit_file") else _year(sight, today)
    return found + tiles(sight) + administration(sight, today) + _work(sight, today)


def _month(sight: Sight, today: dt.date) -> list[Fact]:
    """What the reader's own unit owes this month by due day, and what is overdue from before."""
    mine = catalogue.visible_to(sight).filter(unit=sight.unit)
    first = today.replace(day=1)
    last = (first + dt.timedelta(31)).replace(day=1) - dt.timedelta(1)
    month = catalogue.rates(mine.filter(due__range=(first, last)), today)
    whole = catalogue.rates(mine, today)
    asked = month.of(set(State) - {State.EXEMPT})
    days = f"by=due&since={first}&until={last}"
    return [
        {"label": "本月应报", "value": asked, "href": f"/calendar?state=asked&{days}"},
        {"label": "已报", "value": month.reported, "href": f"/calendar?state=reported&{days}"},
        {"label": "逾期未报", "value": whole.missing, "href": f"/calendar?state=missing&{EVER}"},
    ]


def _year(sight: Sight, today: dt.date) -> list[Fact]:
    """What all units in sight owed this year, and how timely it came."""
    if not sight.has("see_calendar"):
        return []
    first, last = today.replace(month=1, day=1), today.replace(month=12, day=31)
    seen = catalogue.visible_to(sight).filter(scored=True)
    year = catalogue.rates(seen.filter(period_end__range=(first, last)), today)
    whole = catalogue.rates(seen, today)
    days = f"scored=1&since={first}&until={last}"
    return [
        {"label": "今年应报", "value": year.owed, "href": f"/calendar?state=owed&{days}"},
        {"label": "按时率", "text": percent(year.timely_rate), "href": f"/calendar?state=counted&{days}"},
        {
            "label": "逾期未报",
            "value": whole.missing,
            "note": f"其中今年 {year.missing:,}",
            "href": f"/calendar?state=missing&scored=1&{EVER}",
        },
    ]


EVER = f"since={EARLIEST}&until={LATEST}"


def _work(sight: Sight, today: dt.date) -> list[Fact]:
    if not (sight.has("do_work") or sight.has("give_work")):
        return _of_the_unit(sight, today)
    counted = work.counts(sight, today)
    found: list[Fact] = [{"label": "我的待办", "value": counted[work.Filter.OPEN], "href": "/work?view=open"}]
    if late := counted[work.Filter.LATE]:
        found.append({"label": "待办已逾期", "value": late, "href": "/work?view=late"})
    return found


def _of_the_unit(sight: Sight, today: dt.date) -> list[Fact]:
    """For who answers for a unit: what its people have in hand."""
    if not sight.has("oversee_unit"):
        return []
    open_items = work.mine(sight, today, work.Filter.POST).count()
    return [{"label": "单位在办事项", "value": open_items, "href": "/work?view=post"}]


@dataclass(frozen=True)
class Glance:
    """What the office looks at today: a matter with its number, and some of its rows by name."""

    text: str
    href: str
    items: tuple[tuple[str, str], ...] = ()  # words and address


def to_look_at(sight: Sight, today: dt.date) -> list[Glance]:
    """今天要看的: overdue units, holidays not yet known, batches unlike their season, rules excluded much."""
    found = _overdue(sight, today) + _beyond_holidays(sight, today) if sight.has("chase_units") else []
    found += _out_of_line(sight) if sight.has("return_file") else []
    return found + (_excluded(sight, today) if sight.has("decide_hits") else [])


def _overdue(sight: Sight, today: dt.date) -> list[Glance]:
    late = catalogue.lateness(catalogue.visible_to(sight).filter(scored=True), today, "unit")
    worst = sorted((one for one in late.items() if one[1].missing), key=lambda one: -one[1].missing_days)
    units = in_force().units
    items = tuple(
        (f"{units[key].name if key in units else key} {one.missing} 项", f"/units/{key}/picture")
        for key, one in worst[:NAMED]
    )
    return (
        [Glance(f"逾期单位 {len(worst)}", f"/calendar?state=missing&scored=1&{EVER}", items)] if worst else []
    )


def _beyond_holidays(sight: Sight, today: dt.date) -> list[Glance]:
    """Due days to come that nobody can be sure of: counted by days off (in working days, or rolled) that are
    not announced yet. What is counted in plain calendar days stands whatever is announced.
    """
    last = in_force().holidays.known_until
    open_ones = catalogue.unmet(catalogue.visible_to(sight), today).filter(due_assured=False)
    beyond = open_ones.filter(due__gte=today, due__gt=last).count()
    words = (
        f"节假日安排只到{last:%Y年%-m月%-d日}，此后到期的 {beyond} 项遇节假日可能变动，公布新一年安排后请修订"
    )
    return [Glance(words, "/definitions/other/calendar/holidays")] if beyond else []


def _out_of_line(sight: Sight) -> list[Glance]:
    strange = [one for one in intake.unreviewed(sight)[:MOST_LOOKED_THROUGH] if one.submission.trends]
    items = tuple((one.number, one.path) for one in strange[:NAMED])
    text = f"待审核中与往期相差较大的批次 {len(strange)}"
    return [Glance(text, "/reviews", items)] if strange else []


def _excluded(sight: Sight, today: dt.date) -> list[Glance]:
    """The rules whose hits people excluded most in thirty days, beside the thirty days before."""
    since, before = (timezone.now() - dt.timedelta(days) for days in (30, 60))
    hits = risk.visible_to(sight).order_by()
    now = dict(hits.filter(excluded_at__gte=since).values_list("rule").annotate(Count("pk")))
    then = dict(
        hits.filter(excluded_at__gte=before, excluded_at__lt=since).values_list("rule").annotate(Count("pk"))
    )
    more = sorted((code for code in now if now[code] > then.get(code, 0)), key=lambda code: -now[code])
    items = tuple(
        (f"{_rule(code)} {now[code]} 条（前三十天 {then.get(code, 0)} 条）",
         f"/hits?rule={code}&state=excluded")
        for code in more[:NAMED]
    )  # fmt: skip
    return [Glance(f"近三十天排除增多的规则 {len(more)}", "/hits?state=excluded", items)] if more else []


def _rule(code: str) -> str:
    known = rule_ever(code)
    return known.name if known else code


def hit_states(sight: Sight) -> list[tuple[str, int, str]]:
    """How many hits are in each state, with the address of their list; empty for who may not see them."""
    if not sight.has("see_hits"):
        return []
    counted = dict(risk.visible_to(sight).order_by().values_list("state").annotate(Count("pk")))
    return [
        (FOUND_LABELS[state], counted.get(state.value, 0), f"/hits?state={state.value}") for state in Found
    ]
