"""Read the definitions in force: resources with their fields, rules with their law, dated parameters."""

from __future__ import annotations

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from gongzhi.editions.queries import Piece, contents_in_force, history, in_force, label, open_draft, pieces_of
from gongzhi.editions.queries.pieces import WHOLE, in_order, title_of
from gongzhi.editions.queries.words import TYPES
from gongzhi.engine.definitions import Field, Sheet
from gongzhi.engine.definitions.editing import plain
from gongzhi.engine.documents import heading, meaning
from gongzhi.gate import needs, sight_of
from gongzhi.lists import back_to

PLACES = re.compile(r"\{[^{}]*\}")
"""What a hit fills into a formula."""


def editions_of_piece(request: HttpRequest, piece: Piece) -> dict[str, Any]:
    """The versions of a piece, and whether the reader may change it."""
    sight = sight_of(request.user)
    rows = [(one, label(one)) for one in history(piece).select_related("approver")]
    draft = open_draft(piece) if sight.has("draft_definitions") else None
    return {"piece": piece, "editions": rows, "draft": draft, "may_draft": sight.has("draft_definitions")}


@needs("see_definitions")
def definitions(request: HttpRequest) -> HttpResponse:
    """Everything that is shared, and the rules that compare it."""
    found = in_force()
    text = request.GET.get("q", "").strip()
    resources = [
        {"resource": resource, "providers": "、".join(found.units[key].name for key in resource.providers)}
        for resource in sorted(found.resources.values(), key=lambda one: in_order(one.number))
        if not text or text in resource.title or resource.number.startswith(text)
    ]
    rules = [
        folder.rule
        for _, folder in sorted(found.rules.items())
        if not text or text in folder.rule.name or text == folder.rule.code
    ]
    others = _others(text)
    context = {"resources": resources, "rules": rules, "definitions": found, "q": text, "others": others}
    return render(request, "editions/definitions.html", context)


def _others(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Checks, kinds of work and so on by their kind, then the lists; those whose title holds `text`."""
    words = {folder: title for folder, (title, _) in WHOLE.items()}
    found: dict[str, list[tuple[str, str]]] = {}
    for piece, texts in pieces_of(contents_in_force()).items():
        if piece.kind == "list" and text in (title := title_of(piece, texts)):
            word = words.get(piece.code.split("/", maxsplit=1)[0], "清单")
            found.setdefault(word, []).append((piece.code, title.removeprefix(f"{word}：")))
    return sorted(found.items(), key=lambda pair: [*words.values(), "清单"].index(pair[0]))


@needs("see_definitions")
def resource(request: HttpRequest, number: str) -> HttpResponse:
    """One resource: who provides it, by when, and every column."""
    found = in_force()
    if number not in found.resources:
        raise Http404
    one = found.resources[number]
    providers = [found.units[key].name for key in one.providers]
    tables = {sheet.code for sheet in one.sheets}
    fed = [folder.rule for folder in found.rules.values() if tables & set(folder.rule.tables)]
    context = {
        "resource": one,
        "sheets": [(sheet, [_line(sheet, field) for field in sheet.fields]) for sheet in one.sheets],
        "back": back_to(request, "/definitions"),
        "providers": providers,
        "rules": fed,
        "frequency": found.frequencies[one.frequency],
        **editions_of_piece(request, Piece("resource", one.code)),
    }
    return render(request, "editions/resource.html", context)


def _line(sheet: Sheet, field: Field) -> dict[str, Any]:
    """A column as the page of its resource shows it."""
    told = field.help or meaning(sheet, field)
    return {"field": field, "heading": heading(field), "word": TYPES[field.type], "told": told}


@needs("see_definitions")
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: what it compares, the formula, the law, its parameters and worked examples."""
    found = in_force()
    if code not in found.rules:
        raise Http404
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
def parameters(request: HttpRequest) -> HttpResponse:
    """Every dated value with its source; what a site must confirm is marked."""
    today = timezone.localdate()
    files = {
        parameter["key"]: piece.code
        for piece, texts in pieces_of(contents_in_force()).items() if piece.kind == "parameters"
        for parameter in plain(next(iter(texts.values())))["parameters"]
    }  # fmt: skip
    rows = [(one, one.at(today), files[one.key]) for one in in_force().parameters.values()]
    may = sight_of(request.user).has("draft_definitions")
    return render(request, "editions/parameters.html", {"rows": rows, "may_draft": may})
