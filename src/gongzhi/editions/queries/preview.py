"""What a user will see of a definition, or what its examples give: shown before somebody approves it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from pydantic import BaseModel

from gongzhi.editions.models import Edition
from gongzhi.engine.definitions import DefinitionError, Definitions, ScoreItem, load_contents
from gongzhi.engine.definitions.editing import plain
from gongzhi.engine.definitions.kinds import model_of

from .checking import with_texts
from .counting import in_force
from .labels import CHOICES, DERIVED, FIXED, VERBS, shown, word
from .moved import moved, short_day
from .pieces import HOLIDAYS, Piece, entry_model, list_kinds, list_word
from .words import TYPES

PLACE = re.compile(r"{(\w+)(?::\w+)?}")
_SAMPLES = {
    "count": "2",
    "matters": "1. 建筑工程施工许可信息 2026年上半年（2026-07-15到期）；2. ……",
    "day": "2026年9月1日",
}  # fmt: skip
Texts = Mapping[str, str]
SHORT = 20
"""Entries up to which a draft shows its whole list; of a longer one what differs."""
Shown = dict[str, Any]


def preview(
    piece: Piece, texts: Texts, *, basis: Texts | None = None, edition: Edition | None = None
) -> Shown:
    """What the page shows: `shape` names the part of the template, the rest fills it; empty for a resource.

    `basis`: what came before, so that a long list shows only what differs. `edition`: a draft, whose
    examples are run with the whole set of its day.
    """
    if piece.kind == "resource":
        return {}
    if piece.kind == "rule":
        return _rule(piece, known_with(edition))
    if piece.kind == "parameters":
        return _parameters(plain(_only(texts)))
    folder = piece.code.split("/", maxsplit=1)[0]
    if "/" in piece.code and folder in _WHOLE:
        return _WHOLE[folder](plain(_only(texts)), known_with(edition))
    if piece.code == "district":
        return _district(plain(_only(texts)))
    if piece.code == HOLIDAYS:
        return {"shape": "years", "years": years_of(_only(texts)), **moved(texts, basis)}
    return _list(piece, texts, basis)


def _only(texts: Texts) -> str:
    return next(iter(texts.values()))


def known_with(edition: Edition | None) -> Definitions | None:
    """The set with the draft in its place; None while it cannot be put together."""
    if edition is None:
        return in_force()
    try:
        return load_contents(with_texts(edition))
    except DefinitionError:
        return None


def _district(value: Mapping[str, Any]) -> Shown:
    definitions = in_force()
    rows = [(word("District", key), shown(key, one, definitions)) for key, one in value.items()]
    return {"shape": "rows", "rows": rows}


def years_of(text: str) -> list[Shown]:
    """The years of the table of days off as a page shows them, the latest first."""
    found = [
        {**year, "at": at, "runs": [_run(one, year["year"]) for one in year["holidays"]]}
        for at, year in enumerate(plain(text)["years"])
    ]
    return found[::-1]


def _run(one: Mapping[str, Any], year: int) -> tuple[str, str, str]:
    """A holiday, its days, the days worked for it."""
    first, last = (short_day(one[key], year) for key in ("first", "last"))
    days = f"{first}至{last}，共 {(one['last'] - one['first']).days + 1} 天" if first != last else first
    return one["name"], days, "、".join(short_day(day, year) for day in one.get("worked") or ())


def _rule(piece: Piece, definitions: Definitions | None) -> Shown:
    from gongzhi.engine.rules import NotAllowed, tried  # noqa: PLC0415  # loads the analytic libraries

    if definitions is None or piece.code not in definitions.rules:
        return {}
    folder = definitions.rules[piece.code]
    try:
        return {"shape": "cases", "cases": tried(folder, definitions)}
    except NotAllowed as error:
        return {"shape": "cases", "cases": [], "reasons": error.reasons}


def _check(value: Mapping[str, Any], definitions: Definitions | None) -> Shown:
    from gongzhi.engine.checks import trials  # noqa: PLC0415  # the same

    if definitions is None or value.get("key") not in definitions.history_checks:
        return {}
    check = definitions.history_checks[value["key"]]
    asked = [definitions.tables[one.table] for one in check.each]
    tables = "、".join(f"{resource.number} {sheet.title}" for resource, sheet in asked)
    rows = [("哪些表" if check.also else "哪张表", tables), ("级别", CHOICES["severity"][check.severity])]
    return {"shape": "trials", "rows": rows, "trials": list(trials(definitions, check))}


def _parameters(value: Mapping[str, Any]) -> Shown:
    today = timezone.localdate()
    rows = [
        (one["title"], one["unit"], span, _holds(span, today))
        for one in value["parameters"] for span in reversed(one["values"])
    ]  # fmt: skip
    return {"shape": "spans", "spans": rows}


def _holds(span: Mapping[str, Any], day: dt.date) -> bool:
    return bool(span["since"] <= day and (not span.get("until") or day <= span["until"]))


def _letter(value: Mapping[str, Any], definitions: Definitions | None) -> Shown:
    district = (definitions or in_force()).district
    samples = _SAMPLES | {
        "unit": "某单位",
        "office": f"{district.name}税收共治工作领导小组办公室",
        "district": district.name,
    }

    def filled(text: str) -> str:
        return PLACE.sub(lambda place: samples.get(place[1], place[0]), text)

    letter = {
        "title": filled(value["title"]), "salutation": filled(value["salutation"]),
        "paragraphs": [filled(text) for text in value["paragraphs"]], "signature": filled(value["signature"]),
    }  # fmt: skip
    return {"shape": "letter", "letter": letter}


def _agreement(value: Mapping[str, Any], _definitions: Definitions | None) -> Shown:
    rows = [
        ("看到哪些信息前要承诺", shown("opens", value["opens"], in_force())),
        ("续签", f"每 {value['months']} 个月"),
    ]
    letter = {"title": value["title"], "paragraphs": value["paragraphs"]}
    return {"shape": "letter", "letter": letter, "rows": rows}


def _purpose(value: Mapping[str, Any], definitions: Definitions | None) -> Shown:
    known = definitions or in_force()
    roles = [known.roles[key] for key in value["roles"] if key in known.roles]
    quotas = [
        f"{one.title}每天 {one.quota.day} 行，{one.quota.minutes} 分钟内 {one.quota.burst} 行" if one.quota
        else f"{one.title}没有限额，不能查看" for one in roles
    ]  # fmt: skip
    asked = [f"选一件没有办完的{CHOICES['about'][one]}" for one in value.get("about") or ()]
    asked += ["写明原因"] if value.get("reason") else []
    rows = [
        ("查看的人看到", f"{value['title']}：{value['meaning']}"), ("要做的", "；".join(asked)),
        ("能看的列", "、".join(TYPES[one] for one in value["fields"])),
        ("敏感个人信息", "可以看" if value.get("sensitive") else "不能看"), ("限额", "；".join(quotas)),
        ("依据", "、".join(value["basis"])),
    ]  # fmt: skip
    return {"shape": "rows", "rows": rows}


def _work(value: Mapping[str, Any], definitions: Definitions | None) -> Shown:
    known = definitions or in_force()
    sides = {"assignee": "承办一方", "reviewer": "交办审核一方"}
    rows = [
        (word_, "、".join(VERBS.get(verb, verb) for verb, who in value["may"].items() if side in who))
        for side, word_ in sides.items()
    ]
    duties = [
        (f"{sides[side]}的职责", known.duties[value[side]].title)
        for side in sides
        if value[side] in known.duties
    ]
    due = known.parameters.get(str(value["due_parameter"]))
    counted = CHOICES["counted"].get(str(value["counted"]), "")
    term = [("期限", f"{due.title}：{due.values[-1].value:f} 个{counted}")] if due else []
    about = [CHOICES["subjects"].get(one, one) for one in value.get("subjects") or ()]
    term += [("可以写明关于", "、".join(about))] if about else []
    return {"shape": "work", "rows": [*duties, *rows, *term], "form": value.get("form") or []}


def _ladder(value: Mapping[str, Any], definitions: Definitions | None) -> Shown:
    known = definitions or in_force()
    return {"shape": "steps", "steps": [_step(one, known) for one in value["steps"]]}


def _step(one: Mapping[str, Any], known: Definitions) -> str:
    days = one["days"]
    when = f"到期前 {-days} 天" if days < 0 else f"逾期 {days} 天" if days else "到期当天"
    duty = known.duties.get(str(one["to"]))
    told = "承办人" if one["to"] == "assignee" else f"有“{duty.title}”职责的人" if duty else str(one["to"])
    letter = known.letters.get(str(one.get("letter")))
    return f"{when}，提醒{told}" + (f"，并拟好《{letter.title}》" if letter else "")


_WHOLE: Mapping[str, Callable[[Mapping[str, Any], Definitions | None], Shown]] = {
    "checks": _check, "letters": _letter, "agreements": _agreement, "work": _work, "reminders": _ladder,
    "purposes": _purpose,
}  # fmt: skip


def _list(piece: Piece, texts: Texts, basis: Texts | None) -> Shown:
    """The entries of a list; of one that has a version before, those that differ."""
    whole = [table for name, text in texts.items() for table in tables_of(name, text)]
    if not whole or basis is None or all(table["of"] <= SHORT for table in whole):
        return {"shape": "entries", "tables": whole, "partly": False} if whole else {}
    tables = [table for name, text in texts.items() for table in tables_of(name, text, basis.get(name))]
    return {"shape": "entries", "tables": tables, "partly": True}


def tables_of(name: str, text: str, before: str | None = None) -> list[Shown]:
    """The lists of a file with their entries; with a version before, only those that differ from it."""
    return [_table(name, attribute, key, text, before) for attribute, key in list_kinds(name)]


def _table(name: str, attribute: str, key: str, text: str, before: str | None) -> Shown:
    entries = plain(text).get(attribute) or []
    old = {one.get(key): one for one in plain(before).get(attribute) or ()} if before else {}
    shown_ones = [
        (at, one) for at, one in enumerate(entries) if before is None or old.get(one.get(key)) != one
    ]
    model, definitions = entry_model(name, attribute), in_force()
    there = {key_ for _, entry in shown_ones for key_ in entry}
    labels = {key_: word(model.__name__, key_) for key_ in model.model_fields if key_ in there}
    heads = {key_: label for key_, label in labels.items() if label}
    rows = [
        (at, str(one.get(key)), [shown(head, one.get(head), definitions) for head in heads])
        for at, one in shown_ones
    ]
    return {
        "attribute": attribute, "word": list_word(name, attribute), "heads": list(heads.values()),
        "rows": rows, "of": len(entries), "sum": _sum(model, entries),
    }  # fmt: skip


def _sum(model: type[BaseModel], entries: list[Mapping[str, Any]]) -> str:
    """What the entries add up to, where that means something."""
    if model is not ScoreItem:
        return ""
    return f"满分合计 {sum(Decimal(str(one.get('marks', 0))) for one in entries)} 分"


def head_keys(name: str) -> list[str]:
    """What a file says beside its lists, and has a word in the forms."""
    model = model_of(name)
    if model is None:
        return []
    lists = {attribute for attribute, _ in list_kinds(name)} | {"years"}
    named = [key for key in model.model_fields if key not in lists and word(model.__name__, key)]
    return [key for key in named if not {key, (model.__name__, key)} & (FIXED | DERIVED)]
