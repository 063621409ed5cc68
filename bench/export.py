"""Exporting a list of accepted rows to xlsx: 132,000 rows of 25 columns, and a tenth of them.

Ours is the product's own export of its own page (`lists.workbook.exported`): the rows come from Parquet, the
cells are those of the page, the workbook goes to a temporary file, the event into the trail. Peers write the
same cells, already in memory as lists, with openpyxl (write-only) and XlsxWriter (constant memory). Resident
memory is the sampled peak of the process; `flat` is that of 132,000 rows over that of 13,200.
"""

from __future__ import annotations

import json
import sys
import tempfile
from functools import partial
from pathlib import Path

from peer import Result, in_rounds, ratio, run_script, summary
from rows_home import SET_UP, definitions

ROWS, FEW, BATCHES = 132_000, 13_200, 12

FILL = (
    SET_UP
    + """
rows_home.fill(int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
from tests.cast import seat_all
seat_all()
print(json.dumps({"seconds": 0}))
"""
)

OURS = (
    SET_UP
    + """
from django.test import RequestFactory
from gongzhi.audit.actions import seal
from gongzhi.editions.queries import in_force
from gongzhi.intake.models import LakeFile
from gongzhi.intake.queries.listed import ORDER, accepted_rows
from gongzhi.intake.views.rows import _columns
from gongzhi.lists import listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.models import Person

sheet = in_force().tables[rows_home.TABLE][1]
by = Person.objects.get(username="office")
while seal():  # acts stop when the sealer lags, and here no worker runs
    pass
begin = time.perf_counter()
columns = _columns(sheet.fields, one_batch=False)
rows = accepted_rows(LakeFile.objects.filter(role="rows"), sheet, [one.column for one in sheet.fields], [])
query = "&".join(f"column={one.key}" for one in columns if one.key != "unit")
page = listing(RequestFactory().get(f"/x?export=xlsx&{query}"), "明细", columns, rows, order=ORDER)
page.request.made_by_worker = True  # the work itself; whoever asks does not wait for it
answer = exported(page.request, page, by=by)
size = sum(len(piece) for piece in answer.streaming_content)
print(json.dumps({"seconds": time.perf_counter() - begin, "bytes": size}))
"""
)

PEER = """
import json, sys, time, tempfile
sys.path.insert(0, sys.argv[4])
import numpy as np
import rows_home
frame = rows_home.frame(int(sys.argv[2]), np.random.default_rng(1))
rows = frame.with_columns(*(frame[name].cast(float) for name in frame.columns if name.endswith("_sqm"))).rows()
target = tempfile.NamedTemporaryFile(suffix=".xlsx")
begin = time.perf_counter()
if sys.argv[1] == "openpyxl":
    import openpyxl
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(target.name)
else:
    import xlsxwriter
    book = xlsxwriter.Workbook(target.name, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
print(json.dumps({"seconds": time.perf_counter() - begin}))
"""


def run(seed: int) -> Result:
    """The benchmark; the shape is that of every benchmark here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = definitions(folder)
        for home, rows in (("whole", ROWS), ("tenth", FEW)):
            run_script(sys.executable, FILL, folder / home, known, rows, BATCHES, seed)
        here = Path(__file__).parent
        rounds = in_rounds(
            {
                "ours": partial(run_script, sys.executable, OURS, folder / "whole", known),
                "tenth": partial(run_script, sys.executable, OURS, folder / "tenth", known),
            }
        )
        rounds |= in_rounds(
            {
                peer: partial(run_script, sys.executable, PEER, peer, ROWS, seed, here)
                for peer in ("openpyxl", "xlsxwriter")
            },
            rounds=1,
        )
    peers = {peer: summary(rounds[peer]) for peer in ("openpyxl", "xlsxwriter")}
    ours, tenth = summary(rounds["ours"]), summary(rounds["tenth"])
    return {
        "work": f"{ROWS:,} accepted rows × 25 columns to xlsx",
        "ours": ours,
        "tenth": tenth,
        "flat": round(ours["peak_mib"] / tenth["peak_mib"], 2),
        "peers": peers,
        "times_faster": {peer: ratio(rounds[peer], rounds["ours"]) for peer in peers},
    }


if __name__ == "__main__":
    print(json.dumps(run(1), ensure_ascii=False))
