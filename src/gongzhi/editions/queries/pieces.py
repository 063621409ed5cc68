"""Of which pieces the definitions consist, each published on its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel

from gongzhi.editions.models import Edition, Suggestion
from gongzhi.engine.definitions import digest_of
from gongzhi.engine.definitions.editing import plain
from gongzhi.engine.definitions.kinds import LISTS, WORD_LISTS, model_of


class Piece(NamedTuple):
    """What is published as one: `resource` by code, `rule` by code, every other file by its name."""

    kind: str
    code: str


KINDS = {"resource": "数据资源", "rule": "比对规则", "parameters": "参数", "list": "清单", "page": "页面"}
HOLIDAYS = "calendar/holidays"
TITLES = {
    "assessment/items": "评分项",
    "district": "本区基本信息",
    "findings": "检查提示的文字",
    "glossary": "术语表",
    "roles": "职责和角色",
    "compatible": "列类型的相容变更",
    "calendar/frequencies": "报送频率和期限",
    "calendar/holidays": "法定节假日和调休",
    "collaboration/items": "协作事项",
    "grid_tasks/tasks": "网格任务",
    "organisation/cells": "网格",
    "organisation/posts": "岗位",
    "organisation/units": "单位",
    "policy/clauses": "实施意见条款",
    "registry/sources": "纳税人名册的来源",
}
WHOLE = {
    "checks": ("往期与外部核对", "title"),
    "work": ("工作事项", "title"),
    "reminders": ("提醒阶梯", "title"),
    "letters": ("函件", "title"),
    "agreements": ("保密承诺", "title"),
    "purposes": ("查看个人信息的事由", "title"),
}
"""Folders in which each file is a definition of its own: what it is called, and the key of its name."""
TYPES = {
    **{kind: word for kind, word in KINDS.items() if kind not in {"list", "page"}},
    **{folder: word for folder, (word, _) in WHOLE.items()},
    "list": KINDS["list"],
}
"""The kinds by which the office looks for a piece."""
_RULE_DEPTH = 4


def piece_of(name: str) -> Piece | None:
    """The piece to which a file belongs; None for word lists, which come with the program."""
    parts = name.split("/")
    if name.startswith(WORD_LISTS):
        return None
    if parts[0] == "catalogue":
        return Piece("resource", parts[-1].removesuffix(".yml"))
    if parts[0] == "rules" and len(parts) == _RULE_DEPTH:
        return Piece("rule", parts[2])
    if parts[0] == "parameters":
        return Piece("parameters", parts[1].removesuffix(".yml"))
    return Piece("list", name.removesuffix(".yml"))


def pieces_of(contents: Mapping[str, bytes]) -> dict[Piece, dict[str, str]]:
    """All pieces of a set of files, each with its texts by file name."""
    found: dict[Piece, dict[str, str]] = {}
    for name, content in sorted(contents.items()):
        if piece := piece_of(name):
            found.setdefault(piece, {})[name] = content.decode("utf-8")
    return found


def digest_of_texts(texts: Mapping[str, str]) -> str:
    """SM3 (hex) of a piece."""
    return digest_of({name: text.encode() for name, text in texts.items()})


GONE = digest_of_texts({})
"""The digest of an edition that retires its piece."""


def why_kept(piece: Piece) -> str:
    """Why a piece cannot be retired, and what can be done instead; empty for rules and checks of history.

    What was found by a rule or a check keeps its own words. Everything else is read again by what was done
    under it: batches by their resource, open items by their kind of work, drafted letters by their template.
    """
    folder = piece.code.split("/", maxsplit=1)[0]
    if piece.kind == "rule" or (piece.kind == "list" and folder == "checks"):
        return ""
    if piece.kind == "resource":
        return (
            "数据资源不能整项停用：已报的批次和各期的报送事项都按它办理。"
            "可以停用其中的列、改报送要求，或登记免报"
        )
    if piece.kind == "list" and folder in WHOLE and "/" in piece.code:
        return f"{WHOLE[folder][0]}不能停用：已经办过的和在办的都按它说明。可以改内容"
    return "整份清单不能停用。请起草修改，在“逐项修改”里去掉不用的项"


def in_order(number: str) -> tuple[int, int, int]:
    """Resources in the notice's order: annex 2, then annex 4, then the bureau's own."""
    head, _, tail = number.partition(".")
    return ({"K": 1, "T": 2}.get(head, 0), int(head) if head.isdecimal() else 0, int(tail))


def list_kinds(name: str) -> list[tuple[str, str]]:
    """Which lists a file holds: attribute, and the key that names an entry."""
    if name.startswith("parameters/"):
        return [("parameters", "key")]
    return [(kind.attribute, kind.key) for kind in LISTS.values() if kind.file == name]


def entry_model(name: str, attribute: str) -> type[BaseModel]:
    """The model of an entry of a list."""
    found = model_of(name)
    assert found is not None
    (inner,) = [
        one
        for one in getattr(found.model_fields[attribute].annotation, "__args__", ())
        if one is not Ellipsis
    ]
    return inner  # type: ignore[no-any-return]  # a list in a file is a list of models


def list_word(name: str, attribute: str) -> str:
    """What the entries of a list are called."""
    words = (kind.word for kind in LISTS.values() if (kind.file, kind.attribute) == (name, attribute))
    return next(words, "参数")


def kind_word(piece: Piece | Edition | Suggestion) -> str:
    """What kind of definition it is, in the office's words."""
    folder = piece.code.split("/", maxsplit=1)[0]
    return (
        WHOLE[folder][0]
        if piece.kind == "list" and "/" in piece.code and folder in WHOLE
        else KINDS[piece.kind]
    )


def title_of(piece: Piece, texts: Mapping[str, str]) -> str:
    """What pages call a piece; its code where the text does not say."""
    if piece.kind == "list":
        word = WHOLE.get(piece.code.split("/", maxsplit=1)[0])
        told = f"{word[0]}：{plain(next(iter(texts.values()))).get(word[1]) or piece.code}" if word else ""
        return (told or TITLES.get(piece.code, piece.code))[:120]
    name = next(name for name in sorted(texts) if name.endswith(("rule.yml", f"{piece.code}.yml")))
    value = plain(texts[name])
    word = value.get({"resource": "title", "rule": "name", "parameters": "theme"}[piece.kind])
    number = value.get("number") if piece.kind == "resource" else piece.code if piece.kind == "rule" else ""
    return f"{number or ''} {word or piece.code}".strip()[:120]
