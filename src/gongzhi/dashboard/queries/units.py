"""The picture of a unit: how timely, how complete, how good at the first try."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.states import State
from gongzhi.gate import Sight

from .figures import Chart, Figure, chart, rate
from .fullness import completeness
from .spans import Span
from .stretch import Stretch


@dataclass(frozen=True)
class Outside:
    """What stands outside every rate, with the state that the calendar shows it under."""

    word: str
    count: int
    href: str


MEANS = {
    "timely": "按时的期数 ÷ 应评的期数。按时：第一份后来入库的文件（或零报告）在到期日当天结束前收到，"
    "以服务器时间为准，以后更正不改变它；按时报来而办公室到期后退回的另给三个工作日。应评：按时、迟报、逾期未报和零报告；"
    "免报、未到期、待报的不算，不计入评分的资源也不算。",
    "reported": "已报的期数（按时、迟报、零报告）÷ 应评的期数。",
    "passed": "第一次交来的文件原样全部入库、没有待补正行、也没有被办公室退回的期数 ÷ 已经入库的期数。"
    "还没有入库的期不算。",
    "rows": "第一次交来的文件里检查合格的行 ÷ 这些文件的全部行。在网页上改过的行不算合格，"
    "自动规整（如去空格）的算。",
    "filled": "现在有效的批次里有内容的格子 ÷ 应填的格子，各资源各列相加。"
    "只算文件点名要的列：拟增的列还没有定，税务部门自有的列不由提供单位填，都不算。只在另一列有内容（或等于某值）时才要填的，只算那些行；"
    "模板后来才增加的列，只算增加以后的批次。",
    "zero": "写明理由的零报告，按时和逾期的都在内；它们算作已报。",
    "late": "已经报来但晚于到期日的，从到期日次日起按自然日数，各期相加。",
    "missing": "到期日已过还没有报来的期数；天数算到今天。",
}
RATES = (("timely", "按时率"), ("reported", "报送率"), ("passed", "一次通过率"), ("rows", "一次合格行率"))


MEANINGS = [
    (word, MEANS[key])
    for key, word in (
        *RATES,
        ("filled", "填报完整率"),
        ("late", "迟报"),
        ("zero", "零报告"),
        ("missing", "逾期未报"),
    )
]


def unit_figures(now: Stretch, before: Stretch | None, span: Span, unit: str) -> list[Figure]:
    """The figures of a unit, each with its definition and the address of its rows."""
    late, ratios, earlier = now.lateness, now.ratios, before.ratios if before else {}
    full, fuller = completeness(now), completeness(before) if before else None
    zero = now.rates.of((State.ZERO, State.ZERO_LATE))
    calendar = f"/calendar?unit={unit}&{span.query}&scored=1&state="
    tries = f"/units/{unit}/tries?span={span.key}" if sees_files(now.sight) else ""
    rows = {"timely": f"{calendar}counted", "reported": f"{calendar}reported", "passed": tries, "rows": tries}
    return [
        *(
            rate(word, ratios[key], MEANS[key], before=earlier.get(key), href=rows[key])
            for key, word in RATES
        ),
        rate("填报完整率", full, MEANS["filled"], before=fuller,
             href=f"/units/{unit}/fills?span={span.key}"),
        Figure("零报告", f"{zero:,}", MEANS["zero"], "期",
               href=f"{calendar}zero_all"),
        Figure("迟报", f"{late.days:,}天", MEANS["late"], f"{late.times:,} 期，最长 {late.longest:,} 天",
               href=f"{calendar}late_all"),
        Figure("逾期未报", f"{late.missing:,}", MEANS["missing"], f"已逾期共 {late.missing_days:,} 天",
               href=f"{calendar}missing"),
    ]  # fmt: skip


def sees_files(sight: Sight) -> bool:
    """Whether the reader may open what was handed in, not only see it counted."""
    return sight.has("see_own_batches") or sight.has("see_all_batches")


def outside(now: Stretch, span: Span, unit: str) -> list[Outside]:
    """What no rate counts: 免报, 未到期, 待报, and resources that are not scored."""
    calendar = f"/calendar?unit={unit}&{span.query}"
    states = ((State.EXEMPT, "免报"), (State.NOT_DUE, "未到期"), (State.AWAITED, "待报"))
    found = [
        Outside(word, now.rates.of((state,)), f"{calendar}&scored=1&state={state.value}")
        for state, word in states
    ]
    return [*found, Outside("不计入评分", now.unscored, f"{calendar}&scored=0&state=all")]


def unit_chart(now: Stretch, span: Span) -> Chart:
    """What was owed by month (by year over all), of what the rates count."""
    found = catalogue.matrix(now.obligations, now.today, "unit")
    if span.by_year:
        years = found.rolled(head_of=lambda month: month[:4]).months
        return chart(years, list(years))
    return chart(found.months, _months(span.first, span.last))


def _months(first: dt.date, last: dt.date) -> list[str]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    places = (first.year * 12 + first.month - 1 + n for n in range(count))
    return [f"{place // 12}-{place % 12 + 1:02d}" for place in places]
