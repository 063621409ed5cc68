"""The handbooks of `docs/handbook` as pages: what each role does here, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gongzhi.editions.queries import in_force
from gongzhi.gate import public, sight_of, signed_in

FOLDER = settings.BASE / "docs" / "handbook"
INTERFACE = "接口"


@dataclass(frozen=True)
class Chapter:
    """One handbook: its title, its first sentence, its sections (anchor, heading) and the page's HTML."""

    name: str
    title: str
    opening: str
    sections: tuple[tuple[str, str], ...]
    html: SafeString


class _Text(MarkdownIt):
    """CommonMark with tables; no HTML of the text's own; tables in the house's dress."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable("table")
        self.add_render_rule("table_open", _table_open)
        self.add_render_rule("table_close", _table_close)


def _table_open(_self: object, _tokens: Sequence[Token], _at: int, _options: Any, _env: Any) -> str:
    return '<div class="table-frame"><table class="data">\n'


def _table_close(_self: object, _tokens: Sequence[Token], _at: int, _options: Any, _env: Any) -> str:
    return "</table></div>\n"


def _plain(inline: Token) -> str:
    """What a line says, without its marks."""
    return "".join(one.content for one in inline.children or ())


def read(path: Path) -> Chapter:
    """A handbook's file; it begins with its title (`#`) and one paragraph that says what it is for."""
    text = _Text()
    tokens = text.parse(path.read_text("utf-8"))
    title, opening, rest = _plain(tokens[1]), _plain(tokens[4]), tokens[6:]
    sections: list[tuple[str, str]] = []
    for heading, inline in pairwise(rest):
        if heading.type == "heading_open" and heading.tag == "h2":
            heading.attrSet("id", f"s{len(sections) + 1}")
            sections.append((f"s{len(sections) + 1}", _plain(inline)))
    html = mark_safe(text.renderer.render(rest, text.options, {}))  # noqa: S308 - the renderer escapes our text
    return Chapter(path.stem, title, opening, tuple(sections), html)


@cache
def chapters() -> dict[str, Chapter]:
    """All handbooks by name; read once, they change with the program."""
    return {path.stem: read(path) for path in sorted(FOLDER.glob("*.md"))}


@signed_in()
def handbooks(request: HttpRequest) -> HttpResponse:
    """All handbooks, those of the reader's roles first."""
    sight, roles = sight_of(request.user), in_force().roles
    own = {roles[one].handbook for one in sight.roles if one in roles}
    every = chapters().values()
    context = {
        "own": [one for one in every if one.name in own],
        "others": [one for one in every if one.name not in own],
    }
    return render(request, "handbook/all.html", context)


@signed_in()
def handbook(request: HttpRequest, name: str) -> HttpResponse:
    """One handbook."""
    return _page(request, name)


@public
def interface(request: HttpRequest) -> HttpResponse:
    """How a unit's system calls the machine door: open, like the document that describes it."""
    return _page(request, INTERFACE)


def _page(request: HttpRequest, name: str) -> HttpResponse:
    chapter = chapters().get(name)
    if chapter is None:
        raise Http404
    return render(request, "handbook/one.html", {"chapter": chapter})
