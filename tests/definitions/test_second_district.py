"""A second district is only data: another folder, nothing else."""

import pytest
from tests.definitions.compared import nothing

from gongzhi.engine.definitions import Definitions, load
from gongzhi.engine.definitions.canonical import folder_faults


@pytest.fixture(scope="module")
def second(folder) -> Definitions:
    return load(folder.parent / "tests/district2/definitions")


def test_it_loads_with_its_own_office_and_bureau(second):
    assert second.district.code == "990101"
    assert second.district.office != second.district.bureau
    assert [unit.key for unit in second.providers(second.resource("2.1"))] == ["street_north", "street_south"]


def test_it_shares_no_name_code_or_wording_with_the_first(second, definitions):
    assert set(second.cells).isdisjoint(definitions.cells)
    assert set(second.frequencies).isdisjoint(definitions.frequencies)
    assert {u.name for u in second.units.values()}.isdisjoint(
        u.name for u in definitions.units.values() if u.key != "streets"
    )
    assert second.digest != definitions.digest


def test_it_is_in_canonical_form(folder):
    nothing(str(fault) for fault in folder_faults(folder.parent / "tests/district2/definitions"))
