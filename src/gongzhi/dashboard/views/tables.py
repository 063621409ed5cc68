"""The tables that a page of this room draws, as lists for workbooks: what it shows, figures as numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest

from gongzhi.dashboard import queries
from gongzhi.intake.states import State
from gongzhi.lists import Column, Listing, table

Filters = Sequence[tuple[str, str]]

FIGURES = (
    Column("label", "指标", lambda one: one.label),
    Column("text", "本期", lambda one: one.text),
    Column("of", "算式", lambda one: one.of),
    Column("before", "上期", lambda one: one.before),
    Column("means", "怎么算的", lambda one: one.means),
)
BARS = (
    Column("label", "所属期截止", lambda bar: bar.label),
    Column("text", "期数", lambda bar: bar.text),
    Column("rate", "按时率", lambda bar: bar.rate),
)
PROVIDERS = (
    Column("unit", "单位", lambda one: one.unit.name),
    Column("timely", "按时", lambda one: one.rates.timely, "number", unit="期"),
    Column("counted", "应评", lambda one: one.rates.counted, "number", unit="期"),
    Column("rate", "按时率", lambda one: one.rates.timely_rate, "number", unit="%"),
    Column("missing", "逾期未报", lambda one: one.rates.missing, "number", unit="期"),
    Column("rows", "入库行数", lambda one: one.rows, "number"),
)
PERIODS = (
    Column("period", "所属期", lambda one: one[1]),
    Column("batches", "批次", lambda one: one[0].batches, "number"),
    Column("rows", "行数", lambda one: one[0].rows, "number"),
)


def _places(line: Any) -> str:
    return "；".join(
        f"{where}{f'“{column}”' if column else ''} {count:,} 处" for where, column, _, count in line.places
    )


FAULTS = (
    Column("fault", "问题", lambda one: one.fault.title),
    Column("count", "处数", lambda one: one.fault.count, "number"),
    Column("share", "占全部", lambda one: one.fault.share, "number", unit="%"),
    Column("now", "每千行", lambda one: one.now, "number", unit="处"),
    Column("before", "上期每千行", lambda one: one.before, "number", unit="处"),
    Column("places", "多在哪里", _places),
    Column("mend", "怎么改", lambda one: one.mend),
)


def unit_tables(request: HttpRequest, shown: dict[str, Any]) -> dict[str, Listing]:
    """What the picture of a unit can be taken away as, by the name that the address gives it."""
    filters = [("单位", shown["unit"].name), ("范围", shown["span"].title)]
    bars = shown["chart"].bars
    return _common(request, shown, filters) | {
        "chart": table(request, "各月应评的期数", BARS, bars, guarded=False, filters=filters, key="chart"),
    }


def resource_tables(request: HttpRequest, shown: dict[str, Any]) -> dict[str, Listing]:
    """The same of a resource; its sheets come by `fill_table`."""
    number = shown["resource"].number
    filters = [("资源", f"{number} {shown['resource'].title}"), ("范围", shown["span"].title)]
    providers, periods = shown["providers"], shown["periods"]
    return _common(request, shown, filters) | {
        "providers": table(request, "各提供单位", PROVIDERS, providers, guarded=False,
                           filters=filters, key="providers"),
        "periods": table(request, "各期入库", PERIODS, periods, guarded=False, filters=filters,
                         key="periods"),
    } | {
        f"fills{at}": _fills(request, sheet, at, filters) for at, sheet in enumerate(shown["sheets"])
    }  # fmt: skip


def _common(request: HttpRequest, shown: dict[str, Any], filters: Filters) -> dict[str, Listing]:
    faults = shown["faults"]
    return {
        "figures": table(
            request, "报送质量指标", FIGURES, shown["figures"], guarded=False, filters=filters, key="figures"
        ),
        "faults": table(
            request, "最常见的问题", FAULTS, faults, guarded=False, filters=filters, key="faults"
        ),
    }


def _fills(request: HttpRequest, sheet: queries.SheetFill, at: int, filters: Filters) -> Listing:
    columns = [
        Column("title", "列", lambda one: one.title),
        Column("asked", "要求", lambda one: one.asked),
        Column("whole", "填报率", lambda one: one.whole),
        Column("count", "有内容 / 应填", lambda one: one.count),
    ]
    columns += [
        Column(f"period{place}", label, _of_period(place)) for place, label in enumerate(sheet.labels)
    ]
    filters = [*filters, ("表", sheet.title)]
    return table(
        request, "各列填报率", columns, sheet.columns, guarded=False, filters=filters, key=f"fills{at}"
    )


def _of_period(place: int) -> Callable[[Any], str]:
    return lambda one: str(one.by_period[place][1])


HITS = (
    Column("subject", "对象", lambda one: one[0].subject_name or "（个人）"),
    Column("rule", "疑似", lambda one: one[1]),
    Column("tax", "预计税额", lambda one: one[0].expected_yuan, "number", unit="元"),
    Column("grade", "等级", lambda one: one[2], "mark"),
)
TO_DO = (
    Column("state", "状态", lambda one: f"{one[2]}{'，已退回' if one[3] else ''}"),
    Column("resource", "资源", lambda one: f"{one[0].obligation.resource} {one[0].resource_title}"),
    Column("period", "所属期", lambda one: one[1]),
    Column("unit", "单位", lambda one: one[0].unit_name),
    Column("due", "到期日", lambda one: one[0].due, "day"),
)
RECENT = (
    Column("received", "接收时间", lambda one: one[0].received_at, "instant"),
    Column("file", "文件", lambda one: one[0].file_name),
    Column("resource", "资源", lambda one: one[0].resource),
    Column("period", "所属期", lambda one: one[1]),
    Column("state", "结果", lambda one: one[2], "mark"),
    Column("rows", "入库", lambda one: one[0].accepted if one[0].state == State.COMMITTED else None, "number",
           unit="行"),
    Column("aside", "待补正", lambda one: one[0].set_aside, "number", unit="行"),
)  # fmt: skip


def workbench_tables(request: HttpRequest, shown: dict[str, Any]) -> dict[str, Listing]:
    """What the workbench can be taken away as, by the name that the address gives it."""
    return {
        "hits": table(request, "要核的疑点", HITS, shown["hits"], guarded=True, key="hits"),
        "to_do": table(request, "要报的事项", TO_DO, shown["to_do"], guarded=False, key="to_do"),
        "recent": table(request, "最近的报送", RECENT, shown["recent"], guarded=False, key="recent"),
    }
