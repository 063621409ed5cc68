"""What a password must be, and how it is kept."""

import pytest
from django.contrib.auth.hashers import check_password, make_password

from gongzhi.organisation.actions import Refused, faults_of, set_password

GOOD = [f"Chun-Hua-{number}-qiu-yue" for number in range(2001, 2010)]


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Ab1-short", "要有12至128位，现在是9位"),
        ("abcxefghijklm", "至少三类"),
        ("ABCDEFG123456!", "123456"),
        ("Yuecheng-Da-Jie-9", "yuecheng"),
        ("YueCh3ng-Da-Jie-9", "yuecheng"),
        ("Pa55w0rd-Ling-Yin", "password"),
        ("Li4ison-and-more", "liaison"),
        ("我在越城区工作Aa1很多年", "越城"),
        ("Bb1联络员甲的密码本子里", "联络员"),
        ("Aaaa-Aaaa-Aaaa-1", "重复"),
        ("x" * 120 + "Aa1!56789", "128位"),
    ],
)
def test_what_is_refused_is_said(cast, password, words):
    person = cast["liaison"]
    assert any(words in fault for fault in faults_of(password, person)), faults_of(password, person)
    with pytest.raises(Refused):
        set_password(person=person, password=password, by=person)


def test_a_good_password_will_do(cast):
    assert faults_of("Qing-Ming-0405-yu", cast["liaison"]) == []
    assert faults_of("一行白鹭上青天，两个黄鹂Aa1", cast["liaison"]) == []


def test_administrators_need_sixteen(cast):
    assert any("要有16" in fault for fault in faults_of("Qing-Ming-0405", cast["system"]))
    assert faults_of("Qing-Ming-0405", cast["liaison"]) == []


def test_the_last_five_are_refused_and_the_one_before_them_is_not(cast):
    person = cast["liaison"]
    for password in GOOD[:6]:  # the last of them is the one in use
        set_password(person=person, password=password, by=person)
    for password in GOOD[1:6]:
        with pytest.raises(Refused, match="最近5次"):
            set_password(person=person, password=password, by=person)
    set_password(person=person, password=GOOD[0], by=person)


def test_passwords_are_keyed_and_memory_hard(settings):
    settings.PASSWORD_HASHERS = ["gongzhi.web.hashing.KeyedArgon2"]
    encoded = make_password(GOOD[0])
    assert encoded.startswith("argon2_sm3$argon2id$v=19$m=102400")
    assert check_password(GOOD[0], encoded)
    assert not check_password(GOOD[1], encoded)
    settings.KEYS = type(settings.KEYS)([_other_key()])
    assert not check_password(GOOD[0], encoded)


def _other_key():
    from gongzhi.engine.crypto import derive_key  # noqa: PLC0415  # the other key of a thief

    return derive_key(bytes(32), "password", 1)
