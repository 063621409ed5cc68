"""The lists of this room: entries of a file, editions, resources, rules, parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.db.models import QuerySet
from django.http import HttpRequest

from gongzhi.editions.models import Edition, Suggestion
from gongzhi.editions.queries import Piece, label, standing
from gongzhi.editions.queries.pieces import kind_word
from gongzhi.editions.states import Standing
from gongzhi.gate import text_in
from gongzhi.lists import Column, Listing, Mark, Meaning, listing, table
from gongzhi.organisation.queries import unit_name

MEANINGS: dict[Standing, Meaning] = {
    Standing.DRAFT: "note", Standing.CHECKED: "warn", Standing.AHEAD: "note", Standing.IN_FORCE: "good",
    Standing.SUPERSEDED: "note", Standing.DISCARDED: "note", Standing.RETIRING: "note",
    Standing.RETIRED: "note",
}  # fmt: skip
EVERY = 1_000
"""Rows of a list that stands beside others on its page: all of them, for a page has one place to turn."""
Link = Callable[[dict[str, Any]], str]


def mark_of(edition: Edition) -> Mark:
    return Mark(label(edition), MEANINGS[standing(edition)])


def _name(edition: Edition) -> str:
    return f"{edition.title} 第 {edition.version} 版" if edition.version else edition.title


EDITIONS = (
    Column("title", "名称", _name, link=lambda e: f"/editions/{e.pk}", order="title"),
    Column("kind", "类别", kind_word),
    Column("state", "状态", mark_of, "mark"),
    Column("since", "从哪天起", lambda e: e.since, "day", order="since"),
    Column("author", "起草", lambda e: e.author and e.author.name),
    Column("drafted", "起草时间", lambda e: e.drafted_at, "instant", order="drafted_at"),
    Column("approver", "批准", lambda e: e.approver and e.approver.name),
    Column("approved", "批准时间", lambda e: e.approved_at, "instant", order="approved_at"),
    Column("reason", "为什么改", lambda e: e.reason, hidden=True),
)
RULES = (
    Column("code", "编号", lambda rule: rule.code),
    Column("name", "规则", lambda rule: rule.name, link=lambda rule: f"/definitions/rules/{rule.code}"),
    Column("tax", "税费种", lambda rule: rule.tax),
    Column("summary", "内容", lambda rule: rule.summary),
    Column("since", "从哪天起", lambda rule: rule.since, "day", hidden=True),
)
RESOURCES = (
    Column("number", "编号", lambda row: row[0].number),
    Column("title",
    "资源", lambda row: row[0].title, link=lambda row: f"/definitions/resources/{row[0].number}"),
    Column("providers", "提供单位", lambda row: row[1]),
    Column("frequency", "频率", lambda row: row[0].frequency),
    Column("columns", "列数", lambda row: sum(len(sheet.fields) for sheet in row[0].sheets), "number"),
    Column("document", "文号", lambda row: row[0].document, hidden=True),
    Column("clause", "条款", lambda row: row[0].clause, hidden=True),
)  # fmt: skip
FIELDS = (
    Column("title", "列名", lambda line: line["heading"]),
    Column("required", "必填", lambda line: "必填" if line["field"].required else ""),
    Column("type", "内容", lambda line: line["word"]),
    Column("values", "选项", lambda line: "、".join(line["field"].values)),
    Column("told", "说明", lambda line: line["told"]),
    Column("aliases", "也认这些写法", lambda line: "、".join(line["field"].aliases)),
    Column("proposed", "建议增加", lambda line: "建议增加" if line["field"].proposed else ""),
)
SPANS = (
    Column("value", "取值", lambda span: span.value, "number"),
    Column("since", "起", lambda span: span.since, "day"),
    Column("until", "止", lambda span: span.until, "day"),
    Column("basis", "依据", lambda span: span.basis),
)
OTHERS = (
    Column("kind", "类别", lambda row: row[0]),
    Column("title", "名称", lambda row: row[2], link=lambda row: f"/definitions/other/{row[1]}"),
)
RETIRED = (
    Column("kind", "类别", kind_word),
    Column("title", "名称", lambda e: e.title, link=lambda e: f"/editions/{e.pk}"),
    Column("since", "从哪天起停用", lambda e: e.since, "day"),
    Column("reason", "为什么停用", lambda e: e.reason),
)
PARAMETERS = (
    Column("title",
    "参数", lambda row: row[0].title, link=lambda row: f"/definitions/parameters/{row[0].key}"),
    Column("theme", "主题", lambda row: row[2]),
    Column("value", "现行取值", lambda row: row[1] and row[1].value, "number"),
    Column("unit", "单位", lambda row: row[0].unit),
    Column("since", "起", lambda row: row[1] and row[1].since, "day"),
    Column("basis", "依据", lambda row: row[1] and row[1].basis),
    Column("confirm", "核定", lambda row: Mark("须本地确认", "warn") if row[0].confirm_locally else None,
    "mark"),
)  # fmt: skip
SUGGESTIONS = (
    Column("title", "关于", lambda one: one.title),
    Column("state", "状态", lambda one: one.state_label),
    Column("text", "建议", lambda one: one.text),
    Column("unit", "单位", lambda one: unit_name(one.unit)),
    Column("made_by", "提出", lambda one: one.made_by.name),
    Column("made_at", "提出时间", lambda one: one.made_at, "instant"),
    Column("answer", "答复", lambda one: one.answer),
    Column("answered_at", "答复时间", lambda one: one.answered_at, "instant"),
    Column("edition", "在哪一版里改", lambda one: one.edition and _name(one.edition)),
)


def editions_list(
    request: HttpRequest, key: str, title: str, rows: QuerySet[Edition], *, empty: str, **more: Any
) -> Listing:
    """Editions of one state; a page shows several such lists. `more`: what can be done with chosen ones."""
    rows = rows.select_related("author", "approver").defer("texts")
    return listing(
        request, title, EDITIONS, rows, key=key, guarded=False, order=("-drafted_at", "-pk"), size=EVERY,
        empty=empty, **more,
    )  # fmt: skip


def suggestions_table(request: HttpRequest, rows: QuerySet[Suggestion], state: str) -> Listing:
    """Suggestions and their answers, for their workbook."""
    return table(request, "建议", SUGGESTIONS, list(rows), guarded=False, filters=(("状态", state),))


def given(
    request: HttpRequest, key: str, title: str, columns: Sequence[Column], rows: Iterable[Any], **more: Any
) -> Listing:
    """A list of definitions, whole, in the order in which they are given."""
    return table(
        request,
        title,
        columns,
        list(rows),
        key=key,
        guarded=False,
        size=EVERY,
        identity=lambda _: None,
        **more,
    )


def _suggest_address(piece: Piece) -> Link:
    return lambda row: (
        "/suggestions/new?" + urlencode({"kind": piece.kind, "code": piece.code, "about": row["name"]})
    )


def entry_address(draft: Edition, attribute: str) -> Link:
    """Where an entry of a draft has its form."""
    return lambda row: f"/editions/{draft.pk}/entry?list={attribute}&at={row['at']}"


def entries_list(
    request: HttpRequest, title: str, found: dict[str, Any], *, link: Link | None = None, alone: bool = True,
    about: Piece | None = None,
) -> Listing:  # fmt: skip
    """The entries of a list in a file, those that hold the text that is looked for.

    With `about` a reader can suggest a change of each; `alone`: the page has no other list.
    """
    wanted = text_in(request.GET, "find").strip()
    columns = _columns(found["heads"], link)
    if about and "export" not in request.GET:
        columns.append(Column("suggest", "建议", lambda _: "提建议", link=_suggest_address(about)))
    more = {} if alone else {"size": EVERY}
    return listing(
        request, title, columns, _entries(found, wanted), key=found["attribute"], guarded=False,
        order=("at",), filters=(("查找", wanted or "全部"),), identity=itemgetter("at"),
        empty="没有符合条件的" if wanted else "没有改动", **more,
    )  # fmt: skip


def _columns(heads: Sequence[str], link: Link | None) -> list[Column]:
    return [
        Column(f"c{at}", head, itemgetter(f"c{at}"), order=f"c{at}", link=None if at else link)
        for at, head in enumerate(heads)
    ]


def _entries(found: dict[str, Any], wanted: str) -> pl.LazyFrame:
    keys = [f"c{place}" for place in range(len(found["heads"]))]
    rows = [
        {"at": at, "name": name, **dict(zip(keys, cells, strict=True))}
        for at, name, cells in found["rows"] if not wanted or any(wanted in cell for cell in cells)
    ]  # fmt: skip
    return pl.LazyFrame(rows, schema={"at": pl.Int64, "name": pl.String, **dict.fromkeys(keys, pl.String)})
