"""Rows to taxpayers: precision and recall on labelled real names, and a million department rows, against
Splink.

The large case is made by the noise recipe of ``linkage_noise`` from the real names in ``../shared/data``.
Ours is timed from raw strings to links: reading names, building the register and its keys, joining. Splink's
time is that of its prediction alone; it is handed names in our normal form and already taken apart, and its
best threshold (the most recall at the wanted precision). The floor is what a spreadsheet does: code equal, or
name equal as written.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
from linkage_noise import NOISES, Case, make_case
from linkage_sets import Task, labelled, province
from peer import PeerMissingError, Result, in_rounds, peer_python, ratio, run_script, summary

from gongzhi.engine.linkage import Register, Vocabulary, link, load_vocabulary, split_names
from gongzhi.engine.linkage.run import Run

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "05_names"
VOCABULARY = ROOT / "definitions" / "linkage"
SPLINK = (Path(__file__).parent / "linkage_splink.py").read_text("utf-8")
TAXPAYERS, ROWS = 200_000, 1_000_000
PRECISION, RECALL, UNREGISTERED, MEMORY = 0.998, 0.97, 0.01, 2048
Frames = dict[str, pl.DataFrame]

OURS = """
import json, sys, time
from pathlib import Path
import polars as pl
from gongzhi.engine.linkage import Register, link, load_vocabulary
folder = Path(sys.argv[2])
vocabulary = load_vocabulary(Path(sys.argv[1]))
names = ("entities", "former", "lists")
register, former, rows = (pl.read_parquet(folder / f"{name}.parquet") for name in names)
start = time.perf_counter()
held = Register.of(register, vocabulary, former)
built = time.perf_counter()
links = link(rows, held)
done = time.perf_counter()
links.links.write_parquet(folder / "ours.parquet")
links.candidates.select("row", "entity").write_parquet(folder / "ours_candidates.parquet")
print(json.dumps({"seconds": done - start, "register_seconds": built - start, "link_seconds": done - built}))
"""

FLOOR = """
import json, sys, time
from pathlib import Path
import polars as pl
folder = Path(sys.argv[1])
register, rows = (pl.read_parquet(folder / f"{name}.parquet") for name in ("entities", "lists"))
start = time.perf_counter()
coded = rows.join(register.select("code", "entity"), on="code").select("row", "entity")
alone = register.filter(pl.len().over("name") == 1).select("name", "entity")
named = rows.join(coded, on="row", how="anti").join(alone, on="name").select("row", "entity")
links = pl.concat([coded, named])
seconds = time.perf_counter() - start
links.write_parquet(folder / "floor.parquet")
print(json.dumps({"seconds": seconds}))
"""


def run(seed: int) -> Result:
    """The benchmark; the shape is that of every benchmark here."""
    if not DATA.is_dir():
        return {"skipped": f"no labelled names: {DATA} is absent"}
    vocabulary = load_vocabulary(VOCABULARY)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth = lay_out(folder / "large", vocabulary, seed)
        tasks = labelled(DATA)
        for at, task in enumerate(tasks):
            lay_out_task(folder / f"set{at}", task, vocabulary)
        large = measure_large(folder, truth)
        threshold = large.pop("threshold")
        sets = {
            task.name: judged_set(folder / f"set{at}", task, vocabulary, threshold)
            for at, task in enumerate(tasks)
        }
    return {"work": work(), **large, "sets": sets, "met": met(large, sets)}


def work() -> str:
    return (
        f"{ROWS:,} department rows to {TAXPAYERS:,} taxpayers: 45 % clean names, 55 % with code, 5 % not "
        f"in the register, noise of {len(NOISES)} kinds ({', '.join(NOISES)})"
    )


# The large case


def lay_out(folder: Path, vocabulary: Vocabulary, seed: int) -> pl.DataFrame:
    """Write the case for all contenders; its truth (row, entity, noise, coded)."""
    parts = split_names(province(DATA)["name"], vocabulary).sort("canonical")
    case: Case = make_case(parts, seed, TAXPAYERS, ROWS)
    folder.mkdir()
    case.register.write_parquet(folder / "entities.parquet")
    case.former.write_parquet(folder / "former.parquet")
    case.rows.write_parquet(folder / "lists.parquet")
    lay_out_splink(folder, Register.of(case.register, vocabulary), case.rows)
    return case.truth


def lay_out_splink(folder: Path, register: Register, rows: pl.DataFrame) -> None:
    """The same work for Splink: names in our normal form, taken apart, and the organisation code, which joins
    old numbers to credit codes.
    """
    going = Run(rows, register, None)
    columns = {
        "code": "organisation_code", "bare": "bare", "core": "core", "trade": "trade_name",
        "industry": "industry", "division": "division_code", "place": "place", "phone": "phone_token",
    }  # fmt: skip
    kept = [pl.when(pl.col(ours) != "").then(pl.col(ours)).alias(theirs) for theirs, ours in columns.items()]
    for name, key, frame in (
        ("register", "entity", register.entities),
        ("rows", "row", going.parts(going.open)),
    ):
        side = frame.select(pl.col(key).cast(pl.String).alias("unique_id"), *kept, "branch")
        side.write_parquet(folder / f"{name}.parquet")


def measure_large(folder: Path, truth: pl.DataFrame) -> Result:
    large = folder / "large"
    contenders = {
        "ours": lambda: run_script(sys.executable, OURS, VOCABULARY, large),
        "floor": lambda: run_script(sys.executable, FLOOR, large),
    }
    try:
        python = peer_python()
    except PeerMissingError as error:
        results = in_rounds(contenders)
        return {**_own(large, truth, results), "peers": {"skipped": str(error)}, "threshold": None}
    model = folder / "splink.json"
    trained = run_script(python, SPLINK, model, large)["train_seconds"]
    contenders["splink"] = lambda: run_script(python, SPLINK, model, large)
    results = in_rounds(contenders)
    run_script(python, SPLINK, model, *sorted(folder.glob("set*")))
    best = pl.read_parquet(large / "splink.parquet").with_columns(pl.col("row").cast(pl.UInt32))
    threshold, reached = best_threshold(best, truth)
    extra = {"train_seconds": round(trained, 1), "threshold": threshold}
    splink = {**summary(results["splink"]), **extra, **reached}
    return {
        **_own(large, truth, results),
        "peers": {"splink, prediction alone": splink},
        "ratio_to_splink_predict": ratio(results["ours"], results["splink"]),
        "threshold": threshold,
    }


def _own(large: Path, truth: pl.DataFrame, results: dict[str, list[Result]]) -> Result:
    links = pl.read_parquet(large / "ours.parquet")
    found = links.filter(pl.col("status") == "linked").select("row", "entity")
    noises = {
        noise: figures(found, truth.filter((pl.col("noise") == noise) & ~pl.col("coded")))["recall"]
        for noise in ("clean", *NOISES)
    }
    ours = {
        **summary(results["ours"]),
        **figures(found, truth),
        "recall_without_code": figures(found, truth.filter(~pl.col("coded")))["recall"],
        "recall_by_noise_without_code": noises,
        "status": dict(links.group_by("status").len().sort("status").iter_rows()),
    }
    floor = {**summary(results["floor"]), **figures(pl.read_parquet(large / "floor.parquet"), truth)}
    return {"ours": ours, "floor": floor, "ratio_to_floor": ratio(results["ours"], results["floor"])}


def figures(found: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    """Precision over the links, recall over the rows that have a taxpayer, share of the others linked."""
    both = truth.select("row", right="entity").join(found.select("row", "entity"), on="row", how="left")
    linked = both.filter(pl.col("entity").is_not_null())
    true = (linked["entity"] == linked["right"]).sum()
    registered, strangers = both["right"].count(), both["right"].null_count()
    return {
        "linked": len(linked),
        "wrong": len(linked) - true,
        "precision": round(true / len(linked), 5) if len(linked) else 1.0,
        "recall": round(true / registered, 5) if registered else 1.0,
        "unregistered_linked": round(linked["right"].null_count() / strangers, 5) if strangers else 0.0,
    }


def best_threshold(best: pl.DataFrame, truth: pl.DataFrame) -> tuple[float, dict[str, float]]:
    """Splink's most favourable match weight: the most recall at the wanted precision, in steps of a half."""
    tried = [(at / 2, figures(best.filter(pl.col("weight") >= at / 2), truth)) for at in range(-12, 41)]
    good = [item for item in tried if item[1]["precision"] >= PRECISION]
    return max(good or tried, key=lambda item: item[1]["recall"])


# The labelled sets


def lay_out_task(folder: Path, task: Task, vocabulary: Vocabulary) -> None:
    folder.mkdir()
    lay_out_splink(folder, Register.of(task.register, vocabulary), task.rows)


def judged_set(folder: Path, task: Task, vocabulary: Vocabulary, threshold: float | None) -> dict[str, Any]:
    answer = link(task.rows, Register.of(task.register, vocabulary, task.former))
    found = answer.links.filter(pl.col("status") == "linked").select("row", "entity")
    shown = answer.candidates.join(task.truth.drop_nulls(), on=["row", "entity"], how="semi")
    ours = {
        **figures(found, task.truth),
        "right_one_queued": shown["row"].n_unique(),
        "conflicts": len(answer.links.filter(pl.col("status") == "conflict")),
        "branch_of_known": answer.links["branch_of"].count(),
    }
    theirs = folder / "splink.parquet"
    if threshold is None or not theirs.exists():
        return {"rows": len(task.rows), "ours": ours}
    best = pl.read_parquet(theirs).with_columns(pl.col("row").cast(pl.UInt32))
    splink = figures(best.filter(pl.col("weight") >= threshold), task.truth)
    return {"rows": len(task.rows), "ours": ours, "splink": splink}


def met(large: Result, sets: dict[str, Any]) -> dict[str, bool]:
    """The targets, one by one."""
    ours = large["ours"]
    negatives = [name for name in sets if name.startswith(("hard negatives", "branch→", "parent→"))]
    answer = {
        f"precision ≥ {PRECISION}": ours["precision"] >= PRECISION,
        f"recall ≥ {RECALL}": ours["recall"] >= RECALL,
        f"unregistered linked ≤ {UNREGISTERED}": ours["unregistered_linked"] <= UNREGISTERED,
        "no hard negative merged": all(sets[name]["ours"]["linked"] == 0 for name in negatives),
        f"peak ≤ {MEMORY} MiB": ours["peak_mib"] <= MEMORY,
    }
    if "ratio_to_splink_predict" in large:
        answer["no slower than Splink's prediction"] = large["ratio_to_splink_predict"]["median"] <= 1
    return answer
