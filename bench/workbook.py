"""A workbook of 100,000 × 12 cells, end to end, against frictionless; and the copy that goes back.

Ours reads in the cage, maps, checks and makes every text with its cell; the copy is timed by itself, as a
multiple of that. Frictionless reads and checks the same workbook without a cap; the check digits are given
to it as a plain function. 1 % of the rows are bad, in 18 kinds; `recall` and `false` count cells.
"""

from __future__ import annotations

import json
import sys
import tempfile
from functools import partial
from pathlib import Path

import xlsxwriter
from intake import judged
from peer import ROOT, PeerMissingError, Result, in_rounds, peer_python, ratio, run_script, spread, summary
from planted import PERIOD, Planted, definition, planted

ROWS = 100_000
_PLAIN = [
    "number",
    "code",
    "name",
    "third",
    "signed",
    "ends",
    "amount",
    "area",
    "kind",
    "phone",
    "heads",
    "address",
]

OURS = """
import datetime as dt, json, sys, time
from pathlib import Path
from gongzhi.engine.calendar import parse_period
from gongzhi.engine.checks import Context, check, map_columns, render
from gongzhi.engine.definitions import Resource
from gongzhi.engine.definitions.strict import read as read_definition
from gongzhi.engine.definitions.words import FindingsFile
from gongzhi.engine.documents import marked_up
from gongzhi.engine.tables import read
book, own, definitions, period, target = sys.argv[1:6]
sheet = Resource.model_validate_json(own).sheets[0]
texts = read_definition("findings.yml", (Path(definitions) / "findings.yml").read_bytes()).into(FindingsFile)
context = Context({f.code: f for f in texts.findings}, dt.date(2026, 4, 10), parse_period(period))
begin = time.perf_counter()
reading = read(Path(book), headings=[field.title for field in sheet.fields])
table = reading.tables[0]
checked = check(table, map_columns(table, sheet), sheet, context)
findings = render(checked, context.findings)
seconds = time.perf_counter() - begin
begin = time.perf_counter()
marked_up(Path(book), Path(target), reading.tables, findings)
copy = time.perf_counter() - begin
cells = findings.select("row", "field").rows()
print(json.dumps({"seconds": seconds, "copy_seconds": copy, "cells": cells}))
"""

FRICTIONLESS = r"""
import json, sys, time
from datetime import date
from frictionless import Check, Checklist, Resource, Schema, errors
begin = time.perf_counter()
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
INSIDE = (3, 7, 9, 10, 5, 8, 4, 2)
ALL = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
def right(code):
    if len(code) != 18 or any(c not in LETTERS for c in code): return False
    outer = LETTERS[-sum(LETTERS.index(c) * w for c, w in zip(code, WEIGHTS)) % 31]
    return outer == code[17] and "0123456789X"[-sum(ALL.index(c) * w for c, w in zip(code[8:], INSIDE)) % 11] == code[16]
class More(Check):
    type = "more"
    Errors = [errors.CellError]
    def validate_row(self, row):
        signed, ends = row["signed"], row["ends"]
        wrong = []
        if not right(row["code"] or ""): wrong.append("code")
        if signed and not (date(2026, 1, 1) <= signed <= date(2026, 3, 31)): wrong.append("signed")
        if signed and ends and ends < signed: wrong.append("ends")
        for name in wrong: yield errors.CellError.from_row(row, note="wrong", field_name=name)
def text(name, **constraints): return {"name": name, "type": "string", "constraints": constraints}
def number(name): return {"name": name, "type": "number", "constraints": {"minimum": 0}}
schema = Schema.from_descriptor({"fields": [
    text("number", pattern=r"HT\d{12}", required=True, unique=True), text("code"),
    text("name", required=True, maxLength=60), number("third"),
    {"name": "signed", "type": "date"}, {"name": "ends", "type": "date"}, number("amount"), number("area"),
    text("kind", enum=["新签", "续签", "变更", "终止"]), text("phone", pattern=r"1[3-9]\d{9}|0\d{2,3}-?[2-9]\d{6,7}"),
    {"name": "heads", "type": "integer", "constraints": {"minimum": 0, "maximum": 1000}}, text("address")]})
import os
os.chdir(os.path.dirname(sys.argv[1]))
resource = Resource(path=os.path.basename(sys.argv[1]), schema=schema)
report = resource.validate(Checklist(checks=[More()]), limit_errors=10**9)
cells = [(row, field) for row, field in report.flatten(["rowNumber", "fieldName"]) if row]
print(json.dumps({"seconds": time.perf_counter() - begin, "cells": sorted(set(cells))}))
"""


def run(seed: int) -> Result:
    """The benchmark; the shape is that of every benchmark here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = planted(ROWS, 0.01, seed=seed, person=False)
        book = _write(folder / "planted.xlsx", table, table.texts.columns)
        plain = _write(folder / "plain.xlsx", table, _PLAIN)
        own = json.dumps(definition(person=False), ensure_ascii=False)
        arguments = (sys.executable, OURS, book, own, ROOT / "definitions", PERIOD, folder / "marked.xlsx")
        contenders = {"ours": partial(_measured, table, *arguments)}
        skipped = ""
        try:
            contenders["frictionless"] = partial(_measured, table, peer_python(), FRICTIONLESS, plain)
        except PeerMissingError as error:
            skipped = str(error)
        rounds = in_rounds(contenders)
    ours = rounds["ours"]
    copies = [one["copy_seconds"] / one["seconds"] for one in ours]
    peers = {"frictionless": summary(rounds["frictionless"])} if not skipped else {"skipped": skipped}
    return {
        "work": f"{ROWS:,} × 12 xlsx, read, checked, every text made; 1 % bad rows of 18 kinds",
        "ours": summary(ours),
        "peers": peers,
        "times_faster": {} if skipped else {"frictionless": ratio(rounds["frictionless"], ours)},
        "copy_to_check": spread(copies, 2),
    }


def _write(path: Path, table: Planted, heads: list[str]) -> Path:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    page = book.add_worksheet("数据")
    page.write_row(0, 0, heads)
    for line, cells in enumerate(table.texts.iter_rows(), start=1):
        for column, cell in enumerate(cells):
            if cell:
                page.write_string(line, column, cell)
    book.close()
    return path


def _measured(table: Planted, *arguments: object) -> Result:
    python, script, *rest = arguments
    result = run_script(str(python), str(script), *rest)
    found = {(row, field) for row, field in result.pop("cells") if field}
    return result | judged(found, table)
