"""How departments write the parties of their rows: other names, older numbers, no code, strangers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from gongzhi.engine.definitions import FieldType, Party, Sensitivity, Sheet

from .parties import Taxpayer
from .words import words
from .world import Line, World, named

NOISY_ROWS = 0.08
DOUBTS_A_FILE = 2


def add_noise(world: World, sheet: Sheet, lines: list[Line], random: Random) -> None:
    """About one row in twelve names its main party in another way; planted cases are left alone."""
    party = sheet.main_party
    if party is None or not party.name or (party.code and not _organisational(sheet, party.code)):
        return
    for line in lines:
        who = line.about.get(party.role)
        if line.firm or not isinstance(who, Taxpayer) or random.random() >= NOISY_ROWS:
            continue
        line.noise[party.role] = (
            _stranger(world, sheet, party, line)
            if random.random() < 0.1
            else _disturb(sheet, party, line, random)
        )
    if not _keeps_code(sheet, party):
        _plant_doubts(sheet, party, lines, random)


def _plant_doubts(sheet: Sheet, party: Party, lines: list[Line], random: Random) -> None:
    """A few rows without code under a name that is near a registered one: a person must say who is meant.

    Where the name may be a person's, one without a form of organisation is sealed at the door and asked of
    nobody.
    """
    personal = sheet.field(str(party.name)).sensitivity in {Sensitivity.PERSONAL, Sensitivity.SENSITIVE}
    ways = [way for way in DOUBTFUL if not (personal and way is _short)]
    free = [line for line in lines if not line.firm and not line.noise]
    near = [
        line for line in free if isinstance(who := line.about.get(party.role), Taxpayer) and who.is_company
    ]
    chosen = random.sample(near, min(DOUBTS_A_FILE, len(near)))
    for line, way in zip(chosen, random.sample(ways, len(chosen)), strict=True):
        who = line.about[party.role]
        written = way(who.name, random) if isinstance(who, Taxpayer) else None
        if written:
            line.values[str(party.name)] = written
            line.values |= {party.code: None} if party.code else {}
            line.noise[party.role] = f"{way.__name__.strip('_')}_without_code"


def _keeps_code(sheet: Sheet, party: Party) -> bool:
    return bool(party.code and (sheet.field(party.code).required or party.code in sheet.key))


def _organisational(sheet: Sheet, code: str) -> bool:
    return sheet.field(code).type in {FieldType.CREDIT_CODE, FieldType.CODE_OR_ID}


def _stranger(world: World, sheet: Sheet, party: Party, line: Line) -> str:
    who = world.stranger()
    line.values |= named(sheet, {party.role: who})
    line.about[party.role] = who
    return "unregistered"


def _disturb(sheet: Sheet, party: Party, line: Line, random: Random) -> str:
    """Rewrite the cells of a taxpayer; what kind of noise it is."""
    who = line.about[party.role]
    if not isinstance(who, Taxpayer):
        raise TypeError("only organisations are written in other ways")
    if party.code and who.old_code and random.random() < 0.5:
        line.values[party.code] = who.old_code
        return "old_number"
    if party.code and random.random() < 0.3:
        line.values[party.code] = who.organisation
        return "organisation_code"
    kind, line.values[str(party.name)] = other_name(who, random)
    if _keeps_code(sheet, party):
        return kind
    if party.code:
        line.values[party.code] = None
    return f"{kind}_without_code"


def other_name(who: Taxpayer, random: Random) -> tuple[str, str]:
    """The kind of change, and the name as a clerk would write it."""
    ways = [_form, _width, _prefix, _blanks, _slip]
    if who.former_name:
        return "former_name", who.former_name
    random.shuffle(ways)
    for way in ways:
        written = way(who.name, random)
        if written and written != who.name:
            return way.__name__.strip("_"), written
    return "same", who.name


Way = Callable[[str, Random], str | None]


def _form(name: str, random: Random) -> str | None:
    if name.endswith("有限责任公司"):
        return name.removesuffix("有限责任公司") + "有限公司"
    return name.removesuffix("有限公司") + "有限责任公司" if name.endswith("有限公司") else None


def _width(name: str, random: Random) -> str | None:
    return name.replace("（", "(").replace("）", ")") if "（" in name else None


def _prefix(name: str, random: Random) -> str | None:
    """The district's name more or less at the front."""
    for at, sign in enumerate(name[:6]):
        if sign in "市区" and at >= 2:
            return name[:at] + name[at + 1 :]
    return None


def _blanks(name: str, random: Random) -> str | None:
    return f"{name[:4]} {name[4:]}"


def _slip(name: str, random: Random) -> str | None:
    """One sign wrong: too little to join by the name alone."""
    at = [i for i, sign in enumerate(name) if sign in words().brand_second]
    return name[: at[0]] + random.choice("卉伸纯") + name[at[0] + 1 :] if at else None


def _swapped(name: str, random: Random) -> str | None:
    """The two signs of the trade name in the other order."""
    at = _second(name)
    return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :] if at else None


def _lost(name: str, random: Random) -> str | None:
    """A sign of the trade name left out."""
    at = _second(name)
    return name[:at] + name[at + 1 :] if at else None


def _group(name: str, random: Random) -> str | None:
    """A group of that name, which may be another enterprise."""
    at = name.rfind("有限")
    return f"{name[:at]}集团{name[at:]}" if at > 0 else None


def _short(name: str, random: Random) -> str | None:
    """Trade name and line of business alone, as people speak of it."""
    at = _second(name)
    form = next((one for one in sorted(words().forms, key=len, reverse=True) if name.endswith(one)), "")
    return name[at - 1 :].removesuffix(form) if at and form else None


def _second(name: str) -> int:
    """Where the second sign of the trade name stands; 0 where there is none."""
    return next((i for i, sign in enumerate(name) if i and sign in words().brand_second), 0)


DOUBTFUL: tuple[Way, ...] = (_slip, _swapped, _lost, _group, _short)
"""Ways to write a name without code that only a person can decide about."""
