"""查看 in the evidence of a hit: for that hit, while it is open."""

from __future__ import annotations

import pytest
from tests.files import person_id

from gongzhi.audit.models import Event
from gongzhi.disclosure.models import Reveal
from gongzhi.risk.actions import exclude
from gongzhi.risk.models import Hit

from .conftest import GRANTS, grant

UNIT, NAME = "区自然资源和规划分局", "示例人"


@pytest.fixture
def hit(scanned, submit):
    """A natural person who was granted land and filed no deed tax."""
    row = grant(8, "B8")
    row[1], row[2] = person_id(8), NAME
    submit("16.2", UNIT, GRANTS, [row], period="2024-02")
    scanned()
    return Hit.objects.get(object="B8")


def link_in(text: str, hit: Hit) -> str:
    start = text.index(f"/hits/{hit.pk}/reveal/")
    return text[start : text.index('"', start)]


def asked(purpose: str, *fields: str, **more: str) -> dict[str, object]:
    return {"purpose": purpose, "fields_wanted": list(fields), "reason": "", **more}


def test_the_evidence_shows_a_word_with_the_look_beside_it(hit, client_of):
    text = client_of("officer").get(f"/hits/{hit.pk}").content.decode()
    assert person_id(8) not in text
    assert NAME not in text
    assert "P1-" not in text, "a token is no value to be shown"
    assert f"/hits/{hit.pk}/reveal/" in text
    assert "查看个人信息" in text


def test_a_row_without_a_person_has_no_look_beside_it(scanned, client_of):
    scanned()
    (hit,) = Hit.objects.all()
    assert "/reveal/" not in client_of("officer").get(f"/hits/{hit.pk}").content.decode()


def test_an_officer_looks_for_the_hit(hit, client_of):
    client = client_of("officer")
    address = link_in(client.get(f"/hits/{hit.pk}").content.decode(), hit)
    form = client.get(address).content.decode()
    assert "核实疑点" in form
    about = f"hit:{hit.pk}"
    answer = client.post(address, asked("verify_hit", "transferee_code", about=about))
    assert answer.status_code == 302, answer.content.decode()
    shown = client.get(answer.headers["Location"]).content.decode()
    assert person_id(8) in shown
    assert NAME not in shown
    assert f'href="/hits/{hit.pk}"' in shown
    look = Reveal.objects.get()
    assert (look.about_kind, look.about, look.purpose) == ("hit", str(hit.pk), "verify_hit")
    assert Event.objects.get(verb="reveal.made").detail["about"] == about


def test_a_closed_hit_is_no_matter(hit, client_of, cast):
    client = client_of("officer")
    address = link_in(client.get(f"/hits/{hit.pk}").content.decode(), hit)
    exclude(hit=hit, reason="属于免税情形，已核对批文", by=cast["officer"])
    answer = client.post(address, asked("verify_hit", "transferee_code", about=f"hit:{hit.pk}"))
    assert answer.status_code == 422
    assert not Reveal.objects.exists()
    assert "核实疑点：没有可作依据、未办结的疑点" in client.get(address).content.decode()


def test_a_row_that_is_no_evidence_of_it_is_not_there(hit, client_of, district):
    client = client_of("officer")
    address = link_in(client.get(f"/hits/{hit.pk}").content.decode(), hit).split("?")[0]
    other = address.rsplit("/", 1)[0]
    foreign = client.get(f"{other}/999")
    assert foreign.status_code == 404
    assert client.get(f"/hits/{hit.pk}/reveal/{district['grants'].pk}/0/3").content == foreign.content
    assert client_of("peer").get(address).status_code == 404, "the provider sees no hit"
    assert client_of("grid").get(address).status_code == 404
