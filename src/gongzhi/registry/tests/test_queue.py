"""The queue of doubtful mentions holds what is in doubt in batches that count, neither more nor less."""

from __future__ import annotations

import pytest
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.intake.actions import ask_withdrawal, decide_withdrawal
from gongzhi.intake.models import Batch
from gongzhi.registry.actions import decide, link_new
from gongzhi.registry.actions.register import refresh
from gongzhi.registry.models import Doubt, FormerName, Linking, Taxpayer

from .test_joins import developer, register, submit

pytestmark = pytest.mark.django_db
DOUBTFUL = "绍兴恒晶置业有限公司"


@pytest.fixture
def hand_over(tmp_path):
    """hand_over(period, start=…, name=…, replaces=…) → a batch of one row with a name, linked."""
    register(tmp_path, [developer(0, 纳税人名称="绍兴恒昌置业有限公司", 生产经营地址="越城区北路9号")])

    def run(period, name=DOUBTFUL, start=0, **more):
        rows = presale_rows(1, start=start)
        rows[0][1:3] = [None, name]
        path = csv_file(tmp_path / f"预售{period}{start}.csv", PRESALE_HEAD, rows)
        submit(path, "9.5", period, "建设交通局", **more)
        link_new()
        return Batch.objects.filter(slot__resource="9.5").latest("committed_at")

    return run


def test_what_a_correction_has_put_right_is_asked_no_more(hand_over):
    wrong = hand_over("2026Q3")
    assert Doubt.objects.get(open=True).name == DOUBTFUL
    hand_over("2026Q3", name="绍兴恒昌置业有限公司", replaces=str(wrong.pk))
    assert not Doubt.objects.filter(open=True).exists()


def test_what_was_withdrawn_is_asked_no_more(hand_over, cast):
    first, second = hand_over("2026Q3"), hand_over("2026Q4", start=1)
    for batch, left in ((first, [str(second.pk)]), (second, [])):
        asked = ask_withdrawal(batch=batch, reason="误报了外区的数据", by=cast["liaison"])
        decide_withdrawal(withdrawal=asked, grant=True, answer="", by=cast["office"])
        link_new()
        assert [one.batches for one in Doubt.objects.filter(open=True)] == ([left] if left else [])


def test_a_later_file_that_says_the_same_is_counted_with_the_first(hand_over, cast):
    batches = [hand_over("2026Q3"), hand_over("2026Q4", start=1)]
    doubt = Doubt.objects.get(open=True)
    assert (doubt.mentions, doubt.batches) == (2, sorted(str(one.pk) for one in batches))
    decide(doubt=doubt, taxpayer=Taxpayer.objects.get(name__contains="恒昌"), by=cast["officer"])
    assert link_new() == 2
    assert Linking.objects.filter(batch__in=batches, linked=1).count() == 2


def test_a_former_name_that_comes_alone_links_what_waited(hand_over, tmp_path):
    batch = hand_over("2026Q3", name="绍兴旧名地产开发有限公司")
    assert Linking.objects.get(batch=batch).unlinked == 1
    named = {"纳税人名称": "绍兴恒昌置业有限公司", "生产经营地址": "越城区北路9号"}
    register(
        tmp_path, [developer(0, 曾用名="绍兴旧名地产开发有限公司", 更新日期="2026-09-01", **named)], "2026-09"
    )
    assert (refresh(by=None), FormerName.objects.count()) == (0, 1)
    link_new()
    assert Linking.objects.get(batch=batch).linked == 1
