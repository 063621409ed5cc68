"""The pages of people: what each administrator is offered and what a page refuses."""

import datetime as dt

import pytest
from django.utils import timezone
from tests.files import taken

from gongzhi.organisation.models import Grant, Person
from gongzhi.organisation.queries import in_force


def text(answer) -> str:
    return answer.content.decode()


def test_from_registering_to_a_working_account(client_of, cast):
    system, security = client_of("system"), client_of("security")
    form = {"username": "newcomer", "name": "新人", "unit": "water", "post": "联络员"}
    address = system.post("/people/new", form).headers["Location"]
    assert "待批准" in text(system.get(address))
    assert "批准账号" not in text(system.get(address))
    assert "批准账号" in text(security.get(address))
    assert security.post(f"{address}/approve").headers["Location"] == address
    assert "已批准" in text(security.get(address))
    grant = {"role": "liaison", "unit": "water", "basis": "区水利局来函", "cell": "", "until": "2099-12-31"}
    assert security.post(f"{address}/grants", grant).headers["Location"] == address
    person = Person.objects.get(username="newcomer")
    held = in_force(person).get()
    assert (held.role, held.unit, held.granted_by) == ("liaison", "water", cast["security"])
    page = text(security.get(address))
    assert "2099-12-31" in page
    assert "2100-01-01" not in page
    assert security.post(f"{address}/grants/{held.pk}/end").headers["Location"] == address
    assert not in_force(person).exists()


def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(client_of):
    answer = client_of("system").post("/people/new", {"username": "LIAISON", "name": "新人", "unit": "water"})
    assert answer.status_code == 200
    assert "已有人使用" in text(answer)
    assert "新人" in text(answer)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"role": "liaison", "unit": "", "basis": "来函"}, "要指定单位"),
        ({"role": "liaison", "unit": "water", "basis": ""}, "请填写这一项"),
        ({"role": "no_such", "unit": "water", "basis": "来函"}, "请从列表中选一项"),
        ({"role": "leader", "basis": "来函", "until": "2001-01-01"}, "有效期不能早于今天"),
        ({"role": "audit_administrator", "basis": "来函"}, "不得由一人兼任"),
    ],
)
def test_what_a_grant_refuses(client_of, cast, form, words):
    before = Grant.objects.count()
    answer = client_of("security").post(f"/people/{cast['liaison'].pk}/grants", form)
    assert answer.status_code == 200
    assert words in text(answer)
    assert Grant.objects.count() == before


def test_a_scope_that_the_role_does_not_know_is_not_stored(client_of, cast):
    form = {"role": "leader", "unit": "water", "cell": "330602001", "basis": "来函"}
    client_of("security").post(f"/people/{cast['stranger'].pk}/grants", form)
    held = in_force(cast["stranger"]).get()
    assert (held.unit, held.cell) == ("", "")


def test_disabling_asks_for_a_reason(client_of, cast):
    address = f"/people/{cast['grid'].pk}/disable"
    assert "请写明原因" in text(client_of("system").post(address, {"reason": ""}))
    assert Person.objects.get(username="grid").is_active
    client_of("system").post(address, {"reason": "调离岗位，单位来函"})
    assert not Person.objects.get(username="grid").is_active


def test_nobody_is_offered_what_cannot_be_done_to_oneself(client_of, cast):
    page = text(client_of("system").get(f"/people/{cast['system'].pk}"))
    assert "停用账号" not in page
    assert "开通重设密码链接" not in page


def test_filters_narrow_and_say_so(client_of, cast):
    client = client_of("system")
    assert "共 3 条" not in text(client.get("/people"))
    page = text(client.get("/people?unit=tax_bureau"))
    assert "网格员甲" not in page
    assert "税源管理员甲" in page
    assert "共 6 条" in page
    assert "没有符合条件的人员" in text(client.get("/people?state=disabled"))
    assert client.get("/people?unit=no_such_unit&state=x").status_code == 200


def test_a_liaison_sees_her_own_unit_and_may_change_nothing(client_of, cast):
    client = client_of("liaison")
    page = text(client.get("/people"))
    assert "联络员甲" in page
    assert "联络员乙" not in page
    own = text(client.get(f"/people/{cast['liaison'].pk}"))
    assert "授予角色" not in own
    assert "停用账号" not in own


def test_a_grant_that_ran_out_is_told_as_over_and_given_anew_it_is_another(client_of, cast):
    security, person = client_of("security"), cast["stranger"]
    form = {"role": "leader", "basis": "来函", "until": "2099-12-31"}
    security.post(f"/people/{person.pk}/grants", form)
    began = timezone.now() - dt.timedelta(days=40)
    Grant.objects.filter(person=person).update(valid_from=began, valid_until=began + dt.timedelta(days=10))
    page = text(security.get(f"/people/{person.pk}"))
    assert "已到期" in page
    assert "有效</span>" not in page
    assert "/end" not in page, "nothing is left to be taken back"
    security.post(f"/people/{person.pk}/grants", form)
    new, old = Grant.objects.filter(person=person).order_by("-valid_from")
    assert (old.valid_from, old.ended_at, old.ended_by) == (began, old.valid_until, None)
    assert new.valid_from > old.valid_until
    cells = taken(security.get(f"/people/{person.pk}?export=xlsx"))
    assert {"已到期", "有效", "2099-12-31"} <= set(cells)


def test_the_grants_of_a_person_are_taken_away(client_of, cast):
    address = f"/people/{cast['liaison'].pk}"
    assert "export=xlsx" in text(client_of("security").get(address))
    cells = taken(client_of("security").get(f"{address}?export=xlsx"))
    assert f"{cast['liaison'].name}的授权" in cells
    assert "联络员" in cells
    assert client_of("peer").get(f"{address}?export=xlsx").status_code == 404
