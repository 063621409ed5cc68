"""People hear what became of what they handed in or asked, and who must decide hears that it waits."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.files import presale_rows

from gongzhi.intake import actions
from gongzhi.intake.actions.telling import first_words
from gongzhi.organisation.models import Grant, Person
from gongzhi.work.models import Message

UNIT = "construction_transport"
WHAT = "9.5 商品房预售信息（2026年三季度）"


def lines(person):
    return [tuple(line) for one in Message.objects.filter(person=person) for line in one.lines]


def told():
    """Who has a message today."""
    return {one.person.username for one in Message.objects.all()}


@pytest.fixture
def colleague(cast):
    """Another liaison of the same unit."""
    made = Person.objects.create(username="liaison3", name="同事", unit=UNIT, is_active=True)
    Grant.objects.create(
        person=made, role="liaison", unit=UNIT, valid_from=timezone.now(), granted_by=cast["security"],
        granted_at=timezone.now(),
    )  # fmt: skip
    return made


@pytest.mark.parametrize("channel", ["page", "cli", "api", "folder"])
def test_a_batch_that_is_returned_is_told_to_the_units_liaisons_however_it_came(hand, cast, channel):
    batch = hand(presale_rows(3), by=cast["liaison"]).batch
    batch.submission.channel = channel
    batch.submission.save()
    actions.return_batch(
        batch=batch, reason="身份证号330602199001011234有误，请逐行核对后再报", by=cast["office"]
    )
    line = f"{WHAT}被办公室退回：身份证号…有误，请逐行核对后再报", f"/batches/{batch.pk}"
    assert lines(cast["liaison"]) == [line]
    assert told() == {"liaison"}


def test_a_batch_that_is_returned_with_remarks_alone_says_how_many(hand, cast):
    batch = hand(presale_rows(3), by=cast["liaison"]).batch
    remarks = [{"part": 0, "row": 1, "text": "核对面积"}]
    actions.return_batch(batch=batch, reason="", remarks=remarks, by=cast["office"])
    assert lines(cast["liaison"])[0][0] == f"{WHAT}被办公室退回：有 1 处要补正"


@pytest.mark.parametrize(("grant", "word"), [(True, "已同意"), (False, "未同意")])
def test_a_withdrawal(hand, cast, grant, word):
    batch = hand(presale_rows(3), by=cast["liaison"]).batch
    asked = actions.ask_withdrawal(batch=batch, reason="误报", by=cast["liaison"])
    what = f"撤回一批数据（{WHAT}）"
    assert (
        lines(cast["office"])
        == lines(cast["office2"])
        == [(f"区建设交通局申请{what}，请答复", "/withdrawals")]
    )
    assert told() == {"office", "office2"}
    actions.decide_withdrawal(withdrawal=asked, grant=grant, answer="见来文", by=cast["office"])
    assert lines(cast["liaison"]) == [(f"您单位申请的{what}，办公室{word}", f"/batches/{batch.pk}")]


@pytest.mark.django_db
@pytest.mark.parametrize(("grant", "word"), [(True, "已同意"), (False, "未同意")])
def test_a_check_that_is_not_to_be_asked(cast, grant, word):
    asked = actions.ask_check_waiver(
        unit=UNIT, resource="9.5", code="out_of_period", field="issued_on", reason="按核准日登记",
        until=timezone.localdate() + dt.timedelta(30), by=cast["liaison"],
    )  # fmt: skip
    what, page = "暂免一项检查（9.5 商品房预售信息）", f"/check-waivers/{asked.pk}"
    assert lines(cast["office"]) == lines(cast["office2"]) == [(f"区建设交通局申请{what}，请答复", page)]
    actions.decide_check_waiver(waiver=asked, grant=grant, answer="见来文", by=cast["office"])
    assert lines(cast["liaison"]) == [(f"您单位申请的{what}，办公室{word}", page)]


def test_the_second_person_that_a_file_waits_and_the_first_that_it_was_sent_back(hand, cast, colleague):
    actions.begin_two_persons(unit=UNIT, by=cast["liaison"])
    submission = hand(presale_rows(3), by=cast["liaison"]).submission
    page = f"/submissions/{submission.pk}"
    waits = [(f"{WHAT}已由经办人提交，请复核入库", page)]
    assert lines(cast["head"]) == lines(colleague) == waits
    assert told() == {"head", "liaison3"}
    actions.send_back(submission=submission, reason="面积对不上", by=cast["head"])
    assert lines(cast["liaison"]) == [(f"{WHAT}被复核人退回：面积对不上", page)]
    assert lines(colleague) == waits


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("缺页", "缺页"),
        ("电话13800000000\n打不通", "电话…打不通"),
        ("请核对" * 9, "请核对" * 6 + "请核…"),
    ],
)
def test_the_first_words_of_a_reason(reason, words):
    assert first_words(reason) == words
