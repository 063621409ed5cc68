"""A returned batch is plain to its unit wherever it stands, and the way to correct it is set out."""

from __future__ import annotations

import pytest
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.intake import actions
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.queries.rows import sheet_of


@pytest.fixture
def returned(hand, cast):
    """A batch of the third quarter that was returned with a remark, and an accepted one of the second."""
    hand(presale_rows(2, start=50, day="2026-05-15"), period="2026Q2", by=cast["liaison"])
    batch = hand(presale_rows(3), by=cast["liaison"]).batch
    fields = sheet_of(batch, batch.parts.get().table).fields
    area = next(one.key for one in fields if one.title == "预售建筑面积")
    remark = {"part": 0, "row": 3, "field": area, "text": "与许可证不符"}
    actions.return_batch(batch=batch, reason="请核对面积", remarks=[remark], by=cast["office"])
    return batch


def told(page):
    return "请核对面积" in page and "第 3 行 预售建筑面积</a>：与许可证不符" in page


def test_the_lists_say_returned_and_filter_by_it(client_of, returned):
    client = client_of("liaison")
    for address in ("/batches", "/submissions"):
        assert "已退回" in client.get(address).content.decode()
        assert client.get(f"{address}?state=returned").context["page"].total == 1
    assert client.get("/batches?state=live").context["page"].total == 1
    assert client.get("/submissions?state=committed").context["page"].total == 1
    page = client.get("/batches?state=returned").content.decode()
    assert returned.number in page
    assert "请核对面积" in page
    assert client_of("office").get("/batches?state=returned").context["page"].total == 1
    assert client_of("peer").get("/batches?state=returned").context["page"].total == 0


def test_the_pages_of_batch_and_file_say_why(client_of, returned):
    client, way = client_of("liaison"), f"/submit/9.5?period=2026Q3&amp;replaces={returned.pk}"
    for address in (f"/batches/{returned.pk}", f"/submissions/{returned.submission_id}"):
        page = client.get(address).content.decode()
        assert told(page), address
        assert f'href="{way}"' in page
        assert '<span class="mark stop">已退回</span>' in page
        assert way not in client_of("head").get(address).content.decode()


def test_the_hand_in_page_presets_the_correction(client_of, returned, tmp_path):
    client = client_of("liaison")
    answer = client.get("/submit/9.5?period=2026Q3")
    assert told(answer.content.decode())
    form = answer.context["form"]
    assert (form["relation"].value(), form["batch"].value()) == ("replaces", str(returned.pk))
    other = client.get("/submit/9.5?period=2026Q2")
    assert not other.context["form"]["relation"].value()
    assert "另有退回的等您更正" in other.content.decode()
    rows = presale_rows(3)
    rows[1][6] = 777
    with csv_file(tmp_path / "更正.csv", PRESALE_HEAD, rows).open("rb") as file:
        said = {"period": "2026Q3", "relation": "replaces", "batch": str(returned.pk), "file": file}
        client.post("/submit/9.5", said)
    new = Submission.objects.order_by("-received_at").first()
    assert new.replaces == returned
    client.post(f"/submissions/{new.pk}/commit")
    assert Batch.objects.get(submission=new).kind == "replaces"
    assert not told(client.get("/submit/9.5?period=2026Q3").content.decode())
    assert client.get("/batches?state=returned").context["page"].total == 0
    assert "已退回" not in client.get("/submissions").content.decode().split("<tbody")[1]


def test_of_several_returned_batches_the_named_one_is_meant(client_of, cast, hand, returned):
    more = hand(presale_rows(2, start=70), by=cast["liaison"], adds=str(returned.pk)).batch
    actions.return_batch(batch=more, reason="也请核对", by=cast["office"])
    client = client_of("liaison")
    assert not client.get("/submit/9.5?period=2026Q3").context["form"]["relation"].value()
    form = client.get(f"/submit/9.5?period=2026Q3&replaces={more.pk}").context["form"]
    assert form["batch"].value() == str(more.pk)
    for odd in ("x", str(cast["liaison"].pk)):
        assert client.get(f"/submit/9.5?period=2026Q3&replaces={odd}").status_code == 200
