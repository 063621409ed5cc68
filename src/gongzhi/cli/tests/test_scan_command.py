"""`scan`, `hits`, `conformance` on the terminal: what scripts read, and exit codes."""

import json

import pytest

from gongzhi.cli.__main__ import parser
from gongzhi.editions.queries import in_force
from gongzhi.web.home import Home


@pytest.fixture
def command(tmp_path, settings, db, capsys):
    """command("scan", "--json") → exit code and JSON."""
    made = Home(tmp_path / "home")
    settings.HOME = made
    settings.LAKE, settings.ORIGINALS = made.folder("lake"), made.folder("originals")

    def run(*words):
        options = parser().parse_args(words)
        code = options.run(options)
        told = capsys.readouterr().out
        return code, json.loads(told) if "--json" in words and told else told

    return run


def test_a_scan_of_an_empty_lake_counts_nothing(command):
    code, told = command("scan", "--as-of", "2026-06-30", "--json")
    assert code == 0
    assert told["as_of"] == "2026-06-30"
    assert told["counts"] == {rule: {"hit": 0, "miss": 0, "insufficient": 0} for rule in in_force().rules}
    assert command("hits", "--json") == (0, {"items": [], "total": 0})


def test_an_unknown_rule_is_refused(command):
    assert command("scan", "--rule", "R99", "--json") == (4, "")


def test_an_unknown_engine_is_a_usage_error(command):
    with pytest.raises(SystemExit) as left:
        command("scan", "--engine", "abacus")
    assert left.value.code == 2


def test_every_example_comes_out_on_the_engine_in_use(command):
    code, told = command("conformance", "--json")
    assert code == 0
    assert told["whole"]
    assert told["failures"] == []
    assert told["rules"] == len(in_force().rules)
    assert told["cases"] >= 4 * told["rules"]
