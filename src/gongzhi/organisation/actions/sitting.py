"""Write down who signed in and out, and who was not let in."""

from __future__ import annotations

from django.db import transaction

from gongzhi.audit.actions import record
from gongzhi.organisation.models import Person


@transaction.atomic
def signed_in(*, person: Person) -> None:
    """Write down a sign-in."""
    record("person.signed_in", by=person, subject=("person", person.pk))


@transaction.atomic
def signed_out(*, person: Person, reason: str = "") -> None:
    """Write down a sign-out; `reason` when the system ended the session."""
    record("person.signed_out", by=person, subject=("person", person.pk), detail={"reason": reason})


@transaction.atomic
def refused_sign_in(*, username: str) -> None:
    """Write down a failed sign-in. What was typed as a login name is never kept: it may be a password."""
    person = Person.objects.filter(username=username).first()
    subject = ("person", person.pk if person else "")
    record("person.sign_in_refused", by=None, subject=subject, outcome="refused")
