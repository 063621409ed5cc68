"""Let a signed call of a machine in, or turn it away (security.md 3.15, 3.14)."""

from __future__ import annotations

import datetime as dt
import ipaddress
import time
import zlib
from dataclasses import dataclass
from typing import NoReturn

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.engine.crypto import seal, unseal
from gongzhi.engine.crypto.calls import Claim, claim_of, right, signed_text
from gongzhi.organisation.models import Answer, ApiKey, Nonce, Tally, TurnedAway
from gongzhi.organisation.queries import address_digest

CLOCKS_MAY_DIFFER = 300  # seconds
NONCES_KEPT = dt.timedelta(minutes=15)
ANSWERS_KEPT = dt.timedelta(days=30)
HOUR = 3_600
SHARDS = 16
TALLIES_KEPT = 24 * 400  # hours, so that a page can tell when a key was used last


class Turned(Exception):
    """A call that is not let in: `code` says why, as far as the caller may know it.

    unsigned, stale and wrong tell nothing about any key; the others are told only to who has its secret.
    """

    def __init__(self, code: str, seconds: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.seconds = seconds


@dataclass(frozen=True)
class Call:
    """A call as it came: `body` is the SM3 digest of its body."""

    method: str
    path: str
    query: str
    body: bytes
    address: str

    def text(self, claim: Claim) -> bytes:
        return signed_text(
            method=self.method,
            path=self.path,
            query=self.query,
            body=self.body,
            ts=claim.ts,
            nonce=claim.nonce,
            kid=claim.kid,
        )


def claimed(header: str) -> Claim:
    """What the header claims, before the body is looked at. Turned when it is none or its time is off."""
    claim = claim_of(header)
    if claim is None:
        raise Turned("unsigned")
    if abs(time.time() - claim.ts) > CLOCKS_MAY_DIFFER:
        raise Turned("stale")
    return claim


def admit(*, call: Call, claim: Claim) -> ApiKey:
    """The key in whose name the call is done; Turned when it is not let in.

    A key that nobody has costs what a wrong signature costs. A call counts once: its nonce and its place in
    the hour's count are written in one transaction, which the call's own act follows.
    """
    key = ApiKey.objects.filter(kid=claim.kid).first()
    known = key is not None and bool(key.secret)
    secret = key.open_secret() if key is not None and known else nobodys_secret()
    if not right(secret, call.text(claim), claim.sig) or key is None or not known:
        _turn_away(call, key, "wrong")
    now = timezone.now()
    if not key.usable(now):
        _turn_away(call, key, "ended" if key.ended_at else "expired")
    if not from_there(key, call.address):
        _turn_away(call, key, "elsewhere")
    try:
        with transaction.atomic():
            Nonce.objects.create(key=key, nonce=claim.nonce, at=now)
            _count(key, claim.nonce)
    except IntegrityError:
        _turn_away(call, key, "replayed")
    return key


def nobodys_secret() -> str:
    """As much work as opening a key's secret."""
    ring, place = settings.KEYS, b"organisation.apikey|nobody"
    return unseal(ring, seal(ring.current("seal"), b"-" * 43, place), place).decode()


def from_there(key: ApiKey, address: str) -> bool:
    if not key.addresses:
        return True
    try:
        here = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(here in ipaddress.ip_network(network) for network in key.addresses)


def _count(key: ApiKey, nonce: str) -> None:
    """Count this call; Turned when the hour's calls are used up (then nothing of it stays)."""
    second = int(time.time())
    hour, shard = second // HOUR, zlib.crc32(nonce.encode()) % SHARDS
    mine = Tally.objects.filter(key=key, hour=hour, shard=shard)
    if not mine.update(calls=F("calls") + 1):
        _, fresh = Tally.objects.get_or_create(key=key, hour=hour, shard=shard, defaults={"calls": 1})
        if not fresh:
            mine.update(calls=F("calls") + 1)
    if Tally.objects.filter(key=key, hour=hour).aggregate(all=Sum("calls"))["all"] > key.hourly:
        raise Turned("too_many", HOUR - second % HOUR)


def _turn_away(call: Call, key: ApiKey | None, code: str) -> NoReturn:
    """Count a refusal for its address and raise it; the 1st, 10th, 100th … of an hour are events.

    So the trail tells of every attempt and nobody can flood it.
    """
    address, hour = address_digest(call.address), int(time.time()) // HOUR
    with transaction.atomic():
        TurnedAway.objects.get_or_create(address=address, hour=hour)
        TurnedAway.objects.filter(address=address, hour=hour).update(calls=F("calls") + 1)
        calls = TurnedAway.objects.get(address=address, hour=hour).calls
        if str(calls).strip("0") == "1":
            detail = {"code": code, "calls": calls}
            subject = ("api_key", key.pk if key else "")
            record("api_key.refused", by=None, subject=subject, outcome="refused", detail=detail)
    raise Turned(code)


def forget_calls() -> int:
    """Delete nonces, counts and answers that nothing asks for any more; returns how many."""
    hour = int(time.time()) // HOUR
    nonces, _ = Nonce.objects.filter(at__lt=timezone.now() - NONCES_KEPT).delete()
    tallies, _ = Tally.objects.filter(hour__lt=hour - TALLIES_KEPT).delete()
    answers, _ = Answer.objects.filter(at__lt=timezone.now() - ANSWERS_KEPT).delete()
    turned, _ = TurnedAway.objects.filter(hour__lt=hour - 24).delete()
    return nonces + tallies + answers + turned
