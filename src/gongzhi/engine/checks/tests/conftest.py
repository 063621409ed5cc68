"""A table, a sheet and the catalogue of texts, in one call."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.checks import Context, check, map_columns
from gongzhi.engine.definitions import Sheet
from gongzhi.engine.definitions.strict import read
from gongzhi.engine.definitions.words import FindingsFile
from gongzhi.engine.tables import Column, Skipped, Table

ROOT = Path(__file__).parents[5]


@pytest.fixture(scope="session")
def catalogue():
    file = read("findings.yml", (ROOT / "definitions" / "findings.yml").read_bytes()).into(FindingsFile)
    return {finding.code: finding for finding in file.findings}


@pytest.fixture(scope="session")
def make_table():
    def make(headings, rows, **extra):
        data = pl.DataFrame(
            {f"c{i}": pl.Series([row[i] for row in rows], dtype=pl.String) for i in range(len(headings))}
        )
        numbers = pl.Series("row", range(2, 2 + len(rows)), dtype=pl.UInt32)
        columns = tuple(Column(i, heading) for i, heading in enumerate(headings))
        return Table("表", 0, 1, columns, data, numbers, (Skipped(1, "header"),), **extra)

    return make


@pytest.fixture(scope="session")
def judge(catalogue, make_table):
    """judge(fields, rows, headings=…, period=…, known_keys=…, key=…, checks=…) → Checked."""

    def run(
        fields,
        rows,
        *,
        headings=None,
        period="2026Q1",
        known_keys=None,
        as_kept=None,
        units=(None, ()),
        areas=(None, ()),
        **rest,
    ):
        sheet = Sheet(code="table", title="测试表", fields=fields, **rest)
        around = {
            "unit_hint": units[0],
            "units_said": units[1],
            "area_hint": areas[0],
            "areas_said": areas[1],
        }
        table = make_table(headings or [field["title"] for field in fields], rows, **around)
        context = Context(
            catalogue,
            dt.date(2026, 4, 10),
            parse_period(period) if period else None,
            known_keys=known_keys,
            as_kept=as_kept or {},
        )
        return check(table, map_columns(table, sheet), sheet, context)

    return run


@pytest.fixture(scope="session")
def judge_cell(judge):
    """judge_cell(text, type, …) → (lake value or None, finding codes, repair codes) of one cell."""

    def run(text, kind, **field):
        checked = judge([{"key": "x", "title": "甲", "type": kind, **field}], [[text]])
        accepted = checked.accepted.drop("_row")
        value = accepted.item() if accepted.height else None
        return value, checked.findings["code"].to_list(), checked.repaired["code"].to_list()

    return run
