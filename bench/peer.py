"""Run a script as its own process tree and measure it; peers run in a virtual environment of their own.

A measured script prints one JSON object as the last line of its standard output. What it reports as
`seconds` is the time that counts (so that reading the input can be left out, for both sides alike); the
memory is the sampled peak of the resident memory of the whole process tree, pages that several of its
processes share (a table that one hands to another) counted once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "bench" / "requirements.txt"
PEER_VENV = ROOT / "build" / "bench-venv"
ROUNDS = 5
_SAMPLE_SECONDS = 0.02
Result = dict[str, Any]


class PeerMissingError(Exception):
    """The peers' environment cannot be made here (no network, mostly); the benchmark says so."""


def peer_python() -> Path:
    """The interpreter of the peers' environment, made from the hashed lock file when it is not there yet."""
    python, stamp = PEER_VENV / "bin" / "python", PEER_VENV / ".lock"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return python
    print("bench: installing the peers …", file=sys.stderr)
    shutil.rmtree(PEER_VENV, ignore_errors=True)
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
    for command in (
        [sys.executable, "-m", "venv", str(PEER_VENV)],
        [*pip, "--require-hashes", "-r", str(LOCK)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerMissingError(
                done.stderr.strip().splitlines()[-1] if done.stderr.strip() else command[-1]
            )
    stamp.write_text(digest)
    return python


def run_script(python: Path | str, script: str, *arguments: object) -> Result:
    """Run a script (source text) once; its JSON with `peak_mib` added. RuntimeError when it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(
            [str(python), "-c", script, *map(str, arguments)], stdout=out, stderr=err, cwd=ROOT / "bench"
        )
        peak = _watch(child)
        out.seek(0)
        err.seek(0)
        if child.returncode:
            raise RuntimeError(err.read().decode(errors="replace")[-2000:])
        result: Result = json.loads(out.read().decode().strip().splitlines()[-1])
    return {**result, "peak_mib": round(peak / 2**20, 1)}


def _watch(child: subprocess.Popen[bytes]) -> int:
    """Wait for the child; the most resident memory seen of it and its descendants together, in bytes."""
    peak, root = 0, psutil.Process(child.pid)
    while child.poll() is None:
        try:
            tree = [root, *root.children(recursive=True)]
            # The sum of the parts counts shared pages several times, but costs a hundredth of a true count.
            if sum(part.memory_info().rss for part in tree) > peak:
                peak = max(peak, sum(part.memory_full_info().pss for part in tree))
        except psutil.NoSuchProcess:
            continue  # ended between two looks; the next poll says whether it was the child
        time.sleep(_SAMPLE_SECONDS)
    return peak


def in_rounds(
    contenders: Mapping[str, Callable[[], Result]], rounds: int = ROUNDS
) -> dict[str, list[Result]]:
    """Every contender once a round, in turn, so that ratios come from pairs measured side by side."""
    results: dict[str, list[Result]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            results[name].append(run())
    return results


def spread(values: Sequence[float], digits: int = 4) -> Result:
    """Median, least and most."""
    return {
        "median": round(statistics.median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
    }


def summary(results: Sequence[Result]) -> Result:
    """One contender's rounds: the last round's other fields, with seconds spread and the highest memory."""
    extra = {name: value for name, value in results[-1].items() if name not in {"seconds", "peak_mib"}}
    return {
        "seconds": spread([result["seconds"] for result in results]),
        "peak_mib": max(result["peak_mib"] for result in results),
        **extra,
    }


def ratio(upper: Sequence[Result], lower: Sequence[Result]) -> Result:
    """Seconds of one contender over those of another, round by round; one that ran once stands beside each."""
    upper = upper if len(upper) > 1 else [*upper] * len(lower)
    return spread([a["seconds"] / b["seconds"] for a, b in zip(upper, lower, strict=True)], 2)
