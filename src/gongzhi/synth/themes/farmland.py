"""Farmland in use for a time: R29 临时占用耕地."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from gongzhi.synth import oracle
from gongzhi.synth.parties import Taxpayer
from gongzhi.synth.world import World

from .model import NOTHING, Teller, Theme

TABLES = frozenset({"temporary_occupations", "farmland_tax_filings"})
DAY = dt.timedelta(days=1)
Areas = tuple[Decimal, Decimal, Decimal]  # farmland, basic farmland, other


@dataclass(frozen=True)
class Way:
    """One kind of occupation. `filed`: the share of the tax that was declared, by whom."""

    kind: str
    why: str
    filed: Decimal = NOTHING
    by_other: bool = False
    purpose: str = "施工便道"
    halved: bool | None = None
    before: int = 90
    after: int | None = None


WAYS = (
    Way("hit", "没有申报"),
    Way("hit", "没有申报，小规模减半", halved=True),
    Way("hit", "只申报了一部分", Decimal("0.4"), halved=False),
    Way("near_miss", "已足额申报", Decimal(1)),
    Way("near_miss", "由项目业主按同一批文申报", Decimal(1), by_other=True),
    Way("near_miss", "农田水利工程", purpose="农田水利"),
    Way("near_miss", "申报期限和宽限期未满", before=26, after=44),
)
GOLDEN: Areas = (Decimal(2_000), Decimal(500), NOTHING)


def tell(world: World) -> None:
    teller = Teller(world, "farmland")
    _occupy(teller, Way("hit", "没有申报（算例）", halved=False), GOLDEN)
    for _ in range(teller.times):
        for way in WAYS:
            _occupy(teller, way)
    for _ in range(max(2, len(world.taxpayers) // 300)):
        _occupy(teller, Way("ordinary", "已足额申报", Decimal(1)))


def _occupy(teller: Teller, way: Way, areas: Areas | None = None) -> None:
    world, random = teller.world, teller.random
    day = teller.day("temporary_occupations", before=way.before, after=way.after)
    if day is None:
        return
    one = world.draw(fits=lambda other: other.is_company and way.halved in {None, other.halved})
    one = one if way.halved in {None, one.halved} else teller.founded(halved=bool(way.halved))
    farmland, basic, other = areas or _areas(teller)
    number, project = world.number("绍演自然临"), f"示例道路{random.randint(1, 90)}号工程"
    world.put(
        "temporary_occupations", day, {"occupier": one}, project=project, location=one.place.address,
        approval_number=number, purpose=way.purpose, basic_farmland_area=basic, farmland_area=farmland,
        other_farmland_area=other, use_start=day + DAY * 5, use_end=day + DAY * 500, approved_on=day,
    )  # fmt: skip
    due = oracle.farmland_tax(farmland, basic, other, one.halved)
    filed = oracle.cents(due * way.filed)
    if way.filed:
        who = world.draw() if way.by_other else one
        _file(world, who, (day, number), (farmland, basic, other), filed)
    teller.case("R29", way, one, number, day.isoformat(), left=due, right=filed, missing=due - filed)


def _areas(teller: Teller) -> Areas:
    random = teller.random
    return (
        Decimal(random.randint(600, 6_000)),
        Decimal(random.randint(0, 900)),
        Decimal(random.randint(0, 3_000)),
    )


def _file(world: World, who: Taxpayer, approval: tuple[dt.date, str], areas: Areas, due: Decimal) -> None:
    (day, number), (farmland, basic, other) = approval, areas
    filed = day + DAY * 22
    world.put(
        "farmland_tax_filings", filed, {"taxpayer": who}, source_number=world.number("耕源"), kind="临时占用",
        approval_number=number, project_name="示例道路工程", notified_on=day, occupied_on=day + DAY * 5,
        permitted_until=day + DAY * 500, address=who.place.address, farmland_area=farmland,
        basic_farmland_area=basic, other_farmland_area=other, area=farmland + basic + other,
        unit_tax=Decimal(30), due=due, relief=NOTHING, paid=due, paid_on=filed, filed_on=filed,
        voucher=world.number("耕申"),
    )  # fmt: skip


FARMLAND = Theme(TABLES, tell)
