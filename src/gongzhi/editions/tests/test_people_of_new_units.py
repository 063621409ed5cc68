"""Units and roles that the office published count for people too: accounts, what they may do, the trail."""

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.engine.definitions.editing import with_one_more
from gongzhi.gate import sight_of
from gongzhi.organisation.actions import register
from gongzhi.organisation.actions.refusal import Refused
from gongzhi.organisation.models import Grant, Person
from gongzhi.organisation.queries import unit_name

pytestmark = pytest.mark.django_db
BUREAU = {"key": "data_bureau", "name": "区数据局", "kinds": ["member"]}


@pytest.fixture
def new_unit(publish):
    publish("list", "organisation/units", lambda text: with_one_more(text, "units", BUREAU, name="units.yml"))


def test_a_unit_that_the_office_made_gets_people(cast, client_of, new_unit):
    person = register(username="data.liaison", name="联络员", unit="data_bureau", by=cast["system"])
    assert unit_name(person.unit) == "区数据局"
    assert "区数据局" in client_of("system").get("/people/new").content.decode()
    assert "区数据局" in client_of("office").get("/liaisons").content.decode()
    event = Event.objects.get(verb="person.registered", subject=str(person.pk))
    page = client_of("auditor").get(f"/audit/{event.pk}").content.decode()
    assert "区数据局" in page
    assert "data_bureau" not in page


def test_before_its_day_the_unit_has_none(cast, publish):
    later = timezone.localdate() + dt.timedelta(10)
    publish(
        "list", "organisation/units",
        lambda text: with_one_more(text, "units", BUREAU, name="units.yml"), since=later,
    )  # fmt: skip
    with pytest.raises(Refused, match="没有这个单位"):
        register(username="data.liaison", name="联络员", unit="data_bureau", by=cast["system"])


def test_a_duty_that_was_taken_from_a_role_is_gone(cast, publish):
    assert Grant.objects.filter(person=cast["leader"], role="leader").exists()
    assert sight_of(cast["leader"]).has("see_street_revenue")
    publish(
        "list",
        "roles",
        lambda text: text.replace("see_definitions, see_street_revenue, ", "see_definitions, "),
    )
    leader = Person.objects.get(pk=cast["leader"].pk)  # the next request asks anew
    assert not sight_of(leader).has("see_street_revenue")
