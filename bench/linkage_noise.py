"""The published noise recipe of the large linkage case: a district of taxpayers and what departments write of
them.

Register: the real names given, then recombinations of their parts (division of one, trade name of another,
line of business and form of a third) until there are as many as asked for, every one with a made-up credit
code, a made-up address (a house number on one of a few thousand made-up roads) and a made-up phone token. A
tenth of the entities bore an earlier name.

Rows: each about one entity drawn at random, 5 % about one that is not in the register (recombined the same
way, so that near misses are plenty). 45 % carry the name clean; the others suffer one of NOISES, 12 % of them
two. 55 % carry the code; 70 % an address (a fifth of these without district and street, one in twenty a wrong
one), 30 % a phone token. Everything follows from the seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from gongzhi.engine.idcodes import make_credit_code, organisation_check

CLEAN, CODED, UNREGISTERED = 0.45, 0.55, 0.05
ADDRESSED, PHONED, TWICE = 0.70, 0.30, 0.12
_STREETS = ("城东街道", "城西街道", "湖滨街道", "北门街道")
_BLANKS = (" ", "\u3000", "\xa0", "\u200b")
_SWAP = "建华兴达泰盛宏鑫利源丰润恒通瑞金宝德祥和嘉美佳天海新东永安富龙"
_TRADITIONAL = str.maketrans(
    "绍兴华东龙宁温机电贸业设备发实纺织丝绸车鞋门达凯汇长万",
    "紹興華東龍寧溫機電貿業設備發實紡織絲綢車鞋門達凱匯長萬",
)
_WIDE = str.maketrans({chr(at): chr(at + 0xFEE0) for at in range(0x21, 0x7F)})


@dataclass(frozen=True)
class Party:
    """One enterprise in parts; the name is the parts in their order."""

    division: str
    trade: str
    industry: str
    form: str
    branch: str = ""
    earlier: str = ""

    @property
    def name(self) -> str:
        return self.division + self.trade + self.industry + self.form + self.branch


def _brackets(p: Party, r: random.Random) -> str:
    """1 the division in brackets behind the trade name and line of business"""
    return f"{p.trade}{p.industry}（{p.division}）{p.form}{p.branch}" if p.division else p.name


def _form(p: Party, r: random.Random) -> str:
    """2 有限公司 for 有限责任公司 and back"""
    swapped = {"有限公司": "有限责任公司", "有限责任公司": "有限公司"}.get(p.form, p.form)
    return p.division + p.trade + p.industry + swapped + p.branch


def _no_division(p: Party, r: random.Random) -> str:
    """3 the division left out"""
    return p.trade + p.industry + p.form + p.branch


def _no_form(p: Party, r: random.Random) -> str:
    """4 the form left out"""
    return p.division + p.trade + p.industry + p.branch


def _no_industry(p: Party, r: random.Random) -> str:
    """5 the line of business left out"""
    return p.division + p.trade + p.form + p.branch


def _typo(p: Party, r: random.Random) -> str:
    """6 one character of the trade name replaced by another"""
    at = r.randrange(len(p.trade))
    trade = p.trade[:at] + r.choice(_SWAP.replace(p.trade[at], "")) + p.trade[at + 1 :]
    return p.division + trade + p.industry + p.form + p.branch


def _lost(p: Party, r: random.Random) -> str:
    """7 one character lost from trade name or line of business"""
    stem = p.trade + p.industry
    at = r.randrange(len(stem))
    return p.division + stem[:at] + stem[at + 1 :] + p.form + p.branch


def _script(p: Party, r: random.Random) -> str:
    """8 traditional characters and full width"""
    return p.name.translate(_TRADITIONAL).translate(_WIDE)


def _blanks(p: Party, r: random.Random) -> str:
    """9 blanks, a stray full stop, the suffix of the division dropped or added"""
    at = r.randrange(1, len(p.name))
    division = p.division[:-1] if len(p.division) > 2 and p.division[-1] in "市县区" else p.division
    text = division + p.name[len(p.division) :]
    blank, end = r.choice(_BLANKS), r.choice(["", "。", " "])
    return f" {text[:at]}{blank}{text[at:]}{end}"


def _earlier(p: Party, r: random.Random) -> str:
    """10 the earlier name alone where there is one; else a made-up one in brackets behind the name"""
    if p.earlier:
        return p.earlier
    return f"{p.name}（原{p.division}{r.choice(_SWAP)}{r.choice(_SWAP)}{p.industry}{p.form}）"


NOISES: dict[str, Callable[[Party, random.Random], str]] = {
    "brackets": _brackets, "form": _form, "no_division": _no_division, "no_form": _no_form,
    "no_industry": _no_industry, "typo": _typo, "lost": _lost, "script": _script, "blanks": _blanks,
    "earlier": _earlier,
}  # fmt: skip


def credit_code(number: int) -> str:
    """A credit code with both check digits right, of a region that does not exist (990100)."""
    body = f"{number:08d}"
    return make_credit_code(f"91990100{body}{organisation_check(body)}")


@dataclass(frozen=True)
class Case:
    """``register`` and ``rows`` as :func:`gongzhi.engine.linkage.link` takes them; ``truth``: row, entity
    (null for what is not registered), noise (the kind, or 'clean'), coded."""

    register: pl.DataFrame
    former: pl.DataFrame
    rows: pl.DataFrame
    truth: pl.DataFrame


def make_case(parts: pl.DataFrame, seed: int, taxpayers: int, rows: int) -> Case:
    """The large case from the parts (division, trade_name, industry, form, branch) of real names."""
    r = random.Random(seed)
    parties = _parties(parts, r, taxpayers + taxpayers // 10)
    places = [(_address(r), _phone(r)) for _ in parties]
    held = taxpayers
    former = {at: _recombined(parties, r).name for at in r.sample(range(held), held // 10)}
    for at, name in former.items():
        parties[at] = replace(parties[at], earlier=name)
    register = pl.DataFrame(
        {
            "entity": [str(at) for at in range(held)],
            "name": [party.name for party in parties[:held]],
            "code": [credit_code(10_000_000 + at) for at in range(held)],
            "address": [place for place, _ in places[:held]],
            "phone_token": [phone for _, phone in places[:held]],
        }
    )
    lists = _rows(parties, places, held, rows, r)
    frame = pl.DataFrame(lists).with_row_index("row")
    truth = frame.select("row", "entity", "noise", coded=pl.col("code").is_not_null())
    kinds = pl.when(pl.col("code").is_not_null()).then(pl.lit("credit_code"))
    earlier = pl.DataFrame({"entity": [str(at) for at in former], "name": list(former.values())})
    dates = {"valid_from": pl.lit(None, pl.Date), "valid_to": pl.lit(None, pl.Date)}
    columns = ("row", "code", "name", "address", "phone_token")
    return Case(
        register, earlier.with_columns(**dates), frame.select(*columns).with_columns(code_kind=kinds), truth
    )


def _parties(parts: pl.DataFrame, r: random.Random, wanted: int) -> list[Party]:
    columns = ("division", "trade_name", "industry", "form", "branch")
    found = [Party(*row) for row in parts.select(columns).iter_rows()]
    seen = {party.name for party in found}
    while len(found) < wanted:
        made = _recombined(found, r)
        if made.name not in seen:
            seen.add(made.name)
            found.append(made)
    r.shuffle(found)
    return found


def _recombined(parties: list[Party], r: random.Random) -> Party:
    """A new name: the line of business is never empty, the trade name has two to four characters, as the
    registrar asks for."""
    place, trade, kind = r.choice(parties), r.choice(parties), r.choice(parties)
    while not 2 <= len(trade.trade) <= 4 or trade.trade.startswith("中国"):
        trade = r.choice(parties)
    while not kind.industry or not kind.form:
        kind = r.choice(parties)
    return Party(place.division, trade.trade, kind.industry, kind.form)


def _address(r: random.Random) -> str:
    road = "".join(r.choice(_SWAP) for _ in range(2)) + r.choice(["路", "街", "大道", "巷"])
    return f"{r.choice(_STREETS)}{road}{r.randrange(1, 900)}号"


def _phone(r: random.Random) -> str:
    return f"{r.getrandbits(64):016x}"


def _written(party: Party, r: random.Random) -> tuple[str, str]:
    if r.random() < CLEAN:
        return party.name, "clean"
    kinds = r.sample(list(NOISES), 2)
    text = NOISES[kinds[0]](party, r)
    if r.random() < TWICE and kinds[1] in {"script", "blanks"} and kinds[0] not in {"script", "blanks"}:
        text = " " + text.translate(_WIDE)
    return text, kinds[0]


def _seen_address(address: str, r: random.Random) -> str | None:
    if r.random() >= ADDRESSED:
        return None
    if r.random() < 0.05:
        return _address(r)
    return address[4:] if r.random() < 0.2 else f"越城区{address}"


def _rows(
    parties: list[Party], places: list[tuple[str, str]], held: int, rows: int, r: random.Random
) -> dict[str, list[str | None]]:
    lists: dict[str, list[str | None]] = {
        name: [] for name in ("entity", "noise", "code", "name", "address", "phone_token")
    }
    for _ in range(rows):
        outside = r.random() < UNREGISTERED
        at = r.randrange(held, len(parties)) if outside else r.randrange(held)
        text, noise = _written(parties[at], r)
        lists["entity"].append(None if outside else str(at))
        lists["noise"].append(noise)
        lists["code"].append(credit_code(10_000_000 + at) if r.random() < CODED else None)
        lists["name"].append(text)
        lists["address"].append(_seen_address(places[at][0], r))
        lists["phone_token"].append(places[at][1] if r.random() < PHONED else None)
    return lists
