"""What waits for the three administrators, and what the auditor looks at first."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from gongzhi.audit import queries as audit
from gongzhi.disclosure import queries as disclosure
from gongzhi.gate import Sight
from gongzhi.organisation import queries as organisation
from gongzhi.work import queries as work

WEEK = dt.timedelta(days=7)


def administration(sight: Sight, today: dt.date) -> list[dict[str, Any]]:
    """Figures with the page that opens to their rows; none for who administers nothing."""
    return [*_accounts(sight), *_keys(sight), *_system(sight), *_secrecy(sight), *_trail(sight, today)]


def _fact(label: str, value: int, href: str) -> dict[str, Any]:
    return {"label": label, "value": value, "href": href}


def _accounts(sight: Sight) -> list[dict[str, Any]]:
    if not (sight.has("administer_accounts") or sight.has("approve_accounts")):
        return []
    people = organisation.visible_to(sight)
    pending = people.filter(organisation.ACCOUNTS["pending"]).count()
    waiting = people.filter(organisation.ACCOUNTS["waiting"]).count()
    return [
        _fact("待批准的账号", pending, "/people?state=pending"),
        _fact("待激活的账号", waiting, "/people?state=waiting"),
    ]


def _keys(sight: Sight) -> list[dict[str, Any]]:
    counting = organisation.keys_visible_to(sight).filter(ended_at=None, until__gt=timezone.now())
    if sight.has("administer_keys"):
        return [_fact("待批准的接口凭据", counting.filter(approved_at=None).count(), "/api-keys")]
    if sight.has("administer_accounts"):
        asked = counting.filter(issued_at=None, approved_at__isnull=False)
        return [_fact("待取密钥的接口凭据", asked.count(), "/api-keys")]
    return []


def _system(sight: Sight) -> list[dict[str, Any]]:
    if not sight.has("administer_system"):
        return []
    failed = work.deliveries_visible_to(sight).filter(state="failed").count()
    return [_fact("没有发出的消息", failed, "/outbox")]


def _secrecy(sight: Sight) -> list[dict[str, Any]]:
    if not sight.has("administer_grants"):
        return []
    missing = sum(bool(one.missing) for one in disclosure.standings())
    waiting = disclosure.for_ones_word(sight).count()
    return [_fact("未签保密承诺的人", missing, "/agreements"), _fact("待会签的导出", waiting, "/exports")]


def _trail(sight: Sight, today: dt.date) -> list[dict[str, Any]]:
    if not sight.has("read_audit"):
        return []
    events = audit.visible_to(sight)
    midnight = timezone.make_aware(dt.datetime.combine(today, dt.time()))
    since = midnight - WEEK
    refused = events.filter(outcome="refused", at__gte=since).count()
    looks = disclosure.reveals_visible_to(sight).filter(at__gte=since).count()
    return [
        _fact("今天的审计记录", events.filter(at__gte=midnight).count(), f"/audit?since={today}"),
        _fact("近七天被拒绝", refused, f"/audit?outcome=refused&since={since.date()}"),
        _fact("近七天查看个人信息", looks, "/reveals"),
    ]
