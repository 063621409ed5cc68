"""Faults and traces from the kernel's side, through strace; and what the order of system calls must be."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from children import waited
from django.db import connections

KINDS = ("kill", "EIO", "ENOSPC")
SYSCALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "openat", "unlink", "ftruncate", "mkdir")


def can_trace() -> str:
    """Empty when strace can attach to a child here, else why not."""
    if not shutil.which("strace"):
        return "strace is not installed"
    child = subprocess.Popen(["sleep", "5"])
    command = ["strace", "-f", "-p", str(child.pid), "-e", "trace=none"]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        line = tracer.stderr.readline()
    finally:
        child.kill()
        child.wait()
        tracer.kill()
        tracer.wait()
        tracer.stderr.close()
    return "" if "attached" in line else f"strace cannot attach: {line.strip()}"


def traced(work, *options: str) -> tuple[int, bytes]:
    """Run `work` in a forked child under strace, which is attached before the work begins."""
    connections.close_all()
    reading, writing = os.pipe()
    go, start = os.pipe()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            os.close(start)
            os.read(go, 1)
            work(lambda text: os.write(writing, text.encode()))
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    os.close(go)
    tracer = subprocess.Popen(
        ["strace", "-f", "-p", str(pid), *options],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        while "attached" not in (line := tracer.stderr.readline()):
            if not line:
                raise RuntimeError("strace ended")
        os.write(start, b"x")
        os.close(start)
        status, said = waited(pid, reading, 15)
    finally:
        tracer.stderr.close()
        tracer.wait()
    return status, said


def trace(work, target: Path) -> list[str]:
    """The system calls of `work` that make anything durable, each on a line with the paths it works on."""
    calls = "trace=" + ",".join((*SYSCALLS, "renameat", "renameat2", "close"))
    status, said = traced(work, "-y", "-s", "24", "-o", str(target), "-e", calls)
    assert not status, target.read_text()[-2000:]
    assert said
    return target.read_text("utf-8", "replace").splitlines()


def census(work, target: Path) -> Counter[str]:
    """How often the work makes each call, in the thread that makes it most often."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in trace(work, target):
        found = re.match(r"(\d+)\s+(\w+)\(", line)
        if found:
            counts[found[1], found[2]] += 1
    most: Counter[str] = Counter()
    for (_, name), count in counts.items():
        most[name] = max(most[name], count)
    return most


def plan(bench, taken_in, trials: int, random) -> Iterator[tuple[str, Callable[..., tuple[bool, bool]]]]:
    submission = bench.clone()
    counts = census(lambda acknowledge: taken_in(submission, acknowledge), Path(bench.folder) / "census")
    every = [(name, at) for name in SYSCALLS for at in range(1, counts[name] + 1)]

    def broken(name: str, at: int, kind: str) -> Callable[..., tuple[bool, bool]]:
        fault = "signal=KILL" if kind == "kill" else f"error={kind}"
        inject = ("-o", "/dev/null", "-e", f"inject={name}:{fault}:when={at}", "-e", f"trace={name}")

        def trial(submission) -> tuple[bool, bool]:
            status, said = traced(lambda acknowledge: taken_in(submission, acknowledge), *inject)
            return status != 0, bool(said)

        return trial

    for number in range(trials):
        name, at = random.choice(every)
        kind = KINDS[number % len(KINDS)]
        yield f"{kind} at {name} {at}", broken(name, at, kind)


ASIDE = "/lake/tmp/"


def order_faults(lines: list[str]) -> list[str]:
    """What in a trace would lose an acknowledged batch when the power fails; empty when the order is right.

    A file of the lake: fsync after its last write, then the rename, then fsync of the folder, then the
    ledger's own sync, then the acknowledgement. A new folder: fsync of the folder above it before the ledger.
    """
    calls = [call for call in map(_call, lines) if call]
    ledger = [at for at, (name, path, _) in enumerate(calls) if "sync" in name and ".sqlite3" in path]
    acknowledged = [
        at for at, (name, path, _) in enumerate(calls) if name == "write" and path.startswith("pipe:")
    ]
    faults = []
    if not acknowledged or not ledger or max(acknowledged) < max(ledger):
        return ["no acknowledgement after the ledger's last sync"]
    renames = [(at, call[1], call[2]) for at, call in enumerate(calls) if call[0].startswith("rename")]
    placed = [(at, source, target) for at, source, target in renames if ASIDE in source]
    if not placed:
        return ["no file came into the lake"]
    committed = [at for at in ledger if at > placed[-1][0]]
    for at, source, target in placed:
        written = [n for n in range(at) if calls[n][0] in {"write", "pwrite64"} and calls[n][1] == source]
        synced = [n for n in range(at) if "sync" in calls[n][0] and calls[n][1] == source]
        if not written or not synced or synced[-1] < written[-1]:
            faults.append(f"{target}: renamed before it was synced")
        faults += _folder_faults(calls, at, str(Path(target).parent), committed, target)
    for at, (name, path, _) in enumerate(calls):
        if name == "mkdir" and "/lake/" in path:
            faults += _folder_faults(calls, at, str(Path(path).parent), committed, path)
    return faults


def _folder_faults(calls, at: int, folder: str, committed: list[int], about: str) -> list[str]:
    until = committed[0] if committed else at
    synced = any("sync" in calls[n][0] and calls[n][1] == folder for n in range(at, until))
    return [] if synced else [f"{about}: its entry in the folder was not synced before the ledger"]


def _call(line: str) -> tuple[str, str, str] | None:
    """Name, path and second path of one line of `strace -y`; None for others and for failed calls."""
    found = re.match(r"\d+\s+(\w+)\((.*)", line)
    if not found or " = -1 " in line:
        return None
    name, rest = found[1], found[2]
    if name in {"write", "pwrite64", "fsync", "fdatasync"}:
        path = re.match(r"\d+<([^>]*)>", rest)
        return (name, path[1], "") if path else None
    if name == "mkdir" or name.startswith("rename"):
        paths = re.findall(r'"([^"]*)"', rest)
        return (name, paths[0], paths[1] if len(paths) > 1 else "") if paths else None
    return None


__all__ = ["can_trace", "census", "order_faults", "plan", "trace", "traced"]
