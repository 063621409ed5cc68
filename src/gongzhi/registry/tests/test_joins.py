"""The register and its joins: what makes a taxpayer, what joins, what waits for a person."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows

from gongzhi.audit.models import Event
from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.signing import freeze
from gongzhi.intake.actions.submission import Place
from gongzhi.intake.models import Batch
from gongzhi.intake.queries import rows_of
from gongzhi.intake.queries.proofs import ledger_faults
from gongzhi.organisation.models import Person
from gongzhi.registry import queries
from gongzhi.registry.actions import decide, link_batches, refresh
from gongzhi.registry.actions.decision import Refused
from gongzhi.registry.models import Decision, Doubt, Linking, Taxpayer

pytestmark = pytest.mark.django_db
HEAD = ("统一社会信用代码（纳税人识别号）", "纳税人名称", "曾用名", "纳税人状态", "生产经营地址", "更新日期")


def submit(path: Path, resource: str, period: str, unit: str, **more: str) -> None:
    place = Place(resource, period, unit, **more)
    handed = hand_in(file=path, name=path.name, place=place, by=None, channel="cli")
    assert handed.outcome == "accepted", handed.as_json(50)["findings"]


def register(folder: Path, rows: list[list[object]], period: str = "2026-08") -> None:
    submit(csv_file(folder / f"登记{period}.csv", HEAD, rows), "T.1", period, "区税务局")
    refresh(by=None)


def developer(number: int, **changes: str) -> list[object]:
    row = [
        credit_code(number),
        f"绍兴示例{number}号置业有限公司",
        "",
        "正常",
        f"越城区示例路{number + 1}号",
        "2026-08-01",
    ]
    return [changes.get(head, value) for head, value in zip(HEAD, row, strict=True)]


def links(status: str) -> int:
    return sum(getattr(linking, status) for linking in Linking.objects.all())


def test_a_mention_never_makes_a_taxpayer(tmp_path: Path) -> None:
    submit(csv_file(tmp_path / "预售.csv", PRESALE_HEAD, presale_rows(3)), "9.5", "2026Q3", "建设交通局")
    assert refresh(by=None) == 0
    assert not Taxpayer.objects.exists()


def test_the_register_is_refreshed_once_and_keeps_former_names(tmp_path: Path) -> None:
    register(tmp_path, [developer(0), developer(1, 曾用名="绍兴旧名置业有限公司")])
    assert refresh(by=None) == 0
    register(tmp_path, [developer(0, 纳税人名称="绍兴新名置业有限公司", 更新日期="2026-09-01")], "2026-09")
    taxpayer = Taxpayer.objects.get(code=credit_code(0))
    assert taxpayer.name == "绍兴新名置业有限公司"
    assert [former.name for former in taxpayer.former_names.all()] == ["绍兴示例0号置业有限公司"]


def test_former_names_are_the_same_whenever_the_register_is_made(tmp_path: Path) -> None:
    """Three months that come in before the register is made tell what they tell one after the other."""
    names = ("绍兴最初置业有限公司", "绍兴（示例）置业有限公司", "绍兴(示例)置业有限公司")
    for month, name in zip(("06", "07", "08"), names, strict=True):
        former = "绍兴更早置业有限公司" if month == "06" else ""
        row = developer(0, 纳税人名称=name, 曾用名=former, 更新日期=f"2026-{month}-01")
        submit(csv_file(tmp_path / f"{month}.csv", HEAD, [row]), "T.1", f"2026-{month}", "区税务局")
    refresh(by=None)
    firm = Taxpayer.objects.get()
    assert firm.name == names[2]
    assert {one.name for one in firm.former_names.all()} == {"绍兴更早置业有限公司", names[0]}
    assert refresh(by=None) == 0


def test_a_name_that_a_correction_took_back_was_never_borne(tmp_path: Path) -> None:
    register(tmp_path, [developer(0), developer(1)])
    names = [firm.name for firm in Taxpayer.objects.order_by("name")]
    swapped = [developer(n, 纳税人名称=names[1 - n], 更新日期="2026-09-01") for n in (0, 1)]
    register(tmp_path, swapped, "2026-09")
    assert Taxpayer.objects.get(code=credit_code(0)).name == names[1]
    wrong = Batch.objects.get(slot__period="2026-09")
    right = [developer(n, 更新日期="2026-09-02") for n in (0, 1)]
    again = csv_file(tmp_path / "更正.csv", HEAD, right)
    submit(again, "T.1", "2026-09", "区税务局", replaces=str(wrong.pk))
    refresh(by=None)
    for number in (0, 1):
        firm = Taxpayer.objects.get(code=credit_code(number))
        assert (firm.name, list(firm.former_names.all())) == (names[number], [])


def test_rows_join_by_code_and_by_name(tmp_path: Path) -> None:
    register(tmp_path, [developer(0), developer(1)])
    rows = presale_rows(3)
    rows[1][1] = None  # no code: the name must do
    submit(csv_file(tmp_path / "预售.csv", PRESALE_HEAD, rows), "9.5", "2026Q3", "建设交通局")
    assert link_batches(by=None) == 2
    presale = Linking.objects.get(batch__slot__resource="9.5")
    assert (presale.linked, presale.unlinked) == (2, 1)
    assert link_batches(by=None) == 0


def test_a_new_taxpayer_joins_what_found_nobody_before(tmp_path: Path) -> None:
    register(tmp_path, [developer(0)])
    submit(csv_file(tmp_path / "预售.csv", PRESALE_HEAD, presale_rows(2)), "9.5", "2026Q3", "建设交通局")
    link_batches(by=None)
    assert links("unlinked") == 1
    register(tmp_path, [developer(1)], "2026-09")
    link_batches(by=None)
    assert links("unlinked") == 0


@pytest.fixture
def doubt(tmp_path: Path) -> Doubt:
    """A name one character away from a registered one, without code: it must queue."""
    register(tmp_path, [developer(0, 纳税人名称="绍兴恒昌置业有限公司", 生产经营地址="越城区北路9号")])
    rows = presale_rows(1)
    rows[0][1:3] = [None, "绍兴恒晶置业有限公司"]
    submit(csv_file(tmp_path / "预售.csv", PRESALE_HEAD, rows), "9.5", "2026Q3", "建设交通局")
    link_batches(by=None)
    return Doubt.objects.get(open=True)


def test_a_decision_joins_and_is_kept(doubt: Doubt, cast: dict[str, Person], tmp_path: Path) -> None:
    taxpayer = Taxpayer.objects.get()
    decide(doubt=doubt, taxpayer=taxpayer, by=cast["officer"], note="门牌核过")
    link_batches(by=None)
    assert Linking.objects.get(batch__slot__resource="9.5").linked == 1
    rows = presale_rows(1, start=5)
    rows[0][1:3] = [None, "绍兴恒晶置业有限公司"]
    submit(csv_file(tmp_path / "四季度.csv", PRESALE_HEAD, rows), "9.5", "2026Q4", "建设交通局")
    link_batches(by=None)
    assert Linking.objects.get(batch__slot__period="2026Q4").linked == 1
    with pytest.raises(Refused):
        decide(doubt=doubt, taxpayer=taxpayer, by=cast["officer"])


def test_none_of_them_ends_the_doubt_without_a_join(doubt: Doubt, cast: dict[str, Person]) -> None:
    decide(doubt=doubt, taxpayer=None, by=cast["officer"])
    link_batches(by=None)
    assert Linking.objects.get(batch__slot__resource="9.5").linked == 0
    assert [decision.verdict for decision in Decision.objects.all()] == ["different"]
    assert not Doubt.objects.filter(open=True).exists()


def test_batches_stay_as_they_are_when_links_change(doubt: Doubt, cast: dict[str, Person]) -> None:
    batch = Linking.objects.get(batch__slot__resource="9.5").batch
    before = [(table, frame.to_dicts()) for table, frame in rows_of(batch.pk)]
    decide(doubt=doubt, taxpayer=Taxpayer.objects.get(), by=cast["officer"])
    link_batches(by=None)
    assert [(table, frame.to_dicts()) for table, frame in rows_of(batch.pk)] == before


def test_a_frozen_cutoff_holds_whatever_linking_makes_of_its_batches_later(
    doubt: Doubt, cast: dict[str, Person]
) -> None:
    freeze(cut_at=timezone.now(), by=None)
    decide(doubt=doubt, taxpayer=Taxpayer.objects.get(), by=cast["officer"])
    assert link_batches(by=None) == 1
    assert list(ledger_faults()) == []


def test_search_by_code_organisation_code_and_name(tmp_path: Path) -> None:
    register(tmp_path, [developer(0), developer(1, 曾用名="绍兴旧名置业有限公司")])
    everyone = Taxpayer.objects.all()
    code = credit_code(1)
    for text in (code.lower(), code[8:17], "示例1号", "旧名置业"):
        assert [found.code for found in queries.search(everyone, text)] == [code], text


def test_the_pages_show_how_a_row_was_joined(
    doubt: Doubt, client_of: Callable[[str], Client], cast: dict[str, Person]
) -> None:
    officer = client_of("officer")
    assert "恒晶" in officer.get("/links").content.decode()
    page = officer.get(f"/links/{doubt.pk}").content.decode()
    assert "绍兴恒昌置业有限公司" in page
    answer = officer.post(f"/links/{doubt.pk}", {"taxpayer": str(Taxpayer.objects.get().pk)})
    assert answer.status_code == 302
    link_batches(by=None)
    assert "人工认定" in officer.get(f"/taxpayers/{Taxpayer.objects.get().pk}").content.decode()


def test_the_taxpayers_page_tells_the_latest_rows_and_leads_to_all(
    tmp_path: Path, client_of: Callable[[str], Client]
) -> None:
    register(tmp_path, [developer(0)])
    rows = [[*row] for number in range(7) for row in presale_rows(1, start=number)]
    for number, row in enumerate(rows):
        row[1:3] = [credit_code(0), "绍兴示例0号置业有限公司"]
        row[PRESALE_HEAD.index("预售建筑面积")] = 12_000 + number
    submit(csv_file(tmp_path / "预售.csv", PRESALE_HEAD, rows), "9.5", "2026Q3", "建设交通局")
    link_batches(by=None)
    officer = client_of("officer")
    page = officer.get(f"/taxpayers/{Taxpayer.objects.get().pk}")
    found = {mention.title: mention for mention, _ in page.context["mentions"]}
    presale = found["9.5 商品房预售信息"]
    assert (presale.total, len(presale.rows)) == (7, 5)
    assert {row.period for row in presale.rows} == {"2026年三季度"}
    told = page.content.decode()
    for said in ("预售建筑面积（㎡）", "12,006", "区建设交通局", "按代码看全部"):
        assert said in told, said
    assert "12,000" not in told  # of seven rows the latest five
    assert officer.get(presale.more).context["page"].total == 7
    address = re.search(r'href="([^"]*export=mention\d+)"', told[told.index("9.5 商品房预售信息") :])[1]
    taken = officer.get(address.replace("&amp;", "&"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content)))
    rows = list(book.active.values)
    assert "预售建筑面积（㎡）" in rows[2]
    assert [row[rows[2].index("预售建筑面积（㎡）")] for row in rows[3:]] == [
        f"12,00{number}" for number in range(6, 1, -1)
    ]
    assert Event.objects.filter(verb="list.exported").exists()


def test_a_department_sees_no_taxpayer(doubt: Doubt, client_of: Callable[[str], Client]) -> None:
    for name in ("liaison", "grid", "leader", "system"):
        client = client_of(name)
        for address in (
            "/taxpayers",
            f"/taxpayers/{Taxpayer.objects.get().pk}",
            "/links",
            f"/links/{doubt.pk}",
        ):
            assert client.get(address).status_code == 404, (name, address)


def test_the_database_adds_up_what_linking_made_of_batches(
    tmp_path: Path, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    register(tmp_path, [developer(0)])
    for period, day in (("2026Q2", "2026-05-15"), ("2026Q3", "2026-08-15")):
        path = csv_file(tmp_path / f"预售{period}.csv", PRESALE_HEAD, presale_rows(3, day=day))
        submit(path, "9.5", period, "建设交通局")
        if period == "2026Q2":
            link_batches(by=None)
    batches = Batch.objects.filter(slot__resource="9.5")
    one_by_one = queries.joined(batches, "pk")
    with django_assert_num_queries(1):
        (together,) = queries.joined(batches, "slot__unit").values()
    for name in ("batches", "waiting", "rows", "mentions", "linked", "doubtful", "unlinked"):
        assert getattr(together, name) == sum(getattr(one, name) for one in one_by_one.values()), name
    assert (together.batches, together.waiting, together.rows) == (2, 1, 6)
    assert together.mentions > 0
    everything = queries.joined(batches)[""]
    assert everything.methods.total() == everything.linked
    assert queries.joined(batches.none()) == {"": queries.Joined()}
