"""Somebody promises confidentiality."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.disclosure.models import Acceptance
from gongzhi.disclosure.queries import missing
from gongzhi.gate import sight_of
from gongzhi.organisation.models import Person


@transaction.atomic
def accept_agreements(*, by: Person) -> int:
    """Accept what is still to be accepted, each text as it stands; returns how many. May run twice."""
    found = missing(sight_of(by))
    for one in found:
        Acceptance.objects.create(person=by, agreement=one.key, digest=one.digest, at=timezone.now())
    if found:
        detail = {"agreements": {one.key: one.digest for one in found}}
        record("agreement.accepted", by=by, subject=("person", by.pk), duty=_duty(by), detail=detail)
    return len(found)


def _duty(by: Person) -> str:
    """The first of the duties for which it is asked, for the trail."""
    return sorted(sight_of(by).duties)[0]
