"""Pages that belong to no room: health, and the gallery of components."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django import forms
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from gongzhi.gate import public, signed_in
from gongzhi.lists import Bulk, Column, Mark, cells

LONGEST = (
    "内蒙古自治区呼和浩特市和林格尔县盛乐经济园区绿色生态农牧业综合开发示范有限责任公司越东分公司（有限合伙）"
)


@public
def health(request: HttpRequest) -> JsonResponse:
    """Whether the database answers; nothing else is told to strangers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


class Sample(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="纳税人名称", help_text="与营业执照一致")
    kind = forms.ChoiceField(label="类型", choices=[("a", "企业"), ("b", "个体工商户")])
    day = forms.DateField(label="日期", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="原因", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(label="文件", required=False)
    agree = forms.ChoiceField(
        label="与登记一致吗",
        widget=forms.RadioSelect,
        choices=[("y", "一致"), ("n", "不一致")],
        required=False,
    )
    keep = forms.BooleanField(label="保留原文件", required=False)


COLUMNS = (
    Column("name", "纳税人名称", lambda row: row.name, link=lambda _: "#lists"),
    Column("code", "统一社会信用代码", lambda row: row.code, kind="code"),
    Column("tax", "预计税款", lambda row: row.tax, kind="wan", unit="万元"),
    Column("rows", "行数", lambda row: row.rows, kind="number"),
    Column("day", "日期", lambda row: row.day, kind="day"),
    Column("state", "状态", lambda row: row.state, kind="mark"),
)


def _rows(count: int) -> list[SimpleNamespace]:
    """Invented rows; the first has the longest name, some values are missing or negative."""
    marks = [Mark("逾期3天", "stop"), Mark("需说明", "warn"), Mark("已办结", "good"), Mark("待核查", "note")]
    return [
        SimpleNamespace(
            name=LONGEST if at == 0 else f"示例商贸有限公司第{at}号店",
            code=f"91000000XXXXXX{at:04d}",
            tax=None if at % 5 == 3 else (at * 123_456_789 if at % 3 else -at * 9_876_543),
            rows=at * 1_237,
            day=f"2026-03-{at % 28 + 1:02d}",
            state=marks[at % 4],
        )
        for at in range(count)
    ]


def _page(rows: list[SimpleNamespace], total: int) -> dict[str, Any]:
    """What `lists/table.html` asks of a listing, filled by hand."""
    return {
        "title": "示例",
        "key": f"sample-{total}",
        "items": rows,
        "total": total,
        "columns": COLUMNS,
        "shown": COLUMNS,
        "kept": [],
        "heads": [{"column": column, "query": "", "direction": ""} for column in COLUMNS],
        "lines": [_line(at, row) for at, row in enumerate(rows)],
        "choosing": total > len(rows),
        "bulk": [Bulk("/components", "一起办理")],
        "here": "/components",
        "empty": "没有符合条件的纳税人",
        "empty_next": "请放宽筛选条件，或等下一批数据入库后再看。",
        "first_query": None,
        "previous_query": None,
        "next_query": "after=x" if total > len(rows) else None,
        "exportable": True,
        "export_query": "export=xlsx",
    }


def _line(at: int, row: SimpleNamespace) -> dict[str, Any]:
    return {
        "name": at, "anchor": "", "choosable": at % 4 != 2, "first": row.name,
        "cells": cells(COLUMNS, row, "/components"),
    }  # fmt: skip


@signed_in()
def components(request: HttpRequest) -> HttpResponse:
    """Every component with no rows, three, and many."""
    wrong = Sample({"name": "", "kind": "c"})
    context = {
        "none": _page([], 0),
        "few": _page(_rows(3), 3),
        "many": _page(_rows(50), 100_000),
        "fresh": Sample(prefix="fresh"),
        "wrong": wrong,
        "longest": LONGEST,
    }
    return render(request, "components/gallery.html", context)
