"""Credit codes and persons' ids, a million each, against python-stdnum.

One row in a hundred has one wrong character. python-stdnum is measured as it is meant to be used (`uscc` and
`ric`, the latter on a tenth of the rows because it needs a minute for all) and, as the fairer pair, with
`ric` reduced to its check digit. Only the checks are timed; both sides hold their rows in memory before.
`false_refusals` are right rows refused, `recall` the share of wrong rows found.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from peer import PeerMissingError, Result, in_rounds, peer_python, ratio, run_script, summary

from gongzhi.engine.idcodes import make_credit_code, make_person_id, organisation_check

ROWS = 1_000_000
WRONG_EVERY = 100
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Counties of today and of yesterday (330621 and 370102's neighbours): all are legal on a card.
REGIONS = ("330602", "330621", "370102", "110101", "440300", "510100")

OURS = """
import json, sys, time
import polars as pl
from gongzhi.engine.idcodes import check_codes, check_person_ids
codes, ids = (pl.Series(open(path).read().split()) for path in sys.argv[1:3])
start = time.perf_counter()
code_kinds, id_kinds = check_codes(codes)["kind"], check_person_ids(ids)["kind"]
seconds = time.perf_counter() - start
refused = [(code_kinds != "credit_code").arg_true().to_list(), (id_kinds != "person_id").arg_true().to_list()]
print(json.dumps({"seconds": seconds, "refused": refused}))
"""

STDNUM = """
import json, sys, time
from stdnum.cn import ric, uscc
codes, ids = (open(path).read().split() for path in sys.argv[1:3])
whole, part = sys.argv[3] == "whole", int(sys.argv[4])
codes, ids = codes[:part], ids[:part]
def check_digit_right(number):
    try:
        return ric.calc_check_digit(number) == number[-1]
    except ValueError:
        return False
check = ric.is_valid if whole else check_digit_right
start = time.perf_counter()
refused = [[at for at, code in enumerate(codes) if not uscc.is_valid(code)],
           [at for at, number in enumerate(ids) if not check(number)]]
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "refused": refused}))
"""


def run(seed: int) -> Result:
    """The benchmark; the shape is that of every benchmark here."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_rows(Path(folder), random.Random(seed))
        contenders = {"ours": lambda: run_script(sys.executable, OURS, *paths)}
        try:
            python = peer_python()
        except PeerMissingError as error:
            results = in_rounds(contenders)
            return {"work": work(), "ours": judged(results["ours"], ROWS), "peers": {"skipped": str(error)}}
        contenders["digits"] = lambda: run_script(python, STDNUM, *paths, "digits", ROWS)
        results = in_rounds(contenders)
        whole = in_rounds({"whole": lambda: run_script(python, STDNUM, *paths, "whole", ROWS // 10)}, 1)[
            "whole"
        ]
    return {
        "work": work(),
        "ours": judged(results["ours"], ROWS),
        "peers": {
            "python-stdnum, check digits": judged(results["digits"], ROWS),
            "python-stdnum, whole, a tenth of the rows": judged(whole, ROWS // 10),
        },
        "times_faster": {
            "python-stdnum, check digits": ratio(results["digits"], results["ours"]),
            "python-stdnum, whole, by row": round(
                10 * whole[0]["seconds"] / median_seconds(results["ours"]), 1
            ),
        },
    }


def work() -> str:
    return f"{ROWS:,} credit codes and {ROWS:,} person ids, one in {WRONG_EVERY} wrong"


def write_rows(folder: Path, rng: random.Random) -> list[Path]:
    paths = [folder / "codes.txt", folder / "ids.txt"]
    for path, make, letters in zip(paths, (credit_code, person_id), (LETTERS, "0123456789"), strict=True):
        rows = (make(rng) if at % WRONG_EVERY else damaged(make(rng), letters, rng) for at in range(ROWS))
        path.write_text("\n".join(rows))
    return paths


def credit_code(rng: random.Random) -> str:
    letters = LETTERS[:10] if rng.random() < 0.5 else LETTERS
    body = "".join(rng.choices(letters, k=7)) + rng.choice(LETTERS[1:10])
    return make_credit_code(
        f"{rng.choice(('91', '92', '93'))}{rng.choice(REGIONS)}{body}{organisation_check(body)}"
    )


def person_id(rng: random.Random) -> str:
    born = f"{rng.randint(1950, 2000)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    return make_person_id(f"{rng.choice(REGIONS)}{born}{rng.randrange(1000):03d}")


def damaged(code: str, letters: str, rng: random.Random) -> str:
    at = rng.randrange(17)
    return code[:at] + rng.choice([letter for letter in letters if letter != code[at]]) + code[at + 1 :]


def median_seconds(results: list[Result]) -> float:
    return statistics.median(result["seconds"] for result in results)


def judged(results: list[Result], rows: int) -> dict[str, Any]:
    """A contender's figures with what it refused rightly and wrongly in place of the row numbers."""
    found = summary(results)
    codes, ids = found.pop("refused")
    wrong = rows // WRONG_EVERY
    right_refusals = [at for refused in (codes, ids) for at in refused if at % WRONG_EVERY == 0]
    return {
        **found,
        "rows": 2 * rows,
        "recall": round(len(right_refusals) / (2 * wrong), 4),
        "false_refusals": {
            "credit_codes": sum(1 for at in codes if at % WRONG_EVERY),
            "person_ids": sum(1 for at in ids if at % WRONG_EVERY),
        },
    }
