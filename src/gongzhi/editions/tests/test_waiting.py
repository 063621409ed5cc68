"""What becomes of a draft that waits: taken back, approved after its day, given up with others."""

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.editions import actions
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece, in_force, standing
from gongzhi.editions.states import NotPossible, Standing, State
from gongzhi.engine.calendar import period_of
from gongzhi.engine.definitions.editing import with_about, with_field

pytestmark = pytest.mark.django_db
SLAUGHTER = Piece("resource", "slaughterhouses")  # 11.3, half-yearly, no rule reads it
EXTRA = {"key": "inspected", "title": "检疫合格数", "type": "count"}


def today():
    return timezone.localdate()


@pytest.fixture
def waiting(cast):
    """A further column of 11.3, submitted from today."""
    made = actions.draft_of(piece=SLAUGHTER, by=cast["office"])
    texts = {name: with_field(text, EXTRA) for name, text in made.texts.items()}
    made = actions.rewrite(edition=made, texts=texts, by=cast["office"])
    return actions.submit(edition=made, since=today(), reason="试改", by=cast["office"])


def test_the_author_takes_a_submitted_draft_back_and_goes_on(client_of, cast, waiting):
    office, second = client_of("office"), client_of("office2")
    assert "收回再改" not in second.get(f"/editions/{waiting.pk}").content.decode()
    with pytest.raises(NotPossible, match="别人提交"):
        actions.take_back(edition=waiting, by=cast["office2"])
    assert "收回再改" in office.get(f"/editions/{waiting.pk}").content.decode()
    assert office.post(f"/editions/{waiting.pk}/take-back").status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == State.DRAFT
    assert Event.objects.filter(verb="edition.taken_back", subject=str(waiting.pk)).count() == 1
    texts = {
        name: with_field(text, {"title": "检疫合格头数"}, key="inspected")
        for name, text in waiting.texts.items()
    }
    actions.rewrite(edition=waiting, texts=texts, by=cast["office"])
    assert "已经到了别的状态" in second.post(f"/editions/{waiting.pk}/approve", follow=True).content.decode()
    actions.submit(edition=waiting, since=today(), reason="试改", by=cast["office"])
    assert actions.approve(edition=waiting, by=cast["office2"]).version == 2


def test_what_was_said_with_a_submission_stands_in_the_form_again(client_of, cast, waiting):
    following = period_of("half_year", today()).end + dt.timedelta(days=1)
    Edition.objects.filter(pk=waiting.pk).update(since=following, document="越税领办〔2026〕3号")
    actions.send_back(edition=waiting, reason="说明再写清楚", by=cast["office2"])
    said = client_of("office").get(f"/editions/{waiting.pk}").context["submit"].initial
    assert (said["since"], said["reason"], said["document"]) == (
        following.isoformat(), "试改", "越税领办〔2026〕3号",
    )  # fmt: skip


def test_what_is_approved_after_its_day_counts_from_the_period_that_runs_then(client_of, waiting):
    """Periods that are over were reported by what was in force, whenever the second person comes to it."""
    long_ago = today() - dt.timedelta(days=400)
    Edition.objects.filter(pk=waiting.pk).update(since=long_ago)
    now = period_of("half_year", today()).start
    second = client_of("office2")
    page = second.get(f"/editions/{waiting.pk}").content.decode()
    assert f"从 {now} 起生效" in page
    assert f"提交时写的是 {long_ago}，已经过去" in page
    table = second.get(f"/editions/together/decide?chosen={waiting.pk}").content.decode()
    assert f"写的是 {long_ago}，已过" in table
    second.post(f"/editions/{waiting.pk}/approve")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.since) == (State.APPROVED, now)
    assert "inspected" not in [
        one.key for one in in_force(now - dt.timedelta(days=1)).resources["11.3"].sheets[0].fields
    ]


def test_a_rhythm_that_would_begin_too_late_is_not_approved(cast):
    """Half-years that became quarters from a day that has gone by: the running half-year is owed whole."""
    made = actions.draft_of(piece=SLAUGHTER, by=cast["office"])
    texts = {name: with_about(text, {"frequency": "季后15日内"}) for name, text in made.texts.items()}
    made = actions.rewrite(edition=made, texts=texts, by=cast["office"])
    following = period_of("half_year", today()).end + dt.timedelta(days=1)
    actions.submit(edition=made, since=following, reason="改报送周期", by=cast["office"])
    Edition.objects.filter(pk=made.pk).update(since=today() - dt.timedelta(days=300))
    with pytest.raises(NotPossible, match=f"请从 {following} 起"):
        actions.approve(edition=made, by=cast["office2"])


def test_several_drafts_are_given_up_with_one_reason(client_of, cast):
    codes = ("glossary", "findings")
    drafts = [actions.draft_of(piece=Piece("list", code), by=cast["office"]) for code in codes]
    keys = [one.pk for one in drafts]
    office = client_of("office")
    assert "/editions/together/discard" in office.get("/editions").content.decode()
    page = office.get("/editions/together/discard", {"chosen": keys})
    assert "一起作废" in page.content.decode()
    said = {"chosen": keys, "shown": ",".join(map(str, keys))}
    assert office.post("/editions/together/discard", {**said, "reason": " "}).status_code == 422
    assert office.post("/editions/together/discard", {**said, "reason": "随新版一起另拟"}).status_code == 302
    found = Edition.objects.filter(pk__in=keys)
    assert {(one.state, one.answer) for one in found} == {(State.DISCARDED, "随新版一起另拟")}
    assert Event.objects.filter(verb="edition.discarded").count() == len(keys)
    with pytest.raises(NotPossible):
        actions.discard_together(editions=drafts, reason="再作废", by=cast["office"])


def test_a_version_that_never_comes_to_count_is_not_shown_as_coming(cast, waiting):
    """The second version begins later than the third, which says all that it says and more."""
    following = period_of("half_year", today()).end + dt.timedelta(days=1)
    Edition.objects.filter(pk=waiting.pk).update(since=following)
    second = actions.approve(edition=waiting, by=cast["office2"])
    assert standing(second) == Standing.AHEAD
    made = actions.draft_of(piece=SLAUGHTER, by=cast["office"])
    texts = {
        name: with_field(text, {"title": "检疫头数"}, key="inspected") for name, text in made.texts.items()
    }
    made = actions.rewrite(edition=made, texts=texts, by=cast["office"])
    actions.submit(edition=made, since=today(), reason="提前", by=cast["office"])
    assert standing(actions.approve(edition=made, by=cast["office2"])) == Standing.IN_FORCE
    assert standing(second) == Standing.SUPERSEDED


def test_a_page_that_was_open_while_the_draft_went_on_says_how_it_stands(client_of, cast, waiting):
    office, second = client_of("office"), client_of("office2")
    told = office.post(f"/editions/{waiting.pk}/about", {"title": "x"}, follow=True)
    assert told.redirect_chain == [(f"/editions/{waiting.pk}", 302)]
    assert "这一版现在是“待批准”，不是草稿，刚才这一步没有办" in told.content.decode()
    assert "现在是“待批准”" in office.get(f"/editions/{waiting.pk}/columns/new", follow=True).content.decode()
    actions.discard(edition=waiting, reason="不改了", by=cast["office"])
    told = second.post(f"/editions/{waiting.pk}/approve", follow=True).content.decode()
    assert "已经到了别的状态：现在是“已作废”，刚才这一步没有办" in told
    assert "请刷新" not in told
