"""Read the definitions in force: resources with their fields, rules with their law, dated parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from gongzhi.editions.queries import (
    Piece,
    contents_in_force,
    history,
    in_force,
    label,
    open_draft,
    pieces_of,
    retired,
    retirement_of,
)
from gongzhi.editions.queries.about import parameter_files
from gongzhi.editions.queries.pieces import WHOLE, in_order, title_of, why_kept
from gongzhi.editions.queries.words import TYPES
from gongzhi.engine.definitions import Definitions, Field, Resource, Rule, Sheet
from gongzhi.engine.documents import heading, meaning
from gongzhi.gate import needs, sight_of
from gongzhi.lists import Column, back_to
from gongzhi.lists.workbook import exported

from .tables import FIELDS, OTHERS, PARAMETERS, RESOURCES, RETIRED, RULES, SPANS, given

PLACES = re.compile(r"\{[^{}]*\}")
"""What a hit fills into a formula."""


def editions_of_piece(request: HttpRequest, piece: Piece) -> dict[str, Any]:
    """The versions of a piece, and whether the reader may change it."""
    sight = sight_of(request.user)
    rows = [(one, label(one)) for one in history(piece).select_related("approver")]
    draft = open_draft(piece) if sight.has("draft_definitions") else None
    may = sight.has("draft_definitions")
    kept = why_kept(piece) if may else ""
    return {"piece": piece, "editions": rows, "draft": draft, "may_draft": may, "why_kept": kept}


def retired_page(piece: Piece) -> HttpResponse:
    """Where a piece that is not in force is read: the edition that retired it; 404 where it never was."""
    found = retirement_of(piece)
    if found is None:
        raise Http404
    return redirect("edition", found.pk)


@needs("see_definitions")
def definitions(request: HttpRequest) -> HttpResponseBase:
    """Everything that is shared, and the rules that compare it."""
    found, text = in_force(), request.GET.get("q", "").strip()
    lists: tuple[tuple[str, str, Sequence[Column], Sequence[Any]], ...] = (
        ("rules", "比对规则", RULES, _rules(found, text)),
        ("resources", "数据资源", RESOURCES, _resources(found, text)),
        ("others", "其他定义", OTHERS, _others(text)),
    )
    if gone := [one for one in retired() if text in one.title]:
        lists = (*lists, ("retired", "已停用的定义", RETIRED, gone))
    words = (("名称或编号", text or "全部"),)
    pages = [
        given(request, key, title, columns, rows, filters=words, empty=f"没有符合条件的{title}")
        for key, title, columns, rows in lists
    ]
    context = {"pages": pages, "definitions": found, "q": text}
    return exported(request, *pages, by=request.user) or render(request, "editions/definitions.html", context)


def _rules(found: Definitions, text: str) -> list[Rule]:
    rules = (folder.rule for _, folder in sorted(found.rules.items()))
    return [rule for rule in rules if not text or text in rule.name or text == rule.code]


def _resources(found: Definitions, text: str) -> list[tuple[Resource, str]]:
    """Resources in the notice's order, each with its providers."""
    return [
        (one, "、".join(found.units[key].name for key in one.providers))
        for one in sorted(found.resources.values(), key=lambda one: in_order(one.number))
        if not text or text in one.title or one.number.startswith(text)
    ]


def _others(text: str) -> list[tuple[str, str, str]]:
    """Checks, kinds of work and so on by their kind, then the lists; those whose title holds `text`."""
    words = {folder: title for folder, (title, _) in WHOLE.items()}
    found = [
        (words.get(piece.code.split("/", maxsplit=1)[0], "清单"), piece.code, title)
        for piece, texts in pieces_of(contents_in_force()).items()
        if piece.kind == "list" and text in (title := title_of(piece, texts))
    ]
    order = [*words.values(), "清单"]
    named = [(word, code, title.removeprefix(f"{word}：")) for word, code, title in found]
    return sorted(named, key=lambda row: order.index(row[0]))


@needs("see_definitions")
def resource(request: HttpRequest, number: str) -> HttpResponseBase:
    """One resource: who provides it, by when, and every column."""
    found = in_force()
    if number not in found.resources:
        raise Http404
    one = found.resources[number]
    tables = {sheet.code for sheet in one.sheets}
    lines = [(sheet, [_line(sheet, field) for field in sheet.fields]) for sheet in one.sheets]
    pages = [given(request, sheet.code, f"{sheet.title}的列", FIELDS, rows) for sheet, rows in lines]
    context = {
        "resource": one,
        "sheets": [(sheet, rows, page) for (sheet, rows), page in zip(lines, pages, strict=True)],
        "back": back_to(request, "/definitions"),
        "providers": [found.units[key].name for key in one.providers],
        "rules": [folder.rule for folder in found.rules.values() if tables & set(folder.rule.tables)],
        "frequency": found.frequencies[one.frequency],
        **editions_of_piece(request, Piece("resource", one.code)),
    }
    return exported(request, *pages, by=request.user) or render(request, "editions/resource.html", context)


def _line(sheet: Sheet, field: Field) -> dict[str, Any]:
    """A column as the page of its resource shows it."""
    told = field.help or meaning(sheet, field)
    return {"field": field, "heading": heading(field), "word": TYPES[field.type], "told": told}


@needs("see_definitions")
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: what it compares, the formula, the law, its parameters and worked examples."""
    found = in_force()
    if code not in found.rules:
        return retired_page(Piece("rule", code))
    folder = found.rules[code]
    today = timezone.localdate()
    used = [(found.parameters[key], found.parameters[key].at(today)) for key in folder.rule.parameters]
    tables = [(name, found.tables[name][0]) for name in folder.rule.tables]
    context = {
        "rule": folder.rule,
        "formula": PLACES.sub("…", folder.rule.formula),
        "back": back_to(request, "/definitions"),
        "sql": folder.sql,
        "cases": folder.cases.cases,
        "used": used,
        "tables": tables,
        **editions_of_piece(request, Piece("rule", code)),
    }
    return render(request, "editions/rule.html", context)


@needs("see_definitions")
def parameters(request: HttpRequest) -> HttpResponseBase:
    """Every dated value with its source; what a site must confirm is marked."""
    today, text = timezone.localdate(), request.GET.get("q", "").strip()
    themes = {key: theme for _, theme, keys in parameter_files() for key in keys}
    rows = [
        (one, one.at(today), themes[one.key])
        for one in in_force().parameters.values() if text in one.title or text in themes[one.key]
    ]  # fmt: skip
    page = given(
        request,
        "list",
        "参数",
        PARAMETERS,
        rows,
        filters=(("名称", text or "全部"),),
        empty="没有符合条件的参数",
    )
    return exported(request, page, by=request.user) or render(
        request, "editions/parameters.html", {"page": page, "q": text}
    )


@needs("see_definitions")
def parameter(request: HttpRequest, key: str) -> HttpResponseBase:
    """One parameter: its values by date, each with its source, and which rules use it."""
    found = in_force()
    if key not in found.parameters:
        raise Http404
    one, today = found.parameters[key], timezone.localdate()
    piece, theme = next((piece, theme) for piece, theme, keys in parameter_files() if key in keys)
    page = given(request, "list", one.title, SPANS, one.values)
    context = {
        "page": page,
        "one": one,
        "theme": theme,
        "spans": [(span, span == one.at(today)) for span in reversed(one.values)],
        "rules": [folder.rule for folder in found.rules.values() if key in folder.rule.parameters],
        "back": back_to(request, "/definitions/parameters"),
        **editions_of_piece(request, piece),
    }
    return exported(request, page, by=request.user) or render(request, "editions/parameter.html", context)
