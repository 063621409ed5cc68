"""The oracle against the worked numbers of domain.md 2.7 and others done by hand."""

from decimal import Decimal

import pytest

from gongzhi.synth import oracle


@pytest.mark.parametrize(
    ("computed", "by_hand"),
    [
        (oracle.transfer_tax(Decimal(3_000_000), Decimal(1_000_000)), "400000.00"),  # R09
        (oracle.transfer_tax(Decimal(900_000), Decimal(1_000_000)), "0.00"),
        (oracle.net_asset_price(Decimal(4_000_000), Decimal(30)), "1200000.00"),
        (oracle.deed_tax(Decimal(20_000_000), Decimal(1_000_000)), "630000.00"),  # R17
        (oracle.farmland_tax(Decimal(2_000), Decimal(500), Decimal(0)), "82500.00"),  # R28: 60,000 + 22,500
        (oracle.farmland_tax(Decimal(2_000), Decimal(500), Decimal(0), halved=True), "41250.00"),
        (oracle.farmland_tax(Decimal(0), Decimal(0), Decimal(1_000)), "15000.00"),
        (oracle.presale_prepayment(Decimal(10_900_000)), "300000.00"),  # R40
        (oracle.presale_prepayment(Decimal(10_500_000), simple=True), "300000.00"),
        (oracle.fine_tax(Decimal(200_000), Decimal(0), Decimal(25)), "50000.00"),  # R52
        (oracle.fine_tax(Decimal(200_000), Decimal(200_000), Decimal(25)), "0.00"),
        (oracle.lost_relief(Decimal(5_000_000)), "500000.00"),  # R61
        (oracle.lost_relief(Decimal(-1)), "0.00"),
        (oracle.land_use_estimate(Decimal(10_000), 6, halved=False), "7500.00"),
    ],
)
def test_worked_numbers(computed, by_hand):
    assert f"{computed:.2f}" == by_hand


def test_half_a_cent_goes_up():
    assert oracle.deed_tax(Decimal("0.50"), Decimal(0)) == Decimal("0.02")
