"""A page of a list over 1,000,000 accepted rows of 25 columns in 40 batches: first, middle and last.

Ours: the product's own source of rows (`intake.queries.listed.accepted_rows`), all 25 columns of 50 rows, by keyset:
places by the engine, then the rows by their place, and the number of rows found. Floor: bare DuckDB over the
same files, `ORDER BY … LIMIT 50 OFFSET n` and, where it is filtered, its own count. Sorted by an amount, by a
name, filtered by a part of a name. `http` is the whole page through middleware, view and template with the ten
columns that it shows at first. One process, each after one page to warm up, ours and floor in turn. `processor`
is the processor time of all threads: on a machine that others use too, the only figure that stays.
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
import duckdb
from gongzhi.editions.queries import in_force
from gongzhi.engine.lake import Condition
from gongzhi.intake.models import LakeFile
from gongzhi.intake.queries.listed import ORDER, accepted_rows
from django.conf import settings

sheet = in_force().tables[rows_home.TABLE][1]
columns = [field.column for field in sheet.fields]
part = [Condition("name", "has", "长桥石门")]
cases = {
    "plain": ([], ORDER), "sorted by amount": ([], ("-amount0_fen", *ORDER)),
    "sorted by name": ([], ("name", *ORDER)), "filtered": (part, ORDER),
    "filtered and sorted": (part, ("-amount0_fen", *ORDER)),
}
files = LakeFile.objects.filter(role="rows")
source = lambda conditions: accepted_rows(files, sheet, columns, conditions)
bare = duckdb.connect()
bare.execute("SET threads = 2")
bare.read_parquet([str(settings.LAKE / one) for one in files.values_list("path", flat=True)]).create_view("t")

def ours(conditions, order, behind):
    found = source(conditions)
    rows = found.page(order, behind, 51)
    return len(rows), found.count()

def floor(conditions, order, offset):
    where = "WHERE contains(name, '长桥石门')" if conditions else ""
    by = ", ".join(f'"{name[1:]}" DESC' if name[0] == "-" else f'"{name}"' for name in order)
    bare.execute(f"SELECT * FROM t {where} ORDER BY {by} LIMIT 50 OFFSET {offset}").fetchall()
    if conditions:
        bare.execute(f"SELECT count(*) FROM t {where}").fetchall()

def timed(act, *arguments):
    begin, busy = time.perf_counter(), time.process_time()
    act(*arguments)
    return {"seconds": time.perf_counter() - begin, "processor": time.process_time() - busy}

found = []
for name, (conditions, order) in cases.items():
    total = source(conditions).count()
    for place, at in (("first", 0), ("middle", total // 2), ("last", total - 50)):
        keys, _ = source(conditions)._rows.keys(conditions, order, None, max(at, 1))
        behind = [str(v) if not isinstance(v, int) else v for v in keys.tail(1).row(0)] if at else None
        ours(conditions, order, behind)
        pairs = [(timed(ours, conditions, order, behind), timed(floor, conditions, order, at)) for _ in range(int(sys.argv[3]))]
        found.append({"list": name, "page": place, "rows": total, "ours": [a for a, _ in pairs], "floor": [b for _, b in pairs]})

client = rows_home.office_client()
address = f"/rows/{rows_home.TABLE}?sort=-amount0&where=name:has:长桥石门"
assert "共 " in client.get(address).content.decode()
http = [timed(client.get, address) for _ in range(int(sys.argv[3]))]
print(json.dumps({"seconds": 0, "found": found, "http": http}))
"""
)


def run(seed: int) -> Result:
    """The benchmark; the shape is that of every benchmark here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known, home = definitions(folder), folder / "home"
        run_script(sys.executable, FILL, home, known, ROWS, BATCHES, seed)
        measured = run_script(sys.executable, PAGES, home, known, ROUNDS)
    pages = [
        {
            "list": one["list"], "page": one["page"], "rows": one["rows"],
            "ours": _told(one["ours"]), "floor": _told(one["floor"]),
            "ratio_to_floor": ratio(one["ours"], one["floor"]),
        }
        for one in measured["found"]
    ]  # fmt: skip
    slowest = max(pages, key=lambda page: page["ours"]["seconds"]["median"])
    return {
        "work": f"one page of {ROWS:,} accepted rows × 25 columns in {BATCHES} batches",
        "ours": {
            **slowest["ours"],
            "peak_mib": measured["peak_mib"],
            "slowest": [slowest["list"], slowest["page"]],
        },
        "http": _told(measured["http"]),
        "pages": pages,
    }


def _told(rounds: list[Result]) -> Result:
    return {name: spread([one[name] for one in rounds]) for name in ("seconds", "processor")}


if __name__ == "__main__":
    print(json.dumps(run(1), ensure_ascii=False))
