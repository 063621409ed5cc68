"""The other kinds of definitions: each read on a page, begun as a copy."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from gongzhi.editions import actions
from gongzhi.editions.forms import NewPieceForm
from gongzhi.editions.queries import Piece, contents_in_force, in_force, pieces_of
from gongzhi.editions.queries.pieces import WHOLE, title_of
from gongzhi.editions.queries.preview import preview
from gongzhi.editions.states import NotPossible
from gongzhi.engine import documents
from gongzhi.gate import needs
from gongzhi.lists import back_to
from gongzhi.lists.workbook import TYPE, attachment, exported
from gongzhi.organisation.queries import myself

from .drafts import done
from .reading import editions_of_piece, retired_page
from .tables import entries_list


@needs("see_definitions")
def piece(request: HttpRequest, code: str) -> HttpResponseBase:
    """A list, a check, a kind of work, a ladder, a letter or an agreement as it is in force."""
    one = Piece("list", code)
    texts = pieces_of(contents_in_force()).get(one)
    if texts is None:
        return retired_page(one)
    title, seen = title_of(one, texts), preview(one, texts)
    tables = seen.get("tables", [])
    pages = [
        entries_list(request, f"{title}：{found['word']}", found, alone=len(tables) == 1, about=one)
        for found in tables
    ]
    context = {
        "title": title,
        "back": back_to(request, "/definitions"),
        "seen": seen,
        "pages": list(zip(tables, pages, strict=True)),
        "find": request.GET.get("find", ""),
        "texts": sorted(texts.items()),
        **editions_of_piece(request, one),
    }
    return exported(request, *pages, by=request.user) or render(request, "editions/piece.html", context)


@needs("draft_definitions")
def new_piece(request: HttpRequest) -> HttpResponse:
    """A rule, check, kind of work, ladder, letter or agreement that does not exist yet."""
    form = NewPieceForm(request.POST or None, likes=_likes(), initial={"like": request.GET.get("like", "")})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        like = Piece(*said["like"].split(":", maxsplit=1))
        try:
            made = actions.new_piece(like=like, code=said["code"], title=said["title"], by=myself(request))
        except NotPossible as error:
            form.add_error("code", str(error))
        else:
            return done(request, made, "已照着建立草稿，请逐项修改。")
    return render(request, "editions/new_piece.html", {"form": form}, status=422 if form.is_bound else 200)


def _likes() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a new piece may begin as, by kind."""
    rules = [(f"rule:{code}", f"{code} {one.rule.name}") for code, one in in_force().rules.items()]
    found = pieces_of(contents_in_force())
    return [("比对规则", rules), *((title, _files(found, folder)) for folder, (title, _) in WHOLE.items())]


def _files(found: Mapping[Piece, Mapping[str, str]], folder: str) -> list[tuple[str, str]]:
    inside = [(one, texts) for one, texts in found.items() if one.code.startswith(f"{folder}/")]
    return [(f"list:{one.code}", title_of(one, texts)) for one, texts in inside]


@needs("see_definitions")
def catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogue as a workbook: 口径, 标准 and 期限 of every resource and column."""
    response = HttpResponse(documents.catalogue(in_force()), content_type=TYPE)
    response.headers["Content-Disposition"] = attachment(f"{in_force().district.name}数据资源目录.xlsx")
    return response
