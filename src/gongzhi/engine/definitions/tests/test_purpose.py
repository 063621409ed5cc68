"""Purposes, quotas and duties that stand apart: what is refused, and where it stands."""

import pytest

from gongzhi.engine.definitions import DefinitionError, load

PURPOSE = """\
key: mend
title: 更正
meaning: 更正自己报送的记录
document: 示例〔2024〕1号
clause: 一
basis: [示例法第一条]
since: 2024-01-01
roles: [liaison]
fields: [phone]
reason: true
"""
DUTIES = "duties:\n  - {key: reveal_person, title: 查看, apart: [read_audit]}\n"
QUOTA = "    quota: {day: 2, burst: 2, minutes: 5}\n"
HELD = "duties: [submit_file, see_definitions, reveal_person]\n    quota: {day: 2, burst: 2, minutes: 5}"


@pytest.fixture
def with_purpose(district):
    district.put("purposes/mend.yml", PURPOSE)
    district.edit("roles.yml", "duties:\n", DUTIES)
    district.edit("roles.yml", "duties: [submit_file, see_definitions]", HELD)
    return district


def test_a_purpose_and_a_quota_are_read(with_purpose):
    definitions = load(with_purpose.root)
    assert definitions.purposes["mend"].roles == ("liaison",)
    quota = definitions.roles["liaison"].quota
    assert quota is not None
    assert (quota.day, quota.burst, quota.minutes) == (2, 2, 5)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("purposes/mend.yml", "roles: [liaison]", "roles: [poet]", "没有这个角色：poet"),
        ("purposes/mend.yml", "reason: true\n", "", "没有依据的事由不能查看"),
        ("purposes/mend.yml", "reason: true", "about: [whim]", "about"),
        ("purposes/mend.yml", "key: mend", "key: patch", "文件名应为 patch.yml"),
        ("purposes/mend.yml", "[phone]", "[colour]", "fields"),
        ("purposes/mend.yml", "basis: [示例法第一条]", "basis: []", "basis"),
        ("roles.yml", "duties: [read_audit]\n", "duties: [read_audit]\n" + QUOTA, "没有限额"),
        ("roles.yml", "day: 2", "day: 0", "quota.day"),
        ("roles.yml", "apart: [read_audit]", "apart: [sing]", "没有这个职责：sing"),
        ("roles.yml", "see_definitions, reveal_person", "read_audit, reveal_person", "同一角色"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_its_place(with_purpose, name, old, new, said):
    with_purpose.edit(name, old, new)
    with pytest.raises(DefinitionError) as refused:
        load(with_purpose.root)
    assert any(problem.file == name and said in problem.message for problem in refused.value.problems)
