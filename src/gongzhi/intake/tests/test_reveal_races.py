"""Looks of one person at the same instant, each over a connection of its own: the quota holds."""

from __future__ import annotations

from collections import Counter
from uuid import uuid4

import pytest
from tests.threads import at_once

from gongzhi.audit.models import Event
from gongzhi.disclosure.actions import Refused, ask_for_more, decide, reveal
from gongzhi.disclosure.actions.revealing import Asked
from gongzhi.disclosure.models import Allowance, Reveal
from gongzhi.disclosure.queries import MaskedRow
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import definitions

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "核对企业来函更正的联系人"
BURST, WORKERS, TRIES = 10, 4, 6


def said_by_all(act):
    """The same act in several threads; all that they said."""
    outcomes = at_once(*((lambda number=number: list(act(number))) for number in range(WORKERS)))
    return [word for one in outcomes for word in (one if isinstance(one, list) else [one])]


def looks(person_id):
    """TRIES looks one after the other; the words are one or refused."""
    known = definitions()
    resource, sheet = known.tables["air_defence_fees"]
    fields = (sheet.field("contact_name"),)

    def run(number):
        person = Person.objects.get(pk=person_id)
        for row in range(TRIES):
            place = MaskedRow(uuid4(), "批次", person.unit, resource, number, row, fields)
            asked = Asked(place, known.purposes["own_rows"], ["contact_name"], None, WHY)
            try:
                reveal(asked=asked, opened=lambda: {"contact_name": "某人"}, by=person)
            except Refused as refused:
                yield refused.code
            else:
                yield "seen"

    return run


def test_many_at_once_see_no_more_than_the_quota(unshared_database, cast):
    said = Counter(said_by_all(looks(cast["liaison"].pk)))
    assert said == {"seen": BURST, "over_burst": WORKERS * TRIES - BURST}
    assert Reveal.objects.count() == Event.objects.filter(verb="reveal.made").count() == BURST
    assert Event.objects.filter(verb="reveal.refused").count() == WORKERS * TRIES - BURST


def test_a_wish_is_asked_and_decided_once(unshared_database, cast):
    def ask(number):
        try:
            ask_for_more(more=number + 1, reason=WHY, by=Person.objects.get(pk=cast["liaison"].pk))
        except Refused:
            yield "refused"
        else:
            yield "asked"

    assert Counter(said_by_all(ask)) == {"asked": 1, "refused": WORKERS - 1}

    def answer(number):
        try:
            head = Person.objects.get(pk=cast["head"].pk)
            decide(allowance=Allowance.objects.get(), granted=bool(number % 2), by=head)
        except Refused:
            yield "refused"
        else:
            yield "decided"

    assert Counter(said_by_all(answer)) == {"decided": 1, "refused": WORKERS - 1}
    assert Event.objects.filter(verb="allowance.decided").count() == 1
