"""One draft open in two windows: a form changes the entry that it was opened with, or none."""

from __future__ import annotations

import re

import pytest

from gongzhi.editions import actions
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece
from gongzhi.editions.tests.test_kinds import sent
from gongzhi.engine.definitions.editing import plain

pytestmark = pytest.mark.django_db
AT = 8


def units(made: Edition) -> list[dict]:
    return plain(next(iter(Edition.objects.get(pk=made.pk).texts.values())))["units"]


def test_a_form_changes_its_own_entry_wherever_it_stands_now(client_of, cast):
    made = actions.draft_of(piece=Piece("list", "organisation/units"), by=cast["office"])
    office, address = client_of("office"), f"/editions/{made.pk}/entry?list=units&at={AT}"
    before, page = units(made), office.get(address)
    was = re.search(r'name="was" value="([0-9a-f]+)"', page.content.decode())[1]
    assert page.content.decode().count(f'name="was" value="{was}"') == 2  # the form and its way to take out
    said = {**sent(page.context["form"]), "name": "改了名的单位", "was": was}
    office.post(f"/editions/{made.pk}/entry/remove?list=units&at=2")  # in the other window
    assert office.post(address, said).status_code == 302
    now = units(made)
    assert [one["key"] for one in now] == [one["key"] for one in before if one is not before[2]]
    changed = [one["key"] for one in now if one["name"] == "改了名的单位"]
    assert changed == [before[AT]["key"]]
    for again, form in ((address, said), (address.replace("entry?", "entry/remove?"), {"was": was})):
        told = office.post(again, form, follow=True).content.decode()
        assert "这一条在您打开以后改过或去掉了，刚才这一步没有办" in told
    assert units(made) == now
