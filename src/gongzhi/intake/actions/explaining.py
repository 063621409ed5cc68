"""Why something that a check asks about is right: said once, remembered until a day."""

from __future__ import annotations

import datetime as dt

import polars as pl
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.intake.models import Explanation, Submission
from gongzhi.intake.queries import findings_of
from gongzhi.organisation.models import Person

from .refused import Refused, kept


@transaction.atomic
def explain(
    *, submission: Submission, code: str, field: str, reason: str, until: dt.date, by: Person | None
) -> Explanation:
    """Give the reason for all findings of one kind in one column; later files are not asked again until then.

    Raises Refused without a reason, for a day that has passed, or for what this file's check does not ask.
    """
    text = kept(reason, "请写明原因")
    if until < timezone.localdate():
        raise Refused("past", "“有效到”不能早于今天")
    asked = findings_of(submission).filter(
        (pl.col("severity") == "explain")
        & (pl.col("code") == code)
        & (pl.col("field").fill_null("") == field)
    )
    if not asked.height:
        raise Refused("not_asked", "这份报送没有这样的需说明事项")
    now = timezone.now()
    place = {"unit": submission.unit, "resource": submission.resource, "code": code, "field": field}
    Explanation.objects.filter(**place, ended_at=None).update(ended_at=now)
    made = Explanation.objects.create(**place, reason=text, until=until, submission=submission, by=by, at=now)
    detail = {"code": code, "field": field, "until": until.isoformat()}
    about = ("submission", submission.pk)
    record("submission.explained", by=by, subject=about, duty="submit_file", detail=detail)
    return made
