"""What is another's answers byte for byte like what nobody has (security.md T09): her peer learns nothing."""

import re

import pytest
from django.utils import timezone
from tests.house.access_table import address, expected, may_open

from gongzhi.audit.models import Event
from gongzhi.intake.models import Batch, Slot, Submission

TABLE = expected()
OWNED = sorted(
    route
    for route, who in TABLE.items()
    if re.match(r"/(submissions|batches|people)/<uuid:pk>", route) and may_open(who, "peer")
)


@pytest.fixture
def hers(cast) -> dict[str, str]:
    """A submission with its batch of the liaison's unit, and herself: ids by first part of address."""
    submission = Submission.objects.create(
        unit=cast["liaison"].unit, resource="9.1", period="2026H1", received_at=timezone.now(),
        received_by=cast["liaison"], channel="page", file_name="示例.xlsx", file_size=1, file_digest="0" * 64,
        original="x", definitions="0" * 64, state="committed",
    )  # fmt: skip
    slot = Slot.objects.create(unit=submission.unit, resource="9.1", period="2026H1")
    batch = Batch.objects.create(
        slot=slot, version=1, submission=submission, kind="first", content="0" * 64, rows=0,
        definitions="0" * 64, committed_at=timezone.now(),
    )  # fmt: skip
    return {
        "submissions": str(submission.pk), "batches": str(batch.pk), "people": str(cast["liaison"].pk),
    }  # fmt: skip


def test_there_are_addresses_to_hold():
    assert len(OWNED) >= 5


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", OWNED)
def test_a_foreign_object_answers_like_a_random_id(route, method, hers, client_of):
    client = client_of("peer")
    mine = route.replace("<uuid:pk>", hers[route.split("/")[1]])
    foreign, random = getattr(client, method)(address(mine)), getattr(client, method)(address(route))
    assert foreign.status_code == random.status_code
    assert foreign.status_code in {404, 405}
    assert foreign.content == random.content
    assert dict(foreign.headers) == dict(random.headers)


@pytest.mark.parametrize("listed", ["/submissions", "/batches", "/people"])
def test_a_list_shows_nothing_of_hers(listed, hers, client_of):
    text = client_of("peer").get(listed).content.decode()
    assert hers[listed.strip("/")] not in text
    assert hers[listed.strip("/")] in client_of("liaison").get(listed).content.decode()


def test_asking_for_hers_changes_nothing(hers, client_of):
    before = Submission.objects.get().state, Event.objects.exclude(verb="gate.refused").count()
    client = client_of("peer")
    for route in OWNED:
        client.post(address(route.replace("<uuid:pk>", hers[route.split("/")[1]])))
    assert (Submission.objects.get().state, Event.objects.exclude(verb="gate.refused").count()) == before
