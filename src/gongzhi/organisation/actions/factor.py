"""The second factor: bind an application, verify its codes, recover from a lost phone."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.engine.crypto import hmac_sm3
from gongzhi.organisation.models import Authenticator, Person, RecoveryCode

from .refusal import Refused
from .sitting import end_all

RECOVERY_CODES = 8
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0 O 1 I, which look alike on paper


@transaction.atomic
def begin_factor(*, person: Person) -> Authenticator:
    """The unconfirmed authenticator of a person, with a new secret when there was none."""
    device = Authenticator.objects.filter(user=person).first()
    if device is None:
        device = Authenticator(user=person, name="authenticator", confirmed=False)
        device.seal_secret(secrets.token_bytes(20))
        device.save()
    return device


@transaction.atomic
def confirm_factor(*, person: Person, code: str) -> tuple[Authenticator, list[str]]:
    """Bind the application that shows `code`; returns it and the recovery codes, told this one time."""
    device = Authenticator.objects.select_for_update().filter(user=person, confirmed=False).first()
    if device is None:
        raise Refused("没有待绑定的验证器，请刷新页面重新开始")
    if not device.verify_token(code):
        raise Refused("动态码不对：请确认手机时间准确，输入最新显示的6位数字")
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    person.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, digest=_digest(person, code)) for code in codes
    )
    record("factor.bound", by=person, subject=("person", person.pk))
    return device, codes


def verify_factor(*, person: Person, code: str) -> Authenticator | None:
    """The authenticator when the code, or an unused recovery code, is right; None otherwise.

    Refused for a moment after wrong codes, longer each time. Either outcome is written down.
    """
    with transaction.atomic():
        device = Authenticator.objects.select_for_update().filter(user=person, confirmed=True).first()
        if device is None:
            return None
        allowed, _ = device.verify_is_allowed()
        if not allowed:
            raise Refused("输错次数较多，请稍等片刻再试")
        plain = "".join(code.split()).replace("-", "").upper()
        right = _recover(person, device, plain) if len(plain) == 10 else device.verify_token(plain)
        outcome = "done" if right else "refused"
        record("factor.verified", by=person, subject=("person", person.pk), outcome=outcome)
    return device if right else None


@transaction.atomic
def proof_given(*, person: Person, right: bool) -> None:
    """Write down that a person was asked to prove anew who sits there, and whether it was right."""
    outcome = "done" if right else "refused"
    record("person.proved", by=person, subject=("person", person.pk), outcome=outcome)


def _recover(person: Person, device: Authenticator, plain: str) -> bool:
    unused = person.recovery_codes.filter(digest=_digest(person, plain), used_at=None)
    if unused.update(used_at=timezone.now()):
        device.throttle_reset()
        return True
    device.throttle_increment()
    return False


@transaction.atomic
def remove_factor(*, person: Person, by: Person, reason: str) -> Person:
    """Unbind a lost phone, so that the person binds a new one at the next sign-in; all sessions end.

    Refused for oneself: who has stolen a session must not get rid of the second factor.
    """
    if by.pk == person.pk:
        raise Refused("不能解除自己的验证器，请由安全管理员办理")
    Authenticator.objects.filter(user=person).delete()
    person.recovery_codes.all().delete()
    person.sitting += 1
    person.save(update_fields=["sitting"])
    end_all(person=person)
    record("factor.removed", by=by, subject=("person", person.pk), detail={"reason": reason})
    return person


def _digest(person: Person, code: str) -> str:
    message = f"recovery|{person.pk}|{code}".encode()
    return hmac_sm3(settings.KEYS.current("password").secret, message).hex()
