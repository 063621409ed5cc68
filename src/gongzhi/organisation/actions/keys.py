"""Keys of machines: registered by one administrator, approved by another, ended at once."""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import ApiKey, Person
from gongzhi.organisation.queries import definitions, owed_by

from .refusal import Refused

OVERLAP = dt.timedelta(days=14)
"""So long the key before it still counts after its successor's secret was taken out."""


@transaction.atomic
def register_key(
    *,
    unit: str,
    name: str,
    until: dt.datetime,
    by: Person,
    resources: Sequence[str] = (),
    addresses: Sequence[str] = (),
    hourly: int | None = None,
    replaces: ApiKey | None = None,
) -> ApiKey:
    """Put down a key for a machine of a unit; it counts once it is approved and its secret was taken out.

    Refused: a unit that owes nothing, a resource that is not the unit's, an address that is none, an end
    that lies behind or more than a year ahead.
    """
    now = timezone.now()
    _fits(unit, resources)
    if not now < until <= now + dt.timedelta(days=settings.API_KEY_MOST_DAYS + 1):
        raise Refused(f"有效期要晚于现在，最长{settings.API_KEY_MOST_DAYS}天")
    key = ApiKey.objects.create(
        kid=f"gz{secrets.token_hex(8)}",
        unit=unit,
        name=name,
        resources=sorted(set(resources)),
        addresses=[_network(address) for address in addresses],
        hourly=hourly or settings.API_CALLS_PER_HOUR,
        until=until,
        registered_at=now,
        registered_by=by,
        replaces=replaces,
    )
    detail = {"unit": unit, "kid": key.kid, "resources": key.resources, "hourly": key.hourly}
    record("api_key.registered", by=by, subject=("api_key", key.pk), detail=detail)
    return key


def _fits(unit: str, resources: Sequence[str]) -> None:
    owed = {resource.number for resource in owed_by(unit)}
    if not owed:
        raise Refused("这个单位没有要报送的数据资源，不需要接口凭据")
    if strange := sorted(set(resources) - owed):
        raise Refused(f"{definitions().units[unit].name}不报送 {'、'.join(strange)}，请对照目录核对")


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise Refused(f"“{text.strip()}”不是网络地址，请写成 10.1.2.3 或 10.1.2.0/24") from error


@transaction.atomic
def rotate_key(*, key: ApiKey, until: dt.datetime, by: Person) -> ApiKey:
    """Put down a successor with the same scope; refused while one is on its way, or the key is not in use."""
    ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.ended_at or not key.issued_at:
        raise Refused("只有在用的凭据才能轮换，请另外登记一个")
    if ApiKey.objects.filter(replaces=key, ended_at=None).exists():
        raise Refused("这个凭据已有接替的凭据，不能再次轮换")
    return register_key(
        unit=key.unit, name=key.name, until=until, by=by, resources=key.resources,
        addresses=key.addresses, hourly=key.hourly, replaces=key,
    )  # fmt: skip


@transaction.atomic
def approve_key(*, key: ApiKey, by: Person) -> None:
    """Let a registered key be issued; refused to whoever registered it."""
    key.refresh_from_db(from_queryset=ApiKey.objects.select_for_update())
    if by.pk == key.registered_by_id:
        raise Refused("登记人不能批准自己登记的凭据，请由安全管理员办理")
    if key.ended_at:
        raise Refused("凭据已停用，不能批准")
    if key.approved_at is None:
        key.approved_at, key.approved_by = timezone.now(), by
        key.save(update_fields=["approved_at", "approved_by"])
        record("api_key.approved", by=by, subject=("api_key", key.pk), duty="administer_keys")


@transaction.atomic
def issue_key(*, key: ApiKey, by: Person) -> str:
    """Take out the secret, this one time; from now on calls with it count.

    A key that it replaces ends fourteen days from now at the latest. Refused before the approval, after
    the secret was taken out, and to whoever approved it: nobody makes a usable key alone.
    """
    key.refresh_from_db(from_queryset=ApiKey.objects.select_for_update(of=("self",)))
    if key.approved_at is None:
        raise Refused("凭据还没有批准，请等安全管理员办理")
    if by.pk == key.approved_by_id:
        raise Refused("批准人不能取出密钥，请由系统管理员办理")
    if key.ended_at or key.issued_at:
        raise Refused("密钥只能取出一次；遗失的，请停用后另外登记一个")
    secret = secrets.token_urlsafe(32)
    key.seal_secret(secret)
    key.issued_at = timezone.now()
    key.save(update_fields=["secret", "issued_at"])
    if key.replaces_id:
        last = key.issued_at + OVERLAP
        ApiKey.objects.filter(pk=key.replaces_id, until__gt=last).update(until=last)
    record("api_key.issued", by=by, subject=("api_key", key.pk), duty="administer_accounts")
    return secret


@transaction.atomic
def end_key(*, key: ApiKey, by: Person, reason: str) -> ApiKey:
    """End a key at once; the next call with it is refused, and the row stays as history."""
    key.refresh_from_db(from_queryset=ApiKey.objects.select_for_update(of=("self",)))
    if key.ended_at is None:
        key.ended_at, key.ended_by, key.reason = timezone.now(), by, reason
        key.save(update_fields=["ended_at", "ended_by", "reason"])
        record("api_key.ended", by=by, subject=("api_key", key.pk), detail={"reason": reason})
    return key
