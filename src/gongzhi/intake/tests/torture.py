"""Break the commit at every step and look at what is left (security.md T03).

One process is prepared once (apps, definitions, a checked file) and never computes; each trial is a child
forked from it that takes one clone of the checked file in and is broken on the way:

wrapped   every call that the commit makes of the file system and of the database is a place to break:
          killed before it, killed after it, EIO or ENOSPC instead of it, EIO although it was done
strace    the kernel breaks it: SIGKILL, EIO, ENOSPC at the n-th system call of a kind, SQLite's own included

After each trial: what was acknowledged is whole; what was not is whole or absent, never half; a second try
makes it whole once; the sweeper leaves what the ledger names and nothing else.

    python src/gongzhi/intake/tests/torture.py --ring wrapped --trials 200
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from children import prepared_home  # lies beside this script


def run(ring: str, trials: int, seed: int, home: Path) -> dict[str, object]:
    """So many trials; counts and what went wrong."""
    prepared_home(home)
    trials_of = importlib.import_module("trials")  # what needs Django, now that it is there
    planned = importlib.import_module({"wrapped": "faults", "strace": "kernel"}[ring])
    bench = trials_of.Bench(home.parent)
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    plan = planned.plan(bench, trials_of.taken_in, trials, random.Random(seed))
    begin = time.monotonic()
    for about, broken in plan:
        submission = bench.clone()
        interrupted, acknowledged = broken(submission)
        counts["interrupted"] += interrupted
        counts["acknowledged"] += acknowledged
        counts[trials_of.judged(submission, acknowledged, wrong, about)] += 1
        counts["trials"] += 1
        wrong += [f"{about}: orphan {name}" for name in trials_of.orphans_left()]
    return {
        "ring": ring, "database": os.environ["GONGZHI_DATABASE"].partition(":")[0] or "sqlite",
        "seconds": round(time.monotonic() - begin, 1), **counts, "wrong": wrong,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ring", choices=["wrapped", "strace"], default="wrapped")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        found = run(options.ring, options.trials, options.seed, Path(folder) / "home")
    print(json.dumps(found, ensure_ascii=False))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
