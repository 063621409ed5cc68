"""Law as a wall, as far as roles and duties are data (design.md 5, security.md 3.2)."""

import pytest
from tests.definitions.compared import nothing

from gongzhi.engine.definitions import Sensitivity

ADMINISTRATORS = {"system_administrator", "security_administrator", "audit_administrator"}
TAX_SIDE = {"office", "tax_officer"}


def opened(definitions, role):
    return {sight for duty in definitions.roles[role].duties for sight in definitions.duties[duty].opens}


def test_the_roles_of_the_house(definitions):
    business = {
        "liaison",
        "unit_head",
        "office",
        "tax_officer",
        "street_coordinator",
        "grid_worker",
        "leader",
        "enterprise",
        "machine",
    }
    assert set(definitions.roles) == business | ADMINISTRATORS


def test_tax_detail_opens_to_the_bureau_alone(definitions):
    """An enterprise sees its own credit; nobody else outside the bureau holds a duty that opens `tax`."""
    nothing(
        f"{role.key} 持有能看到涉税信息的职责"
        for role in definitions.roles.values()
        if Sensitivity.TAX in opened(definitions, role.key)
        and role.key not in TAX_SIDE
        and role.scope != "own_taxpayer"
    )
    assert all(Sensitivity.TAX in opened(definitions, role) for role in TAX_SIDE)


def test_a_grid_worker_sees_her_tasks_and_nothing_else(definitions):
    role = definitions.roles["grid_worker"]
    assert set(role.duties) == {"do_work", "see_tasks", "report_visit"}
    assert role.scope == "own_cell"
    assert opened(definitions, "grid_worker") == set()


def test_a_liaison_sees_her_units_data_only(definitions):
    role = definitions.roles["liaison"]
    assert role.scope == "own_unit"
    assert {"see_all_batches", "see_taxpayer", "see_hits", "see_tax_detail"}.isdisjoint(role.duties)


def test_a_machine_does_for_its_unit_what_its_liaison_may_do_and_no_more(definitions):
    machine, liaison = definitions.roles["machine"], definitions.roles["liaison"]
    assert machine.scope == "machine"
    assert set(machine.duties) < set(liaison.duties)


def test_a_leader_sees_no_rows(definitions):
    assert opened(definitions, "leader") == set()


@pytest.mark.parametrize("key", sorted(ADMINISTRATORS))
def test_an_administrator_is_nobody_else(definitions, key):
    role = definitions.roles[key]
    others = definitions.roles.values()
    excluded = {*role.excludes, *(other.key for other in others if key in other.excludes)}
    assert excluded == set(definitions.roles) - {key}
    assert role.scope == "system"
    assert role.second_factor
    business = {
        duty for other in set(definitions.roles) - ADMINISTRATORS for duty in definitions.roles[other].duties
    }
    assert business.isdisjoint(role.duties)
    for other in ADMINISTRATORS - {key}:
        assert set(role.duties).isdisjoint(definitions.roles[other].duties)


def test_one_person_reveals_another_approves(definitions):
    assert "approve_reveal" not in definitions.roles["tax_officer"].duties
    assert "administer_accounts" not in definitions.roles["security_administrator"].duties


def test_every_duty_belongs_to_a_role(definitions):
    held = {duty for role in definitions.roles.values() for duty in role.duties}
    nothing(f"职责 {duty} 不属于任何角色" for duty in definitions.duties if duty not in held)


def test_who_sees_rows_signs_in_with_two_factors(definitions):
    nothing(
        f"{role.key} 应启用双因素"
        for role in definitions.roles.values()
        if not role.second_factor and role.scope != "own_taxpayer"
    )
