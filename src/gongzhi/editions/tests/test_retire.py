"""A rule or a check is retired from a day, by a second person, and comes back by a later edition."""

import datetime as dt

import pytest
from django.conf import settings
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.editions import actions
from gongzhi.editions.actions.deciding import Faulty
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import (
    Piece,
    contents_in_force,
    counting,
    in_force,
    label,
    look_again,
    piece_of,
    retired,
    rule_ever,
    standing,
)
from gongzhi.editions.states import NotPossible, Standing
from gongzhi.engine.definitions import contents_of, load_contents, load_once
from gongzhi.engine.definitions.editing import with_entry

pytestmark = pytest.mark.django_db
CHECK = Piece("list", "checks/presale_planned")
RULE = Piece("rule", "R17")


def today():
    return timezone.localdate()


@pytest.fixture
def gone(cast, second):
    """gone(piece, since): the piece, retired by an approved edition."""

    def made(piece, since=None):
        draft = actions.draft_retirement(piece=piece, by=cast["office"])
        actions.submit(edition=draft, since=since or today(), reason="由另一条接替", by=cast["office"])
        return actions.approve(edition=draft, by=second)

    return made


def test_a_check_is_left_out_from_its_day_and_not_before(gone, tmp_path):
    before = contents_in_force()
    later = today() + dt.timedelta(days=30)
    made = gone(CHECK, since=later)
    assert (made.version, standing(made), label(made)) == (2, Standing.RETIRING, "待停用")
    assert contents_in_force() == before
    assert "presale_planned" in in_force(later - dt.timedelta(days=1)).history_checks
    assert "presale_planned" not in in_force(later).history_checks
    assert standing(made, later) == Standing.RETIRED
    left = contents_in_force(later)
    assert {piece_of(name) for name in before.keys() - left.keys()} == {CHECK}
    assert load_contents(left).digest == in_force(later).digest


def test_retirement_needs_a_second_person_and_leaves_its_trail(cast, second):
    draft = actions.draft_retirement(piece=CHECK, by=cast["office"])
    with pytest.raises(NotPossible, match="为什么"):
        actions.submit(edition=draft, since=today(), reason=" ", by=cast["office"])
    early = today() - dt.timedelta(days=1)
    with pytest.raises(NotPossible, match="最早从"):
        actions.submit(edition=draft, since=early, reason="接替", by=cast["office"])
    with pytest.raises(NotPossible, match="没有内容可改"):
        actions.rewrite(edition=draft, texts={"checks/presale_planned.yml": "x: 1"}, by=cast["office"])
    actions.submit(edition=draft, since=today(), reason="接替", by=cast["office"])
    with pytest.raises(NotPossible, match="另一个人"):
        actions.approve(edition=draft, by=cast["office"])
    assert "presale_planned" in in_force().history_checks
    actions.approve(edition=draft, by=second)
    assert "presale_planned" not in in_force().history_checks
    events = Event.objects.filter(subject=str(draft.pk), verb__startswith="edition.").order_by("id")
    assert [one.verb for one in events] == ["edition.drafted", "edition.submitted", "edition.approved"]


def test_what_was_retired_comes_back_as_it_was(cast, second, gone):
    whole = contents_in_force()
    gone(CHECK)
    with pytest.raises(NotPossible, match="已经停用"):
        actions.draft_retirement(piece=CHECK, by=cast["office"])
    back = actions.draft_of(piece=CHECK, by=cast["office"])
    actions.submit(edition=back, since=today(), reason="仍要用", by=cast["office"])
    made = actions.approve(edition=back, by=second)
    assert (made.version, standing(made)) == (3, Standing.IN_FORCE)
    assert contents_in_force() == whole
    assert retired() == []


def test_a_retired_rule_keeps_its_words_for_its_hits(gone):
    rule = in_force().rules["R17"].rule
    gone(RULE)
    assert "R17" not in in_force().rules
    assert rule_ever("R17") == rule
    assert rule_ever("R00") is None


def test_what_still_reads_what_is_retired_is_named(cast, monkeypatch):
    """Nothing refers to a rule or a check today; a letter, which a ladder names, shows how it is told."""
    monkeypatch.setattr("gongzhi.editions.actions.drafting.why_kept", lambda piece: "")
    draft = actions.draft_retirement(piece=Piece("list", "letters/chase"), by=cast["office"])
    with pytest.raises(Faulty) as told:
        actions.submit(edition=draft, since=today(), reason="不用了", by=cast["office"])
    assert told.value.faults
    assert all("引用了它" in fault for fault in told.value.faults), told.value.faults
    assert all(fault.startswith("“提醒阶梯：") for fault in told.value.faults), told.value.faults


@pytest.mark.parametrize(
    ("piece", "why"),
    [
        (Piece("resource", "slaughterhouses"), "数据资源不能整项停用"),
        (Piece("list", "organisation/units"), "整份清单不能停用"),
        (Piece("parameters", "disclosure"), "整份清单不能停用"),
        (Piece("list", "work/errand"), "工作事项不能停用"),
        (Piece("list", "letters/chase"), "函件不能停用"),
    ],
)
def test_what_cannot_be_dropped_says_why(cast, piece, why):
    with pytest.raises(NotPossible, match=why):
        actions.draft_retirement(piece=piece, by=cast["office"])


@pytest.fixture
def dropped(release):
    """dropped(name): the next release of the folder has this file no more."""

    def made(name):
        release(name, lambda text: text)
        (settings.DEFINITIONS / name).unlink()
        load_once.cache_clear()
        counting.folder.cache_clear()

    return made


def test_a_release_without_a_file_proposes_to_retire_it_once(cast, second, dropped, release):
    actions.take_folder()
    dropped("checks/presale_planned.yml")
    taken = actions.take_folder()
    assert (taken.first, taken.entries, taken.drafts) == (0, 0, 1)
    look_again()
    assert "presale_planned" in in_force().history_checks
    (draft,) = Edition.objects.filter(origin="release")
    assert (draft.retires, draft.author, draft.reason) == (True, None, "新版程序不再附有这一项")
    actions.submit_together(editions=[draft], since=today(), reason=draft.reason, by=cast["office"])
    actions.approve_together(editions=[draft], by=second)
    assert contents_in_force() == contents_of(settings.DEFINITIONS)
    release("checks/presale_twice.yml", lambda text: text.replace("title: ", "title: 试改", 1))
    assert actions.take_folder().drafts == 1  # the changed one alone
    assert "presale_planned" not in in_force().history_checks


def test_what_was_given_up_is_not_proposed_again_and_the_offices_own_never(cast, publish, dropped, release):
    actions.take_folder()
    own = actions.new_piece(like=CHECK, code="own_check", title="本区自拟", by=cast["office"])
    actions.submit(edition=own, since=today(), reason="自拟", by=cast["office"])
    actions.approve(edition=own, by=cast["office2"])
    dropped("checks/presale_planned.yml")
    assert actions.take_folder().drafts == 1
    (draft,) = Edition.objects.filter(origin="release")
    actions.discard(edition=draft, reason="本区仍要用", by=cast["office"])
    release("checks/presale_twice.yml", lambda text: text.replace("title: ", "title: 试改", 1))
    actions.take_folder()
    assert [one.code for one in Edition.objects.filter(origin="release", state="draft")] == [
        "checks/presale_twice"
    ]
    assert {"presale_planned", "own_check"} <= set(in_force().history_checks)


def test_a_release_that_changes_what_was_retired_brings_it_back_as_a_draft(gone, release):
    actions.take_folder()
    gone(CHECK)
    release(
        "checks/presale_planned.yml",
        lambda text: with_entry(text, (), {"title": "改过的核对"}, name="checks/presale_planned.yml"),
    )
    assert actions.take_folder().drafts == 1
    look_again()
    assert "presale_planned" not in in_force().history_checks


class TestPages:
    def test_from_the_page_of_a_check_to_its_end_and_back(self, client_of):
        client, other = client_of("office"), client_of("office2")
        assert "起草停用" in client.get("/definitions/other/checks/presale_planned").content.decode()
        asked = {"kind": "list", "code": "checks/presale_planned"}
        draft = client.post("/editions/draft", {**asked, "retire": "1"})["Location"]
        page = client.get(draft).content.decode()
        for text in ("停用：从所定的日期起不再使用", "没有别的定义用到它", "停用的内容"):
            assert text in page
        assert "直接改文本" not in page
        for form in ("texts", "entry", "entries"):
            assert client.get(f"{draft}/{form}").status_code == 404
        sent = {"since": str(today()), "reason": "由另一条接替", "document": ""}
        assert client.post(f"{draft}/submit", sent).status_code == 302
        assert f"批准，从 {today()} 起停用" in other.get(draft).content.decode()
        assert other.post(f"{draft}/approve").status_code == 302
        everything = client_of("liaison").get("/definitions").content.decode()
        assert "已停用的定义" in everything
        assert "由另一条接替" in everything
        answer = client_of("liaison").get("/definitions/other/checks/presale_planned")
        assert answer["Location"] == draft
        page = client.get(draft).content.decode()
        assert "已停用" in page
        assert "起草恢复使用" in page
        assert "起草恢复使用" not in client_of("liaison").get(draft).content.decode()
        back = client.post("/editions/draft", asked)["Location"]
        assert "恢复使用" in client.get(back).content.decode()

    def test_a_retired_rule_leads_to_how_it_ended(self, client_of, gone):
        made = gone(RULE)
        client = client_of("office")
        assert client.get("/definitions/rules/R17")["Location"] == f"/editions/{made.pk}"
        page = client.get(f"/editions/{made.pk}").content.decode()
        assert 'href="/hits?rule=R17"' in page  # what it found is still to be looked into
        assert "/hits?" not in client_of("liaison").get(f"/editions/{made.pk}").content.decode()
        assert client.get(f"/editions/{made.basis_id}").status_code == 200
        assert client.get("/definitions/rules/R00").status_code == 404

    def test_what_is_kept_says_why_on_its_page_and_when_asked(self, client_of):
        client = client_of("office")
        page = client.get("/definitions/resources/11.3").content.decode()
        assert "起草停用" not in page
        assert "数据资源不能整项停用" in page
        assert (
            "数据资源不能整项停用"
            not in client_of("liaison").get("/definitions/resources/11.3").content.decode()
        )
        asked = {"kind": "resource", "code": "slaughterhouses", "retire": "1"}
        answer = client.post("/editions/draft", asked, follow=True)
        assert "数据资源不能整项停用" in answer.content.decode()
