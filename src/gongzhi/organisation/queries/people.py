"""Read people and what they may do."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from gongzhi.audit import queries as known
from gongzhi.engine.definitions import Definitions, Role, Unit
from gongzhi.gate import Sight
from gongzhi.organisation.models import Grant, Person

ADMINISTRATORS = ("system_administrator", "security_administrator", "audit_administrator")


def definitions() -> Definitions:
    """The definitions that count today: a unit, a post or a role that the office published has people too."""
    return known.in_force()


def unit_of(person: Person) -> Unit:
    return definitions().units[person.unit]


def unit_name(key: str) -> str:
    """The official name of a unit; the key itself when the definitions no longer know it."""
    unit = definitions().units.get(key)
    return unit.name if unit else key


def cell_name(code: str) -> str:
    """A grid cell with its street before it: 塔山街道花园社区."""
    cells = definitions().cells
    found = cells.get(code)
    if found is None:
        return code
    street = cells[code[:9]].name if found.level == 3 else ""
    return street + found.name


def _counts_now() -> Q:
    now = timezone.now()
    open_end = Q(valid_until=None) | Q(valid_until__gt=now)
    return open_end & Q(ended_at=None, valid_from__lte=now)


def in_force(person: Person) -> QuerySet[Grant]:
    """The grants of a person that count now."""
    return Grant.objects.filter(_counts_now(), person=person)


def history(person: Person) -> QuerySet[Grant]:
    """All grants of a person, the newest first."""
    return (
        Grant.objects.filter(person=person).select_related("granted_by", "ended_by").order_by("-granted_at")
    )


def roles_of(person: Person) -> list[Role]:
    """The roles that a person holds now, as far as the definitions know them."""
    known = definitions().roles
    return [known[held.role] for held in in_force(person) if held.role in known]


def administrators() -> QuerySet[Grant]:
    """The grants in force that make somebody one of the three administrators."""
    return Grant.objects.filter(_counts_now(), role__in=ADMINISTRATORS)


def is_administrator(person: Person) -> bool:
    return administrators().filter(person=person).exists()


ACCOUNTS = {
    "pending": Q(approved_at=None, disabled_at=None),
    "waiting": Q(approved_at__isnull=False, disabled_at=None, is_active=False),
    "active": Q(disabled_at=None, is_active=True),
    "disabled": Q(disabled_at__isnull=False),
}
"""The states of an account: to be approved, to be activated, in use, closed."""


def visible_to(sight: Sight) -> QuerySet[Person]:
    """All people for the two administrators who need them, one's own unit for its liaison, else oneself."""
    if sight.has("administer_accounts") or sight.has("administer_grants"):
        return Person.objects.all()
    if sight.has("see_unit_people"):
        units = sight.units("see_unit_people")
        return Person.objects.filter(unit__in=units) if isinstance(units, frozenset) else Person.objects.all()
    return Person.objects.filter(pk=sight.person) if sight.person else Person.objects.none()


def myself(request: HttpRequest) -> Person:
    """The person behind a request: for views whose policy lets nobody else through."""
    if not isinstance(request.user, Person):
        raise TypeError("a view without sign-in asked who is there")
    return request.user
