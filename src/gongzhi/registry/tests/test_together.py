"""Several doubts decided together, and the queue of names that joined nobody, page by page."""

from __future__ import annotations

import polars as pl
import pytest
from django.test import RequestFactory
from django.utils import timezone
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows

from gongzhi.audit.models import Event
from gongzhi.lists import listing
from gongzhi.organisation.models import uuid7
from gongzhi.registry import queries
from gongzhi.registry.actions import decide_together, link_batches
from gongzhi.registry.actions.decision import Refused
from gongzhi.registry.models import Decision, Doubt, Taxpayer
from gongzhi.registry.views import UNLINKED

from .test_joins import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def three():
    """Three doubts, each with two candidates of its own."""
    doubts = []
    for number in range(3):
        firms = [
            Taxpayer.objects.create(
                code=credit_code(10 * number + place), name=f"绍兴示例{number}{place}号置业有限公司",
                origin="bureau", source_batch=uuid7(), source_part=0, source_row=2, updated_at=timezone.now(),
            )
            for place in (1, 2)
        ]  # fmt: skip
        doubts.append(
            Doubt.objects.create(
                key=f"k{number}", name=f"绍兴示例{number}置业公司", status="doubtful", mentions=9 - number,
                candidates=[{"entity": str(firm.pk), "score": 0.9, "why": []} for firm in firms],
                example_batch=uuid7(), example_part=0, example_row=2, seen_at=timezone.now(),
            )
        )  # fmt: skip
    return doubts


def answers(doubts, *firms, **more):
    given = {f"doubt-{doubt.pk}": firm for doubt, firm in zip(doubts, firms, strict=True)}
    return {"chosen": [doubt.pk for doubt in doubts], "back": "/links?sort=name"} | given | more


def first_of(doubt):
    return doubt.candidates[0]["entity"]


def test_each_is_decided_for_itself_and_what_is_left_open_stays(three, client_of):
    officer = client_of("officer")
    assert officer.get("/links").content.decode().count('name="chosen"') == 3
    asked = officer.get("/links/decide", {"chosen": [doubt.pk for doubt in three]}).content.decode()
    assert asked.count("<fieldset") == 3
    answer = officer.post("/links/decide", answers(three, first_of(three[0]), "none", "", note="门牌核过"))
    assert answer.url == "/links?sort=name"
    verdicts = {(one.key, one.verdict) for one in Decision.objects.all()}
    assert verdicts == {("k0", "same"), ("k1", "different")}
    assert [doubt.key for doubt in Doubt.objects.filter(open=True)] == ["k2"]
    assert {one.note for one in Decision.objects.all()} == {"门牌核过"}
    assert Event.objects.filter(verb="link.decided").count() == 2


def test_nothing_decided_says_so_and_keeps_what_was_written(three, client_of):
    answer = client_of("officer").post("/links/decide", answers(three, "", "", "", note="写了一半"))
    assert answer.status_code == 422
    assert "还没有认定任何一条" in answer.content.decode()
    assert "写了一半" in answer.content.decode()
    strange = client_of("officer").post("/links/decide", answers(three[:1], first_of(three[1])))
    assert strange.status_code == 422
    assert not Decision.objects.exists()


def test_what_was_decided_meanwhile_stays(three, cast):
    choices = [(three[0], None), (three[1], None)]
    assert decide_together(choices=choices[:1], by=cast["officer"]) == [three[0]]
    assert decide_together(choices=choices, by=cast["officer"]) == [three[1]]
    with pytest.raises(Refused, match="都已认定"):
        decide_together(choices=choices, by=cast["officer"])


def test_the_candidates_of_many_are_found_together(three, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = queries.candidates_of_all(three)
    assert [len(found[doubt.pk]) for doubt in three] == [2, 2, 2]


def test_all_names_that_joined_nobody_are_shown(tmp_path, client_of):
    rows = presale_rows(130)
    submit(csv_file(tmp_path / "预售.csv", PRESALE_HEAD, rows), "9.5", "2026Q3", "建设交通局")
    link_batches(by=None)
    wanted = set(queries.unlinked().select("key").collect()["key"])
    assert len(wanted) > 100
    seen, query = [], ""
    while query is not None:
        request = RequestFactory().get(f"/links/unlinked?{query}")
        page = listing(request, "x", UNLINKED, queries.unlinked(), order=("-mentions", "key"))
        seen += [row["key"] for row in page.items]
        query = page.next_query
    assert len(seen) == len(wanted)
    assert set(seen) == wanted
    officer = client_of("officer")
    name = str(rows[7][2])
    found = officer.get("/links/unlinked", {"q": name}).content.decode()
    assert name in found
    assert "共 1 条" in found
    assert "没有找到" in officer.get("/links/unlinked?q=没有这样的").content.decode()


def test_nothing_linked_yet_is_an_empty_queue(client_of):
    assert isinstance(queries.unlinked(), pl.LazyFrame)
    assert "每个名称都对上了" in client_of("officer").get("/links/unlinked").content.decode()
