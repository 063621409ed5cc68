"""Filings of liaisons and editions that wait are told to who must decide; the unit hears what was decided."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.editions import actions as editions
from gongzhi.editions.queries import Piece
from gongzhi.engine.definitions.editing import with_field
from gongzhi.organisation.actions import decide_filing, submit_filing
from gongzhi.organisation.models import Filing
from gongzhi.work.actions import tell_of_editions, tell_of_filings
from gongzhi.work.models import Message

from .conftest import UNIT

pytestmark = pytest.mark.django_db
POSTS = {
    "head": "示例甲", "deputy": "示例乙", "section": "办公室", "liaison": "示例丙", "liaison_post": "科员",
    "telephone": "0575-00000000",
}  # fmt: skip


def lines(person):
    return [tuple(line) for one in Message.objects.filter(person=person) for line in one.lines]


@pytest.fixture
def filing(cast):
    return submit_filing(unit=UNIT, posts=POSTS, by=cast["liaison"])


def test_the_office_of_a_filing_that_waits(cast, filing):
    assert (tell_of_filings(), tell_of_filings()) == (1, 0)
    line = ("区建设交通局提交了联络员备案，请办理", f"/liaisons/{filing.pk}")
    assert lines(cast["office"]) == lines(cast["office2"]) == [line]
    assert {one.person.username for one in Message.objects.all()} == {"office", "office2"}
    assert "示例" not in str(list(Message.objects.values_list("lines", flat=True)))
    event = Event.objects.get(verb="filing.told")
    assert event.detail == {"people": 2, "rung": "submitted"}


@pytest.mark.parametrize("accept", [True, False])
def test_the_unit_of_what_was_decided(cast, filing, accept):
    done = decide_filing(filing=filing, accept=accept, reason="缺科室", by=cast["office"])
    assert (tell_of_filings(), tell_of_filings()) == (1, 0)
    filed = f"本单位的联络员备案已办好，回执号 {done.number}"
    said = filed if accept else "本单位的联络员备案被退回，请看理由，改好后重新提交"
    assert lines(cast["liaison"]) == [(said, "/liaisons/mine")]
    assert Message.objects.count() == 1


def test_what_was_decided_long_ago_is_no_news(cast, filing):
    decide_filing(filing=filing, accept=True, reason="", by=cast["office"])
    Filing.objects.update(decided_at=timezone.now() - dt.timedelta(8))
    assert tell_of_filings() == 0


def test_who_may_approve_an_edition_that_waits_once_each_time_it_is_submitted(cast):
    draft = editions.draft_of(piece=Piece("resource", "slaughterhouses"), by=cast["office"])
    extra = {"key": "inspected", "title": "检疫合格数", "type": "count"}
    texts = {name: with_field(text, extra) for name, text in draft.texts.items()}
    draft = editions.rewrite(edition=draft, texts=texts, by=cast["office"])
    assert tell_of_editions() == 0
    draft = editions.submit(edition=draft, since=timezone.localdate(), reason="试改", by=cast["office"])
    assert (tell_of_editions(), tell_of_editions()) == (1, 0)
    assert lines(cast["office2"]) == [(f"“{draft.title}”的修订已提交，请批准或退回", f"/editions/{draft.pk}")]
    assert Message.objects.count() == 1
    draft = editions.send_back(edition=draft, reason="再想想", by=cast["office2"])
    assert (tell_of_editions(), tell_of_editions()) == (1, 0)
    back = f"您起草的“{draft.title}”的修订被退回，请看理由，改好后重新提交"
    assert lines(cast["office"]) == [(back, f"/editions/{draft.pk}")]
    draft = editions.submit(edition=draft, since=timezone.localdate(), reason="想好了", by=cast["office"])
    draft.checked_at += dt.timedelta(seconds=1)  # nobody submits twice in a second but a test
    draft.save()
    assert (tell_of_editions(), tell_of_editions()) == (1, 0)


def test_what_is_submitted_or_sent_back_together_is_one_line(cast):
    drafts = []
    for code in ("letters/chase", "reminders/usual"):
        draft = editions.draft_of(piece=Piece("list", code), by=cast["office"])
        texts = {name: text.replace("title: ", "title: 试改") for name, text in draft.texts.items()}
        drafts.append(editions.rewrite(edition=draft, texts=texts, by=cast["office"]))
    day = timezone.localdate()
    editions.submit_together(editions=drafts, since=day, reason="试改", by=cast["office"])
    assert (tell_of_editions(), tell_of_editions()) == (2, 0)
    assert lines(cast["office2"]) == [("2 项修订已一起提交，请批准或退回", "/editions")]
    editions.send_back_together(editions=drafts, reason="再想想", by=cast["office2"])
    assert (tell_of_editions(), tell_of_editions()) == (2, 0)
    back = "您提交的 2 项修订被退回，请看理由，改好后重新提交"
    assert lines(cast["office"]) == [(back, "/editions")]


@pytest.mark.parametrize(("by", "told"), [("office2", 1), ("office", 0)])
def test_the_author_of_a_draft_that_somebody_else_gave_up(cast, by, told):
    draft = editions.draft_of(piece=Piece("resource", "slaughterhouses"), by=cast["office"])
    editions.discard(edition=draft, reason="不改了", by=cast[by])
    assert (tell_of_editions(), tell_of_editions()) == (told, 0)
    said = (f"您起草的“{draft.title}”的修订已作废，请看理由", f"/editions/{draft.pk}")
    assert lines(cast["office"]) == [said] * told


def test_what_was_given_up_long_ago_is_no_news(cast):
    draft = editions.draft_of(piece=Piece("resource", "slaughterhouses"), by=cast["office"])
    editions.discard(edition=draft, reason="不改了", by=cast["office2"])
    Event.objects.filter(verb="edition.discarded").update(at=timezone.now() - dt.timedelta(8))
    assert tell_of_editions() == 0
