"""Building and selling: R35 外来施工未报验, R40 商品房预缴."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from gongzhi.synth import oracle
from gongzhi.synth.parties import Taxpayer
from gongzhi.synth.words import words
from gongzhi.synth.world import World

from .model import NOTHING, Teller, Theme, next_month

TABLES = frozenset(
    {"construction_permits", "cross_region_reports", "online_sale_contracts", "presale_permits",
     "vat_prepayments", "real_estate_projects"}
)  # fmt: skip
DAY = dt.timedelta(days=1)
PLANNED_BEFORE = DAY * 120  # more than a quarter, so that the permit came in before the presale
UNPLANNED = 1  # presales without a planning permit in a district: to be asked about


@dataclass(frozen=True)
class Site:
    """One kind of building site. `region` is the contractor's: district code, and how the permit names it."""

    kind: str
    why: str
    region: tuple[str, str] = ("330108", "省内市外")
    report: str = ""  # permit, project, voided
    local: str = ""  # company or branch in the register
    fresh: bool = False  # began less than the days ago


SITES = (
    Site("hit", "外地施工单位没有报告"),
    Site("hit", "省外施工单位，报告已作废", ("320581", "省外"), "voided"),
    Site("near_miss", "已按许可证报告报验", report="permit"),
    Site("near_miss", "已按建设单位报告", report="project"),
    Site("near_miss", "本市其他区县", ("", "本市其他区县")),
    Site("near_miss", "分公司已在本区登记", local="branch"),
    Site("near_miss", "开工不满提示天数", fresh=True),
)


def tell(world: World) -> None:
    teller = Teller(world, "building")
    for _ in range(teller.times):
        for site in SITES:
            _site(teller, site)
    for _ in range(max(4, len(world.taxpayers) // 150)):
        _site(teller, Site("ordinary", "本区施工单位", ("", "本区"), local="company"))
    _golden(teller)
    for _ in range(teller.times):
        for way in SALES:
            _sell(teller, way)
    for number in range(max(2, len(world.taxpayers) // 400)):
        _sell(teller, Sale("ordinary", "已足额预缴", planned=number >= UNPLANNED))


def _site(teller: Teller, site: Site) -> None:
    world, random = teller.world, teller.random
    day = teller.day("construction_permits", before=90)
    if day is None:
        return
    owner = world.draw("developer", "plant")
    contractor = _contractor(world, site)
    started = teller.as_of - DAY * 20 if site.fresh else day + DAY * 5
    number = world.number(world.places.seat.region)
    project = f"示例{random.choice(words().projects)}{number[-3:]}标段"
    world.put(
        "construction_permits", day, {"owner": owner, "contractor": contractor}, permit_no=number,
        project_name=project, permitted_on=day, site_address=owner.place.address, scale="示例规模",
        contract_price=Decimal(random.randint(300, 30_000)), starts_on=started, ends_on=started + DAY * 400,
        contract_form="施工总承包", contractor_region=site.region[1], tax_method="一般计税",
    )  # fmt: skip
    if site.report:
        _report(world, (contractor, owner), day, site.report, (number, project))
    reports = Decimal(1 if site.report in {"permit", "project"} else 0)
    teller.case("R35", site, contractor, number, started.isoformat(),
                left=Decimal((teller.as_of - started).days), right=reports)  # fmt: skip


def _contractor(world: World, site: Site) -> Taxpayer:
    if site.local == "branch":
        return world.draw(fits=lambda one: one.parent is not None and one.registered)
    return (
        world.draw("builder")
        if site.local
        else world.stranger(site.region[0] or world.places.seat.next_county, "builder")
    )


def _report(
    world: World, parties: tuple[Taxpayer, Taxpayer], day: dt.date, how: str, names: tuple[str, str]
) -> None:
    (contractor, owner), (permit, project) = parties, names
    reported = day + DAY * 15
    world.put(
        "cross_region_reports", reported, {"taxpayer": contractor, "contract_party": owner},
        report_number=world.number("跨报"), home_region="外地", place=owner.place.address,
        street=owner.place.street, project_name=project if how != "project" else None,
        permit_number=permit if how != "project" else None, contract_amount=Decimal(9_000_000),
        business="建筑安装", started_on=day, ends_on=day + DAY * 400, reported_on=reported,
        verified_on=None if how == "voided" else reported,
        status="已作废" if how == "voided" else "已报验", updated_on=reported,
    )  # fmt: skip


@dataclass(frozen=True)
class Sale:
    """How a developer sold and prepaid in one month. `paid`: the share of what is due."""

    kind: str
    why: str
    paid: Decimal = Decimal(1)
    simple: bool = False
    cancelled: bool = False
    last_month: bool = False
    planned: bool = True  # a planning permit was told before the presale


SALES = (
    Sale("hit", "没有预缴", NOTHING),
    Sale("hit", "预缴明显偏少", Decimal("0.6")),
    Sale("near_miss", "差额在比例下限以内", Decimal("0.95")),
    Sale("near_miss", "其余合同已撤销", cancelled=True),
    Sale("near_miss", "老项目简易计税", simple=True),
    Sale("near_miss", "申报期限未满", NOTHING, last_month=True),
)
GOLDEN = tuple(Decimal(amount) for amount in (2_180_000, 2_180_000, 2_180_000, 2_180_000, 2_180_000))


def _golden(teller: Teller) -> None:
    """The worked example: contracts of 10,900,000 in a month, 300,000 to prepay."""
    _sell(teller, Sale("hit", "没有预缴（算例）", NOTHING), GOLDEN)


def _sell(teller: Teller, sale: Sale, amounts: tuple[Decimal, ...] | None = None) -> None:
    world, random = teller.world, teller.random
    span = (world.year.last.start, world.year.last.start) if sale.last_month else None
    day = span[0] if span else teller.day("online_sale_contracts", before=90)
    if day is None:
        return
    seller = world.draw("developer")
    month = day.replace(day=1)
    permit = _project(world, seller, month, sale)
    sold = amounts or tuple(Decimal(random.randint(90, 420) * 10_000) for _ in range(random.randint(3, 7)))
    for amount in sold:
        _contract(teller, seller, month, permit, amount, cancelled=False)
    if sale.cancelled:
        _contract(teller, seller, month, permit, Decimal(8_000_000), cancelled=True)
    receipts = sum(sold, NOTHING)
    due = oracle.presale_prepayment(receipts, sale.simple)
    paid = oracle.cents(due * sale.paid)
    if paid:
        _prepay(world, seller, month, permit, (receipts, paid), simple=sale.simple)
    teller.case("R40", sale, seller, "房地产预售", f"{month:%Y-%m}", left=due, right=paid, missing=due - paid)


def _project(world: World, seller: Taxpayer, month: dt.date, sale: Sale) -> str:
    """Planning permit, presale permit, and the bureau's own entry of the project; the presale's number."""
    permit, name = (
        world.number("越演售许字"),
        f"示例{words().projects[seller.serial % len(words().projects)]}",
    )
    if sale.planned:
        _plan(world, seller, month, name)
    world.put(
        "presale_permits", month, {"developer": seller}, permit_no=permit, project_name=name,
        house_address=seller.place.address, category="住宅", presale_area=Decimal(32_000), issued_on=month,
        units=260, deliver_on=month + DAY * 700, sellable_area=Decimal(90_000), status="有效",
    )  # fmt: skip
    world.put(
        "real_estate_projects", month, {"taxpayer": seller}, project_number=world.number("房项"),
        project_name=name, permit_number=permit, address=seller.place.address,
        method="简易计税" if sale.simple else "一般计税",
        land_area=Decimal(40_000), saleable_area=Decimal(90_000),
        started_on=month - DAY * 500, updated_on=month,
    )  # fmt: skip
    return permit


def _plan(world: World, builder: Taxpayer, month: dt.date, project: str) -> None:
    """The planning permit of a project, before its presale; among the others of its quarter."""
    day = max(world.year.first_day, month - PLANNED_BEFORE)
    world.put(
        "planning_permits", day, {"builder": builder}, permit_number=world.number("越演建字第"),
        permitted_on=day, location=builder.place.address, project=project, building_area=Decimal(96_000),
        above_ground_area=Decimal(90_000), purpose="住宅",
    )  # fmt: skip


def _contract(
    teller: Teller, seller: Taxpayer, month: dt.date, permit: str, amount: Decimal, *, cancelled: bool
) -> None:
    world, day = teller.world, month + DAY * teller.random.randint(0, 26)
    world.put(
        "online_sale_contracts", month, {"seller": seller}, buyer="测**", house_address=seller.place.address,
        area=Decimal(teller.random.randint(800, 1600)) / 10, amount=amount, presale_permit_no=permit,
        contract_no=world.number("网签"), signed_on=day, category="普通住宅", cancelled=cancelled,
        cancelled_on=day + DAY * 1 if cancelled else None,
    )  # fmt: skip


def _prepay(
    world: World,
    seller: Taxpayer,
    month: dt.date,
    permit: str,
    amounts: tuple[Decimal, Decimal],
    *,
    simple: bool,
) -> None:
    filed = next_month(month) + DAY * 9
    world.put(
        "vat_prepayments", filed, {"taxpayer": seller}, kind="房地产预售",
        method="简易计税" if simple else "一般计税", project_number=permit, project_name="示例项目",
        permit_number=permit, period_start=month, period_end=next_month(month) - DAY, receipts=amounts[0],
        deduction=NOTHING, rate=Decimal(3), due=amounts[1], filed_on=filed, voucher=world.number("预申"),
    )  # fmt: skip


BUILDING = Theme(TABLES, tell)
