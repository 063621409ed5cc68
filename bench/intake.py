"""Handing in a million rows: whole `submit` against the floor (DuckDB: CSV to Parquet) and other checkers.

Ours is everything between the file and the receipt, without start-up (which loads the reader's child and
what digests persons, as the worker does): keep the original sealed, read in the
cage, check, make Chinese texts with cells and suggestions, hash the content, cut persons out, write
Parquet, ledger. Variants: 1 % and 30 % bad rows of 18 kinds, and 1 % with a column of persons' ids. Peers do
the same checks and write Parquet, without texts, repairs, hashes, sealing or a ledger. The slow ones run
once, the others in every round. `recall` and `false` count cells against the planted truth.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from intake_peers import SCRIPTS
from peer import ROOT, PeerMissingError, Result, in_rounds, peer_python, ratio, run_script, summary
from planted import PERIOD, Planted, definition, planted

ROWS = 1_000_000
ONCE = ("great_expectations", "frictionless")

OURS = """
import json, os, sys, time
csv, home, definitions, period, where = sys.argv[1:6]
os.environ.update(GONGZHI_HOME=home, GONGZHI_DEFINITIONS=definitions)
os.environ["DJANGO_SETTINGS_MODULE"] = "gongzhi.web.settings"
from gongzhi.engine.crypto import load_crowd
from gongzhi.engine.tables import warm
warm()
load_crowd()
import django
django.setup()
from pathlib import Path
from gongzhi.cli.home import migrate
migrate()
from gongzhi.editions.queries import in_force
from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.submission import Place
in_force()
place = Place("99.9", period, "区水利局")
begin = time.perf_counter()
handed = hand_in(file=Path(csv), name="planted.csv", place=place, by=None, channel="cli")
seconds = time.perf_counter() - begin
findings = handed.prepared.findings
assert findings["message"].null_count() == 0 and handed.batch is not None
findings.select("row", "field", "code", "message").write_parquet(where)
print(json.dumps({"seconds": seconds, "outcome": handed.outcome, "findings": findings.height}))
"""

FLOOR = """
import json, sys, time
import duckdb
begin = time.perf_counter()
duckdb.execute("COPY (FROM read_csv(?)) TO '" + sys.argv[2] + "' (FORMAT parquet)", [sys.argv[1]])
print(json.dumps({"seconds": time.perf_counter() - begin}))
"""


def run(seed: int) -> Result:
    """The benchmark; the shape is that of every benchmark here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = {
            "1 %": _case(folder, "one", planted(ROWS, 0.01, seed=seed, person=False)),
            "30 %": _case(folder, "thirty", planted(ROWS, 0.3, seed=seed, person=False)),
            "1 %, persons": _case(folder, "person", planted(ROWS, 0.01, seed=seed, person=True)),
        }
        contenders: dict[str, Callable[[], Result]] = {
            f"ours {name}": partial(_ours, folder, case) for name, case in cases.items()
        }
        contenders["floor"] = partial(
            run_script, sys.executable, FLOOR, cases["1 %"].csv, folder / "f.parquet"
        )
        once: dict[str, Callable[[], Result]] = {}
        skipped = _add_peers(contenders, once, folder, cases["1 %"])
        rounds = in_rounds(contenders)
        rounds |= in_rounds(once, 1)
    return _told(rounds, cases, skipped)


class _Case:
    """A planted table on disk with the definitions that know its resource."""

    def __init__(self, csv: Path, definitions: Path, table: Planted) -> None:
        self.csv = csv
        self.definitions = definitions
        self.table = table


def _case(folder: Path, name: str, table: Planted) -> _Case:
    csv, definitions = folder / f"{name}.csv", folder / f"{name}-definitions"
    table.texts.write_csv(csv)
    shutil.copytree(ROOT / "definitions", definitions)
    own = definition(person=table.sheet.fields[3].type == "person_id")
    target = definitions / "catalogue" / "water" / "planted_contracts.yml"
    target.write_text(json.dumps(own, ensure_ascii=False), "utf-8")
    return _Case(csv, definitions, table)


def _ours(folder: Path, case: _Case) -> Result:
    home, where = folder / "home", folder / "findings.parquet"
    shutil.rmtree(home, ignore_errors=True)
    result = run_script(sys.executable, OURS, case.csv, home, case.definitions, PERIOD, where)
    cells = pl.read_parquet(where).filter(pl.col("row").is_not_null()).select("row", "field").rows()
    return result | judged(set(cells), case.table)


def _peer(python: Path, script: str, folder: Path, case: _Case) -> Result:
    result = run_script(python, script, case.csv, folder / "peer.parquet", "none")
    return result | judged({(row, field) for row, field in result.pop("cells")}, case.table)


def judged(found: set[tuple[int, str]], table: Planted) -> Result:
    """Recall and false findings of these cells. The peers call the fourth column `third`."""
    cells = table.truth.select("row", "field").rows()
    truth = {(row, "third" if field == "person" else field) for row, field in cells}
    found = {(row, "third" if field == "person" else field) for row, field in found}
    return {"recall": round(len(found & truth) / len(truth), 6), "false": len(found - truth)}


def _add_peers(
    contenders: dict[str, Callable[[], Result]],
    once: dict[str, Callable[[], Result]],
    folder: Path,
    case: _Case,
) -> str:
    try:
        python = peer_python()
    except PeerMissingError as error:
        return str(error)
    for name, script in SCRIPTS.items():
        (once if name in ONCE else contenders)[name] = partial(_peer, python, script, folder, case)
    return ""


def _told(rounds: dict[str, list[Result]], cases: dict[str, _Case], skipped: str) -> dict[str, Any]:
    ours = rounds["ours 1 %"]
    peers = {name: summary(rounds[name]) for name in SCRIPTS if name in rounds}
    faster = {name: ratio(rounds[name], ours) for name in peers}
    return {
        "work": f"{ROWS:,} × 12 CSV, whole submit without start-up, faults of 18 kinds",
        "ours": {name: summary(rounds[f"ours {name}"]) for name in cases},
        "floor": summary(rounds["floor"]),
        "ratio_to_floor": {name: ratio(rounds[f"ours {name}"], rounds["floor"]) for name in cases},
        "peers": peers | ({"skipped": skipped} if skipped else {}),
        "times_faster": faster,
    }
