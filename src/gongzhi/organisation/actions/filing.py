"""A unit files its posts, the office takes them on file or returns them, the unit confirms each half-year."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Filing, Person
from gongzhi.organisation.queries import filing_units

from .refusal import Refused

_REASON = 300


@transaction.atomic
def submit_filing(*, unit: str, posts: dict[str, str], by: Person) -> Filing:
    """Hand in a unit's posts; what waited before is replaced, what is in force stays until this is filed."""
    if unit not in {one.key for one in filing_units()}:
        raise Refused("这个单位不用备案联络员")
    Filing.objects.filter(unit=unit, state="submitted").update(state="replaced")
    filing = Filing(unit=unit, submitted_by=by, submitted_at=timezone.now())
    filing.keep(posts)
    filing.save()
    record("filing.submitted", by=by, subject=("unit", unit), duty="file_liaisons")
    return filing


@transaction.atomic
def decide_filing(*, filing: Filing, accept: bool, reason: str, by: Person) -> Filing:
    """备案, with the number of its receipt, or 退回 with a reason. Refused when it no longer waits."""
    now = Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
    why = reason.strip()
    if now.state != "submitted":
        raise Refused(_over(now))
    if len(why) > _REASON:
        raise Refused(f"理由请不超过 {_REASON} 字，现在是 {len(why)} 字")
    if not accept and not why:
        raise Refused("请写明退回的理由")
    now.decided_by, now.decided_at, now.reason = by, timezone.now(), why
    now.state = "filed" if accept else "returned"
    if accept:
        Filing.objects.filter(unit=now.unit, state="filed").update(state="replaced")
        now.number = f"LL-{timezone.localdate():%Y%m%d}-{now.pk.hex[-6:]}"
    now.save(update_fields=["state", "number", "decided_by", "decided_at", "reason"])
    record(
        "filing.filed" if accept else "filing.returned", by=by, subject=("unit", now.unit),
        duty="confirm_liaisons", detail={"filing": str(now.pk)},
    )  # fmt: skip
    return now


def _over(filing: Filing) -> str:
    """Why it is not to be decided any more, and what is to be done instead."""
    if filing.state == "replaced":
        return "单位又提交了一份，替换了这一份，请到“联络员备案”办新的那一份"
    return f"这份备案{filing.state_label}，不用再办"


@transaction.atomic
def confirm_filing(*, unit: str, by: Person) -> Filing:
    """Somebody of the unit says that the filing in force is still right. Refused where there is none."""
    filing = Filing.objects.select_for_update(of=("self",)).filter(unit=unit, state="filed").first()
    if filing is None:
        raise Refused("还没有备案过，请先填写并提交")
    filing.confirmed_at, filing.confirmed_by = timezone.now(), by
    filing.save(update_fields=["confirmed_at", "confirmed_by"])
    record("filing.confirmed", by=by, subject=("unit", unit), duty="file_liaisons")
    return filing


@transaction.atomic
def open_posts(*, filing: Filing, by: Person) -> dict[str, str]:
    """The posts in the clear; that somebody looked stands in the trail."""
    duty = "file_liaisons" if by.unit == filing.unit else "confirm_liaisons"
    record(
        "filing.opened", by=by, subject=("unit", filing.unit), duty=duty, detail={"filing": str(filing.pk)}
    )
    return filing.posts
