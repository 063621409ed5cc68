"""Keys of machines: nobody makes one alone, the secret is told once, two overlap for a fortnight."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from tests.calls import key_of

from gongzhi.audit.models import Event
from gongzhi.gate import sight_of
from gongzhi.organisation.actions import (
    Refused,
    approve_key,
    end_key,
    issue_key,
    register_key,
    rotate_key,
)
from gongzhi.organisation.models import ApiKey
from gongzhi.organisation.queries import keys_visible_to, owed_by

IN_A_YEAR = dt.timedelta(days=300)


def text(answer) -> str:
    return answer.content.decode()


def registered(cast, **more):
    said = {"unit": cast["liaison"].unit, "name": "业务系统", "until": timezone.now() + IN_A_YEAR} | more
    return register_key(by=cast["system"], **said)


def test_from_registering_to_the_secret_by_two_administrators(client_of, cast):
    system, security = client_of("system"), client_of("security")
    day = (timezone.localdate() + dt.timedelta(days=90)).isoformat()
    form = {
        "unit": cast["liaison"].unit, "name": "业务系统", "resources": "9.5、9.6", "addresses": "10.0.0.0/8",
        "hourly": "500", "until": day,
    }  # fmt: skip
    page = system.post("/api-keys/new", form).headers["Location"]
    key = ApiKey.objects.get()
    assert (key.resources, key.addresses, key.hourly) == (["9.5", "9.6"], ["10.0.0.0/8"], 500)
    assert "批准</button>" not in text(system.get(page))
    assert system.post(f"{page}/approve").status_code == 404
    assert system.post(f"{page}/secret").headers["Location"] == page  # refused: not approved yet
    security.post(f"{page}/approve")
    assert security.post(f"{page}/secret").status_code == 404
    told = text(system.post(f"{page}/secret"))
    secret = re.search(r'class="secret">([\w-]{43})<', told)[1]
    key.refresh_from_db()
    assert key.open_secret() == secret
    assert secret.encode() not in bytes(key.secret)
    assert secret not in text(system.get(page))
    assert "只能取出一次" in text(system.post(f"{page}/secret", follow=True))
    assert [event.verb for event in Event.objects.filter(verb__startswith="api_key").order_by("id")] == [
        "api_key.registered", "api_key.approved", "api_key.issued",
    ]  # fmt: skip
    assert not Event.objects.filter(detail__icontains=secret).exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"unit": "no_such"}, "没有要报送的数据资源"),
        ({"resources": ["1.1"]}, "不报送 1.1"),
        ({"addresses": ["不知道"]}, "不是网络地址"),
        ({"until": timezone.now() - dt.timedelta(days=1)}, "有效期"),
        ({"until": timezone.now() + dt.timedelta(days=400)}, "有效期"),
    ],
)
def test_what_a_registration_refuses(cast, wrong, words):
    with pytest.raises(Refused, match=words):
        registered(cast, **wrong)
    assert not ApiKey.objects.exists()


def test_the_one_who_registers_never_approves_and_the_approver_never_takes_the_secret(cast):
    key = registered(cast)
    with pytest.raises(Refused, match="登记人不能批准"):
        approve_key(key=key, by=cast["system"])
    with pytest.raises(Refused, match="还没有批准"):
        issue_key(key=key, by=cast["system"])
    approve_key(key=key, by=cast["security"])
    with pytest.raises(Refused, match="批准人不能取出"):
        issue_key(key=key, by=cast["security"])
    assert not key.usable()


def test_after_a_rotation_both_keys_count_for_a_fortnight(cast):
    old, _ = key_of(cast, resources=["9.5"])
    new = rotate_key(key=old, until=timezone.now() + IN_A_YEAR, by=cast["system"])
    with pytest.raises(Refused, match="已有接替"):
        rotate_key(key=old, until=timezone.now() + IN_A_YEAR, by=cast["system"])
    approve_key(key=new, by=cast["security"])
    old.refresh_from_db()
    assert old.until - timezone.now() > dt.timedelta(days=80)
    issue_key(key=new, by=cast["system"])
    old.refresh_from_db()
    assert new.resources == ["9.5"]
    assert dt.timedelta(days=13) < old.until - timezone.now() <= dt.timedelta(days=14)
    assert old.usable()
    assert not old.usable(timezone.now() + dt.timedelta(days=15))


def test_an_ended_key_stays_as_history(cast):
    key, _ = key_of(cast)
    end_key(key=key, by=cast["security"], reason="系统下线")
    assert not key.usable()
    with pytest.raises(Refused, match="在用的凭据"):
        rotate_key(key=key, until=timezone.now() + IN_A_YEAR, by=cast["system"])
    assert ApiKey.objects.get().reason == "系统下线"


def test_a_liaison_sees_the_keys_of_her_unit_and_no_other(client_of, cast):
    mine, _ = key_of(cast)
    other, _ = key_of(cast, unit=cast["peer"].unit)
    assert list(keys_visible_to(sight_of(cast["liaison"]))) == [mine]
    client = client_of("liaison")
    assert mine.kid in text(client.get("/api-keys"))
    assert other.kid not in text(client.get("/api-keys"))
    assert 'name="unit"' not in text(client.get("/api-keys"))  # there is one unit to see: hers
    assert 'name="unit"' in text(client_of("system").get("/api-keys"))
    assert client.get(f"/api-keys/{other.pk}").status_code == 404
    assert "停用" not in text(client.get(f"/api-keys/{mine.pk}")).split("<dl")[1]


def test_a_machine_may_do_for_its_unit_what_roles_say_and_is_given_to_nobody(client_of, cast):
    key, _ = key_of(cast)
    sight = sight_of(key)
    assert sight.has("submit_file")
    assert not sight.has("review_file")
    assert sight.units("submit_file") == {cast["liaison"].unit}
    page = client_of("security").get(f"/people/{cast['stranger'].pk}/grants")
    assert "单位系统" not in text(page)


def test_what_a_unit_owes_is_in_the_order_of_the_notice():
    numbers = [one.number for one in owed_by("construction_transport")]
    assert numbers[:3] == ["9.1", "9.2", "9.3"]
    assert numbers.index("9.9") < numbers.index("9.10") < numbers.index("K.9") < numbers.index("K.28")
