"""Roles that nobody may publish: what is refused, and where it stands."""

import pytest

from gongzhi.engine.definitions import DefinitionError, load

DUTIES = """\
duties:
  - {key: see_tax_detail, title: 查看明细, opens: [tax]}
  - {key: administer_grants, title: 授权}
  - {key: administer_accounts, title: 建账号}
"""
LIAISON = "duties: [submit_file, see_definitions]"
AUDIT = "duties: [read_audit]"


@pytest.fixture
def with_duties(district):
    district.edit("roles.yml", "duties:\n", DUTIES)
    load(district.root)
    return district


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (LIAISON, "duties: [submit_file, see_tax_detail]", "涉税保密信息"),
        (LIAISON, "duties: [submit_file, administer_grants]", "联络员：安全管理的职责不得与“报送文件”"),
        (LIAISON, "duties: [administer_grants]", "范围应为 system"),
        (AUDIT, "duties: [read_audit, administer_grants]", "安全管理、审计管理的职责不得由同一角色"),
        (AUDIT, "duties: [read_audit, see_tax_detail]", "审计管理员的范围限于系统，不得承担“查看明细”"),
    ],
)  # fmt: skip
def test_a_role_that_the_law_forbids_is_refused(with_duties, old, new, said):
    with_duties.edit("roles.yml", old, new)
    with pytest.raises(DefinitionError) as refused:
        load(with_duties.root)
    assert any(one.file == "roles.yml" and said in one.message for one in refused.value.problems)


def test_an_administrator_is_nobody_else(with_duties):
    with_duties.edit("roles.yml", "    excludes: [audit_administrator]\n", "")
    load(with_duties.root)  # one of the two has said it
    with_duties.edit("roles.yml", "    excludes: [liaison]\n", "")
    with pytest.raises(DefinitionError) as refused:
        load(with_duties.root)
    assert any("联络员和审计管理员不得由一人兼任" in one.message for one in refused.value.problems)


def test_what_is_open_to_the_whole_district_may_be_told_tax(with_duties):
    with_duties.edit(
        "roles.yml", "scope: own_unit\n    " + LIAISON, "scope: all_units\n    duties: [see_tax_detail]"
    )
    assert "see_tax_detail" in load(with_duties.root).roles["liaison"].duties
