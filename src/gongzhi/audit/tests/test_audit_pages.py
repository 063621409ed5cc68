"""The audit administrator's pages."""

from django.test import Client

from gongzhi.audit.actions import copy_out, seal
from gongzhi.audit.models import Event


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
    assert client.get("/audit/999999999").status_code == 404


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
