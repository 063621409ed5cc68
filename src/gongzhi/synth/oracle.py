"""What each planted case must give, by hand: plain arithmetic from the facts and the figures of the statutes.

Nothing here is read from the rules or their parameters: this is the second opinion. All amounts in 元, areas
in ㎡. The figures and worked examples are those of `domain.md` 2.1 and 2.7.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def transfer_tax(price: Decimal, cost: Decimal) -> Decimal:
    """个人所得税 on a person's transfer of shares: 20 % of the gain (个人所得税法 3, 6)."""
    return cents(max(price - cost, Decimal(0)) * Decimal("0.20"))


def net_asset_price(net_assets: Decimal, share: Decimal) -> Decimal:
    """The price where none is told: the share (percent) of the net assets (公告2014年第67号 14)."""
    return cents(net_assets * share / 100)


def deed_tax(price: Decimal, fee: Decimal) -> Decimal:
    """契税 on a land grant: 3 % in Zhejiang of price and infrastructure fee (契税法 3, 4)."""
    return cents((price + fee) * Decimal("0.03"))


def farmland_tax(farmland: Decimal, basic: Decimal, other: Decimal, halved: bool = False) -> Decimal:
    """耕地占用税: 30 元/㎡; basic farmland one and a half times, other half (耕地占用税法 4, 6, 12).

    `halved`: the payer has the relief of the six taxes and two fees (公告2023年第12号).
    """
    full = farmland * 30 + basic * 45 + other * 15
    return cents(full / 2 if halved else full)


def land_use_estimate(area: Decimal, months: int, halved: bool) -> Decimal:
    """城镇土地使用税 at least: 1.5 元/㎡ a year, the statute's floor for a large city (条例 4)."""
    full = area * Decimal("1.5") * months / 12
    return cents(full / 2 if halved else full)


def presale_prepayment(receipts: Decimal, simple: bool = False) -> Decimal:
    """增值税 prepaid on presales: receipts ÷ 1.09 (simple method 1.05) × 3 % (公告2016年第18号)."""
    return cents(receipts / Decimal("1.05" if simple else "1.09") * Decimal("0.03"))


def fine_tax(fine: Decimal, increased: Decimal, rate: Decimal) -> Decimal:
    """企业所得税 on a fine that was deducted: what was not added back, times the rate (企业所得税法 10)."""
    return cents(max(fine - increased, Decimal(0)) * rate / 100)


def lost_relief(taxable_income: Decimal) -> Decimal:
    """企业所得税 of an enterprise that still used 15 % after its status ended: the ten points between."""
    return cents(max(taxable_income, Decimal(0)) * Decimal("0.10"))
