"""Who must decide hears what is asked of the office; who asked hears the answer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.catalogue.actions import ask, decide
from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.states import Kind
from gongzhi.work.models import Message

pytestmark = pytest.mark.django_db
WHAT = {"exempt": "免报", "extend": "延期", "elsewhere": "其他方式共享"}


def lines(person):
    return [tuple(line) for one in Message.objects.filter(person=person) for line in one.lines]


@pytest.fixture
def asked(cast):
    """asked(kind, by=…) → what the liaison's unit asked about 9.5 of the third quarter."""
    today = timezone.localdate()
    owed = Obligation.objects.create(
        unit="construction_transport", resource="9.5", period="2026Q3", period_end=today - dt.timedelta(40),
        opens=today - dt.timedelta(130), due=today + dt.timedelta(5), definitions="0" * 64,
    )  # fmt: skip

    def made(kind, by="liaison"):
        wanted = today + dt.timedelta(9) if kind == "extend" else None
        return ask(
            obligation=owed, kind=Kind(kind), reason="张三住院", by=by and cast[by], wanted=wanted,
            place="平台" if kind == "elsewhere" else "",
        )  # fmt: skip

    return made


@pytest.mark.parametrize("kind", WHAT)
@pytest.mark.parametrize(("grant", "word"), [(True, "已同意"), (False, "未同意")])
def test_the_office_of_what_is_asked_and_who_asked_of_the_answer(cast, asked, kind, grant, word):
    act = asked(kind)
    what, page = f"{WHAT[kind]}（9.5 商品房预售信息 2026年三季度）", f"/obligations/{act.obligation_id}"
    assert lines(cast["office"]) == lines(cast["office2"]) == [(f"区建设交通局申请{what}，请答复", page)]
    assert {one.person.username for one in Message.objects.all()} == {"office", "office2"}
    decide(act=act, grant=grant, answer="见来文", by=cast["office"])
    assert lines(cast["liaison"]) == [(f"您单位申请的{what}，办公室{word}", page)]
    assert not lines(cast["peer"])
    assert "张三" not in str(list(Message.objects.values_list("lines", flat=True)))


def test_what_a_machine_asked_is_answered_to_the_units_liaisons(cast, asked):
    decide(act=asked("exempt", by=None), grant=True, answer="", by=cast["office"])
    assert len(lines(cast["liaison"])) == 1
    assert not lines(cast["head"]) + lines(cast["peer"])


def test_where_who_asked_is_gone_the_others_hear_it(cast, asked):
    act = asked("exempt", by="head")
    cast["head"].is_active = False
    cast["head"].save()
    decide(act=act, grant=True, answer="", by=cast["office"])
    assert len(lines(cast["liaison"])) == 1
