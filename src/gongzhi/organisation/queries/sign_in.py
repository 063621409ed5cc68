"""Read what a sign-in depends on: links, passwords, the second factor, sittings, failures and locks."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from gongzhi.engine.crypto import hmac_sm3
from gongzhi.organisation.models import Authenticator, Failure, Link, Lock, Person, Sitting

from .people import administrators, is_administrator, roles_of

PASSWORD_PAGE = "/account/password"
FACTOR_PAGE = "/account/second-factor"


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


def address_of(request: Any) -> str:
    """From where a request comes: the last address that no proxy of ours (settings.PROXIES) stands for."""
    hops = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    nearest = str(request.META.get("REMOTE_ADDR", ""))
    while nearest in settings.PROXIES and hops:
        nearest = hops.pop()
    return nearest


def network_of(request: Any) -> str:
    """The neighbourhood of that address (IPv4: /24, IPv6: /64), under which django-axes counts failures."""
    try:
        address = ipaddress.ip_address(address_of(request))
    except ValueError:
        return "::"  # no address was told
    prefix = 24 if address.version == 4 else 64
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False).network_address)


def address_digest(address: str) -> str:
    """What is kept of an address: a keyed hash."""
    return hmac_sm3(settings.KEYS.current("password").secret, f"address|{address}".encode()).hex()


def locked_since(username: str) -> dt.datetime | None:
    """Since when a login name waits for the security administrator; None when it does not."""
    return (
        Lock.objects.filter(name=attempt_name(username), lifted_at=None).values_list("at", flat=True).first()
    )


def seconds_barred(address: str) -> int:
    """How long nobody may sign in from an address, for too many failures of late; 0 when anybody may."""
    span = dt.timedelta(seconds=settings.SIGN_IN_ADDRESS_SECONDS)
    since = timezone.now() - span
    failures = Failure.objects.filter(address=address_digest(address), at__gt=since).order_by("-at")
    nth = failures.values_list("at", flat=True)[settings.SIGN_IN_FAILURES_PER_ADDRESS - 1 :].first()
    return max(1, int((nth - since).total_seconds())) if nth else 0


def open_sittings(person: Person) -> QuerySet[Sitting]:
    """Where a person sits signed in now, the earliest first; what idled out or lasted too long is over."""
    now = timezone.now()
    return Sitting.objects.filter(
        person=person,
        ended_at=None,
        seen_at__gt=now - dt.timedelta(seconds=idle_seconds(person)),
        began_at__gt=now - dt.timedelta(seconds=settings.SESSION_MOST_SECONDS),
    )


def why_ended(sitting: str) -> str:
    """Why a sitting has ended (models.Sitting); empty while it has not. One that is gone was closed."""
    found = Sitting.objects.filter(pk=sitting).values_list("ended_at", "why").first()
    if found is None:
        return "closed"
    return found[1] if found[0] else ""


def idle_seconds(person: Person) -> int:
    """After how long without a request a session of the person ends."""
    if is_administrator(person):
        return int(settings.SESSION_ADMINISTRATOR_IDLE_SECONDS)
    return int(settings.SESSION_COOKIE_AGE)


def most_sittings(person: Person) -> int:
    """In how many places the person may sit signed in at once."""
    if is_administrator(person):
        return int(settings.SESSIONS_MOST_ADMINISTRATOR)
    return int(settings.SESSIONS_MOST)


def idle_accounts() -> list[Person]:
    """Open accounts that nobody has used for settings.IDLE_ACCOUNT_DAYS.

    Of each kind of administrator one account stays in any case, the one used last: otherwise nobody could
    ever open an account again.
    """
    limit = timezone.now() - dt.timedelta(days=settings.IDLE_ACCOUNT_DAYS)
    unused = Q(last_login__lt=limit) | Q(last_login=None, password_changed_at__lt=limit)
    not_reopened = Q(reopened_at=None) | Q(reopened_at__lt=limit)
    found = Person.objects.filter(unused, not_reopened, is_active=True, disabled_at=None)
    kept = _last_of_each_kind()
    return [person for person in found if person.pk not in kept]


def _last_of_each_kind() -> set[Any]:
    """Of each kind of administrator the open account that was used last."""
    kept: dict[str, tuple[dt.datetime, Any]] = {}
    grants = administrators().filter(person__is_active=True, person__disabled_at=None)
    for grant in grants.select_related("person"):
        used = grant.person.last_login or grant.person.created_at
        kept[grant.role] = max(kept.get(grant.role, (used, grant.person_id)), (used, grant.person_id))
    return {pk for _, pk in kept.values()}


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
