"""The matrix of all units × all resources × 120 months with rates and roll-up, cold, out of one query.

The table holds what the definitions lay down over ten years and, beyond it, a month of every resource that
any unit owes, and a week's event of every resource that is owed by event: the issue's full grid. Ours:
`queries.matrix` by unit and resource, rolled up to units, classes of units and the district, with every
rate, in a new process after a page was opened once on an empty table. Floor: the bare GROUP BY over the
same table in the same database, without states. On SQLite, and on PostgreSQL where its package is there.
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
from gongzhi.catalogue.models import Obligation, Ruling
"""

FILL = (
    SET_UP
    + """
call_command("migrate", interactive=False, verbosity=0)
from gongzhi.catalogue.actions import open_periods
open_periods(since=dt.date(2021, 7, 1), until=dt.date(2031, 6, 30))
from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import periods_between
definitions, first, last = in_force(), dt.date(2021, 7, 1), dt.date(2031, 6, 30)
months = periods_between("month", first, last)
weeks = [first + dt.timedelta(7 * n) for n in range((last - first).days // 7)]
more = []
for resource in definitions.resources.values():
    if resource.duplicate_of or resource.proposed:
        continue
    kind = definitions.frequencies[resource.frequency].period
    ends = [(period.code, period.end) for period in months]
    ends += [(day.isoformat(), day) for day in weeks] if kind == "event" else []
    for unit in definitions.providers(resource):
        more += [
            Obligation(unit=unit.key, resource=resource.number, period=code, period_end=end, opens=end,
                       due=end + dt.timedelta(15), definitions="0" * 64)
            for code, end in ends
        ]
Obligation.objects.bulk_create(more, batch_size=1000, ignore_conflicts=True)
zone = dt.timezone(dt.timedelta(hours=8))
rows = list(Obligation.objects.all())
for n, one in enumerate(rows):
    if one.due and n % 10:
        one.received_on = one.due + dt.timedelta(days=(n % 7) - 4)
        one.received_at = dt.datetime.combine(one.received_on, dt.time(9), zone)
Obligation.objects.bulk_update(rows, ["received_on", "received_at"], batch_size=500)
pairs = sorted({(one.unit, one.resource) for one in rows})
Ruling.objects.bulk_create(
    Ruling(unit=unit, resource=resource, kind="exempt", since=first, from_on=first + dt.timedelta(37 * n),
           granted_on=first, state="granted", asked_at=dt.datetime(2021, 7, 1, tzinfo=zone))
    for n, (unit, resource) in enumerate(pairs[::10])
)
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
from gongzhi.editions.queries import in_force
classes = {one.unit: unit.key for unit in in_force().units.values() for one in unit.members}
queries.matrix(Obligation.objects.none(), day, "pair")
connection.ensure_connection()
begin, spent = time.perf_counter(), time.process_time()
pairs = queries.matrix(Obligation.objects.all(), day, "pair")
units = pairs.rolled(lambda key: key[0])
groups = units.rolled(lambda unit: classes.get(unit, ""))
for level in (pairs, units, groups):
    rates = [row.timely_rate for row in (*level.rows.values(), *level.months.values(), level.whole)]
took = {"seconds": time.perf_counter() - begin, "processor_seconds": time.process_time() - spent}
print(json.dumps(took | {"cells": sum(map(len, pairs.cells.values()))}))
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
    found: dict[str, Any] = {
        "work": f"matrix of all units × all resources × {12 * YEARS} months with rates and roll-up"
    }
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
