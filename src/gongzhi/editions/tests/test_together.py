"""Several drafts at once: what holds only together, all or nothing, by a second person."""

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.editions import actions
from gongzhi.editions.actions.deciding import Faulty
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece, contents_in_force, in_force, problems, problems_together
from gongzhi.editions.states import NotPossible, State
from gongzhi.engine.definitions import contents_of
from gongzhi.engine.definitions.editing import with_field, without_field

pytestmark = pytest.mark.django_db
FILE = "catalogue/agriculture/slaughterhouses.yml"
EXTRA = {"key": "inspected", "title": "检疫合格数", "type": "count"}


def today():
    return timezone.localdate()


@pytest.fixture
def brought(release, trial_check):
    """What a release brought: a resource with a new column, and a check that reads the column."""
    actions.take_folder()
    release(FILE, lambda text: with_field(text, EXTRA))
    release("checks/trial_check.yml", lambda _: trial_check)
    actions.take_folder()
    return list(Edition.objects.filter(origin="release").order_by("kind"))  # the check, the resource


def put_in(cast, drafts, since=None, reason="随新版"):
    return actions.submit_together(
        editions=drafts,
        since=since or today(),
        reason=reason,
        document="越共治〔2026〕1号",
        by=cast["office"],
    )


def states(drafts):
    return {State(one.state) for one in Edition.objects.filter(pk__in=[one.pk for one in drafts])}


def test_a_set_holds_where_its_member_alone_does_not(cast, second, brought, settings):
    check, _ = brought
    assert problems(check)
    with pytest.raises(Faulty):
        put_in(cast, [check])
    waiting = put_in(cast, brought)
    assert {(one.state, one.since, one.author, one.document) for one in waiting} == {
        (State.CHECKED, today(), cast["office"], "越共治〔2026〕1号")
    }
    with pytest.raises(Faulty):
        actions.approve(edition=check, by=second)
    assert "trial_check" not in in_force().history_checks
    made = actions.approve_together(editions=brought, by=second)
    assert sorted(one.version for one in made) == [1, 2]
    assert "trial_check" in in_force().history_checks
    assert contents_in_force() == contents_of(settings.DEFINITIONS)


def test_each_edition_has_its_own_events(cast, second, brought):
    put_in(cast, brought)
    actions.approve_together(editions=brought, by=second)
    for verb, duty in (("submitted", "draft_definitions"), ("approved", "approve_definitions")):
        events = Event.objects.filter(verb=f"edition.{verb}", duty=duty)
        assert {one.subject for one in events} == {str(one.pk) for one in brought}


def test_one_that_hinders_holds_all_back_and_is_named(cast, second, brought):
    draft = actions.draft_of(piece=Piece("resource", "deed_tax_filings"), by=cast["office"])
    texts = {name: without_field(text, "contract_on") for name, text in draft.texts.items()}
    broken = actions.rewrite(edition=draft, texts=texts, by=cast["office"])
    other = actions.draft_of(piece=Piece("rule", "R17"), by=second)
    with pytest.raises(Faulty) as told:
        put_in(cast, [*brought, broken])
    assert "一项也没有办" in str(told.value)
    assert all("规则 R17“" in fault for fault in told.value.faults), told.value.faults
    with pytest.raises(Faulty) as told:
        put_in(cast, [*brought, other])
    assert told.value.faults == [f"“{other.title}”：这份草稿由别人起草，请由起草人提交"]
    assert states([*brought, broken, other]) == {State.DRAFT}
    assert not Event.objects.filter(verb="edition.submitted").exists()


def test_a_fault_inside_one_of_them_says_which(cast, brought):
    check, resource = brought
    text = check.texts["checks/trial_check.yml"].replace("severity: explain", "severity: loud")
    Edition.objects.filter(pk=check.pk).update(texts={"checks/trial_check.yml": text})
    check.refresh_from_db()
    (fault,) = problems_together([check, resource])
    assert fault.startswith("“往期与外部核对：试用核对”第 7 行：")


def test_nobody_approves_or_returns_among_others_what_is_her_own(cast, second, brought):
    check, resource = brought
    put_in(cast, brought)
    with pytest.raises(Faulty, match="一项也没有办：有 2 处"):
        actions.approve_together(editions=brought, by=cast["office"])
    with pytest.raises(Faulty):
        actions.send_back_together(editions=brought, reason="再看", by=cast["office"])
    Edition.objects.filter(pk=check.pk).update(author=second, former_authors=[str(cast["office"].pk)])
    with pytest.raises(Faulty) as told:
        actions.approve_together(editions=[check, resource], by=second)
    assert told.value.faults == [f"“{check.title}”：自己起草的，须由另一个人批准"]
    assert states(brought) == {State.CHECKED}


def test_several_are_sent_back_with_one_reason(cast, second, brought):
    put_in(cast, brought)
    with pytest.raises(NotPossible, match="理由"):
        actions.send_back_together(editions=brought, reason=" ", by=second)
    back = actions.send_back_together(editions=brought, reason="先问农业农村局", by=second)
    assert {(one.state, one.answer) for one in back} == {(State.DRAFT, "先问农业农村局")}
    with pytest.raises(Faulty, match="2 处"):
        actions.send_back_together(editions=brought, reason="再退", by=second)


def test_each_day_on_which_one_of_them_begins_must_hold(cast, second, brought):
    """The check counts from today, the column that it reads from next year: between them nothing holds."""
    check, resource = brought
    put_in(cast, brought)
    Edition.objects.filter(pk=resource.pk).update(since=dt.date(today().year + 1, 1, 1))
    with pytest.raises(Faulty) as told:
        actions.approve_together(editions=brought, by=second)
    assert all(fault.startswith(f"“{check.title}”") for fault in told.value.faults)
    assert states(brought) == {State.CHECKED}


def test_a_day_before_the_open_period_is_refused_for_each(cast, brought):
    with pytest.raises(Faulty) as told:
        put_in(cast, brought, since=today() - dt.timedelta(days=400))
    assert any("最早从" in fault and brought[1].title in fault for fault in told.value.faults)


class TestPages:
    def test_a_release_is_taken_in_two_clicks_and_approved_in_two(self, client_of, brought):
        client, other = client_of("office"), client_of("office2")
        desk = client.get("/editions").content.decode()
        assert "/editions/together?of=release" in desk
        page = client.get("/editions/together?of=release").content.decode()
        assert page.count(" checked aria-label") == 2
        assert "新增列“检疫合格数”" in page
        assert "新版程序所附定义与现行版不同" in page.partition("为什么改")[2]  # the reason, to be changed
        sent = {
            "chosen": [one.pk for one in brought], "since": str(today()), "reason": "随新版", "document": "",
        }  # fmt: skip
        assert client.post("/editions/together", sent).status_code == 302
        assert states(brought) == {State.CHECKED}
        assert "of=waiting" not in client.get("/editions").content.decode()  # they are her own
        assert "没有选中" in client.get("/editions/together/decide?of=waiting").content.decode()
        assert "/editions/together/decide?of=waiting" in other.get("/editions").content.decode()
        page = other.get("/editions/together/decide?of=waiting").content.decode()
        assert page.count(" checked aria-label") == 2
        decided = {"chosen": [one.pk for one in brought], "verdict": "approve"}
        assert other.post("/editions/together/decide", decided).status_code == 302
        assert "trial_check" in in_force().history_checks

    def test_one_kind_of_a_release(self, client_of, brought):
        client = client_of("office")
        desk = client.get("/editions?type=checks").content.decode()
        assert "试用核对" in desk
        assert "屠宰" not in desk
        page = client.get("/editions/together?of=release&type=resource").content.decode()
        assert page.count(" checked aria-label") == 1
        assert "试用核对" not in page

    def test_what_hinders_is_listed_and_nothing_is_lost(self, client_of, brought):
        client, (check, resource) = client_of("office"), brought
        sent = {
            "chosen": [check.pk], "shown": f"{check.pk},{resource.pk}", "since": str(today()),
            "reason": "只报核对", "back": "/editions?type=checks",
        }  # fmt: skip
        answer = client.post("/editions/together", sent)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "一项也没有办" in page
        assert "“往期与外部核对：试用核对”第" in page
        assert "只报核对" in page
        assert page.count(" checked aria-label") == 1
        assert f'value="{resource.pk}" aria-label' in page  # left out, and still there to be chosen
        none = client.post("/editions/together", {**sent, "chosen": []})
        assert none.status_code == 422
        assert "请至少勾选一项" in none.content.decode()

    def test_sending_back_needs_a_reason(self, client_of, cast, brought):
        put_in(cast, brought)
        client = client_of("office2")
        sent = {"chosen": [one.pk for one in brought], "verdict": "send_back", "reason": ""}
        answer = client.post("/editions/together/decide", sent)
        assert answer.status_code == 422
        assert "退回要写明理由" in answer.content.decode()
        assert client.post("/editions/together/decide", {**sent, "reason": "再核"}).status_code == 302
        assert states(brought) == {State.DRAFT}

    def test_an_address_written_by_hand_is_no_fault(self, client_of):
        client = client_of("office")
        for query in ("", "?chosen=x&chosen=99999999999999999999", "?of=release&type=nothing", "?of=%00"):
            assert client.get(f"/editions/together{query}").status_code == 200
        sent = {"shown": "1,²,x,99999999999999999999", "since": "x", "reason": ""}
        assert client.post("/editions/together", sent).status_code == 422
