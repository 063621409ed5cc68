"""Write drafts: of a piece that is in force, or of a resource that does not exist yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece, digest_of_texts, in_force, open_draft, said_last
from gongzhi.editions.queries.pieces import title_of, why_kept
from gongzhi.editions.queries.placing import placed
from gongzhi.editions.states import NotPossible, Origin, State, after
from gongzhi.engine.definitions import DefinitionError, understood
from gongzhi.engine.definitions.canonical import canonical_text
from gongzhi.engine.definitions.editing import new_resource as first_text
from gongzhi.engine.definitions.editing import plain, with_entry
from gongzhi.engine.definitions.kinds import model_of
from gongzhi.organisation.models import Person

from .publishing import locked, published

RULE_CODE = re.compile(r"R\d{2}[ab]?")
KEY_CODE = re.compile(r"[a-z][a-z0-9_]{0,47}")
MOST = 500_000
"""Characters of a piece; the longest of the notice has a tenth."""


@transaction.atomic
def draft_of(*, piece: Piece, by: Person) -> Edition:
    """The draft of a piece: the open one, or a new one. KeyError when there is no such piece."""
    locked()
    if found := open_draft(piece):
        return found
    basis = published(piece)
    if basis is None:
        raise KeyError(piece)
    last = said_last(piece) if basis.retires else basis  # what was retired comes back as it was
    return _drafted(piece, dict(last.texts) if last else {}, basis, by)


@transaction.atomic
def draft_retirement(*, piece: Piece, by: Person) -> Edition:
    """A draft that retires a piece: from its day on it is not there. Raises NotPossible; KeyError when there
    is no such piece.
    """
    locked()
    if why := why_kept(piece):
        raise NotPossible(why)
    if open_draft(piece):
        raise NotPossible("这一项有正在修订的草稿，请先提交或作废")
    basis = published(piece)
    if basis is None:
        raise KeyError(piece)
    if basis.retires:
        raise NotPossible("这一项已经停用，不必再停")
    return _drafted(piece, {}, basis, by)


@transaction.atomic
def new_resource(*, values: Mapping[str, Any], by: Person) -> Edition:
    """A draft of a resource that does not exist yet, without columns. Raises NotPossible."""
    locked()
    number = str(values["number"])
    code = str(values.get("code") or f"resource_{number.replace('.', '_').lower()}")
    piece = Piece("resource", code)
    if number in in_force().resources or _drafted_number(number):
        raise NotPossible(f"编号 {number} 已经有了，请另用一个")
    if open_draft(piece) or published(piece):
        raise NotPossible(f"代码 {code} 已经有了，请另用一个")
    text = first_text({"number": number, "code": code, **{k: v for k, v in values.items() if k != "code"}})
    return _drafted(piece, {_file(code, values["providers"], ""): text}, None, by)


@transaction.atomic
def new_piece(*, like: Piece, code: str, title: str, by: Person) -> Edition:
    """A draft of a rule, a check, a kind of work, a ladder, a letter or an agreement, begun as a copy of
    `like` under another code and title. Raises NotPossible; KeyError when there is no such piece to copy.
    """
    locked()
    basis = published(like)
    if basis is None:
        raise KeyError(like)
    rule = like.kind == "rule"
    piece = Piece("rule", code) if rule else Piece("list", f"{like.code.split('/', maxsplit=1)[0]}/{code}")
    if not (RULE_CODE if rule else KEY_CODE).fullmatch(code):
        raise NotPossible("规则的代码写 R 加两位数字，其他用小写英文字母、数字和下划线")
    if open_draft(piece) or published(piece):
        raise NotPossible(f"代码 {code} 已经有了，请另用一个")
    old = like.code.rsplit("/", maxsplit=1)[-1]
    return _drafted(piece, dict(_copied(basis.texts, old, code, title, rule=rule)), None, by)


def _copied(
    texts: Mapping[str, str], old: str, code: str, title: str, *, rule: bool
) -> Iterator[tuple[str, str]]:
    for name, text in texts.items():
        target = name.replace(f"/{old}/", f"/{code}/").replace(f"/{old}.yml", f"/{code}.yml")
        if name.endswith("/rule.yml"):
            yield target, with_entry(text, (), {"code": code, "name": title}, name=target)
        elif rule:
            yield target, text
        else:
            yield target, with_entry(text, (), {"key": code, "title": title}, name=target)


def _drafted_number(number: str) -> bool:
    drafts = Edition.objects.filter(kind="resource", state__in=[State.DRAFT, State.CHECKED])
    return any(plain(next(iter(one.texts.values()))).get("number") == number for one in drafts)


def _file(code: str, providers: Any, old: str) -> str:
    """Where a resource's file stands: with its first provider, or where it was, when that fits."""
    folder = old.split("/")[1] if old else ""
    stays = folder in {*providers, "collaboration", "bureau"}
    return old if stays else f"catalogue/{providers[0]}/{code}.yml"


def _drafted(piece: Piece, texts: dict[str, str], basis: Edition | None, by: Person) -> Edition:
    title = basis.title if basis and not texts else title_of(piece, texts)
    made = Edition.objects.create(
        kind=piece.kind, code=piece.code, title=title, texts=texts,
        digest=digest_of_texts(texts), origin=Origin.OFFICE, basis=basis, author=by,
        drafted_at=timezone.now(),
    )  # fmt: skip
    _record("drafted", made, by)
    return made


@transaction.atomic
def rewrite(*, edition: Edition, texts: Mapping[str, str], by: Person, whole: bool = False) -> Edition:
    """Give a draft new texts; they are brought into canonical form first.

    Only its author changes a draft, so that the person who approves has not written it. Raises NotPossible,
    also where a text is no YAML at all, or (`whole`) not yet a definition of its kind.
    """
    draft = Edition.objects.select_for_update().get(pk=edition.pk)
    after(draft.state, "edit")
    if draft.retires:
        raise NotPossible("这份草稿是停用，没有内容可改；要改内容请作废后重新起草")
    if draft.author_id not in {None, by.pk}:
        raise NotPossible("这份草稿由别人起草，请联系起草人修改；也可以作废后重新起草")
    if sum(map(len, texts.values())) > MOST:
        raise NotPossible(f"文本超过 {MOST:,} 字，请检查是否贴错")
    written = {_renamed(draft, name, text): _canonical(name, text) for name, text in texts.items()}
    if whole:
        _shaped(written)
    if written == draft.texts:
        return draft
    draft.texts, draft.digest, draft.author = written, digest_of_texts(written), by
    draft.title = title_of(Piece(draft.kind, draft.code), written)
    draft.save()
    _record("changed", draft, by)
    return draft


@transaction.atomic
def hand_draft_over(*, edition: Edition, to: Person, by: Person) -> Edition:
    """Another person writes a draft on. Who wrote it until now is kept, and can never approve it."""
    draft = Edition.objects.select_for_update().get(pk=edition.pk)
    after(draft.state, "edit")
    if draft.author_id is not None:
        draft.former_authors = [*draft.former_authors, str(draft.author_id)]
    draft.author = to
    draft.save(update_fields=["author", "former_authors"])
    _record("handed_over", draft, by)
    return draft


def _renamed(draft: Edition, name: str, text: str) -> str:
    if draft.kind != "resource":
        return name
    providers = _plain(name, text).get("providers")
    return _file(draft.code, providers, name) if isinstance(providers, list) and providers else name


def _canonical(name: str, text: str) -> str:
    if not name.endswith(".yml"):
        return text.replace("\r\n", "\n").strip("\n") + "\n"
    try:
        return canonical_text(text.replace("\r\n", "\n"), model_of(name), name)
    except DefinitionError as error:
        raise NotPossible(_broken(error, text)) from error


def _plain(name: str, text: str) -> dict[str, Any]:
    try:
        return plain(text)
    except DefinitionError as error:
        raise NotPossible(_broken(error, text)) from error


def _shaped(texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        if model := model_of(name):
            try:
                understood(name, text.encode(), model)
            except DefinitionError as error:
                raise NotPossible(_broken(error, text)) from error


def _broken(error: DefinitionError, text: str) -> str:
    fault = error.problems[0]
    where = "算例" if fault.file.endswith("/cases.yml") else ""
    return f"{where}第 {fault.line} 行：{placed(fault, text)}"


def _record(verb: str, edition: Edition, by: Person | None) -> None:
    detail = {"kind": edition.kind, "code": edition.code, "digest": edition.digest}
    subject = ("edition", edition.pk)
    if verb == "drafted":
        record("edition.drafted", by=by, subject=subject, duty="draft_definitions", detail=detail)
    elif verb == "handed_over":
        record("edition.handed_over", by=by, subject=subject, duty="draft_definitions", detail=detail)
    else:
        record("edition.changed", by=by, subject=subject, duty="draft_definitions", detail=detail)
