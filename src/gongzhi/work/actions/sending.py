"""Send what is on its way: by mail, and by a signed call to the gateway that the site has named."""

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

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person
from gongzhi.work.models import Address, Delivery
from gongzhi.work.queries import deliveries_visible_to, quiet

from .refused import Refused

log = logging.getLogger(__name__)
MOST_TRIES = 6
_PAUSE = dt.timedelta(minutes=2)  # doubled at every try: 2, 4, 8, 16, 32 minutes
_SECONDS = 10
_AT_ONCE = 50


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Nowhere but to the address that the site has named."""
        return


def deliver() -> int:
    """Try what waits, outside the quiet hours; returns how many went out.

    The try is written down before it is made: a machine that dies in between tries again later, with the
    same Message-ID and nonce, so that the receiver can tell that it knows this one.
    """
    if quiet(timezone.localtime()):
        return 0
    waiting = Delivery.objects.filter(state="waiting", next_at__lte=timezone.now()).order_by("id")
    return sum(_tried(one) for one in waiting.select_related("message__person")[:_AT_ONCE])


def _tried(one: Delivery) -> bool:
    one.tries += 1
    one.next_at = timezone.now() + _PAUSE * 2 ** (one.tries - 1)
    one.save(update_fields=["tries", "next_at"])
    try:
        _WAYS[one.channel](one)
    except (OSError, smtplib.SMTPException, urllib.error.URLError, ValueError) as error:
        one.error = type(error).__name__  # its text may hold the address
        one.state = "failed" if one.tries >= MOST_TRIES else "waiting"
        one.save(update_fields=["error", "state"])
        log.warning("message %s by %s: %s", one.message_id, one.channel, one.error)
        return False
    _sent(one)
    return True


@transaction.atomic
def _sent(one: Delivery) -> None:
    one.state, one.sent_at, one.error = "sent", timezone.now(), ""
    one.save(update_fields=["state", "sent_at", "error"])
    subject = ("message", one.message_id)
    record("message.sent", by=None, subject=subject, duty="chase_units", detail={"channel": one.channel})


def _mail(one: Delivery) -> None:
    message = one.message
    text = "\n".join(f"· {said}" for said, _ in message.lines)
    EmailMessage(
        subject=f"税收共治平台提醒：{len(message.lines)} 项",
        body=f"{message.person.name}：\n\n{text}\n\n请登录平台办理。本邮件由系统发出，请勿回复。\n",
        to=[Address.objects.get(person=message.person).mail],
        headers={"Message-ID": f"<{one.nonce}@{settings.MAIL_DOMAIN}>", "Auto-Submitted": "auto-generated"},
    ).send()


def _hook(one: Delivery) -> None:
    message = one.message
    said = {
        "to": message.person.username,
        "day": f"{message.day}",
        "lines": [text for text, _ in message.lines],
    }
    body = json.dumps(said, ensure_ascii=False).encode()
    stamp = str(int(timezone.now().timestamp()))
    request = urllib.request.Request(  # noqa: S310  # the address is the site's own setting, https outside tests
        settings.HOOK_ADDRESS,
        data=body,
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "X-Gongzhi-Time": stamp,
            "X-Gongzhi-Nonce": one.nonce,
            "X-Gongzhi-Signature": signature(settings.HOOK_SECRET, stamp, one.nonce, body),
        },
    )
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=_SECONDS) as answer:
        answer.read(1_024)


def signature(secret: str, stamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SM3 (hex) over time, nonce and the SM3 of the body, a line each."""
    digest = hashlib.new("sm3", body).hexdigest()
    signed = f"{stamp}\n{nonce}\n{digest}".encode()
    return hmac.new(secret.encode(), signed, lambda: hashlib.new("sm3")).hexdigest()


_WAYS: dict[str, Callable[[Delivery], None]] = {"mail": _mail, "hook": _hook}


@transaction.atomic
def try_again(*, delivery: Delivery, by: Person) -> None:
    """Put what did not get out back in the row. Refused for what is not given up."""
    found = deliveries_visible_to(sight_of(by)).filter(pk=delivery.pk, state="failed")
    if not found.update(state="waiting", tries=0, next_at=timezone.now()):
        raise Refused("这一条还在重试，或已经发出")
    subject = ("message", delivery.message_id)
    record("message.tried_again", by=by, subject=subject, duty="administer_system")
