"""The people of all tests (design.md 8). They live in the product, because `gongzhi demo` seats the same.

liaison     联络员甲 of 建设交通局          peer        联络员乙 of 自然资源分局, who must not see her things
head        分管负责人甲 of 建设交通局: oversees, hands in nothing alone
office      the leading group's office     office2     her colleague there, the second person
officer     a tax officer
street      coordinator of 塔山街道         grid        grid worker of 花园社区 in it
gridpeer    grid worker of 越都社区 in 府山街道
leader      a district leader              enterprise  an enterprise's user
system, security, auditor                  the three administrators
stranger    signed in, without any grant
"""

from __future__ import annotations

from gongzhi.disclosure.actions import accept_agreements
from gongzhi.organisation.actions import Seat, seat_cast, seats
from gongzhi.organisation.models import Person

NAMES = tuple(seats())
PASSWORD = "Xin-Nian-2048-ok"
"""The password of everybody in the tests (accounts of a demo home have random ones)."""


def seat_all() -> dict[str, Person]:
    """Seat the cast with the tests' password; returns login name → person."""
    people = seat_cast({name: PASSWORD for name in NAMES})
    for person in people.values():
        accept_agreements(by=person)
    return people


__all__ = ["NAMES", "PASSWORD", "Seat", "seat_all", "seats"]
