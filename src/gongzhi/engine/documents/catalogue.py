"""The catalogue as a workbook (数据资源目录): 口径, 标准 and 期限 of every resource and of every column."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import xlsxwriter

from gongzhi.engine.definitions import Definitions, Field, Frequency, Resource, Sheet

from .cells import WHAT, span, unit_shown
from .guide import heading
from .look import ACCENT, RULE, head_style, open_workbook, style
from .meanings import basis_of, meaning

_SHEETS = {
    "数据资源": (
        ("编号", 8), ("名称", 40), ("提供单位", 36), ("报送要求", 16), ("期限", 34), ("存量", 8),
        ("计入评分", 9), ("用途", 16), ("依据", 40), ("说明", 50), ("版本（SM3 前16位）", 20),
    ),
    "数据项": (
        ("资源编号", 9), ("资源", 34), ("表", 28), ("列名", 30), ("必填", 7), ("口径", 46), ("标准", 34),
        ("单位", 9), ("可选的值或范围", 40), ("也认这些写法", 40), ("密级", 14), ("依据", 44),
    ),
}  # fmt: skip
_USES = {"join": "与纳税人比对", "counts": "只作统计", "verify": "只供核验", "parameters": "发布参数"}
_SIGHTS = {
    "open": "公开", "business": "经营信息", "tax": "涉税保密信息", "personal": "个人信息",
    "sensitive": "敏感个人信息",
}  # fmt: skip
_COUNTED = {"days": "日", "working_days": "个工作日"}
_AFTER = {"event": "事项发生后", "request": "提请后"}


def catalogue(definitions: Definitions) -> bytes:
    """Two sheets: a line for each resource, a line for each column. Equal definitions give equal bytes."""
    target = io.BytesIO()
    book = open_workbook(target)
    resources = [one for one in definitions.resources.values() if not one.duplicate_of]
    latest = max(one.since for one in resources)  # the clock would make every copy another file
    book.set_properties(
        {
            "title": f"{definitions.district.name}涉税数据资源目录",
            "comments": definitions.digest,
            "created": dt.datetime.combine(latest, dt.time(), dt.UTC).replace(tzinfo=None),
        }
    )
    _page(book, "数据资源", (_resource(definitions, one) for one in resources))
    _page(book, "数据项", (row for one in resources for row in _columns(one)))
    book.close()
    return target.getvalue()


def _page(book: xlsxwriter.Workbook, name: str, rows: Iterator[tuple[str, ...]]) -> None:
    page = book.add_worksheet(name)
    head = head_style(book)
    wrap = style(book, text_wrap=True, valign="top", border=1, border_color=RULE)
    for column, (title, width) in enumerate(_SHEETS[name]):
        page.set_column(column, column, width)
        page.write_string(0, column, title, head)
    last = 0
    for last, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            page.write_string(last, column, text, wrap)
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, last, len(_SHEETS[name]) - 1)
    page.set_tab_color(ACCENT)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _resource(definitions: Definitions, one: Resource) -> tuple[str, ...]:
    names = [definitions.units[key].name for key in one.providers]
    return (
        one.number,
        one.title,
        "、".join(names),
        one.frequency,
        term(definitions, definitions.frequencies[one.frequency]),
        "；".join(
            word for word, on in (("另报存量", one.stock), ("在册情况，各期可再报", one.restated)) if on
        ),
        "计入" if one.scored else "不计入",
        _USES[one.use],
        f"{one.document} {one.clause}，{one.since} 起",
        one.note or "",
        definitions.versions[one.number][:16],
    )


def term(definitions: Definitions, frequency: Frequency) -> str:
    """By when a delivery is due, in words, and on whose word."""
    after = _AFTER.get(frequency.period, "期末后")
    word = _COUNTED[frequency.counted]
    if frequency.due_days is not None:
        return f"{after}{frequency.due_days}{word}（文件规定）"
    if frequency.due_parameter is None:
        return "长期共享，不设到期日"
    values = definitions.parameters[frequency.due_parameter].values
    return f"{after}{values[-1].value:f}{word}（办公室暂定）"


def _columns(one: Resource) -> Iterator[tuple[str, ...]]:
    for sheet in one.sheets:
        for field in sheet.fields:
            yield (
                one.number,
                one.title,
                sheet.title if len(one.sheets) > 1 else "",
                *_column(one, sheet, field),
            )


def _column(one: Resource, sheet: Sheet, field: Field) -> tuple[str, ...]:
    return (
        heading(field),
        "必填" if field.required else "选填",
        field.help or meaning(sheet, field),
        WHAT[field.type],
        unit_shown(field),
        "、".join(field.values) or span(field),
        "、".join(field.aliases),
        _SIGHTS[field.sight],
        basis_of(one, sheet, field),
    )
