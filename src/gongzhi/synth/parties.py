"""The taxpayers and the people of the district."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from .chance import chance, day_between, round_amount, weighted
from .codes import credit_code, old_tax_number, person_id
from .places import Place, Places
from .words import Other, Trade, words


@dataclass(frozen=True)
class Human:
    """An invented person: 测试 and two or three signs, with an id of a region that does not exist."""

    name: str
    code: str
    phone: str


@dataclass(frozen=True)
class Taxpayer:
    """An invented organisation. `registered` is False for one that no register of the district knows."""

    serial: int
    code: str
    name: str
    kind: str
    tag: str
    industry_code: str
    industry: str
    place: Place
    phone: str
    person: Human
    opened_on: dt.date
    capital: Decimal
    scale: str
    former_name: str = ""
    old_code: str = ""
    parent: Taxpayer | None = None
    registered: bool = True

    @property
    def organisation(self) -> str:
        return self.code[8:17]

    @property
    def is_company(self) -> bool:
        return self.kind == "企业" and self.parent is None

    @property
    def small_profit(self) -> bool:
        """小型微利企业, told by the capital: invented, but the same in every table."""
        return self.kind == "企业" and self.capital < 5_000_000

    @property
    def halved(self) -> bool:
        """Whether the six taxes and two fees are halved (公告2023年第12号)."""
        return self.kind == "个体工商户" or self.scale == "小规模纳税人" or self.small_profit


KINDS = {"enterprise": 60, "shop": 28, "other": 12}


@dataclass
class Founder:
    """Makes parties; every name and code once."""

    seed: int
    places: Places
    until: dt.date

    def __post_init__(self) -> None:
        self.random = chance(self.seed, "parties")
        self.names: set[str] = set()
        self.ids: set[str] = set()
        self.serial = 0

    def human(self, random: Random) -> Human:
        stems, branches = words().stems, words().branches
        name = "测试" + random.choice(stems) + random.choice(branches)
        if random.random() < 0.5:
            name += random.choice(stems)
        code = person_id(random)
        while code in self.ids:
            code = person_id(random)
        self.ids.add(code)
        return Human(name, code, phone(random))

    def brand(self, random: Random) -> str:
        pool = words()
        made = random.choice(pool.brand_first) + random.choice(pool.brand_second)
        return made + random.choice(pool.brand_third) if random.random() < 0.45 else made

    def taxpayers(self, count: int) -> list[Taxpayer]:
        """`count` organisations of every kind; one in twelve resembles another one."""
        made: list[Taxpayer] = []
        kinds = [other for other in words().others for _ in range(other.weight)]
        while len(made) < count:
            random = self.random
            if len(made) > 20 and random.random() < 0.085:
                made.append(self._resembling(random, made))
                continue
            # The first dozen are one of each rare kind, so that a small district has them all.
            rare = kinds[len(made) % len(kinds)] if len(made) < len(kinds) else random.choice(kinds)
            kind = "other" if len(made) < len(kinds) else weighted(random, KINDS)
            made.append(self._one(random, kind, rare))
        return made

    def _one(self, random: Random, kind: str, rare: Other) -> Taxpayer:
        if kind == "enterprise":
            return self.enterprise(random)
        return self.shop(random) if kind == "shop" else self._other(random, rare)

    def enterprise(
        self, random: Random, tag: str | None = None, region: str = "", prefix: str | None = None
    ) -> Taxpayer:
        """A company or works; of a trade with this tag where one is given."""
        trade = _trade(random, words().industries, tag)

        def name() -> str:
            start = prefix or self.places.seat.filled(weighted(random, words().prefixes))
            brand, form = self.brand(random), weighted(random, words().forms)
            if form != "厂" and random.random() < 0.06:
                return f"{brand}（{start.removesuffix('市')}）{trade[2]}{form}"
            return f"{start}{brand}{trade[2]}{form}"

        return self._found(random, name, "企业", "91", trade, region=region)

    def shop(self, random: Random) -> Taxpayer:
        trade = _trade(random, words().shops, None)
        return self._found(
            random,
            lambda: f"{self.places.seat.full}{self.brand(random)}{trade[2]}",
            "个体工商户",
            "92",
            trade,
        )

    def _other(self, random: Random, other: Other) -> Taxpayer:
        trade = (*other.industry, "", 1, other.tag)
        return self._found(
            random,
            lambda: self._named(random, other),
            other.kind, other.prefix, trade,
        )  # fmt: skip

    def _found(
        self, random: Random, name: Namer, kind: str, prefix: str, trade: Trade, *, region: str = ""
    ) -> Taxpayer:
        self.serial += 1
        region = region or self.places.seat.region
        capital = round_amount(random, 100_000, 60_000_000) if prefix == "91" else Decimal(100_000)
        old = random.random() < 0.08
        opened = day_between(random, dt.date(2003, 1, 1), dt.date(self.until.year - 2, 12, 31))
        general = prefix == "91" and random.random() < 0.55
        return Taxpayer(
            serial=self.serial, code=credit_code(prefix, self.serial, region), name=self._new(name),
            kind=kind,
            tag=trade[4], industry_code=trade[0], industry=trade[1], place=self.places.somewhere(random),
            phone=phone(random), person=self.human(random), opened_on=opened, capital=capital,
            scale="一般纳税人" if general else "小规模纳税人",
            old_code=old_tax_number(self.serial, region) if old else "",
            former_name=self._new(name) if random.random() < 0.04 else "",
        )  # fmt: skip

    def _named(self, random: Random, other: Other) -> str:
        return self.places.seat.filled(other.name, brand=self.brand(random), good=random.choice(other.goods))

    def _new(self, name: Namer) -> str:
        made = name()
        while made in self.names:
            made = name()
        self.names.add(made)
        return made

    def _resembling(self, random: Random, made: list[Taxpayer]) -> Taxpayer:
        """A branch of an earlier one, a sister that differs in one sign, or a numbered sister."""
        companies = [one for one in made[-400:] if one.is_company]
        model = random.choice(companies or made)
        fresh = self.enterprise(random, model.tag if model.kind == "企业" else None)
        ways = [self._branch, self._sister, self._numbered]
        name, parent = random.choices(ways, [5, 4, 2])[0](random, model)
        if name in self.names:
            return fresh
        self.names.add(name)
        return replace(
            fresh, name=name, parent=parent, former_name="", place=self._near(random, model, parent)
        )

    def _near(self, random: Random, model: Taxpayer, parent: Taxpayer | None) -> Place:
        return self.places.somewhere(random) if parent or random.random() < 0.5 else model.place

    @staticmethod
    def _branch(random: Random, model: Taxpayer) -> tuple[str, Taxpayer | None]:
        return model.name + random.choice(["城中分公司", "第一分公司", "第二分公司", "城东营业部"]), model

    @staticmethod
    def _sister(random: Random, model: Taxpayer) -> tuple[str, Taxpayer | None]:
        at = [i for i, sign in enumerate(model.name) if sign in words().brand_second]
        if not at:
            return model.name, None
        other = random.choice([sign for sign in words().brand_second if sign != model.name[at[0]]])
        return model.name[: at[0]] + other + model.name[at[0] + 1 :], None

    @staticmethod
    def _numbered(random: Random, model: Taxpayer) -> tuple[str, Taxpayer | None]:
        form = next((form for form in words().forms if model.name.endswith(form)), "")
        core = model.name.removesuffix(form)
        return f"{core}第{random.choice('一二三')}{form or '店'}", None


Namer = Callable[[], str]


def phone(random: Random) -> str:
    """A fixed number of an area code that was never given out."""
    return f"0500-{random.randint(2, 8)}{random.randint(0, 9_999_999):07d}"


def _trade(random: Random, trades: tuple[Trade, ...], tag: str | None) -> Trade:
    fitting = [trade for trade in trades if tag is None or trade[4] == tag] or list(trades)
    return random.choices(fitting, [trade[3] for trade in fitting])[0]


def humans(founder: Founder, count: int) -> Iterator[Human]:
    random = chance(founder.seed, "people")
    return (founder.human(random) for _ in range(count))
