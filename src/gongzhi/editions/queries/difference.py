"""What one version says differently from the one before, in plain words."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from gongzhi.engine.definitions import Definitions
from gongzhi.engine.definitions.editing import plain, sheets_of

from .saying import told
from .words import ABOUT, ATTRIBUTES, LISTED, type_word

Texts = Mapping[str, str]


def changes(kind: str, old: Texts | None, new: Texts, definitions: Definitions) -> list[str]:
    """Each change in a sentence; an empty list when nothing was changed."""
    if old is not None and dict(old) == dict(new):
        return []
    if not new:
        return ["停用：从所定的日期起不再使用"]
    if old is not None and not old:
        return ["恢复使用", *told({}, new, definitions)]
    if kind == "resource":
        before = next(iter(old.values())) if old else None
        return list(_resource(before, next(iter(new.values())), definitions))
    if kind == "parameters" and old:
        return list(_parameters(next(iter(old.values())), next(iter(new.values()))))
    return list(told(old or {}, new, definitions))


def column_changes(old: Texts, new: Texts) -> list[str]:
    """The changes of the columns alone, for whoever fills them: other spellings are not told."""
    before = {sheet.get("letter", ""): sheet for sheet in sheets_of(next(iter(old.values())))}
    found: list[str] = []
    for sheet in sheets_of(next(iter(new.values()))):
        known = before.get(sheet.get("letter", ""), {}).get("fields") or ()
        found += _columns(known, sheet.get("fields") or ())
    return [text for text in found if "的别名" not in text]


def lines(old: Texts | None, new: Texts) -> list[tuple[str, str]]:
    """The texts line by line: sign (`+`, `-`, blank) and line, with three lines around each change."""
    found: list[tuple[str, str]] = []
    for name in sorted({*(old or {}), *new}):
        before, after = (old or {}).get(name, ""), new.get(name, "")
        compared = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
        body = [line for line in list(compared)[2:] if not line.startswith("@@")]
        found += [(line[:1].strip(), line[1:]) for line in body]
    return found


def _resource(old: str | None, new: str, definitions: Definitions) -> Iterator[str]:
    value, before = plain(new), plain(old) if old else {}
    if old is None:
        yield f"新增数据资源“{value.get('title', '')}”"
    else:
        yield from _about(before, value, definitions)
    earlier = {sheet.get("letter", ""): sheet for sheet in sheets_of(old)} if old else {}
    for sheet in sheets_of(new):
        letter = sheet.get("letter", "")
        where = f"表{letter}“{sheet.get('title', '')}”：" if letter else ""
        known = earlier.pop(letter, {})
        yield from (where + text for text in _columns(known.get("fields") or (), sheet.get("fields") or ()))
        yield from (where + text for text in _bindings(known, sheet))
    yield from (f"停用表{letter}“{sheet.get('title', '')}”" for letter, sheet in earlier.items())


def _about(old: Mapping[str, Any], new: Mapping[str, Any], definitions: Definitions) -> Iterator[str]:
    for key, word in ABOUT.items():
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if key == "providers":
            before, after = (_units(value or (), definitions) for value in (before, after))
        yield _changed(word, before, after)


def _units(keys: Any, definitions: Definitions) -> str:
    return "、".join(definitions.units[key].name if key in definitions.units else key for key in keys)


def _columns(old: Any, new: Any) -> Iterator[str]:
    before, after = ({field["key"]: field for field in fields} for fields in (old, new))
    for key, field in after.items():
        if key not in before:
            must = "必填" if field.get("required") else "可不填"
            yield f"新增列“{field['title']}”（{type_word(field.get('type'))}，{must}）"
            continue
        yield from _column(before[key], field)
    yield from (f"停用列“{field['title']}”" for key, field in before.items() if key not in after)
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        yield "调整了列的次序"


def _column(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    name = new["title"]
    if old["title"] != name:
        kept = "，原名仍然认得" if old["title"] in (new.get("aliases") or ()) else ""
        yield f"列“{old['title']}”改名为“{name}”{kept}"
    if old.get("type") != new.get("type"):
        yield f"“{name}”由{type_word(old.get('type'))}改为{type_word(new.get('type'))}"
    if bool(old.get("required")) != bool(new.get("required")):
        yield f"“{name}”改为{'必填' if new.get('required') else '可不填'}"
    for key, word in LISTED.items():
        renamed = {old["title"], name} if key == "aliases" else set()
        yield from _listed(f"“{name}”的{word}", old.get(key), new.get(key), renamed)
    for key, word in ATTRIBUTES.items():
        if old.get(key) != new.get(key):
            yield _changed(f"“{name}”的{word}", old.get(key), new.get(key))


def _listed(what: str, old: Any, new: Any, apart: set[str]) -> Iterator[str]:
    before, after = [str(one) for one in old or ()], [str(one) for one in new or ()]
    if more := [one for one in after if one not in before and one not in apart]:
        yield f"{what}增加：{'、'.join(more)}"
    if less := [one for one in before if one not in after and one not in apart]:
        yield f"{what}去掉：{'、'.join(less)}"


def _bindings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Parties, key and checks: who a row is about, what makes it one, what must fit together."""
    words = {"parties": "“这一行说的是谁”", "key": "“哪些列合起来不重复”", "checks": "列与列之间的核对"}
    for key, word in words.items():
        if (old.get(key) or []) != (new.get(key) or []) and old:
            yield f"改动了{word}"


def _parameters(old: str, new: str) -> Iterator[str]:
    before = {one["key"]: one for one in plain(old)["parameters"]}
    for one in plain(new)["parameters"]:
        known = before.pop(one["key"], None)
        if known is None:
            yield f"新增参数“{one['title']}”"
            continue
        yield from _spans(one, known["values"])
        rest = {key: value for key, value in one.items() if key != "values"}
        if rest != {key: value for key, value in known.items() if key != "values"}:
            yield f"改动了参数“{one['title']}”的说明"
    yield from (f"去掉参数“{one['title']}”" for one in before.values())


def _spans(parameter: Mapping[str, Any], old: Any) -> Iterator[str]:
    """Values that came or changed, that end on another day, and that went."""
    name, was = parameter["title"], {span["since"]: span for span in old}
    for span in parameter["values"]:
        known = was.pop(span["since"], None)
        if known is None or known["value"] != span["value"] or known["basis"] != span["basis"]:
            said = f"{span['value']}（{parameter['unit']}；{span['basis']}）"
            yield f"“{name}”自 {span['since']} 起为 {said}"
        elif known.get("until") != span.get("until"):
            until = f"到 {span['until']} 止" if span.get("until") else "没有截止日期"
            yield f"“{name}”自 {span['since']} 起的 {span['value']} 改为{until}"
    yield from (f"去掉“{name}”自 {one['since']} 起的 {one['value']}" for one in was.values())


def _changed(what: str, old: Any, new: Any) -> str:
    if new in (None, "", [], False):
        return f"去掉了{what}" if old is not True else f"{what}：由是改为否"
    if old in (None, "", [], False):
        return f"{what}：{_said(new)}" if new is not True else f"{what}：由否改为是"
    return f"{what}：由“{_said(old)}”改为“{_said(new)}”"


def _said(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
