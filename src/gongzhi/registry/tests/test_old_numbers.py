"""A department that still knows a taxpayer by the number that it bore before its credit code."""

from __future__ import annotations

import pytest
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows

from gongzhi.registry.actions import link_new
from gongzhi.registry.models import Linking, Taxpayer

from .test_joins import HEAD, developer, submit

pytestmark = pytest.mark.django_db
OLD = "330602196001011"  # no organisation code in it: of a household


def test_a_row_joins_by_the_old_number_that_the_register_keeps(tmp_path):
    rows = [[*developer(0), OLD], [*developer(1), ""]]
    submit(csv_file(tmp_path / "登记.csv", [*HEAD, "原税务登记号"], rows), "T.1", "2026-08", "区税务局")
    presale = presale_rows(1)
    presale[0][1:3] = [OLD, "越城某某房产经营部"]
    submit(csv_file(tmp_path / "预售.csv", PRESALE_HEAD, presale), "9.5", "2026Q3", "建设交通局")
    link_new()
    assert Taxpayer.objects.get(code=credit_code(0)).old_code == OLD
    linking = Linking.objects.get(batch__slot__resource="9.5")
    assert (linking.linked, linking.methods) == (1, {"old_code": 1})
