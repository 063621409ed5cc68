"""Draft, checks, second person, first day: what counts when, and what every process sees."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.editions import actions
from gongzhi.editions.actions.deciding import Faulty
from gongzhi.editions.models import Edition, Publication
from gongzhi.editions.queries import (
    Piece,
    changes,
    contents_in_force,
    in_force,
    in_force_for,
    look_again,
    resource_for,
)
from gongzhi.editions.queries.used import users_of
from gongzhi.editions.states import NotPossible, State
from gongzhi.engine.definitions import contents_of, load_once
from gongzhi.engine.definitions.editing import plain, with_about, with_field, without_field

pytestmark = pytest.mark.django_db
SLAUGHTER = Piece("resource", "slaughterhouses")  # 11.3, half-yearly, no rule reads it
EXTRA = {"key": "inspected", "title": "检疫合格数", "type": "count"}


def extra(text):
    return with_field(text, EXTRA)


def draft(cast, piece=SLAUGHTER, change=extra):
    made = actions.draft_of(piece=piece, by=cast["office"])
    texts = {name: change(text) for name, text in made.texts.items()}
    return actions.rewrite(edition=made, texts=texts, by=cast["office"])


def submitted(cast, since=None, **kwargs):
    made = draft(cast, **kwargs)
    return actions.submit(edition=made, since=since or timezone.localdate(), reason="试改", by=cast["office"])


def fields(definitions):
    return [field.key for field in definitions.resources["11.3"].sheets[0].fields]


def test_a_home_without_editions_reads_the_folder():
    assert in_force() is load_once(settings.DEFINITIONS)
    assert contents_in_force() == contents_of(settings.DEFINITIONS)


def test_a_change_counts_when_a_second_person_has_approved_it(cast, second):
    before = in_force()
    made = submitted(cast)
    assert in_force() is before
    with pytest.raises(NotPossible, match="另一个人"):
        actions.approve(edition=made, by=cast["office"])
    approved = actions.approve(edition=made, by=second)
    assert (approved.version, approved.state) == (2, State.APPROVED)
    assert fields(in_force())[-1] == "inspected"
    assert in_force().digest != before.digest
    assert [e.verb for e in Event.objects.filter(verb__startswith="edition.").order_by("id")] == [
        "edition.drafted", "edition.changed", "edition.submitted", "edition.approved",
    ]  # fmt: skip


def test_the_database_holds_that_author_and_approver_differ(cast):
    made = submitted(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=made.pk).update(approver=cast["office"])


def test_only_its_author_changes_a_draft(cast, second):
    made = draft(cast)
    with pytest.raises(NotPossible, match="别人起草"):
        actions.rewrite(edition=made, texts=made.texts, by=second)
    with pytest.raises(NotPossible, match="别人起草"):
        actions.submit(edition=made, since=timezone.localdate(), reason="x", by=second)


def test_an_edition_of_a_later_period_waits_for_it(cast, second, publish):
    today = timezone.localdate()
    later = dt.date(today.year + 1, 1, 1)
    publish(*SLAUGHTER, extra, since=later)
    assert "inspected" not in fields(in_force())
    assert "inspected" in fields(in_force(later))


def test_the_period_decides_which_version_a_file_is_checked_by(publish):
    today = timezone.localdate()
    start = dt.date(today.year, 1 if today.month < 7 else 7, 1)
    publish(*SLAUGHTER, extra, since=start)
    now = f"{start.year}H{1 if start.month == 1 else 2}"
    before = f"{start.year - (start.month == 1)}H{2 if start.month == 1 else 1}"
    assert in_force_for("11.3", now) is in_force()
    assert "inspected" in fields(in_force_for("11.3", now))
    earlier = in_force_for("11.3", before)
    assert "inspected" not in fields(earlier)
    assert earlier.tables["slaughterhouses"][1] is earlier.resources["11.3"].sheets[0]
    assert len({earlier.digest, in_force().digest, load_once(settings.DEFINITIONS).digest}) == 3
    assert in_force_for("11.3", before) is earlier
    assert resource_for("15.3", "2026-01") == in_force().resources["15.3"]


def test_a_request_stays_with_what_it_found_and_the_next_one_sees_the_new(publish, cast, second):
    look_again()
    before = in_force()
    made = submitted(cast)
    look_again()
    assert in_force() is before
    other = Publication.objects.get().stamp
    actions.approve(edition=made, by=second)
    assert Publication.objects.get().stamp != other
    assert in_force() is not before


def test_asking_within_a_request_costs_one_read(publish, django_assert_num_queries):
    publish(*SLAUGHTER, extra)
    look_again()
    in_force()
    look_again()
    with django_assert_num_queries(1):
        for _ in range(100):
            in_force()


def test_a_column_that_a_rule_reads_is_not_retired(cast):
    made = draft(cast, Piece("resource", "deed_tax_filings"), lambda text: without_field(text, "contract_on"))
    with pytest.raises(Faulty) as told:
        actions.submit(edition=made, since=timezone.localdate(), reason="停用", by=cast["office"])
    assert all("规则 R17“" in fault for fault in told.value.faults), told.value.faults
    assert any("contract_on" in fault for fault in told.value.faults)
    assert [name[:6] for name in users_of("deed_tax_filings", "contract_on")] == ["规则 R17"[:6]]
    assert users_of("slaughterhouses", "fee_per_head") == []
    assert "往期与外部核对“预售项目的规划许可”" in users_of("planning_permits", "builder_code")
    assert "往期与外部核对“预售项目的规划许可”" in users_of("presale_permits", "developer_code")
    assert users_of("slaughterhouses", "species") == ["“哪些列合起来不重复”"]


def test_what_accepted_rows_could_not_be_read_with_is_refused(cast):
    def number(text):
        return with_field(text, {"type": "count", "aliases": []}, key="licence_no")

    with pytest.raises(Faulty) as told:
        submitted(cast, change=number)
    assert "不能改为整数" in told.value.faults[0]
    submitted(cast, change=lambda text: with_field(text, {"type": "text"}, key="licence_no"))


def test_a_retired_column_does_not_come_back_as_something_else(cast, publish):
    publish(*SLAUGHTER, lambda text: without_field(text, "licence_no"))
    again = {"key": "licence_no", "title": "证号", "type": "count"}
    with pytest.raises(Faulty, match="1 处"):
        submitted(cast, change=lambda text: with_field(text, again))


def test_no_edition_begins_in_a_period_that_was_already_reported(cast):
    with pytest.raises(NotPossible, match="最早从"):
        submitted(cast, since=timezone.localdate() - dt.timedelta(days=200))


def test_a_draft_whose_basis_was_overtaken_is_not_approved(cast, second):
    made = submitted(cast)
    Edition.objects.create(
        kind="resource", code="slaughterhouses", title="x", version=2, texts=made.basis.texts,
        digest=made.basis.digest, state=State.APPROVED, drafted_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(NotPossible, match="重新起草"):
        actions.approve(edition=made, by=second)


def test_sent_back_and_discarded_drafts_keep_their_reasons(cast, second):
    made = submitted(cast)
    with pytest.raises(NotPossible, match="理由"):
        actions.send_back(edition=made, reason=" ", by=second)
    with pytest.raises(NotPossible, match="300 字，现在是 301 字"):
        actions.send_back(edition=made, reason="别" * 301, by=second)
    back = actions.send_back(edition=made, reason="别名不全", by=second)
    assert (back.state, back.answer) == (State.DRAFT, "别名不全")
    gone = actions.discard(edition=back, reason="不改了", by=cast["office"])
    assert gone.state == State.DISCARDED
    with pytest.raises(NotPossible):
        actions.rewrite(edition=gone, texts=gone.texts, by=cast["office"])
    assert actions.draft_of(piece=SLAUGHTER, by=cast["office"]).pk != gone.pk


def test_nothing_changed_is_not_submitted(cast):
    with pytest.raises(NotPossible, match="没有不同"):
        submitted(cast, change=lambda text: text)


def test_the_difference_is_told_in_plain_words(cast):
    made = actions.draft_of(piece=SLAUGHTER, by=cast["office"])
    (text,) = made.texts.values()
    new = with_field(extra(text), {"title": "屠宰场名称", "required": False}, key="enterprise_name")
    new = without_field(with_about(new, {"frequency": "季后15日内"}), "own_heads")
    assert changes("resource", made.texts, {"x.yml": new}, in_force()) == [
        "报送要求：由“每半年”改为“季后15日内”",
        "列“企业名称”改名为“屠宰场名称”，原名仍然认得",
        "“屠宰场名称”改为可不填",
        "新增列“检疫合格数”（整数，可不填）",
        "停用列“其中自营屠宰头（羽）数”",
    ]
    assert plain(new)["frequency"] == "季后15日内"


def test_taking_the_folder_in_changes_nothing_and_is_done_once(cast):
    before = in_force()
    taken = actions.take_folder()
    assert taken.first > 150
    assert (taken.entries, taken.drafts) == (0, 0)
    assert actions.take_folder() == actions.releasing.Taken()
    assert in_force() is before
    assert contents_in_force() == contents_of(settings.DEFINITIONS)


def test_a_later_release_arrives_as_drafts_and_new_codes_at_once(cast, second, release):
    actions.take_folder()
    before = in_force()
    file = "catalogue/agriculture/slaughterhouses.yml"
    release(file, extra)
    term = "  - {chinese: 试用词, english: trial_word}\n"
    release("glossary.yml", lambda text: text.rstrip("\n") + "\n" + term)
    assert in_force().resources == before.resources
    taken = actions.take_folder()
    assert (taken.first, taken.entries, taken.drafts) == (0, 1, 1)
    assert in_force().resources == before.resources
    assert "试用词" in in_force().terms
    (found,) = Edition.objects.filter(origin="release")
    actions.submit(edition=found, since=timezone.localdate(), reason="随新版", by=cast["office"])
    actions.approve(edition=found, by=second)
    assert fields(in_force())[-1] == "inspected"
    assert contents_in_force() == contents_of(settings.DEFINITIONS)


def test_what_does_not_fit_what_is_in_force_waits_and_the_program_starts(cast, second, release, trial_check):
    actions.take_folder()
    before = in_force()
    release("catalogue/agriculture/slaughterhouses.yml", extra)
    release("checks/trial_check.yml", lambda _: trial_check)
    taken = actions.take_folder()
    assert (taken.first, taken.entries, taken.drafts) == (0, 0, 2)
    look_again()
    assert set(in_force().history_checks) == set(before.history_checks)
    resource, check = Edition.objects.filter(origin="release").order_by("-kind")
    assert "trial_check" in check.reason or "inspected" in check.reason
    today = {"since": timezone.localdate(), "reason": "随新版", "by": cast["office"]}
    with pytest.raises(Faulty):
        actions.submit(edition=check, **today)
    for edition in (resource, check):
        edition.refresh_from_db()
        actions.submit(edition=edition, **today)
        actions.approve(edition=edition, by=second)
    assert "trial_check" in in_force().history_checks
    assert contents_in_force() == contents_of(settings.DEFINITIONS)
