"""Rows for any table, from its definition alone, so that a new resource needs no code here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from gongzhi.engine.calendar import Period, parse_period
from gongzhi.engine.definitions import Field, FieldType, PresentElsewhere, Resource, Sheet

from .chance import day_between, round_amount
from .consistent import mend
from .parties import Human, Taxpayer
from .words import words
from .world import Line, Party, Row, Value, World, named

_BLANK = 0.12
_PERSONS = {FieldType.PERSON_ID}
_MAY_BE_PERSONS = 0.3
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Wants:
    """The sheet to be filled, and for which period."""

    world: World
    resource: Resource
    sheet: Sheet
    period: Period


def fill(wants: Wants, count: int, random: Random) -> list[Line]:
    """Up to `count` rows that pass every check of the sheet; fewer where its key allows no more."""
    found: list[Line] = []
    seen: set[tuple[Value, ...]] = set()
    for serial in range(1, count + 1):
        line = _line(wants, serial, random)
        key = tuple(line.values[name] for name in wants.sheet.key) or tuple(line.values.values())
        if key not in seen:
            seen.add(key)
            found.append(line)
    return found


def _line(wants: Wants, serial: int, random: Random) -> Line:
    sheet = wants.sheet
    about: dict[str, Party | None] = {
        party.role: _party(wants, party.code, party.main, random) for party in sheet.parties
    }
    names = named(sheet, about)
    row: Row = {}
    needed = _needed(sheet)
    for one in sheet.fields:
        if one.key in names:
            row[one.key] = names[one.key]
        elif one.key not in needed and random.random() < _BLANK:
            row[one.key] = None
        else:
            row[one.key] = _MAKERS[one.type](_Wish(wants, one, serial, random))
    mend(sheet, row, random)
    _joined(wants, serial, row, names)
    return Line(row, about)


def _joined(wants: Wants, serial: int, row: Row, names: Row) -> None:
    """What must stand in another table is taken from an earlier period of it, or left blank.

    What may not be blank is taken from the same period too, and stays as it is where there is none.
    """
    for check in wants.world.definitions.checks_of(wants.sheet.code):
        compares = check.compares
        if not isinstance(compares, PresentElsewhere):
            continue
        if set(compares.match) & set(names):
            continue
        needed = bool(set(compares.match) & _needed(wants.sheet))
        there = _until(wants, compares.elsewhere, wants.period.end if needed else wants.period.start - _DAY)
        if there or not needed:
            taken = there[serial % len(there)].values if there else {}
            row.update({mine: taken.get(theirs) for mine, theirs in compares.match.items()})


def _until(wants: Wants, table: str, day: dt.date) -> list[Line]:
    """Rows of a table for periods that had ended by a day."""
    world = wants.world
    there = world.lines if table in world.told else world.filled
    slots = sorted(slot for slot in there if slot[0] == table and parse_period(slot[2]).end <= day)
    return [line for slot in slots for line in there[slot]]


def _needed(sheet: Sheet) -> set[str]:
    """Columns that are never left blank: required ones, keys, and those of checks."""
    needed = {one.key for one in sheet.fields if one.required} | set(sheet.key)
    for check in sheet.checks:
        for value in check.model_dump(exclude={"kind", "severity", "values"}).values():
            needed |= {value} if isinstance(value, str) else set(value)
    return needed


def _party(wants: Wants, code: str | None, main: bool, random: Random) -> Party:
    world, sheet = wants.world, wants.sheet
    kind = sheet.field(code).type if code else FieldType.CREDIT_CODE
    if kind in _PERSONS or (kind is FieldType.CODE_OR_ID and random.random() < _MAY_BE_PERSONS and not main):
        return random.choice(world.people)
    fitting = world.tagged(sheet.code) if main else world.taxpayers
    going_on = [one for one in fitting if world.closed.get(one.code, dt.date.max) > wants.period.end]
    return random.choice(going_on or world.taxpayers)


class _Wish:
    """One cell to be made: what for, and the stream of chance."""

    def __init__(self, wants: Wants, field: Field, serial: int, random: Random) -> None:
        self.world, self.resource, self.period = wants.world, wants.resource, wants.period
        self.field, self.serial, self.random = field, serial, random

    def bounds(self, low: int, high: int) -> tuple[int, int]:
        """The default span inside the field's own limits."""
        least, most = self.field.minimum, self.field.maximum
        low = max(low, int(least) + 1) if least is not None and least >= low else low
        high = min(high, int(most)) if most is not None else high
        return min(low, high), high


def _text(wish: _Wish) -> str:
    field = wish.field
    if field.masked:
        return "测**"
    if field.pattern:
        return fitting(field.pattern, field.example, wish.random)
    written = words().under(field.title)
    works = field.key.startswith("project") or "项目" in field.title or "工程" in field.title
    if works and written is words().texts:
        text = f"示例{wish.random.choice(words().projects)}{wish.random.randint(1, 99)}期"
    else:
        text = _in_place(wish, wish.random.choice(written))
    return text[: field.max_length or 200]


def _in_place(wish: _Wish, text: str) -> str:
    """The text with its number and the district's own names."""
    street = wish.world.places.somewhere(wish.random).street
    return wish.world.places.seat.filled(text, n=str(wish.random.randint(1, 99)), street=street)


def fitting(pattern: str, example: str | None, random: Random) -> str:
    """A text that the pattern takes: the example, digits of some length, or a masked name."""
    digits = "".join(random.choice("123456789") for _ in range(20))
    tries = [digits[:length] for length in range(1, 21)] + [f"测{'*' * 2}", "A" + digits[:4], "甲" * 4]
    random.shuffle(tries)
    for text in [*tries, example or ""]:
        if re.fullmatch(pattern, text):
            return text
    raise ValueError(f"no text is known that fits {pattern}; give the field an example")


def _name(wish: _Wish) -> str:
    if any(word in wish.field.title for word in ("机关", "登记", "批准", "单位", "部门", "局")):
        return f"{wish.world.places.seat.full}演示审批局"
    return wish.random.choice(wish.world.taxpayers).name


def _day(wish: _Wish) -> dt.date:
    first, last = wish.period.start, wish.period.end
    if not wish.field.in_period:
        first -= dt.timedelta(days=60)
    return day_between(wish.random, first, last)


def _period(wish: _Wish) -> str:
    if wish.period.kind in {"day", "request"}:
        return f"{wish.period.start:%Y-%m}"
    month = day_between(wish.random, wish.period.start, wish.period.end)
    return f"{month:%Y-%m}"


def _year(wish: _Wish) -> int:
    low, high = wish.bounds(1900, 2100)
    return min(max(wish.period.start.year, low), high)


def _money(wish: _Wish) -> Decimal:
    small = wish.field.unit in {"万元", "亿元"}
    low, high = wish.bounds(*((1, 20_000) if small else (1_000, 5_000_000)))
    return round_amount(wish.random, low, high) if high > 10 else Decimal(high)


def _measure(wish: _Wish) -> Decimal:
    low, high = wish.bounds(1, 60 if wish.field.unit in {"亩", "平方公里"} else 20_000)
    return Decimal(wish.random.randint(low * 100, high * 100)) / 100


def _number(wish: _Wish) -> Decimal:
    low, high = wish.bounds(0, 900)
    return Decimal(wish.random.randint(low * 10, high * 10)) / 10


def _count(wish: _Wish) -> int:
    return wish.random.randint(*wish.bounds(0, 400))


def _percent(wish: _Wish) -> Decimal:
    low, high = wish.bounds(0, 100)
    return Decimal(wish.random.randint(low * 10, high * 10)) / 10


def _certificate(wish: _Wish) -> str:
    return f"演{wish.resource.number}-{wish.period.code}-{wish.serial:05d}-{wish.field.key[:3].upper()}"


def _human(wish: _Wish) -> Human:
    return wish.random.choice(wish.world.people)


def _taxpayer(wish: _Wish) -> Taxpayer:
    return wish.random.choice(wish.world.taxpayers)


_MAKERS: Mapping[FieldType, Callable[[_Wish], Value]] = {
    FieldType.CREDIT_CODE: lambda wish: _taxpayer(wish).code,
    FieldType.CODE_OR_ID: lambda wish: _taxpayer(wish).code,
    FieldType.PERSON_ID: lambda wish: _human(wish).code,
    FieldType.PERSON_NAME: lambda wish: _human(wish).name,
    FieldType.PHONE: lambda wish: _human(wish).phone,
    FieldType.NAME: _name,
    FieldType.TEXT: _text,
    FieldType.DATE: _day,
    FieldType.PERIOD: _period,
    FieldType.YEAR: _year,
    FieldType.MONEY: _money,
    FieldType.AREA: _measure,
    FieldType.NUMBER: _number,
    FieldType.COUNT: _count,
    FieldType.PERCENT: _percent,
    FieldType.ENUM: lambda wish: wish.random.choice(wish.field.values),
    FieldType.BOOLEAN: lambda wish: wish.random.random() < 0.3,
    FieldType.ADDRESS: lambda wish: wish.world.places.somewhere(wish.random).address,
    FieldType.CERTIFICATE: _certificate,
}
