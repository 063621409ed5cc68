"""A page of a list over 1,000,000 accepted rows of 25 columns in 40 batches: first and last, of five lists.

Ours: the product's own source of rows (`intake.queries.listed.accepted_rows`), all 25 columns of 50 rows, by keyset,
and the number of rows found: `ours` when nothing about these rows was asked before, `again` when the same list was
(another page of it). `http` and `http_again` are the whole page through middleware, view and template with the ten
columns that it shows at first. Floor: bare DuckDB over the same files, `ORDER BY … LIMIT 50 OFFSET n` and its own
count. Peer: the usual way, the rows as a table of SQLite and the same two statements. One process, everything in
turn, round by round. `processor` is the processor time of all threads: on a machine that others use too, the only
figure that stays.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from peer import ROUNDS, Result, ratio, run_script, spread
from rows_home import SET_UP, definitions

ROWS, BATCHES = 1_000_000, 40

FILL = (
    SET_UP
    + """
rows_home.fill(int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
print(json.dumps({"seconds": 0}))
"""
)

PAGES = (
    SET_UP
    + """
import sqlite3
import duckdb
import polars as pl
from gongzhi.editions.queries import in_force
from gongzhi.engine.lake import Condition
from gongzhi.engine.lake.listed import KEPT
from gongzhi.intake.models import LakeFile
from gongzhi.intake.queries.listed import ORDER, accepted_rows
from django.conf import settings

sheet = in_force().tables[rows_home.TABLE][1]
columns = [field.column for field in sheet.fields]
part, has = [Condition("name", "has", "长桥石门")], "where=name:has:长桥石门"
cases = {
    "plain": ([], ORDER, ""), "filtered": (part, ORDER, has),
    "sorted by amount": ([], ("-amount0_fen", *ORDER), "sort=-amount0"),
    "sorted by name": ([], ("name", *ORDER), "sort=name"),
    "filtered and sorted": (part, ("-amount0_fen", *ORDER), "sort=-amount0&" + has),
}
files = LakeFile.objects.filter(role="rows")
paths = [str(settings.LAKE / one) for one in files.values_list("path", flat=True)]
source = lambda conditions: accepted_rows(files, sheet, columns, conditions)
bare = duckdb.connect()
bare.execute("SET threads = 2")
bare.execute("SET memory_limit = '3GB'")
bare.read_parquet(paths).create_view("t")
peer = sqlite3.connect(":memory:")
for path in paths:
    rows = pl.read_parquet(path).with_columns(pl.selectors.decimal().cast(pl.Float64), pl.selectors.date().cast(pl.String))
    if path == paths[0]:
        peer.execute("CREATE TABLE t (" + ", ".join(rows.columns) + ")")
    peer.executemany("INSERT INTO t VALUES (" + ", ".join("?" * rows.width) + ")", rows.iter_rows())
client = rows_home.office_client()

def ours(conditions, order, behind):
    found = source(conditions)
    rows = found.page(order, behind, 51)
    return len(rows), found.count()

def fresh(act):
    def acted(*arguments):
        KEPT.clear()
        return act(*arguments)
    return acted

def statements(conditions, order, at, has):
    where = f"WHERE {has}" if conditions else ""
    by = ", ".join(f'"{name[1:]}" DESC' if name[0] == "-" else f'"{name}"' for name in order)
    return f"SELECT * FROM t {where} ORDER BY {by} LIMIT 50 OFFSET {at}", f"SELECT count(*) FROM t {where}"

def asked(database, both):
    for one in both:
        database.execute(one).fetchall()

def timed(act, *arguments):
    begin, busy = time.perf_counter(), time.process_time()
    act(*arguments)
    return {"seconds": time.perf_counter() - begin, "processor": time.process_time() - busy}

def last_page(conditions, order, query):
    page = f"/rows/{rows_home.TABLE}?{query}"
    from gongzhi.lists.listing import placed
    keys, _ = source(conditions)._rows.keys(conditions, order, None, source(conditions).count() - 50)
    row = keys.tail(1).to_dicts()[0]
    return [str(row[name.lstrip("-")]) if not isinstance(row[name.lstrip("-")], int) else row[name.lstrip("-")] for name in order], page + "&after=" + placed(row, order)

found = []
for name, (conditions, order, query) in cases.items():
    total = source(conditions).count()
    for place in ("first", "last"):
        behind, address, at = None, f"/rows/{rows_home.TABLE}?{query}", 0
        if place == "last":
            (behind, address), at = last_page(conditions, order, query), total - 50
        assert f"共 {total:,} 条" in client.get(address).content.decode()
        acts = {
            "ours": (fresh(ours), conditions, order, behind), "again": (ours, conditions, order, behind),
            "http": (fresh(client.get), address), "http_again": (client.get, address),
            "floor": (asked, bare, statements(conditions, order, at, "contains(name, '长桥石门')")),
            "peer": (asked, peer, statements(conditions, order, at, "instr(name, '长桥石门')")),
        }
        rounds = [{one: timed(*act) for one, act in acts.items()} for _ in range(int(sys.argv[3]))]
        found.append({"list": name, "page": place, "rows": total} | {one: [each[one] for each in rounds] for one in acts})
print(json.dumps({"seconds": 0, "found": found}))
"""
)
WAYS = ("ours", "again", "http", "http_again", "floor", "peer")


def run(seed: int) -> Result:
    """The benchmark; the shape is that of every benchmark here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known, home = definitions(folder), folder / "home"
        run_script(sys.executable, FILL, home, known, ROWS, BATCHES, seed)
        measured = run_script(sys.executable, PAGES, home, known, ROUNDS)
    pages = [
        {
            **{key: one[key] for key in ("list", "page", "rows")},
            **{way: _told(one[way]) for way in WAYS},
            "ratio_to_floor": ratio(one["ours"], one["floor"]),
            "ratio_to_peer": ratio(one["ours"], one["peer"]),
        }
        for one in measured["found"]
    ]
    slowest = max(pages, key=lambda page: page["http"]["seconds"]["median"])
    return {
        "work": f"one page of {ROWS:,} accepted rows × 25 columns in {BATCHES} batches",
        "ours": {
            **slowest["http"],
            "peak_mib": measured["peak_mib"],
            "slowest": [slowest["list"], slowest["page"]],
        },
        "pages": pages,
    }


def _told(rounds: list[Result]) -> Result:
    return {name: spread([one[name] for one in rounds]) for name in ("seconds", "processor")}


if __name__ == "__main__":
    print(json.dumps(run(1), ensure_ascii=False))
