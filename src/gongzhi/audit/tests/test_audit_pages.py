"""The audit administrator's pages."""

import io

import openpyxl
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.audit import queries
from gongzhi.audit.actions import copy_out, record, seal
from gongzhi.audit.models import Event
from gongzhi.audit.states import SUBJECTS
from gongzhi.gate import sight_of


def text(answer) -> str:
    return answer.content.decode()


def test_filters_and_one_event(client_of, cast):
    client = client_of("auditor")
    client_of("grid").get("/audit")
    page = text(client.get("/audit?verb=gate.refused"))
    assert "越权访问被拒" in page
    assert "网格员甲" in page
    assert "共 1 条" in page
    refused = Event.objects.get(verb="gate.refused")
    one = text(client.get(f"/audit/{refused.pk}"))
    for words in ("越权访问被拒", "网格员甲", "查看审计日志", "现有岗位不含这项职责", "/audit?person="):
        assert words in one
    assert "没有符合条件" in text(client.get("/audit?since=2001-01-01&until=2001-01-02"))
    assert client.get("/audit?since=never&verb=x").status_code == 200
    for odd in ("since=0001-01-01", "until=9999-12-31"):
        assert "年份不对，请写 1900 年到 2999 年之间的日期" in text(client.get(f"/audit?{odd}"))
    assert "共 1 条" in text(client.get("/audit?since=never&verb=gate.refused"))  # the good part holds
    assert client.get("/audit/999999999").status_code == 404


def test_the_detail_is_told_in_words(client_of, cast):
    with transaction.atomic():
        detail = {"rows": 3, "guarded": True, "by_code": {"E1": 2}, "filters": [["税种", "契税"]], "why": ""}
        detail |= {"unit": "water", "role": "office", "resource": "9.5", "cell": "none"}
        kept = record("export.asked", by=cast["office"], subject=("export", "x"), detail=detail)
    page = text(client_of("auditor").get(f"/audit/{kept.pk}"))
    for words in (
        "<dt>行数</dt><dd class=\"wrap\">3</dd>", "<dt>是否受看护</dt><dd class=\"wrap\">是</dd>", "E1：2",
        "税种、契税", "<dt>原因</dt><dd class=\"wrap\">—</dd>", "<dd class=\"wrap\">区水利局</dd>",
        "领导小组办公室", "9.5 ", "<dt>网格</dt><dd class=\"wrap\">none</dd>",
    ):  # fmt: skip
        assert words in page
    assert "guarded" not in page


def test_the_proof_says_whole_or_where_it_breaks_and_is_itself_on_record(client_of, settings, tmp_path):
    settings.AUDIT_WITNESS = tmp_path / "checkpoints.jsonl"
    client = client_of("auditor")
    seal()
    copy_out()
    assert "完整。" in text(client.post("/audit/verify"))
    Event.objects.filter(sequence=3).update(verb="x")
    broken = text(client.post("/audit/verify"))
    assert "不完整。" in broken
    assert "第 3 条起：事件内容被改动" in broken
    outcomes = [event.detail["whole"] for event in Event.objects.filter(verb="audit.verified")]
    assert outcomes == [True, False]


def test_an_export_of_the_trail_is_on_record(client_of):
    answer = client_of("auditor").get("/audit?export=xlsx")
    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert Event.objects.get(verb="list.exported").actor_name == "审计管理员"


def test_one_sees_only_ones_own_sign_ins_on_the_account_page(cast, settings):
    settings.SECOND_FACTOR = False
    from tests.cast import PASSWORD  # noqa: PLC0415  # the apps must be ready

    client = Client()
    client.post("/login", {"username": "liaison", "password": PASSWORD})
    page = text(client.get("/account"))
    assert "联络员 · 区建设交通局" in page
    assert "最近登录" in page


def test_every_kind_of_subject_is_named_or_names_itself():
    assert set(SUBJECTS) == queries.described() | queries.UNNAMED
    assert not queries.described() & queries.UNNAMED


def noted(by, *subjects):
    with transaction.atomic():
        for subject in subjects:
            record("work.opened", by=by, subject=subject)


def named(person, *subjects):
    """What the page of events calls these subjects to a reader."""
    events = [Event(subject_kind=kind, subject=str(key), verb="x") for kind, key in subjects]
    return [one.subject_name for one in queries.name_them(events, sight_of(person))]


@pytest.mark.parametrize("kind", sorted(SUBJECTS))
def test_what_is_not_there_or_no_key_at_all_is_shown_by_its_number(kind, cast, client_of):
    noted(
        cast["office"], (kind, "x"), (kind, "7"), (kind, ""), (kind, "01a22682-a2b8-7ccd-bf7f-a69bc69f1f8c")
    )
    assert text(client_of("auditor").get(f"/audit?kind={kind}")).count(SUBJECTS[kind]) >= 4


def test_a_digest_is_shown_by_how_it_begins(cast, client_of):
    noted(cast["office"], ("register", "0a" * 32))
    page = text(client_of("auditor").get("/audit?kind=register"))
    assert "0a0a0a0a…" in page
    assert "0a" * 32 not in page


def test_people_units_work_and_editions_are_called_by_their_names(cast, client_of):
    from gongzhi.editions.models import Edition  # noqa: PLC0415  # the apps must be ready
    from gongzhi.work.actions import open_item  # noqa: PLC0415  # the same
    from gongzhi.work.actions.giving import PlaceOfWork  # noqa: PLC0415  # the same

    item = open_item(
        kind="errand",
        key="t",
        title="核实材料 13800138000",
        place=PlaceOfWork(unit=cast["liaison"].unit),
        by=cast["office"],
    )
    edition = Edition.objects.create(
        kind="resource",
        code="x",
        title="合同信息",
        version=3,
        texts={},
        digest="0",
        drafted_at=timezone.now(),
    )
    assert named(
        cast["auditor"], ("person", cast["liaison"].pk), ("unit", cast["liaison"].unit), ("work", item.pk),
        ("edition", edition.pk),
    ) == ["联络员甲 区建设交通局", "区建设交通局", "核实材料 138****", "合同信息 第3版"]  # fmt: skip
    noted(cast["office"], ("person", cast["liaison"].pk))
    assert "人员 联络员甲 区建设交通局" in text(client_of("auditor").get("/audit"))
    event = Event.objects.get(subject=str(cast["liaison"].pk), verb="work.opened")
    page = text(client_of("auditor").get(f"/audit/{event.pk}"))
    assert f"人员 联络员甲 区建设交通局（编号 {cast['liaison'].pk}）" in page


def test_taxpayers_hits_and_doubts_are_named_to_those_alone_who_may_see_them(cast):
    from gongzhi.registry.models import Doubt, Taxpayer  # noqa: PLC0415  # the apps must be ready

    now = timezone.now()
    taxpayer = Taxpayer.objects.create(
        code="91", name="示例商贸有限公司", origin="bureau", source_batch=cast["office"].pk, source_part=0,
        source_row=1, updated_at=now,
    )  # fmt: skip
    doubt = Doubt.objects.create(
        key="k", name="示例商贸", status="doubtful", example_batch=cast["office"].pk, example_part=0,
        example_row=1, seen_at=now,
    )  # fmt: skip
    subjects = (("taxpayer", taxpayer.pk), ("doubt", doubt.pk))
    assert named(cast["officer"], *subjects) == ["示例商贸有限公司", "示例商贸"]
    assert named(cast["auditor"], *subjects) == ["", ""]


def test_a_page_of_events_costs_as_many_questions_as_it_has_kinds(cast, client_of):
    client = client_of("auditor")

    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/audit?verb=work.opened").status_code == 200
        return len(asked)

    noted(cast["office"], ("person", cast["liaison"].pk))
    one = cost()
    noted(cast["office"], *(("person", person.pk) for person in cast.values()))
    assert cost() <= one


def test_the_file_of_the_trail_names_as_the_page_does(cast, client_of):
    noted(cast["office"], ("person", cast["liaison"].pk))
    answer = client_of("auditor").get("/audit?verb=work.opened&export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "人员 联络员甲 区建设交通局" in values
