"""A new home gets its three administrators once."""

from __future__ import annotations

import argparse
import json

import pytest

from gongzhi.cli.administrators import run
from gongzhi.organisation.models import Person

pytestmark = pytest.mark.django_db
OPTIONS = argparse.Namespace(system="xt", security="aq", audit="sj", json=True)


def test_three_people_get_a_link_each_and_only_once(capsys, client) -> None:
    assert run(OPTIONS) == 0
    links = json.loads(capsys.readouterr().out)
    assert set(links) == {"xt", "aq", "sj"}
    assert {person.grants.get().role for person in Person.objects.all()} == {
        "system_administrator", "security_administrator", "audit_administrator",
    }  # fmt: skip
    assert all(client.get(link).status_code == 200 for link in links.values())
    assert run(OPTIONS) == 1
    assert Person.objects.count() == 3
