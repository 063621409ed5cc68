"""Looking at personal data: the walls that stand in the data (design.md 5, security.md 3.4)."""

from tests.definitions.compared import nothing

from gongzhi.engine.definitions import REVEAL, Sensitivity

ADMINISTRATORS = {"system_administrator", "security_administrator", "audit_administrator"}
NEVER = ADMINISTRATORS | {"grid_worker", "street_coordinator", "leader", "enterprise", "unit_head"}


def test_who_may_look_at_anything(definitions):
    held = {key for key, role in definitions.roles.items() if REVEAL in role.duties}
    assert held == {"liaison", "office", "tax_officer"}
    assert {role for purpose in definitions.purposes.values() for role in purpose.roles} == held
    assert {key for key, role in definitions.roles.items() if role.quota} == held
    assert not held & NEVER


def test_no_duty_of_an_administrator_or_a_grid_worker_goes_with_it(definitions):
    apart = set(definitions.duties[REVEAL].apart)
    nothing(
        f"{key} 的职责 {duty} 没有列入 apart"
        for key in ADMINISTRATORS
        for duty in definitions.roles[key].duties
        if duty not in apart
    )
    assert "report_visit" in apart


def test_every_purpose_rests_on_a_matter_or_a_reason_and_names_a_statute(definitions):
    nothing(key for key, one in definitions.purposes.items() if not (one.about or one.reason))
    nothing(key for key, one in definitions.purposes.items() if not one.basis)


def test_a_department_looks_for_its_own_rows_and_its_own_work_alone(definitions):
    assert definitions.roles["liaison"].scope == "own_unit"
    mine = {key for key, one in definitions.purposes.items() if "liaison" in one.roles}
    assert mine == {"own_rows", "carry_out_work"}


def test_sensitive_fields_are_shown_for_few_purposes(definitions):
    open_to_them = {key for key, one in definitions.purposes.items() if one.sensitive}
    assert open_to_them == {"own_rows", "subject_asks"}
    passport = definitions.tables["foreign_workers"][1]
    sensitive = [field for field in passport.fields if field.sight is Sensitivity.SENSITIVE]
    assert sensitive
    assert not any(definitions.purposes["verify_hit"].covers(field) for field in sensitive)


def test_the_quotas(definitions):
    quotas = {key: (role.quota.day, role.quota.burst, role.quota.minutes)
              for key, role in definitions.roles.items() if role.quota}  # fmt: skip
    assert quotas == {"liaison": (20, 10, 5), "office": (50, 10, 5), "tax_officer": (100, 10, 5)}


def test_a_unit_has_somebody_who_may_allow_more(definitions):
    assert "approve_reveal" in definitions.roles["unit_head"].duties
    assert "approve_reveal" in definitions.roles["office"].duties
