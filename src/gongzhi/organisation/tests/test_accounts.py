"""Accounts and grants: three administrators, none of whom can do another's part."""

import datetime as dt

import pytest
from django.utils import timezone
from tests.cast import NAMES

from gongzhi.audit.models import Event
from gongzhi.gate import allowed, sight_of
from gongzhi.organisation import actions
from gongzhi.organisation.actions import Refused
from gongzhi.organisation.models import Grant, Link, Person
from gongzhi.organisation.queries import definitions, find_link, in_force, visible_to

PASSWORD = "Zhong-Qiu-0815-xy"


@pytest.fixture
def newcomer(cast) -> Person:
    return actions.register(username="newcomer", name="新人", unit="water", by=cast["system"])


def test_the_cast_covers_every_role_that_a_person_may_have():
    from gongzhi.organisation.actions import seats  # noqa: PLC0415  # needs the apps

    of_people = {role.key for role in definitions().roles.values() if role.scope != "machine"}
    assert {seat.role for seat in seats().values() if seat.role} == of_people


def test_seating_twice_changes_nothing(cast):
    before = Event.objects.count(), Grant.objects.count()
    assert actions.seat_cast({name: "x" for name in NAMES})["liaison"] == cast["liaison"]
    assert (Event.objects.count(), Grant.objects.count()) == before


def test_demo_passwords_are_made_once_and_kept_from_others(db, settings):
    actions.seat_cast()
    path = settings.HOME.path / "accounts.json"
    kept = path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    actions.seat_cast()
    assert path.read_text() == kept
    path.unlink()


def test_a_registered_account_sleeps_until_approved_and_activated(newcomer, cast):
    token = actions.issue_link(person=newcomer, purpose="activate", by=cast["system"])
    assert not newcomer.is_active
    with pytest.raises(Refused, match="尚未经安全管理员批准"):
        actions.set_password(person=newcomer, password=PASSWORD, by=newcomer, link=find_link(token))
    actions.approve(person=newcomer, by=cast["security"])
    actions.set_password(person=newcomer, password=PASSWORD, by=newcomer, link=find_link(token))
    newcomer.refresh_from_db()
    assert newcomer.is_active
    assert newcomer.check_password(PASSWORD)
    assert find_link(token) is None


def test_whoever_registers_neither_approves_nor_grants(newcomer, cast):
    with pytest.raises(Refused, match="登记人不能批准"):
        actions.approve(person=newcomer, by=cast["system"])
    with pytest.raises(Refused, match="登记账号的人不能再给它授权"):
        actions.grant(person=newcomer, role="leader", basis="无", by=cast["system"])


@pytest.mark.parametrize("username", ["", "9a", "甲", "a b", "a" * 41, "Drop;table"])
def test_login_names_are_plain(cast, username):
    with pytest.raises(Refused):
        actions.register(username=username, name="新人", unit="water", by=cast["system"])


def test_login_names_and_units_are_checked(newcomer, cast):
    with pytest.raises(Refused, match="已有人使用"):
        actions.register(username="NEWCOMER", name="又一人", unit="water", by=cast["system"])
    with pytest.raises(Refused, match="没有这个单位"):
        actions.register(username="other", name="又一人", unit="no_such_unit", by=cast["system"])


def test_a_grant_to_oneself_is_refused(cast):
    with pytest.raises(Refused, match="不能给自己授权"):
        actions.grant(person=cast["security"], role="office", basis="无", by=cast["security"])
    with pytest.raises(Refused, match="不能收回自己的授权"):
        actions.end_grant(grant=cast["security"].grants.get(), by=cast["security"])


@pytest.mark.parametrize("administrator", ["system", "security", "auditor"])
@pytest.mark.parametrize("role", [
    "liaison", "office", "tax_officer",
    "system_administrator", "security_administrator", "audit_administrator",
])  # fmt: skip
def test_administrators_hold_nothing_else(cast, administrator, role):
    held = cast[administrator].grants.get().role
    if held == role:
        return
    with pytest.raises(Refused, match="不得由一人兼任"):
        actions.grant(person=cast[administrator], role=role, unit="water", basis="无", by=None)


def test_business_roles_exclude_administration_both_ways(cast):
    for name in ("liaison", "office", "officer", "grid", "leader"):
        with pytest.raises(Refused, match="不得由一人兼任"):
            actions.grant(person=cast[name], role="security_administrator", basis="无", by=None)


def test_an_ended_or_expired_role_excludes_no_more(newcomer, cast):
    past = timezone.now() - dt.timedelta(days=1)
    actions.grant(person=newcomer, role="leader", basis="甲", by=cast["security"], until=past)
    assert not in_force(newcomer).exists()
    actions.grant(person=newcomer, role="audit_administrator", basis="乙", by=cast["security"])
    assert [grant.role for grant in in_force(newcomer)] == ["audit_administrator"]


@pytest.mark.parametrize(
    ("role", "scope", "words"),
    [
        ("liaison", {}, "要指定单位"),
        ("liaison", {"unit": "no_such_unit"}, "要指定单位"),
        ("grid_worker", {"unit": "water"}, "要指定网格"),
        ("no_such_role", {}, "没有这个岗位角色"),
    ],
)
def test_a_scope_must_fit_its_role(newcomer, cast, role, scope, words):
    with pytest.raises(Refused, match=words):
        actions.grant(person=newcomer, role=role, basis="无", by=cast["security"], **scope)


def test_granting_twice_is_one_grant_with_the_later_end(newcomer, cast):
    until = timezone.now() + dt.timedelta(days=9)
    first = actions.grant(person=newcomer, role="leader", basis="甲", by=cast["security"])
    second = actions.grant(person=newcomer, role="leader", basis="乙", by=cast["security"], until=until)
    assert first.pk == second.pk
    assert in_force(newcomer).get().valid_until == until


def test_sight_follows_the_grants(cast):
    sight = sight_of(cast["liaison"])
    assert allowed(sight, "submit_file", unit="construction_transport")
    assert not allowed(sight, "submit_file", unit="natural_resources")
    assert allowed(sight_of(cast["street"]), "see_tasks", cell="330602001004")
    assert not allowed(sight_of(cast["grid"]), "see_tasks", cell="330602002001")
    assert allowed(sight_of(cast["office"]), "see_calendar", unit="water")
    assert sight_of(cast["stranger"]).duties == frozenset()


def test_a_link_works_once_for_a_day_for_its_purpose_and_only_the_newest(cast):
    person = cast["liaison"]
    old = actions.issue_link(person=person, purpose="reset", by=cast["system"])
    new = actions.issue_link(person=person, purpose="reset", by=cast["system"])
    assert find_link(old) is None
    assert find_link(new, "activate") is None
    assert find_link(new, "reset").person == person
    assert not Link.objects.filter(digest__contains=new).exists()
    Link.objects.update(expires_at=timezone.now())
    assert find_link(new, "reset") is None


def test_a_used_link_is_refused_even_when_it_was_found_before(cast):
    person = cast["liaison"]
    link = find_link(actions.issue_link(person=person, purpose="reset", by=cast["system"]))
    actions.set_password(person=person, password=PASSWORD, by=person, link=link)
    with pytest.raises(Refused, match="已经用过"):
        actions.set_password(person=person, password="Duan-Wu-0505-xyz", by=person, link=link)


def test_nobody_issues_a_link_for_oneself_or_a_closed_account(cast):
    with pytest.raises(Refused, match="不能给自己"):
        actions.issue_link(person=cast["system"], purpose="reset", by=cast["system"])
    actions.disable(person=cast["grid"], by=cast["system"], reason="调离岗位")
    with pytest.raises(Refused, match="已停用"):
        actions.issue_link(person=cast["grid"], purpose="reset", by=cast["system"])
    with pytest.raises(Refused, match="已停用"):
        actions.grant(person=cast["grid"], role="leader", basis="无", by=cast["security"])


def test_disabling_ends_links_and_is_not_for_oneself(cast):
    token = actions.issue_link(person=cast["grid"], purpose="reset", by=cast["system"])
    actions.disable(person=cast["grid"], by=cast["system"], reason="调离岗位")
    assert find_link(token) is None
    with pytest.raises(Refused, match="不能停用自己"):
        actions.disable(person=cast["system"], by=cast["system"], reason="试试看")


def test_who_sees_whom(cast):
    def names(who: str) -> set[str]:
        return set(visible_to(sight_of(cast[who])).values_list("username", flat=True))

    assert names("system") == names("security") == set(NAMES)
    assert names("liaison") == {"liaison", "head"}  # her unit
    assert names("grid") == {"grid"}
    assert names("office") == set(NAMES)


def test_the_first_three_administrators_are_made_once(db):
    tokens = actions.first_administrators(system="sys", security="sec", audit="aud")
    assert set(tokens) == {"sys", "sec", "aud"}
    for username, token in tokens.items():
        person = find_link(token, "activate").person
        assert person.username == username
        actions.set_password(person=person, password="Shan-Shui-Ren-1-jia", by=person, link=find_link(token))
    with pytest.raises(Refused, match="不能再次初始化"):
        actions.first_administrators(system="sys2", security="sec2", audit="aud2")


def test_every_act_leaves_one_event(newcomer, cast):
    Event.objects.all()._raw_delete(Event.objects.db)
    actions.approve(person=newcomer, by=cast["security"])
    actions.grant(person=newcomer, role="leader", basis="甲", by=cast["security"])
    actions.end_grant(grant=newcomer.grants.get(), by=cast["security"])
    actions.end_grant(grant=newcomer.grants.get(), by=cast["security"])
    actions.issue_link(person=newcomer, purpose="activate", by=cast["system"])
    actions.unlock(person=newcomer, by=cast["security"])
    actions.disable(person=newcomer, by=cast["system"], reason="调离岗位")
    assert list(Event.objects.values_list("verb", flat=True)) == [
        "person.approved", "grant.given", "grant.ended", "password_link.activate", "person.unlocked",
        "person.disabled",
    ]  # fmt: skip
