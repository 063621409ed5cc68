"""二(二): the office adds a value, a rule, a check, work and a letter in the browser, and each is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows, workbook

from gongzhi.audit.actions import seal
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import in_force
from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.desk import HandedIn
from gongzhi.intake.actions.place import Place
from gongzhi.intake.queries import findings_of
from gongzhi.organisation.models import Person
from gongzhi.registry.actions import link_batches, refresh
from gongzhi.risk.actions import scan
from gongzhi.risk.models import Hit
from gongzhi.risk.tests.conftest import FILINGS, GRANTS, REGISTER, filing, firm, grant
from gongzhi.web.home import Home
from gongzhi.work.actions import remind
from gongzhi.work.models import Item, Letter
from gongzhi.work.queries import Matter

pytestmark = pytest.mark.django_db
UNIT = "construction_transport"
Clients = Callable[[str], Client]
Hand = Callable[..., HandedIn]


@pytest.fixture
def hand(tmp_path: Path, settings: Any) -> Hand:
    """hand(resource, unit, head, rows, period, sheet="") in a home of this test's own."""
    made = settings.HOME = Home(tmp_path / "home")
    settings.LAKE, settings.ORIGINALS = made.folder("lake"), made.folder("originals")

    def handed(resource: str, unit: str, head: Any, rows: Any, period: str, *, sheet: str = "") -> HandedIn:
        seal()  # what the worker does within a second
        path = tmp_path / f"{resource}-{period}.{'xlsx' if sheet else 'csv'}"
        if sheet:
            workbook(path, [["土地出让情况表"], list(head), *rows], sheet)
        else:
            csv_file(path, head, rows)
        place = Place(resource, period, unit)
        return hand_in(file=path, name=path.name, place=place, by=None, channel="cli")

    return handed


def filled(client: Client, address: str, **changes: object) -> str:
    """Open a form, change what is named, and send everything that the page shows."""
    form = client.get(address).context["form"]
    data = {name: form[name].value() for name in form.fields} | changes
    sent = {name: _typed(value) for name, value in data.items() if value not in (None, False, "")}
    answer = client.post(address, sent, follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200, text[text.find("error") :][:2_000]
    return text


def _typed(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else "on" if value is True else value


def begun(office: Client, like: str, code: str, title: str) -> Edition:
    """A draft begun as a copy of what there is."""
    seal()
    answer = office.post("/editions/new-piece", {"like": like, "code": code, "title": title})
    assert answer.status_code == 302, answer.content.decode()
    return Edition.objects.get(state="draft")


def published(office: Client, second: Client, draft: Edition) -> None:
    """Submitted by one, approved by another, in force from today."""
    seal()  # what the worker does within a second
    said = {"since": timezone.localdate().isoformat(), "reason": "办公室例会定", "document": ""}
    page = office.post(f"/editions/{draft.pk}/submit", said, follow=True).content.decode()
    assert "等另一个人批准" in page, page[page.find("检查发现") :][:500]
    assert "已批准" in second.post(f"/editions/{draft.pk}/approve", follow=True).content.decode()


def test_a_value_counts_from_its_day(client_of: Clients) -> None:
    office, second = client_of("office"), client_of("office2")
    today = timezone.localdate()
    parameter = next(one for one in in_force().parameters.values() if one.key == "errand_working_days")
    office.post("/editions/draft", {"kind": "parameters", "code": "calendar", "parameter": parameter.key})
    draft = Edition.objects.get(state="draft")
    later = today + dt.timedelta(30)
    page = filled(
        office,
        f"/editions/{draft.pk}/value",
        parameter=parameter.key,
        value="9",
        since=later,
        basis="办公室例会",
    )
    assert f"“{parameter.title}”自 {later} 起为 9" in page
    published(office, second, draft)
    now = in_force().parameters[parameter.key]
    before, after = now.at(today), now.at(later)
    assert before
    assert after
    assert before.value == parameter.values[-1].value
    assert after.value == Decimal(9)


def test_a_rule_with_its_cases_hits_at_the_next_scan(client_of: Clients, hand: Hand) -> None:
    office, second = client_of("office"), client_of("office2")
    draft = begun(office, "rule:R17", "R71", "出让土地契税（试行）")
    address = f"/editions/{draft.pk}/entry"
    cases = office.get(address).context["form"]["cases"].value()
    wrong = cases.replace("result: hit", "result: miss", 1)
    page = filled(office, address, cases=wrong)
    assert "不符" in page
    said = {"since": timezone.localdate().isoformat(), "reason": "试行", "document": ""}
    refused = office.post(f"/editions/{draft.pk}/submit", said)
    assert refused.status_code == 422
    assert "R71" in refused.content.decode()
    assert "算例" in refused.content.decode()
    page = filled(office, address, cases=cases, summary="出让合同签订后没有申报契税的（试行）。")
    assert "全部定义连同引用已经核对" in page
    published(office, second, draft)
    assert "出让土地契税（试行）" in client_of("liaison").get("/definitions/rules/R71").content.decode()

    rows = [[*firm(number), "正常", f"越城区示例路{number}号", "2024-01-01"] for number in (1, 2)]
    hand("T.1", "区税务局", REGISTER, rows, "2024-01")
    grants = [grant(1, "B1"), grant(2, "B2")]
    hand("16.2", "区自然资源和规划分局", GRANTS, grants, "2024-01", sheet="出让")
    hand("T.30", "区税务局", FILINGS, [filing(1, "B1", 630_000)], "2024-02")
    refresh(by=None)
    link_batches(by=None)
    scan(as_of=timezone.localdate(), rules=("R71",), by=None)
    hit = Hit.objects.get(rule="R71")
    assert hit.tax_yuan == 630_000


def test_a_check_is_raised_at_a_hand_in(client_of: Clients, hand: Hand) -> None:
    office, second = client_of("office"), client_of("office2")
    draft = begun(office, "list:checks/presale_planned", "presale_planned_hint", "预售项目的规划许可（提示）")
    page = filled(office, f"/editions/{draft.pk}/entry", severity="hint")
    assert "相符" in page
    text = next(iter(draft.texts.values()))
    refused = office.post(f"/editions/{draft.pk}/texts", {"text_0": text.replace("found: [2]", "found: [1]")})
    assert refused.status_code == 302
    said = {"since": timezone.localdate().isoformat(), "reason": "试行", "document": ""}
    answer = office.post(f"/editions/{draft.pk}/submit", said)
    assert answer.status_code == 422
    assert "与写明的不符" in answer.content.decode()
    office.post(f"/editions/{draft.pk}/texts", {"text_0": text})
    filled(office, f"/editions/{draft.pk}/entry", severity="hint")
    published(office, second, draft)

    head = ("建设工程规划许可证编号", "建设单位名称", "建设单位统一社会信用代码", "建设项目名称")
    hand("16.12", "natural_resources", head, [["建字第1号", "某公司", credit_code(0), "花苑"]], "2026Q2")
    handed = hand("9.5", "建设交通局", PRESALE_HEAD, presale_rows(2), "2026Q3")
    found = findings_of(handed.submission)
    raised = {(row["code"], row["severity"]) for row in found.to_dicts()}
    assert {("presale_without_planning", "explain"), ("presale_without_planning", "hint")} <= raised


def test_a_kind_of_work_can_be_given(client_of: Clients) -> None:
    office, second = client_of("office"), client_of("office2")
    draft = begun(office, "list:work/errand", "house_call", "走访反馈")
    page = filled(office, f"/editions/{draft.pk}/entry", form__0__title="走访情况")
    assert "走访情况" in page
    published(office, second, draft)
    page = office.get("/work/new").content.decode()
    assert "走访反馈" in page
    given = {"kind": "house_call", "title": "走访十户", "places": ["unit:construction_transport"], "note": ""}
    assert office.post("/work/new", given).status_code == 302
    item = Item.objects.get(kind="house_call")
    liaison = client_of("liaison").get(f"/work/{item.pk}").content.decode()
    assert "走访反馈" in liaison


def test_a_letter_is_drafted_when_a_ladder_names_it(client_of: Clients, cast: dict[str, Person]) -> None:
    office, second = client_of("office"), client_of("office2")
    draft = begun(office, "list:letters/chase", "second_chase", "关于再次催办逾期事项的函")
    page = filled(office, f"/editions/{draft.pk}/entry", paragraphs="请尽快办理下列{count}项：\n{matters}")
    assert "请尽快办理下列2项" in page
    broken = office.get(f"/editions/{draft.pk}/entry").context["form"]
    data = {name: broken[name].value() for name in broken.fields if broken[name].value()}
    data |= {"paragraphs": "请{whom}办理", "since": "2021-06-10"}
    answer = office.post(f"/editions/{draft.pk}/entry", data)
    assert "没有这个可填的位置" in answer.content.decode()
    published(office, second, draft)

    office.post("/editions/draft", {"kind": "list", "code": "reminders/usual"})
    ladder = Edition.objects.get(state="draft")
    page = filled(office, f"/editions/{ladder.pk}/entry", steps__5__letter="second_chase")
    assert "并拟好《关于再次催办逾期事项的函》" in page
    published(office, second, ladder)
    today = timezone.localdate()
    due, title = today - dt.timedelta(7), "9.5 商品房预售信息"
    late = Matter("obligation:1", title, due, "/obligations/1", "submit_file", "usual", unit=UNIT)
    remind(matters=[late], on=today, by=None)
    letter = Letter.objects.get()
    assert (letter.template, letter.title) == ("second_chase", "关于再次催办逾期事项的函")
    assert letter.paragraphs[0] == "请尽快办理下列1项："
