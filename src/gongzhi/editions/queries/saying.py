"""What differs between two texts of a rule, a list, a check, a letter …, in the office's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gongzhi.engine.definitions import DefinitionError, Definitions
from gongzhi.engine.definitions.editing import plain
from gongzhi.engine.definitions.kinds import model_of

from .labels import shown, word
from .pieces import HOLIDAYS, entry_model, list_kinds

_LONGEST = 120
"""Characters of a value that a sentence quotes."""
Texts = Mapping[str, str]


def told(old: Texts, new: Texts, definitions: Definitions) -> Iterator[str]:
    """A sentence for each change."""
    for name in sorted({*old, *new}):
        before, after = old.get(name, ""), new.get(name, "")
        if before == after:
            continue
        if not name.endswith(".yml"):
            yield "改动了规则文本" if before else "新增规则文本"
        elif not before or not after:
            yield f"{'新增' if after else '去掉'} {name}"
        else:
            yield from _file(name, before, after, definitions) or [f"只改了 {name} 的注释或写法"]


def _file(name: str, before: str, after: str, definitions: Definitions) -> list[str]:
    try:
        old, new = plain(before), plain(after)
    except DefinitionError:
        return [f"改动了 {name}"]
    lists = dict(list_kinds(name)) | ({"years": "year"} if name == f"{HOLIDAYS}.yml" else {})
    if name.endswith("/cases.yml"):
        lists = {"cases": "name"}
    found: list[str] = []
    for attribute, key in lists.items():
        inner = "" if attribute in {"cases", "years"} else entry_model(name, attribute).__name__
        entries = [one.get(attribute) or () for one in (old, new)]
        found += _entries(entries, key, inner, definitions)
    model = model_of(name)
    rest = [key for key in dict.fromkeys([*old, *new]) if key not in lists and key != "known_until"]
    named = model.__name__ if model else ""
    return found + [
        text for key in rest for text in _key(named, key, old.get(key), new.get(key), definitions)
    ]


def _entries(found: Sequence[Sequence[Any]], key: str, model: str, definitions: Definitions) -> Iterator[str]:
    old, new = found
    before = {one.get(key): one for one in old}
    for one in new:
        was = before.pop(one.get(key), None)
        if was is None:
            yield f"新增“{_called(one, key)}”"
        elif was != one:
            told_ones = [
                text for name in dict.fromkeys([*was, *one])
                for text in _key(model, name, was.get(name), one.get(name), definitions)
            ]  # fmt: skip
            yield f"“{_called(one, key)}”：{'；'.join(told_ones)}"
    yield from (f"去掉“{_called(one, key)}”" for one in before.values())


def _called(entry: Mapping[str, Any], key: str) -> str:
    if key == "year":
        return f"{entry['year']}年放假和调休安排"
    return str(entry.get("title") or entry.get("name") or entry.get(key))


def _key(model: str, key: str, was: Any, now: Any, definitions: Definitions) -> Iterator[str]:
    if was == now:
        return
    label = word(model, key) or key
    if isinstance(was, list) and isinstance(now, list):
        yield from _several(label, key, was, now, definitions)
    elif isinstance(was, Mapping) and isinstance(now, Mapping):
        for inner in dict.fromkeys([*was, *now]):
            yield from _key("", inner, was.get(inner), now.get(inner), definitions)
    else:
        yield _sentence(label, shown(key, was, definitions), shown(key, now, definitions))


def _several(
    label: str, key: str, was: Sequence[Any], now: Sequence[Any], definitions: Definitions
) -> Iterator[str]:
    """Two lists: place by place where they are of one length, else what came and what went."""
    if len(was) == len(now):
        for place, (first, then) in enumerate(zip(was, now, strict=True), start=1):
            if first != then:
                texts = shown(key, first, definitions), shown(key, then, definitions)
                yield _sentence(f"{label}第 {place} 项", *texts)
        return
    yield from (f"{label}增加：{_cut(shown(key, one, definitions))}" for one in now if one not in was)
    yield from (f"{label}去掉：{_cut(shown(key, one, definitions))}" for one in was if one not in now)


def _sentence(label: str, was: str, now: str) -> str:
    if not was:
        return f"{label}：{_cut(now)}"
    return f"{label}：由“{_cut(was)}”改为“{_cut(now)}”" if now else f"去掉了{label}（原为“{_cut(was)}”）"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
