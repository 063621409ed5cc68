"""Looking at personal values of a row for a stated purpose (三(三); security.md 3.4)."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.files import credit_code, person_id

from gongzhi.audit.actions import Behind, seal
from gongzhi.audit.models import Event
from gongzhi.audit.queries import verify
from gongzhi.disclosure.actions import revealing
from gongzhi.disclosure.models import Reveal
from gongzhi.engine.crypto import SealBroken
from gongzhi.engine.lake import Lake
from gongzhi.intake.models import LakeFile
from gongzhi.organisation.models import uuid7
from gongzhi.work.actions import open_item, take
from gongzhi.work.actions.giving import PlaceOfWork

HEAD = (
    "统一社会信用代码", "缴费人名称", "项目名称", "企业联系人", "联系方式", "应建面积（平方米）",
    "征收标准（元/平方米）", "征收金额（元）", "通知书编号",
)  # fmt: skip
EQUITY = (
    "股权企业", "股权企业统一社会信用代码", "转让方名称", "转让方统一社会信用代码或者身份证号码",
    "受让方名称", "受让方统一社会信用代码或者身份证号码", "股权转让的金额", "变更登记日期",
)  # fmt: skip
NAME, PHONE, OTHER = "欧阳鹮鷟", "13912345678", "司徒䴉鹓"
COMPANY = "绍兴示例贸易有限公司"
SECRETS = (NAME, PHONE, OTHER, person_id(1))
WHY = "核对企业来函更正的联系人"


@pytest.fixture
def own(hand):
    """A batch of the liaison's own unit: two rows with a contact's name and phone."""
    rows = [
        [credit_code(number), COMPANY, f"示例项目{number}", name, PHONE, 10, 2000, 20000, f"T{number}"]
        for number, name in ((1, NAME), (2, OTHER))
    ]
    handed = hand(rows, "9.10", "2026-09-15", "建设交通局", head=HEAD)
    assert handed.batch, handed.as_json(9)
    return handed.batch


@pytest.fixture
def equity(hand):
    """A batch of the market bureau: a person sells shares to an organisation."""
    row = [COMPANY, credit_code(1), NAME, person_id(1), COMPANY, credit_code(2), "12万元", "2026-03-01"]
    return hand([row], "15.1", "2026H1", "市场监管局", head=EQUITY).batch


def page(batch, row=2, part=0) -> str:
    return f"/batches/{batch.pk}/rows/{part}/{row}/reveal"


def ask(purpose="own_rows", fields=("contact_name",), **more) -> dict[str, object]:
    return {"purpose": purpose, "fields_wanted": list(fields), "reason": WHY, **more}


def text_of(answer) -> str:
    return answer.content.decode()


def told(answer) -> set[str]:
    return {secret for secret in SECRETS if secret in text_of(answer)}


def test_the_value_asked_for_is_shown_and_nothing_else(own, client_of, cast, caplog):
    client = client_of("liaison")
    with caplog.at_level(logging.DEBUG):
        form = client.get(page(own))
        assert form.status_code == 200
        assert "核对本单位报送的记录" in text_of(form)
        answer = client.post(page(own), ask())
        assert answer.status_code == 302
        assert told(form) | told(answer) == set()
        shown = client.get(answer.headers["Location"])
    assert told(shown) == {NAME}, "the phone was not asked for, the other row is another look"
    assert shown.headers["Cache-Control"] == "no-store"
    assert int(shown.headers["Refresh"]) <= configured.REVEAL_SECONDS + 1
    assert text_of(shown).count(f"{cast['liaison'].name} ") > 10, "the mark repeats"
    assert f"/batches/{own.pk}?part=0&amp;row=2#row" in text_of(shown)
    assert "/suggestions/new" not in text_of(shown), "the address of a look is told to nobody"
    assert not {secret for secret in SECRETS if secret in caplog.text}


@pytest.fixture
def sealed_now(settings, tmp_path, django_capture_on_commit_callbacks):
    """Chain what waits, with a witness of this test alone."""

    def done():
        settings.AUDIT_WITNESS = tmp_path / "witness.jsonl"
        with django_capture_on_commit_callbacks(execute=True):
            seal()

    return done


def test_the_look_is_an_event_that_tells_no_value(own, client_of, cast, sealed_now):
    client_of("liaison").post(page(own), ask(fields=["contact_name", "contact_phone"]))
    look = Reveal.objects.get()
    event = Event.objects.get(verb="reveal.made")
    assert (event.actor, event.subject, event.duty) == (
        str(cast["liaison"].pk), str(look.pk), "reveal_person",
    )  # fmt: skip
    assert event.detail["purpose"] == "own_rows"
    assert event.detail["fields"] == ["contact_name", "contact_phone"]
    assert set(event.detail["values"]) == {"contact_name", "contact_phone"}
    assert event.detail["values"]["contact_name"] == revealing._mac(f"person_name|{NAME}")
    assert (look.unit, look.person_unit, look.row) == (cast["liaison"].unit, cast["liaison"].unit, 2)
    assert event.detail["reason"] == revealing._mac(WHY)
    with connection.cursor() as cursor:
        kept = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            kept += cursor.fetchall()
    assert not {secret for secret in SECRETS if secret in repr(kept)}
    assert WHY not in repr(list(Event.objects.values_list("detail", flat=True)))
    sealed_now()
    assert verify().whole


def test_after_five_minutes_it_is_masked_again(own, client_of, settings):
    client = client_of("liaison")
    address = client.post(page(own), ask()).headers["Location"]
    settings.REVEAL_SECONDS = 0
    again = client.get(address)
    assert (again.status_code, told(again)) == (200, set())
    assert "重新遮盖" in text_of(again)
    assert "Refresh" not in again.headers


def test_the_address_is_good_in_its_session_alone(own, client_of, cast):
    address = client_of("liaison").post(page(own), ask()).headers["Location"]
    random = client_of("liaison").get("/revealed/no-such-thing")
    for client in (client_of("liaison"), client_of("office"), client_of("peer")):
        answer = client.get(address)
        assert (answer.status_code, told(answer)) == (404, set())
    assert client_of("liaison").get(address).content == random.content
    assert Client().get(address).status_code == 302
    assert client_of("liaison").post(address).status_code == 405


def test_a_role_that_ended_shows_no_more(own, client_of, cast):
    client = client_of("liaison")
    address = client.post(page(own), ask()).headers["Location"]
    cast["liaison"].grants.update(ended_at=cast["liaison"].created_at)
    answer = client.get(address)
    assert (answer.status_code, told(answer)) == (404, set())


# Who may look at which rows for what. (name, batch, purpose, fields) → status of the form's answer.
TABLE = [
    ("liaison", "own", "own_rows", ["contact_name"], 302),
    ("liaison", "own", "decide_link", ["contact_name"], 422),  # not a purpose of her role
    ("liaison", "own", "verify_hit", ["contact_name"], 422),
    ("office", "own", "own_rows", ["contact_name"], 422),  # the unit's own purpose
    ("office", "own", "subject_asks", ["contact_name", "contact_phone"], 302),
    ("officer", "own", "subject_asks", ["contact_name"], 422),
    ("officer", "own", "decide_link", ["contact_name"], 302),
    ("officer", "own", "decide_link", ["contact_phone"], 422),  # the purpose does not cover phones
    ("officer", "own", "verify_hit", ["contact_name"], 422),  # asks for a hit
    ("officer", "own", "carry_out_work", ["contact_name"], 422),  # asks for an item in hand
    ("officer", "own", "decide_link", ["project_name"], 422),  # not masked
    ("officer", "own", "decide_link", [], 422),
    ("officer", "equity", "decide_link", ["transferor_code", "transferor_name"], 302),
    ("officer", "equity", "decide_link", ["transferee_code"], 422),  # an organisation: not masked
    ("peer", "own", "own_rows", ["contact_name"], 404),
    ("liaison", "equity", "own_rows", ["transferor_code"], 404),
    ("head", "own", "own_rows", ["contact_name"], 404),
    *(
        (name, "own", "own_rows", ["contact_name"], 404)
        for name in ("street", "grid", "gridpeer", "leader", "enterprise", "stranger")
    ),
    *((name, "own", "own_rows", ["contact_name"], 404) for name in ("system", "security", "auditor")),
]


@pytest.mark.parametrize("line", TABLE, ids=str)
def test_who_may_look_at_what_for_what(line, own, equity, client_of):
    name, batch, purpose, fields, status = line
    client = client_of(name)
    answer = client.post(page({"own": own, "equity": equity}[batch]), ask(purpose, fields))
    assert (answer.status_code, told(answer)) == (status, set())
    assert Reveal.objects.count() == Event.objects.filter(verb="reveal.made").count() == (status == 302)
    if status == 404:
        assert answer.content == client.post(page(own, row=999_999)).content, "a foreign row is like none"


@pytest.mark.parametrize("row", [1, 99])
def test_a_row_that_is_not_there_is_not_there(own, client_of, row):
    assert client_of("liaison").get(page(own, row)).status_code == 404
    assert client_of("liaison").get(page(own, 2, part=5)).status_code == 404


def test_nothing_is_looked_up_where_only_an_answer_is_given(hand, request_made, client_of):
    head = ("核验请求编号", "纳税人身份证件号码", "子女序号", "确定名单纳税人子女学籍信息核验结果")
    handed = hand(
        [["HY-2026-001", person_id(1), 1, "一致"]], "3.2", request_made.period, "education_sports", head=head
    )
    for name in ("office", "officer"):
        assert client_of(name).get(page(handed.batch)).status_code == 404
        listed = client_of(name).get(f"/batches/{handed.batch.pk}?row=2")
        assert "已定位到原表" in text_of(listed)
        assert "/reveal?" not in text_of(listed)
        assert '/reveal"' not in text_of(listed)


@pytest.mark.parametrize("duty", ["grid_worker", "audit_administrator"])
def test_who_also_holds_a_duty_that_stands_apart_looks_at_nothing(own, client_of, cast, duty):
    """However the second grant came about: the wall is in the sight, not in how grants are given."""
    extra = cast["liaison"].grants.get()
    extra.pk, extra.role, extra.unit = None, duty, ""
    extra.cell = "330602001004" if duty == "grid_worker" else ""
    extra.save()
    assert client_of("liaison").get(page(own)).status_code == 404
    assert page(own) not in text_of(client_of("liaison").get(f"/batches/{own.pk}?row=2"))


@pytest.mark.parametrize(
    ("reason", "said"),
    [("核对", "不少于10个字"), ("", "不少于10个字"), (f"来电 {PHONE} 要求更正", "不要写证件号码"),
     ("来函号 139-1234-5678 要求更正联系人", "不要写证件号码")],
)  # fmt: skip
def test_a_reason_is_asked_and_holds_no_number_of_a_person(own, client_of, reason, said):
    answer = client_of("liaison").post(page(own), ask() | {"reason": reason})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Reveal.objects.exists()


def test_an_item_in_hand_is_a_matter_and_a_finished_one_is_not(own, client_of, cast):
    place = PlaceOfWork(unit=cast["liaison"].unit)
    item = open_item(kind="errand", key="one", title="核对联系人", place=place, by=cast["office"])
    asked = ask("carry_out_work", about=f"work:{item.pk}", reason="")
    assert client_of("liaison").post(page(own), asked).status_code == 422, "not yet taken"
    take(item=item, by=cast["liaison"])
    assert client_of("liaison").post(page(own), asked | {"about": ""}).status_code == 422
    assert client_of("liaison").post(page(own), asked).status_code == 302
    look = Reveal.objects.get()
    assert (look.about_kind, look.about, look.about_title) == ("work", str(item.pk), "核对联系人")
    item.refresh_from_db()
    item.state = "done"
    item.save()
    assert client_of("liaison").post(page(own), asked).status_code == 422
    assert "办理交办事项：没有可作依据" in text_of(client_of("liaison").get(page(own)))


def test_a_stale_session_proves_itself_first(own, client_of):
    client = client_of("liaison")
    client.get("/account")
    session = client.session
    session["began"] -= 301
    session.save()
    answer = client.post(page(own), ask())
    assert "再次核验身份" in text_of(answer)
    assert WHY in text_of(answer), "what was typed travels along"
    assert told(answer) == set()
    assert not Reveal.objects.exists()


def test_over_the_quota_the_form_says_who_may_allow_more(own, client_of, cast):
    """The burst tells when it goes again; the day names a colleague, and the value stays masked."""
    client = client_of("liaison")
    for _ in range(10):
        assert client.post(page(own), ask()).status_code == 302
    answer = client.post(page(own), ask())
    assert (answer.status_code, told(answer)) == (429, set())
    assert "5 分钟内最多查看 10 行" in text_of(answer)
    assert "申请增加" not in text_of(answer)
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    Reveal.objects.update(at=start)
    Reveal.objects.bulk_create(_again(Reveal.objects.all()))
    answer = client.post(page(own), ask())
    assert (answer.status_code, told(answer)) == (429, set())
    assert "今天已查看到限额（每天 20 行）" in text_of(answer)
    assert cast["head"].name in text_of(answer)
    assert Event.objects.filter(verb="reveal.refused").count() == 2


def _again(looks):
    for look in list(looks):
        look.pk = uuid7()
        yield look


class Broken(Exception):
    """The disk, the network: something that is nobody's refusal."""


@pytest.mark.parametrize("what", ["event", "look", "seal", "lag"])
def test_when_any_part_fails_nothing_was_seen(own, client_of, monkeypatch, what):
    def fail(*_, **__):
        raise {"lag": Behind, "seal": SealBroken}.get(what, Broken)

    if what in {"event", "lag"}:
        monkeypatch.setattr(revealing, "record", fail)
    elif what == "look":
        monkeypatch.setattr(Reveal.objects, "create", fail)
    else:
        path = Lake(configured.LAKE).path(LakeFile.objects.get(role="sealed").path)
        path.chmod(0o600)
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    client = client_of("liaison")
    client.raise_request_exception = False
    answer = client.post(page(own), ask())
    assert answer.status_code == (503 if what == "lag" else 500)
    assert told(answer) == set()
    assert not Reveal.objects.exists()
    assert not Event.objects.filter(verb="reveal.made").exists()


def test_who_dies_before_the_answer_has_left_the_event(own, client_of, monkeypatch):
    """Between the event and the answer: the event stands, and no value was on any page."""

    def die(*_, **__):
        raise SystemExit

    monkeypatch.setattr("gongzhi.intake.views.revealing.disclosure.address_of", die)
    client = client_of("liaison")
    with pytest.raises(SystemExit):
        client.post(page(own), ask())
    assert Reveal.objects.count() == Event.objects.filter(verb="reveal.made").count() == 1


def test_the_look_stands_beside_the_row_for_who_may(own, client_of):
    for name, there in (("liaison", True), ("office", True), ("head", False)):
        listed = text_of(client_of(name).get(f"/batches/{own.pk}?part=0&row=2&field=contact_name"))
        assert (f"{page(own)}?field=contact_name" in listed) == there
    form = text_of(client_of("liaison").get(f"{page(own)}?field=contact_name"))
    assert form.count("checked") == 2, "the field, and the only purpose"
