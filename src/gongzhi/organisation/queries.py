"""Read people and what they may do."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from gongzhi.engine.crypto import hmac_sm3
from gongzhi.engine.definitions import Definitions, Role, Unit, load_once
from gongzhi.gate import Sight
from gongzhi.gate.sight import Held

from .models import Authenticator, Grant, Link, Person

ADMINISTRATORS = ("system_administrator", "security_administrator", "audit_administrator")
PASSWORD_PAGE = "/account/password"
FACTOR_PAGE = "/account/second-factor"


def definitions() -> Definitions:
    """The definitions beside the code, for the rooms below `editions`; others ask `editions`."""
    return load_once(settings.DEFINITIONS)


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


def link_digest(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.new("sm3", token.encode()).hexdigest()


def attempt_name(username: str) -> str:
    """Under which name failed sign-ins are counted: a keyed hash, for what was typed may be a password."""
    message = f"attempt|{username.strip().lower()}".encode()
    return hmac_sm3(settings.KEYS.current("password").secret, message).hex()


def counted_name(request: Any, credentials: Mapping[str, Any] | None = None) -> str:
    """The same for django-axes, which hands over the request and what it was asked to authenticate."""
    typed = (credentials or {}).get("username") or (request.POST.get("username", "") if request else "")
    return attempt_name(str(typed))


def find_link(token: str, purpose: str | None = None) -> Link | None:
    """The unused, unexpired link that this token opens (for this purpose)."""
    found = Link.objects.filter(digest=link_digest(token), used_at=None, expires_at__gt=timezone.now())
    return (found.filter(purpose=purpose) if purpose else found).select_related("person").first()


def visible_to(sight: Sight) -> QuerySet[Person]:
    """All people for the two administrators who need them, one's own unit for its liaison, else oneself."""
    if sight.has("administer_accounts") or sight.has("administer_grants"):
        return Person.objects.all()
    if sight.has("see_unit_people"):
        units = sight.units("see_unit_people")
        return Person.objects.filter(unit__in=units) if isinstance(units, frozenset) else Person.objects.all()
    return Person.objects.filter(pk=sight.person) if sight.person else Person.objects.none()


def password_until(person: Person) -> dt.datetime | None:
    """When the password must be changed (settings.PASSWORD_MAX_AGE_DAYS); None when there is none yet."""
    changed = person.password_changed_at
    return changed + dt.timedelta(days=settings.PASSWORD_MAX_AGE_DAYS) if changed else None


def password_expired(person: Person) -> bool:
    """Whether the password has reached its age."""
    until = password_until(person)
    return until is None or timezone.now() > until


def needs_second_factor(person: Person) -> bool:
    """Whether the place and the roles of the person ask for a second factor; without a role: yes."""
    roles = roles_of(person)
    return settings.SECOND_FACTOR and (not roles or any(role.second_factor for role in roles))


def has_second_factor(person: Person) -> bool:
    return Authenticator.objects.filter(user=person, confirmed=True).exists()


def asks_for_code(person: Person) -> bool:
    """Whether a proof of the person also asks for the code of the second factor."""
    return settings.SECOND_FACTOR and has_second_factor(person)


def proved_lately(request: HttpRequest) -> bool:
    """Whether who sits there has proved within settings.STEP_UP_SECONDS to be the person signed in.

    The sign-in itself is a proof (`began`), and so is each answer to `views.proof.proof_first` (`proved`).
    """
    last = max(int(request.session.get(clock, 0)) for clock in ("began", "proved"))
    return time.time() - last <= settings.STEP_UP_SECONDS


def unfinished_sign_in(user: Any) -> str | None:
    """The page where a person must go before anything else.

    In this order: prove a second factor that is bound, change a first or aged password, bind a factor.
    `user` is the request's user: the middleware of django-otp has put `is_verified` on it.
    """
    verified = bool(getattr(user, "otp_device", None))
    bound = verified or has_second_factor(user)
    if bound and not verified and settings.SECOND_FACTOR:
        return FACTOR_PAGE
    if user.must_change_password or password_expired(user):
        return PASSWORD_PAGE
    if not bound and needs_second_factor(user):
        return FACTOR_PAGE
    return None


class Grants:
    """The gate's source of grants."""

    def sight_of(self, user: Any) -> Sight:
        roles = definitions().roles
        held = []
        for grant in in_force(user):
            role = roles.get(grant.role)
            if role is None:
                continue  # a role that the definitions no longer know gives nothing
            everywhere = role.scope in {"all_units", "system"}
            held.append(
                Held(role.key, frozenset(role.duties), grant.unit or None, grant.cell or None, everywhere)
            )
        return Sight(person=str(user.pk), name=user.name, unit=user.unit, held=tuple(held))

    def known_duties(self) -> Iterable[str]:
        return definitions().duties

    def unfinished(self, user: Any) -> str | None:
        return unfinished_sign_in(user)


def myself(request: HttpRequest) -> Person:
    """The person behind a request: for views whose policy lets nobody else through."""
    if not isinstance(request.user, Person):
        raise TypeError("a view without sign-in asked who is there")
    return request.user
