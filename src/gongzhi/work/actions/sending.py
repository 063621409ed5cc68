"""Send what is on its way: by mail, and by signed calls to the addresses that the site has named."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
import smtplib
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.engine.doors import NoSecret
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Address, Delivery, Message
from gongzhi.work.queries import deliveries_visible_to, hook_of, quiet

from .refused import Refused

log = logging.getLogger(__name__)
MOST_TRIES = 6
_PAUSE = dt.timedelta(minutes=2)  # doubled at every try: 2, 4, 8, 16, 32 minutes
_SECONDS = 10
_AT_ONCE = 50
_OF_THE_SERVER, _TOO_MANY = 500, 429


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Nowhere but to the address that the site has named."""
        return


def deliver() -> int:
    """Try what waits; returns how many went out. In the quiet hours only machines are told.

    The try is written down before it is made: a machine that dies in between tries again later, with the
    same Message-ID and nonce, so that the receiver can tell that it knows this one.
    """
    waiting = Delivery.objects.filter(state="waiting", next_at__lte=timezone.now()).order_by("id")
    if quiet(timezone.localtime()):
        waiting = waiting.filter(message=None)
    down: set[tuple[str, str]] = set()
    count = 0
    for one in waiting.select_related("message__person", "announcement")[:_AT_ONCE]:
        way = (one.channel, one.unit)
        if way in down:
            continue
        try:
            count += _tried(one)
        except _Down:
            down.add(way)
    return count


class _Down(Exception):
    """A machine that takes nothing at all now: what else goes there is not tried before this one is again."""


def _tried(one: Delivery) -> bool:
    if one.message and not _still_wanted(one, one.message):
        one.delete()
        return False
    one.tries += 1
    one.next_at = timezone.now() + _PAUSE * 2 ** (one.tries - 1)
    one.save(update_fields=["tries", "next_at"])
    if one.message:  # what was said until now goes along; what is said from now on gets its own delivery
        one.message.refresh_from_db(fields=["lines"])
    try:
        _WAYS[one.channel](one)
    except (OSError, HTTPException, ValueError, NoSecret) as error:
        one.error = type(error).__name__  # its text may hold the address
        one.state = "failed" if one.tries >= MOST_TRIES else "waiting"
        one.save(update_fields=["error", "state"])
        log.warning("delivery %s by %s: %s", one.pk, one.channel, one.error)
        if _its_own(one, error):
            return False
        _others_wait(one)
        raise _Down from error
    _sent(one)
    return True


def _its_own(one: Delivery, error: Exception) -> bool:
    """Whether this one alone was refused: its address, its content, a person unknown to the gateway."""
    if isinstance(error, urllib.error.HTTPError):
        return one.channel == "hook" and error.code < _OF_THE_SERVER and error.code != _TOO_MANY
    return isinstance(error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, UnicodeError))


def _still_wanted(one: Delivery, message: Message) -> bool:
    """Not by who has taken the address away, or has left, since it was put on its way."""
    person = message.person
    return person.is_active and (one.channel != "mail" or Address.objects.filter(person=person).exists())


def _others_wait(one: Delivery) -> None:
    """What else goes to a machine that does not answer waits with this one, untried."""
    others = Delivery.objects.filter(state="waiting", channel=one.channel, next_at__lt=one.next_at)
    if one.announcement:
        others = others.filter(announcement__unit=one.unit)
    others.update(next_at=one.next_at)


@transaction.atomic
def _sent(one: Delivery) -> None:
    one.state, one.sent_at, one.error = "sent", timezone.now(), ""
    one.save(update_fields=["state", "sent_at", "error"])
    detail = {"channel": one.channel}
    if one.announcement:
        about = ("unit", one.announcement.unit)
        detail |= {name: one.announcement.said[name] for name in ("submission", "outcome")}
        record("outcome.sent", by=None, subject=about, detail=detail)
        return
    record("message.sent", by=None, subject=("message", one.message_id), duty="chase_units", detail=detail)


def _mail(one: Delivery) -> None:
    message = _message_of(one)
    text = "\n".join(f"· {said}" for said in one.texts)
    EmailMessage(
        subject=f"税收共治平台提醒：{len(one.texts)} 项",
        body=f"{message.person.name}：\n\n{text}\n\n请登录平台办理。本邮件由系统发出，请勿回复。\n",
        to=[Address.objects.get(person=message.person).mail],
        headers={"Message-ID": f"<{one.nonce}@{settings.MAIL_DOMAIN}>", "Auto-Submitted": "auto-generated"},
    ).send()


def _message_of(one: Delivery) -> Message:
    assert one.message is not None
    return one.message


def _hook(one: Delivery) -> None:
    message = _message_of(one)
    said = {
        "to": message.person.username,
        "day": f"{message.day}",
        "lines": one.texts,
    }
    _call(settings.HOOK_ADDRESS, settings.HOOK_SECRET, one.nonce, said)


def _tell_unit(one: Delivery) -> None:
    """The outcome to the unit's own system; an address that the site names no more is no address."""
    assert one.announcement is not None
    hook = hook_of(one.announcement.unit)
    if hook is None:
        raise ValueError("no address")
    _call(hook.address, hook.secret.value(), one.nonce, one.announcement.said)


def _call(address: str, secret: str, nonce: str, said: dict[str, Any]) -> None:
    """One signed POST of JSON; an error for every answer of 300 and above."""
    body = json.dumps(said, ensure_ascii=False).encode()
    stamp = str(int(timezone.now().timestamp()))
    request = urllib.request.Request(  # noqa: S310  # the address is the site's own setting, https outside tests
        address,
        data=body,
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "X-Gongzhi-Time": stamp,
            "X-Gongzhi-Nonce": nonce,
            "X-Gongzhi-Signature": signature(secret, stamp, nonce, body),
        },
    )
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=_SECONDS) as answer:
        answer.read(1_024)


def signature(secret: str, stamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SM3 (hex) over time, nonce and the SM3 of the body, a line each."""
    digest = hashlib.new("sm3", body).hexdigest()
    signed = f"{stamp}\n{nonce}\n{digest}".encode()
    return hmac.new(secret.encode(), signed, lambda: hashlib.new("sm3")).hexdigest()


_WAYS: dict[str, Callable[[Delivery], None]] = {"mail": _mail, "hook": _hook, "unit": _tell_unit}


@transaction.atomic
def try_again(*, delivery: Delivery, by: Person) -> None:
    """Put what did not get out back in the row. Refused for what is not given up."""
    found = deliveries_visible_to(sight_of(by)).filter(pk=delivery.pk, state="failed")
    if not found.update(state="waiting", tries=0, next_at=timezone.now()):
        raise Refused("这一条还在重试，或已经发出")
    subject = ("delivery", delivery.pk)
    record("message.tried_again", by=by, subject=subject, duty="administer_system")
