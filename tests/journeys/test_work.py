"""二(一): one work item for the whole house, given about somebody and carried out, through the pages."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from tests.files import credit_code

from gongzhi.audit.models import Event
from gongzhi.registry.models import Taxpayer
from gongzhi.work.models import Item

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Client]
UNIT = "construction_transport"


def registered(number: int, name: str) -> Taxpayer:
    return Taxpayer.objects.create(
        code=credit_code(number), name=name, plain_name=name, origin="bureau", source_batch=uuid.uuid4(),
        source_part=0, source_row=1, updated_at=timezone.now(),
    )  # fmt: skip


def post(client: Client, address: str, data: dict[str, Any], status: int = 200) -> str:
    answer = client.post(address, data, follow=True)
    assert answer.status_code == status, (address, answer.status_code, answer.content.decode()[-3000:])
    return answer.content.decode()


def give(office: Client, title: str, status: int = 200, **more: Any) -> str:
    said = {"kind": "errand", "title": title, "places": [f"unit:{UNIT}"]} | more
    return post(office, "/work/new", said, status)


def items(office: Client, *titles: str, **more: Any) -> list[Item]:
    for title in titles:
        give(office, title, **more)
    return [Item.objects.get(title=title) for title in titles]


def together(
    client: Client, chosen: Sequence[Item], verb: str, status: int = 200, **said: Any
) -> tuple[str, list[Item]]:
    """The page that follows, and the items as they are then; what the verb asks is named after it."""
    data = {"chosen": [str(one.pk) for one in chosen], "verb": verb}
    data |= {f"{verb}-{name}": value for name, value in said.items()}
    page = post(client, "/work/together", data, status)
    return page, [Item.objects.get(pk=one.pk) for one in chosen]


def trail(item: Item) -> list[str]:
    return list(
        Event.objects.filter(subject_kind="work", subject=str(item.pk))
        .order_by("pk")
        .values_list("verb", flat=True)
    )


class TestAboutSomebody:
    def test_given_about_a_taxpayer_and_found_again(self, client_of: Clients) -> None:
        office, liaison, officer = client_of("office"), client_of("liaison"), client_of("officer")
        first, second = registered(1, "绍兴示例1号置业有限公司"), registered(2, "绍兴示例2号置业有限公司")
        page = give(office, "核对门牌", status=422, taxpayer="置业")
        assert "有 2 户符合，请选定是哪一户" in page
        assert second.name in page
        assert not Item.objects.exists()
        page = give(office, "核对门牌", taxpayer="置业", which=str(second.pk))
        assert f'href="/taxpayers/{second.pk}"' in page
        item = Item.objects.get()
        give(office, "核对门牌二", taxpayer=first.code)
        give(office, "核对门牌三", taxpayer=first.name)
        assert Item.objects.filter(subject_id=str(first.pk)).count() == 2

        page = liaison.get(f"/work/{item.pk}").content.decode()
        assert f"{second.name}（{second.code}）" in page
        assert f"/taxpayers/{second.pk}" not in page
        page = liaison.get("/work").content.decode()
        assert second.name in page
        assert "/taxpayers/" not in page
        assert f"/taxpayers/{second.pk}" in office.get("/work?view=given").content.decode()
        book = openpyxl.load_workbook(io.BytesIO(b"".join(liaison.get("/work?export=xlsx"))))  # type: ignore[arg-type]  # a streamed answer is its parts
        cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row]
        assert f"{second.name}（{second.code}）" in cells

        page = office.get(f"/taxpayers/{second.pk}").content.decode()
        assert f'href="/work/{item.pk}"' in page
        assert f"/work/new?taxpayer={second.code}" in page
        assert "核对门牌二" not in page
        page = officer.get(f"/taxpayers/{second.pk}").content.decode()
        assert str(item.pk) not in page
        assert "交办关于这一户的事项" not in page
        page = office.get(f"/work/new?taxpayer={second.code}").content.decode()
        assert f'value="{second.code}"' in page
        page = office.get(f"/work?view=all&about=taxpayer:{first.pk}").content.decode()
        assert "核对门牌三" in page
        assert str(item.pk) not in page

    def test_what_is_not_there_and_what_is_out_of_sight(self, client_of: Clients) -> None:
        office, street = client_of("office"), client_of("street")
        one = registered(1, "绍兴示例1号置业有限公司")
        page = give(office, "核对", status=422, taxpayer="没有这一户")
        assert "没有找到这一户" in page
        assert "只写一样" in give(office, "核对", status=422, taxpayer=one.code, about_unit="water")
        for number in range(10, 40):
            registered(number, f"越城示例{number}号商贸有限公司")
        assert "超过 20 户" in give(office, "核对", status=422, taxpayer="商贸")
        assert give(office, "核对", status=422, taxpayer="商\x00贸")
        page = street.get("/work/new?taxpayer=" + one.code).content.decode()
        assert "纳税人" not in page.split("关于哪一户")[1]
        assert one.code not in page
        assert not Item.objects.exists()

    def test_where_nobody_can_take_it_the_giver_is_told(self, client_of: Clients) -> None:
        page = give(client_of("office"), "核对", places=[f"unit:{UNIT}", "unit:water"])
        assert "区水利局还没有能签收的账号" in page
        assert "只能转办" not in page
        assert "已交办 2 件" in page

    def test_a_cell_without_a_worker_is_told_when_it_is_given_and_to_whom_it_reminds(
        self, client_of: Clients
    ) -> None:
        page = give(client_of("street"), "核对", places=["cell:330602001008"])
        assert "还没有能签收的账号" in page
        assert "提醒由上一级网格的人收到，只能转办" in page
        item = Item.objects.get()
        told = client_of("street").get(f"/work/{item.pk}").content.decode()
        assert "还没有能签收的账号" in told
        page = give(client_of("street"), "再核对", places=["cell:330602001004"])
        assert "还没有能签收的账号" not in page

    def test_the_list_of_one_place(self, client_of: Clients) -> None:
        office = client_of("office")
        give(office, "核对", places=[f"unit:{UNIT}", "cell:330602001004"])
        page = office.get("/work?view=given&place=cell:330602001004").content.decode()
        assert "共 1 条" in page
        assert '<option value="cell:330602001004" selected>塔山街道花园社区</option>' in page
        assert "没有这样的事项" in office.get("/work?view=given&place=unit:nobody").content.decode()

    def test_about_a_unit_and_a_place(self, client_of: Clients) -> None:
        office = client_of("office")
        assert "区自然资源和规划分局" in give(office, "核对一", about_unit="natural_resources")
        page = give(
            office, "核对二", cell="330602001004", address="胜利东路12号", places=["cell:330602001004"]
        )
        assert "塔山街道花园社区 胜利东路12号" in page
        grid = client_of("grid")
        item = Item.objects.get(title="核对二")
        assert "胜利东路12号" in grid.get("/work").content.decode()
        post(grid, f"/work/{item.pk}/act/take", {})
        assert Item.objects.get(pk=item.pk).state == "working"


class TestTogether:
    def test_what_is_chosen_is_shown_with_what_can_be_done(self, client_of: Clients) -> None:
        office, liaison = client_of("office"), client_of("liaison")
        chosen = items(office, "甲", "乙")
        query = "&".join(f"chosen={one.pk}" for one in chosen)
        for client, there, missing in (
            (liaison, {"take", "forward", "split"}, {"accept", "withdraw", "merge", "decide_time"}),
            (office, {"forward", "split", "merge", "withdraw"}, {"take", "submit", "ask_time"}),
        ):
            page = client.get(f"/work/together?{query}").content.decode()
            assert all(f'id="verb-{verb}"' in page for verb in there)
            assert not any(f'id="verb-{verb}"' in page for verb in missing)
        peer = client_of("peer")
        assert "没有选中事项" in peer.get(f"/work/together?{query}").content.decode()
        assert "没有选中事项" in together(peer, chosen, "take")[0]

    def test_forwarded(self, client_of: Clients) -> None:
        office, liaison = client_of("office"), client_of("liaison")
        first, second, gone = items(office, "甲", "乙", "丙")
        post(office, f"/work/{gone.pk}/act/withdraw", {"note": "不办"})
        chosen = [first, second, gone]
        page, _ = together(liaison, chosen, "forward", 422, place="unit:natural_resources", note="")
        assert "请写明转办的理由" in page
        page, _ = together(liaison, chosen, "forward", 422, place="unit:nobody", note="属规划")
        assert "请从列表中选择" in page
        page, after = together(liaison, chosen, "forward", place="unit:natural_resources", note="属规划")
        assert "已转办 2 件，另有" in page
        assert f'<a href="/work/{gone.pk}">丙</a>：撤销的事项不能转办' in page
        assert [one.unit for one in after] == ["natural_resources", "natural_resources", UNIT]
        assert trail(first) == ["work.opened", "work.forwarded"]
        assert f'value="{gone.pk}"' in page
        assert f'value="{first.pk}"' not in page, "what is done is not offered again"
        page = client_of("peer").get(f"/work/{first.pk}").content.decode()
        assert "转办，转给区自然资源和规划分局：" in page
        assert "属规划" in page

    def test_more_time_asked_and_answered(self, client_of: Clients) -> None:
        office, liaison = client_of("office"), client_of("liaison")
        chosen = items(office, "甲", "乙")
        wanted = timezone.localdate() + dt.timedelta(60)
        page, _ = together(liaison, chosen, "ask_time", 422, wanted=wanted, note="缺资料")
        assert page.count("待签收的事项不能申请延期") == 0
        assert page.count("由签收的人办理") == 2
        assert "已签收 2 件" in together(liaison, chosen, "take")[0]
        assert "这样的日期" in together(liaison, chosen, "ask_time", 422, wanted="明天", note="缺资料")[0]
        assert "已申请延期 2 件" in together(liaison, chosen, "ask_time", wanted=wanted, note="缺资料")[0]
        assert "请选择同意还是不同意" in together(office, chosen, "decide_time", 422)[0]
        page, _ = together(office, chosen[:1], "decide_time", 422, grant="no", note="")
        assert "请写明不同意的理由" in page
        together(office, chosen[:1], "decide_time", grant="no", note="不能再等")
        page, after = together(office, chosen, "decide_time", grant="yes")
        assert "已答复延期 1 件" in page
        assert "甲</a>：没有申请延期，不用答复" in page
        assert 'id="verb-decide_time"' not in page, "what is not possible for any is not offered again"
        assert [one.due == wanted for one in after] == [False, True]
        assert trail(chosen[1]) == ["work.opened", "work.taken", "work.time_asked", "work.time_decided"]
        page = liaison.get(f"/work/{chosen[1].pk}").content.decode()
        assert f"申请延期，延到 {wanted}：" in page
        assert f"改为 {wanted}：" in page

    def test_sent_back_and_accepted(self, client_of: Clients) -> None:
        office, liaison = client_of("office"), client_of("liaison")
        chosen = items(office, "甲", "乙")
        together(liaison, chosen, "take")
        for one in chosen:
            post(liaison, f"/work/{one.pk}/act/submit", {"answer-result": "已核对"})
        assert "请写明退回的理由" in together(office, chosen, "send_back", 422, note=" ")[0]
        page, after = together(office, chosen, "send_back", note="缺附件")
        assert "已退回 2 件" in page
        assert {one.state for one in after} == {"returned"}
        post(liaison, f"/work/{chosen[0].pk}/act/submit", {"answer-result": "已补"})
        page, after = together(office, chosen, "accept", note="")
        assert "乙</a>：已退回的事项不能审核通过" in page
        assert [one.state for one in after] == ["done", "returned"]

    def test_merged(self, client_of: Clients) -> None:
        office = client_of("office")
        first, second = items(office, "甲", "乙")
        (other,) = items(office, "丙", about_unit="water")
        (away,) = items(office, "丁", places=["unit:natural_resources"])
        chosen = [first, second, other, away]
        assert "请选择并入哪一件" in together(office, chosen, "merge", 422)[0]
        page, _ = together(office, chosen, "merge", 422, into=str(uuid.uuid4()))
        assert "请从选中的事项中选一件" in page
        page, after = together(office, chosen, "merge", into=str(first.pk))
        assert "已并入另一件 1 件" in page
        assert "丙</a>：两件事关于的对象不同" in page
        assert "丁</a>：只能并入同一单位或网格" in page
        assert [one.state for one in after] == ["pending", "withdrawn", "pending", "pending"]
        assert after[1].merged_into == first
        assert trail(second) == ["work.opened", "work.merged"]

    def test_split(self, client_of: Clients) -> None:
        office = client_of("office")
        chosen = items(office, "甲", "乙")
        assert "至少两个部分" in together(office, chosen, "split", 422, parts="一期")[0]
        page, _ = together(office, chosen, "split", parts="一期\n\n二期\n")
        assert "已分解 2 件" in page
        for one in chosen:
            assert sorted(piece.title for piece in one.pieces.all()) == ["一期", "二期"]
            assert trail(one) == ["work.opened", "work.split"]

    def test_withdrawn(self, client_of: Clients) -> None:
        office, liaison = client_of("office"), client_of("liaison")
        chosen = items(office, "甲", "乙")
        page, after = together(liaison, chosen, "withdraw", 422, note="不办")
        assert page.count("由交办的一方撤销") == 2
        assert {one.state for one in after} == {"pending"}
        assert "请写明撤销的理由" in together(office, chosen, "withdraw", 422, note="")[0]
        page, after = together(office, chosen, "withdraw", note="不办了")
        assert "已撤销 2 件" in page
        assert {one.state for one in after} == {"withdrawn"}
        assert [trail(one) for one in chosen] == [["work.opened", "work.withdrawn"]] * 2

    def test_read_and_finished(self, client_of: Clients) -> None:
        office, liaison = client_of("office"), client_of("liaison")
        chosen = items(office, "通知一", "通知二", kind="reading")
        together(liaison, chosen, "take")
        page, after = together(liaison, chosen, "finish")
        assert "已办结 2 件" in page
        assert {one.state for one in after} == {"done"}
