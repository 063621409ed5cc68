"""Cut the power while commits run, and look what the disk holds (security.md 4.3, T04).

The home lies on an ext4 file system in an image file. A child commits and acknowledges; it is stopped, and
the image is copied as it is at that instant: what was not synced is still in memory and therefore not in
the copy. The copy is mounted, which replays its journal as after a power failure. Every batch that was
acknowledged before the cut must be there, whole. The mutant does everything but fsync.

    python src/gongzhi/intake/tests/powercut.py --cuts 40 [--mutant]        (as root)
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connections

sys.path.insert(0, str(Path(__file__).parent))
from children import prepared_home  # lies beside this script

MEGABYTES = 96


def cannot() -> str:
    """Empty when images can be mounted here, else why not."""
    if os.geteuid() != 0:
        return "only root mounts images"
    if not shutil.which("mkfs.ext4"):
        return "mkfs.ext4 is not installed"
    with tempfile.TemporaryDirectory() as folder:
        try:
            with mounted(made(Path(folder) / "probe", 8), Path(folder) / "mnt"):
                return ""
        except subprocess.CalledProcessError as error:
            return f"no loop mount here: {error.stderr.decode(errors='replace').strip()}"


def made(image: Path, megabytes: int = MEGABYTES) -> Path:
    """An empty ext4 file system in a file."""
    with image.open("wb") as file:
        file.truncate(megabytes * 2**20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True, capture_output=True)
    return image


@contextlib.contextmanager
def mounted(image: Path, where: Path) -> Iterator[Path]:
    where.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(where)], check=True, capture_output=True)
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True, capture_output=True)


def lost_after_cut(copy: Path, folder: Path, acknowledged: list[str]) -> list[str]:
    """Acknowledged batches that the copied disk does not hold whole."""
    with mounted(copy, folder / "after") as disk:
        home = disk / "home"
        ledger = sqlite3.connect(home / "gongzhi.sqlite3")
        try:
            return [batch for batch in acknowledged if not _whole(ledger, home / "lake", batch)]
        finally:
            ledger.close()


def _whole(ledger: sqlite3.Connection, lake: Path, batch: str) -> bool:
    rows = ledger.execute(
        "SELECT f.path, f.digest FROM intake_lakefile f JOIN intake_receipt r ON r.batch_id = f.batch_id"
        " WHERE f.batch_id = ?",
        [batch],
    ).fetchall()
    return bool(rows) and all(_digest(lake / path) == digest for path, digest in rows)


def _digest(path: Path) -> str:
    try:
        return hashlib.new("sm3", path.read_bytes()).hexdigest()
    except OSError:
        return "missing"


def run(cuts: int, seed: int, *, mutant: bool) -> dict[str, object]:
    """So many cuts; how many batches were acknowledged before them, and which of these were lost."""
    folder = Path(tempfile.mkdtemp(prefix="powercut-"))
    with mounted(made(folder / "image"), folder / "mnt") as disk:
        prepared_home(disk / "home")
        bench = importlib.import_module("trials").Bench(folder)
        found = [_cut(bench, folder, random.Random(seed + number), mutant) for number in range(cuts)]
        connections.close_all()
    shutil.rmtree(folder, ignore_errors=True)
    return {
        "cuts": cuts,
        "mutant": mutant,
        "acknowledged": sum(acknowledged for acknowledged, _ in found),
        "lost": sum(len(lost) for _, lost in found),
        "cuts_with_loss": sum(bool(lost) for _, lost in found),
    }


def _cut(bench, folder: Path, random, mutant: bool) -> tuple[int, list[str]]:
    submissions = [bench.clone() for _ in range(12)]
    subprocess.run(["sync"], check=True)
    reading, writing = os.pipe()
    connections.close_all()
    pid = os.fork()
    if not pid:
        _commits(submissions, writing, mutant)
    os.close(writing)
    said = os.read(reading, 33)  # the power fails after the first acknowledgement, at any instant
    time.sleep(random.random() * 0.25)
    os.kill(pid, signal.SIGSTOP)
    os.set_blocking(reading, False)
    with contextlib.suppress(BlockingIOError):
        said += os.read(reading, 65_536)
    copy = Path(shutil.copy(folder / "image", folder / "copy"))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(reading)
    acknowledged = said.decode().split()
    return len(acknowledged), lost_after_cut(copy, folder, acknowledged)


def _commits(submissions, writing: int, mutant: bool) -> None:
    taken_in = importlib.import_module("trials").batch_of
    if mutant:
        os.fsync = lambda descriptor: None
    try:
        for submission in submissions:
            os.write(writing, f"{taken_in(submission).pk.hex}\n".encode())
        time.sleep(5)
    finally:
        os._exit(0)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutant", action="store_true")
    options = parser.parse_args()
    found = run(options.cuts, options.seed, mutant=options.mutant)
    print(json.dumps(found))
    return 1 if found["lost"] else 0


if __name__ == "__main__":
    sys.exit(main())
