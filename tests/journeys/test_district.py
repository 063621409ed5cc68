"""A small district from files to hits: what was planted is found, at its cell, and nothing else.

The demo runs as a newcomer runs it, in a process of its own with an empty home; truth.json says what must
come out.
"""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME = {"PYTHONPATH": str(ROOT / "src"), "GONGZHI_DEFINITIONS": str(ROOT / "definitions")}
DOUBTFUL = {f"{kind}_without_code" for kind in ("slip", "swapped", "lost", "group", "short")}
WEAK = {*DOUBTFUL, "same_without_code"}  # too little to join by the name alone


UNPLANNED = "presale_without_planning"


def run(home: Path, *arguments: str, text: str = "") -> str:
    outside = {"DJANGO_SETTINGS_MODULE", "GONGZHI_DATABASE"}
    environment = {key: value for key, value in os.environ.items() if key not in outside}
    done = subprocess.run(
        [sys.executable, *arguments],
        input=text,
        capture_output=True,
        text=True,
        env=environment | HOME | {"GONGZHI_HOME": str(home)},
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    home = tmp_path_factory.mktemp("district")
    demo = (
        "-m",
        "gongzhi.cli",
        "demo",
        "--no-serve",
        "--seed",
        "7",
        "--taxpayers",
        "300",
        "--until",
        "2026-09",
    )
    first = run(home, *demo)
    again = run(home, *demo)
    truth = json.loads((home / "synth" / "truth.json").read_text("utf-8"))
    persons = sorted({case["subject"] for case in truth["cases"] if case["subject_is_person"]})
    facts = json.loads(run(home, str(ROOT / "tests/journeys/district_facts.py"), text=json.dumps(persons)))
    return {"home": home, "truth": truth, "facts": facts, "said": (first, again)}


def test_every_file_is_handed_in_by_its_own_unit(district):
    files = district["facts"]["files"]
    assert set(files) == {one["file"] for one in district["truth"]["files"]}
    assert [name for name, one in files.items() if one["by"] != one["unit"]] == []


def test_as_many_rows_come_in_as_the_truth_says(district):
    files = district["facts"]["files"]
    wrong = {
        one["file"]: [(files[one["file"]][key], one[key]) for key in ("rows", "accepted", "set_aside")]
        for one in district["truth"]["files"]
        if any(files[one["file"]][key] != one[key] for key in ("rows", "accepted", "set_aside"))
    }
    assert wrong == {}


def test_every_planted_fault_is_found_at_its_cell(district):
    files = district["facts"]["files"]
    missing, planted = [], 0
    for one in district["truth"]["files"]:
        found = {(place(cell), code) for cell, code in files[one["file"]]["findings"]}
        for mark in one["planted"]:
            if mark["where"] != "finding":
                continue
            planted += 1
            if mark["row"] is None:
                there = mark["code"] in {code for _, code in found}
            else:
                there = (f"{mark['column']}{mark['row']}", mark["code"]) in found
            missing += [] if there else [(one["file"], mark)]
    assert planted > 100
    assert missing == []


def test_hardly_a_presale_is_without_a_planning_permit(district):
    files = district["facts"]["files"]
    asked = [name for name, one in files.items() for _, code in one["findings"] if code == UNPLANNED]
    assert len(asked) == 1, asked


def place(cell):
    return (cell or "").rpartition("!")[2]


def test_noisy_rows_join_to_their_taxpayer_and_strangers_to_nobody(district):
    known = {(one["file"], one["table"], one["row"], one["role"]): one for one in district["facts"]["links"]}
    counts = defaultdict(Counter)
    for one in district["truth"]["files"]:
        for link in one["links"]:
            found = known.get((one["file"], link["table"], link["row"], link["role"]))
            if found is None:  # its row was set aside
                continue
            same = found["taxpayer"] == link["taxpayer"]
            verdict = "right" if same else "none" if found["taxpayer"] is None else "wrong"
            counts[link["noise"]][verdict] += 1
    total = sum(counts.values(), Counter())
    assert total["wrong"] == 0, counts
    firm = sum((counts[kind] for kind in counts if kind not in WEAK), Counter())
    assert firm["right"] / sum(firm.values()) >= 0.97, counts
    assert counts["unregistered"]["wrong"] == 0
    assert len(counts) >= 5


def test_names_that_only_a_person_can_decide_about_wait_for_one(district):
    known = {(one["file"], one["table"], one["row"], one["role"]): one for one in district["facts"]["links"]}
    planted = [
        known[place]["status"]
        for one in district["truth"]["files"]
        for link in one["links"]
        if link["noise"] in DOUBTFUL
        and (place := (one["file"], link["table"], link["row"], link["role"])) in known
    ]
    assert len(planted) >= 12
    assert planted.count("doubtful") / len(planted) >= 0.8


def test_rows_without_noise_join_by_their_code(district):
    linked = Counter(one["status"] for one in district["facts"]["links"])
    assert linked["linked"] / sum(linked.values()) >= 0.95


def key(one):
    return one["rule"], one["subject"], one["object"], one["period"]


def test_hits_are_exactly_the_planted_ones(district):
    expected = {key(case): case for case in district["truth"]["cases"] if case["result"] == "hit"}
    found = {key(hit): hit for hit in district["facts"]["hits"]}
    assert sorted(set(expected) - set(found)) == [], "planted and not found"
    assert sorted(set(found) - set(expected)) == [], "found and not planted"
    assert {case["rule"] for case in expected.values()} == {
        "R01", "R03", "R09", "R17", "R22", "R29", "R35", "R40", "R52", "R61",
    }  # fmt: skip


@pytest.mark.parametrize("side", ["left", "right", "difference", "tax"])
def test_hits_say_what_the_oracle_computed(district, side):
    found = {key(hit): hit for hit in district["facts"]["hits"]}
    wrong = [
        (key(case), case["why"], case[side], found[key(case)][side])
        for case in district["truth"]["cases"]
        if case["result"] == "hit" and case[side] is not None and key(case) in found
        and abs(Decimal(case[side]) - Decimal(found[key(case)][side])) > Decimal("0.01")
    ]  # fmt: skip
    assert wrong == []


def test_every_hit_opens_to_its_rows(district):
    assert [hit for hit in district["facts"]["hits"] if not hit["evidence"]] == []


def test_every_rule_has_near_misses(district):
    kinds = {(case["rule"], case["kind"]) for case in district["truth"]["cases"]}
    assert {rule for rule, kind in kinds if kind == "near_miss"} == {rule for rule, _ in kinds}


def test_trail_and_lake_are_whole(district):
    assert district["facts"]["whole"] == {"audit": True, "lake": True}


def test_a_second_start_changes_nothing(district):
    first, again = district["said"]
    assert first == again


def test_synth_writes_a_district_and_leaves_a_full_folder_alone(tmp_path, migrated):
    migrated(tmp_path / "home")
    command = ("-m", "gongzhi.cli", "synth", "--seed", "5", "--taxpayers", "40", "--json")
    counts = json.loads(run(tmp_path / "home", *command, "--out", str(tmp_path / "one")))
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text("utf-8"))
    assert counts["files"] == len(manifest["files"]) == len(list((tmp_path / "one" / "files").iterdir()))
    with pytest.raises(AssertionError, match="不是空的"):
        run(tmp_path / "home", *command, "--out", str(tmp_path / "one"))
