"""Land: R17 土地出让契税, R22 有契税无房土税源, R29 临时占用耕地."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from gongzhi.synth import oracle
from gongzhi.synth.chance import round_amount
from gongzhi.synth.parties import Taxpayer
from gongzhi.synth.world import Party, World

from .model import NOTHING, Teller, Theme

TABLES = frozenset(
    {"land_grants", "deed_tax_filings", "property_registrations", "land_sources", "house_sources"}
)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Grant:
    """One kind of land grant. `filed`: which part of price and fee was declared, and by whom."""

    kind: str
    why: str
    filed: str = ""  # all, price (without the fee), project (by a project company)
    method: str = "出让"
    before: int = 130
    after: int | None = None


GRANTS = (
    Grant("hit", "没有申报契税"),
    Grant("hit", "申报时漏计配套费", "price"),
    Grant("near_miss", "已足额申报", "all"),
    Grant("near_miss", "划拨供地", method="划拨"),
    Grant("near_miss", "签约不满提示天数", before=30, after=80),
    Grant("near_miss", "由项目公司按同一合同申报", "project"),
)
GOLDEN = (Decimal(20_000_000), Decimal(1_000_000))


def tell(world: World) -> None:
    teller = Teller(world, "land")
    _grant(teller, Grant("hit", "没有申报契税（算例）"), GOLDEN)
    for _ in range(teller.times):
        for grant in GRANTS:
            _grant(teller, grant)
        for holding in HOLDINGS:
            _hold(teller, holding)
    for _ in range(max(4, len(world.taxpayers) // 150)):
        _grant(teller, Grant("ordinary", "已足额申报", "all"))
        _hold(teller, Holding("ordinary", "税源面积与登记相符", Decimal(1)))


def _grant(teller: Teller, grant: Grant, amounts: tuple[Decimal, Decimal] | None = None) -> None:
    world, random = teller.world, teller.random
    day = teller.day("land_grants", before=grant.before, after=grant.after)
    if day is None:
        return
    one = world.draw()
    some = round_amount(random, 6_000_000, 300_000_000)
    price, fee = amounts or (some, some * random.randint(2, 6) / 100)
    contract, area = world.number("演出让"), Decimal(random.randint(3_000, 60_000))
    place = world.places.somewhere(random).address
    world.put(
        "land_grants", day, {"transferee": one}, location=place, land_area=area, price=price,
        approval_authority=f"{world.places.seat.full}演示资源局", contract_number=contract, signed_on=day,
        handover_on=day + DAY * 60, grant_method=grant.method, purpose="工业用地",
        infrastructure_fee=fee, parcel_number=world.number("演宗"), plot_ratio=Decimal("1.5"),
    )  # fmt: skip
    filed = _declared(grant, price, fee)
    if grant.filed:
        who = world.draw() if grant.filed == "project" else one
        basis = price if grant.filed == "price" else price + fee
        _deed(world, who, day + DAY * 20, contract, basis, kind="国有土地使用权出让", contract_on=day)
    due = oracle.deed_tax(price, fee)
    teller.case("R17", grant, one, contract, day.isoformat(), left=due, right=filed, missing=due - filed)


def _declared(grant: Grant, price: Decimal, fee: Decimal) -> Decimal:
    if not grant.filed:
        return NOTHING
    return oracle.deed_tax(price, NOTHING if grant.filed == "price" else fee)


def _deed(
    world: World,
    one: Taxpayer,
    day: dt.date,
    contract: str,
    basis: Decimal,
    *,
    kind: str,
    contract_on: dt.date,
) -> None:
    """The declaration and payment of 契税."""
    due = oracle.deed_tax(basis, NOTHING)
    world.put(
        "deed_tax_filings", day, {"taxpayer": one}, source_number=world.number("契源"),
        contract_number=contract, contract_on=contract_on, transfer_kind=kind, object_kind="土地",
        use="工业", price=basis, basis=basis,
        rate=Decimal(3), due=due, relief=NOTHING, paid=due, paid_on=day, filed_on=day,
        voucher=world.number("契申"),
    )  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """One kind of registered land whose owner paid 契税. `told`: the share of it that is a tax source."""

    kind: str
    why: str
    told: Decimal = NOTHING
    purpose: str = "工业用地"
    institution: bool = False
    sold: bool = False
    twice: bool = False
    before: int = 130
    after: int | None = None


HOLDINGS = (
    Holding("hit", "没有土地税源"),
    Holding("hit", "税源面积只有六成", Decimal("0.6")),
    Holding("near_miss", "税源面积低于登记但在九成以上", Decimal("0.95")),
    Holding("near_miss", "居住用途", purpose="城镇住宅用地/住宅"),
    Holding("near_miss", "事业单位", institution=True),
    Holding("near_miss", "已经转手", sold=True),
    Holding("near_miss", "同一地块两本证", Decimal(1), twice=True),
    Holding("near_miss", "登记不满宽限天数", before=30, after=80),
)


def _hold(teller: Teller, holding: Holding) -> None:
    """契税 paid, then the register, then (or not) the source."""
    world, random = teller.world, teller.random
    day = teller.day("property_registrations", before=holding.before, after=holding.after)
    if day is None:
        return
    institution = next((other for other in world.taxpayers if other.kind == "事业单位"), None)
    if holding.institution and institution is None:
        return
    one = institution if institution and holding.institution else world.draw()
    area = Decimal(random.randint(45_000, 120_000))  # so that even a part of it is worth a look
    _deed(
        world, one, max(world.year.first_day, day - DAY * 10), world.number("演转让"),
        round_amount(random, 2_000_000, 50_000_000), kind="土地使用权出售", contract_on=day - DAY * 20,
    )  # fmt: skip
    parcel = world.number("演单元")
    for _ in range(2 if holding.twice else 1):
        _registered(world, (world.person(), one), day, (parcel, area, holding.purpose))
    if holding.told:
        _source(teller, one, day + DAY * 12, area * holding.told)
    if holding.sold:
        buyer = world.draw()
        _registered(world, (one, buyer), day + DAY * 20, (parcel, area, holding.purpose))
        _source(teller, buyer, day + DAY * 32, area)
    told = area * holding.told
    estimate = oracle.land_use_estimate(area - told, _months(day, teller.as_of), one.halved)
    teller.case(
        "R22", holding, one, "城镇土地使用税", day.isoformat(), left=area, right=told, missing=estimate
    )


def _months(first: dt.date, last: dt.date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _registered(
    world: World, parties: tuple[Party, Taxpayer], day: dt.date, land: tuple[str, Decimal, str]
) -> None:
    """An entry in the land register: from whom to whom, which parcel, its area and purpose."""
    (before, one), (parcel, area, purpose) = parties, land
    world.put(
        "property_registrations", day, {"owner": one, "previous_owner": before},
        certificate_number=world.number("浙演不动产权第"), registered_on=day, location=one.place.address,
        purpose=purpose, land_area=area, building_area=area / 2, registration_type="转移", acquisition="买卖",
        price=Decimal(9_000_000), parcel_number=parcel,
    )  # fmt: skip


def _source(teller: Teller, one: Taxpayer, day: dt.date, area: Decimal) -> None:
    world = teller.world
    day = min(day, world.year.last_day)
    world.put(
        "land_sources", day, {"taxpayer": one}, source_number=world.number("土源"),
        address=one.place.address, street=one.place.street, ownership="国有", obtained_by="转让",
        use="工业", total_area=area,
        taxable_area=area, grade="三级", unit_tax=Decimal(6), obtained_on=day - DAY * 20,
        started_on=day - DAY * 5, updated_on=day,
    )  # fmt: skip
    world.put(
        "house_sources", day, {"taxpayer": one}, source_number=world.number("房源"),
        address=one.place.address, street=one.place.street, use="工业", obtained_by="购置存量房",
        area=area / 2, rented_area=NOTHING,
        original_value=area * 900, land_value=NOTHING, deduction_ratio=Decimal(30),
        obtained_on=day - DAY * 20, started_on=day - DAY * 5, updated_on=day,
    )  # fmt: skip


LAND = Theme(TABLES, tell)
