"""Shares that change hands: R09 个人股权转让."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from gongzhi.synth import oracle
from gongzhi.synth.chance import round_amount
from gongzhi.synth.parties import Human, Taxpayer
from gongzhi.synth.world import Party, World

from .model import Teller, Theme

TABLES = frozenset({"equity_changes", "equity_income_filings", "shareholder_reports"})
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Way:
    """One kind of transfer. `filed`: the share of the tax that was declared."""

    kind: str
    why: str
    filed: Decimal = Decimal(0)
    relation: str = "无关联"
    change: str = "转让"
    company: bool = False
    priced: bool = True
    gain: bool = True


WAYS = (
    Way("hit", "没有申报"),
    Way("hit", "没有申报，价款为零，按净资产份额", priced=False),
    Way("hit", "少申报一半", filed=Decimal("0.5")),
    Way("near_miss", "已足额申报", filed=Decimal(1)),
    Way("near_miss", "近亲属之间转让", relation="近亲属"),
    Way("near_miss", "继承", relation="近亲属", change="继承"),
    Way("near_miss", "代持还原", change="代持还原"),
    Way("near_miss", "司法拍卖", change="司法拍卖"),
    Way("near_miss", "转让方是企业", company=True),
    Way("near_miss", "平价转让，没有所得", gain=False),
)


def tell(world: World) -> None:
    teller = Teller(world, "equity")
    _golden(teller)
    for _ in range(teller.times):
        for way in WAYS:
            _transfer(teller, way)
    for _ in range(max(4, len(world.taxpayers) // 120)):
        _transfer(teller, Way("ordinary", "已足额申报", filed=Decimal(1)))


def _golden(teller: Teller) -> None:
    """The worked example: price 3,000,000, cost 1,000,000, tax 400,000."""
    _transfer(teller, Way("hit", "没有申报（算例）"), (Decimal(3_000_000), Decimal(1_000_000)))


def _transfer(teller: Teller, way: Way, amounts: tuple[Decimal, Decimal] | None = None) -> None:
    world, random = teller.world, teller.random
    day = teller.day("equity_changes", before=90)
    if day is None:
        return
    target = world.draw()
    seller: Party = world.draw() if way.company else world.person()
    buyer = world.person()
    cost = amounts[1] if amounts else round_amount(random, 200_000, 8_000_000)
    net_assets, share = cost * 4, Decimal(random.choice([30, 40, 60]))
    price = amounts[0] if amounts else cost * random.choice([2, 3]) if way.gain else cost
    told = price if way.priced else Decimal(0)
    income = price if way.priced else oracle.net_asset_price(net_assets, share)
    world.put(
        "equity_changes", day, {"target": target, "transferor": seller, "transferee": buyer}, price=told,
        changed_on=day, agreed_on=day - DAY * 6, share_ratio=share, subscribed=cost, paid_in=cost,
        original_cost=cost, net_assets=net_assets, change_kind=way.change, relation=way.relation,
    )  # fmt: skip
    due = oracle.transfer_tax(income, cost)
    filed = oracle.cents(due * way.filed)
    if way.filed and isinstance(seller, Human):
        _file(world, day, (target, seller, buyer), (income, cost, filed))
    left = due if _taxed(way) else None
    teller.case("R09", way, seller, target.code, day.isoformat(), left=left, right=filed, missing=due - filed)


def _taxed(way: Way) -> bool:
    """Whether the transfer is one that the comparison looks at at all."""
    return not way.company and way.change == "转让" and way.relation == "无关联"


def _file(
    world: World,
    day: dt.date,
    parties: tuple[Taxpayer, Human, Human],
    amounts: tuple[Decimal, Decimal, Decimal],
) -> None:
    """The declaration, ten days later, and the company's report."""
    target, seller, buyer = parties
    income, cost, tax = amounts
    filed = day + DAY * 10
    world.put(
        "equity_income_filings", filed, {"taxpayer": seller, "investee": target, "transferee": buyer},
        transferred_on=day, price=income, cost=cost, expenses=Decimal(0), income=income - cost, due=tax,
        relief=Decimal(0), paid=tax, paid_on=filed, assessed=False, reason="无", filer="转让方自行申报",
        filed_on=filed, voucher=world.number("股转"),
    )  # fmt: skip
    world.put(
        "shareholder_reports", filed, {"taxpayer": target, "transferor": seller, "transferee": buyer},
        ratio_before=Decimal(60), ratio_after=Decimal(20), price=income, changed_on=day, reported_on=filed,
    )  # fmt: skip


EQUITY = Theme(TABLES, tell)
