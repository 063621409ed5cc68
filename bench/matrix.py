"""The matrix of all units, resources and ten years of months, cold: one query, the page's rows and rates.

Ours: `queries.matrix` by unit and by the resources of every unit, in a new process, after a page was opened
once on an empty table. Floor: the bare GROUP BY over the same table in the same database, without states.
On SQLite, and on PostgreSQL where the server's package is there.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from peer import ROOT, Result, in_rounds, ratio, run_script, summary

YEARS = 10

SET_UP = """
import os, sys, json, time, datetime as dt
os.environ.update(GONGZHI_HOME=sys.argv[1], GONGZHI_DATABASE=sys.argv[2])
os.environ["DJANGO_SETTINGS_MODULE"] = "gongzhi.web.settings"
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from gongzhi.catalogue.models import Obligation
"""

FILL = (
    SET_UP
    + """
call_command("migrate", interactive=False, verbosity=0)
from gongzhi.catalogue.actions import open_periods
open_periods(since=dt.date(2021, 7, 1), until=dt.date(2031, 6, 30))
zone = dt.timezone(dt.timedelta(hours=8))
rows = list(Obligation.objects.all())
for n, one in enumerate(rows):
    if one.due and n % 10:
        one.received_on = one.due + dt.timedelta(days=(n % 7) - 4)
        one.received_at = dt.datetime.combine(one.received_on, dt.time(9), zone)
    if n % 97 == 0:
        one.exempt_on = one.period_end
Obligation.objects.bulk_update(rows, ["received_on", "received_at", "exempt_on"], batch_size=500)
if connection.vendor == "postgresql":
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
print(json.dumps({"seconds": 0, "rows": len(rows)}))
"""
)

OURS = (
    SET_UP
    + """
from gongzhi.catalogue import queries
day = dt.date(2031, 7, 1)
queries.matrix(Obligation.objects.none(), day, "unit")
connection.ensure_connection()
begin = time.perf_counter()
whole = queries.matrix(Obligation.objects.all(), day, "unit")
unit = max(whole.rows, key=lambda key: whole.rows[key].all)
one = queries.matrix(Obligation.objects.filter(unit=unit), day, "resource")
rates = [row.timely_rate for row in (*whole.rows.values(), *one.rows.values())]
print(json.dumps({"seconds": time.perf_counter() - begin, "cells": sum(map(len, whole.cells.values()))}))
"""
)

FLOOR = (
    SET_UP
    + """
connection.ensure_connection()
begin = time.perf_counter()
with connection.cursor() as cursor:
    cursor.execute(
        "SELECT unit, period_end, count(*) FROM catalogue_obligation GROUP BY unit, period_end"
    )
    cursor.fetchall()
print(json.dumps({"seconds": time.perf_counter() - begin}))
"""
)


def run(seed: int) -> Result:
    """The benchmark; `seed` changes nothing, the table is laid down by the definitions."""
    found: dict[str, Any] = {"work": f"matrix of all units × months over {YEARS} years, and of one unit"}
    with tempfile.TemporaryDirectory() as name:
        for database, address in _databases(Path(name)).items():
            home = Path(name) / database
            rows = run_script(sys.executable, FILL, home, address)["rows"]
            contenders = {
                "ours": partial(run_script, sys.executable, OURS, home, address),
                "floor": partial(run_script, sys.executable, FLOOR, home, address),
            }
            rounds = in_rounds(contenders)
            found[database] = {
                "obligations": rows,
                "ours": summary(rounds["ours"]),
                "floor": summary(rounds["floor"]),
                "ratio_to_floor": ratio(rounds["ours"], rounds["floor"]),
            }
    return found


def _databases(folder: Path) -> dict[str, str]:
    addresses = {"sqlite": ""}
    sys.path.insert(0, str(ROOT))
    try:
        from tests.postgres import server_address  # noqa: PLC0415  # only where its package is there
    except ImportError as error:
        print(f"bench: no PostgreSQL here ({error})", file=sys.stderr)
        return addresses
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    return addresses | {"postgresql": server_address()}


if __name__ == "__main__":
    print(json.dumps(run(1), ensure_ascii=False))
