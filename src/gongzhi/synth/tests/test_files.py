"""The files: the same for the same seed, readable, and every planted thing told at its place."""

import json
from collections import Counter

import polars as pl

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.checks import Context, check, map_columns
from gongzhi.engine.definitions import Sensitivity
from gongzhi.engine.tables import read
from gongzhi.engine.tables.model import column_letter
from gongzhi.synth.district import build, write_district
from gongzhi.synth.noise import DOUBTFUL

FILES = 45  # read in a child each, so not all of them


def test_the_same_seed_gives_the_same_bytes(definitions, written, tmp_path):
    out, counts = written
    again = write_district(build(definitions, seed=3, taxpayers=200), tmp_path)
    assert again == counts
    for path in sorted(out.rglob("*")):
        if path.is_file():
            assert (tmp_path / path.relative_to(out)).read_bytes() == path.read_bytes(), path.name


def test_another_seed_gives_another_district(definitions, written, tmp_path):
    write_district(build(definitions, seed=4, taxpayers=40), tmp_path)
    first = json.loads((written[0] / "taxpayers.json").read_text("utf-8"))
    other = json.loads((tmp_path / "taxpayers.json").read_text("utf-8"))
    assert {one["name"] for one in first}.isdisjoint(one["name"] for one in other)


def test_every_provider_hands_in_and_some_are_late(definitions, written):
    manifest = json.loads((written[0] / "manifest.json").read_text("utf-8"))
    owing = {unit.key for one in definitions.resources.values() for unit in definitions.providers(one)}
    assert {entry["unit"] for entry in manifest["files"]} == owing
    assert {entry["resource"] for entry in manifest["files"]} == {
        number
        for number, one in definitions.resources.items()
        if not one.duplicate_of and definitions.providers(one)
    }
    late = sum(entry["late"] for entry in manifest["files"])
    assert 0 < late < len(manifest["files"]) / 4
    assert all(entry["received_at"][:10] <= manifest["as_of"] for entry in manifest["files"])
    forms = Counter(entry["file"].rpartition(".")[2] for entry in manifest["files"])
    assert set(forms) == {"xlsx", "csv", "json"}


def test_the_map_holds_every_cell(definitions, written):
    shapes = json.loads((written[0] / "cells.geojson").read_text("utf-8"))["features"]
    assert {shape["properties"]["code"] for shape in shapes} == {
        code for code, cell in definitions.cells.items() if cell.level > 1
    }
    for shape in shapes:
        ring = shape["geometry"]["coordinates"][0]
        assert ring[0] == ring[-1]
        x, y = shape["properties"]["point"]
        assert min(p[0] for p in ring) < x < max(p[0] for p in ring)
        assert min(p[1] for p in ring) < y < max(p[1] for p in ring)


def told(definitions, out, entry):
    """Rows, and the places (cell, code) of findings and repairs, that reading and checking a file gives."""
    resource = definitions.resources[entry["resource"]]
    headings = {
        name
        for sheet in resource.sheets
        for one in sheet.fields
        for name in (one.title, *one.aliases, one.item or one.title)
    }
    as_of = max(parse_period(entry["period"]).end, parse_period("2026-12-31").end)
    rows, places = 0, set()
    for table in read(out / "files" / entry["file"], headings=headings).tables:
        sheet = max(resource.sheets, key=lambda one: map_columns(table, one).matched)
        context = Context(definitions.findings, as_of, parse_period(entry["period"]))
        checked = check(table, map_columns(table, sheet), sheet, context)
        rows += table.data.height
        for frame in (checked.findings, checked.repaired):
            for row, column, code in frame.select("row", "column", "code").iter_rows():
                letter = column_letter(column) if column is not None else ""
                places.add((f"{letter}{row or ''}", code))
    return rows, places


def test_every_planted_thing_is_told_at_its_cell(definitions, written):
    out, _ = written
    manifest = {e["file"]: e for e in json.loads((out / "manifest.json").read_text("utf-8"))["files"]}
    truth = json.loads((out / "truth.json").read_text("utf-8"))["files"]
    spoilt = sorted((one for one in truth if one["planted"]), key=lambda one: -len(one["planted"]))[:FILES]
    missing, seen = [], Counter()
    for one in spoilt:
        rows, places = told(definitions, out, manifest[one["file"]])
        assert rows == one["rows"], one["file"]
        codes = {code for _, code in places}
        for mark in one["planted"]:
            seen[mark["where"]] += 1
            code = "unknown_column" if mark["code"] == "over_supply" else mark["code"]
            column = mark["column"]
            # What is said of a whole column gets the address of its heading when it is shown.
            there = {(f"{column}{mark['row']}", code), (column, code)} & places if column else code in codes
            missing += [] if there else [(one["file"], mark)]
    assert missing == []
    assert min(seen["finding"], seen["repair"]) > 20


def test_tidy_files_hold_nothing_to_mend(definitions, written):
    out, _ = written
    manifest = {e["file"]: e for e in json.loads((out / "manifest.json").read_text("utf-8"))["files"]}
    truth = json.loads((out / "truth.json").read_text("utf-8"))["files"]
    tidy = [one for one in truth if not one["planted"] and not one["links"]][:: len(truth) // 20]
    blocking = {code for code, finding in definitions.findings.items() if finding.severity == "block"}
    for one in tidy:
        rows, places = told(definitions, out, manifest[one["file"]])
        assert rows == one["rows"]
        assert {code for _, code in places} & blocking == set(), one["file"]


def test_counts_are_those_of_the_files(written):
    out, counts = written
    truth = json.loads((out / "truth.json").read_text("utf-8"))
    frame = pl.DataFrame({key: [one[key] for one in truth["files"]] for key in ("rows", "set_aside")})
    assert counts["rows"] == frame["rows"].sum()
    assert counts["set_aside"] == frame["set_aside"].sum()
    assert counts["files"] == len(list((out / "files").iterdir()))


def test_several_kinds_of_names_wait_for_a_person(written):
    truth = json.loads((written[0] / "truth.json").read_text("utf-8"))
    kinds = [link["noise"] for one in truth["files"] for link in one["links"]]
    planted = {f"{way.__name__.strip('_')}_without_code" for way in DOUBTFUL}
    doubtful = [kind for kind in kinds if kind in planted]
    assert len(doubtful) >= 10
    assert len(set(doubtful)) >= 4


def test_no_name_is_cut_short_where_the_door_would_take_it_for_a_persons(definitions, written):
    truth = json.loads((written[0] / "truth.json").read_text("utf-8"))
    kinds = Counter(
        link["noise"] for one in truth["files"] for link in one["links"] if may_be_a_person(definitions, link)
    )
    assert kinds["swapped_without_code"] + kinds["slip_without_code"] > 0
    assert kinds["short_without_code"] == 0


def may_be_a_person(definitions, link):
    sheet = definitions.tables[link["table"]][1]
    party = next(one for one in sheet.parties if one.role == link["role"])
    return bool(party.name) and sheet.field(party.name).sensitivity is Sensitivity.PERSONAL
