"""The parent's side: start the child in its cage, watch it, take over what it found."""

from __future__ import annotations

import dataclasses
import os
import select
import signal
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import polars as pl

from . import child as children
from . import landlock
from .child import Child
from .model import Column, Limits, Mark, Notice, Reading, Skipped, Table, Unreadable
from .parcel import get_json, put_json, unpack

_GLANCE = 0.05
_PATIENCE = 5


def read(path: Path, *, headings: Collection[str], limits: Limits | None = None) -> Reading:
    """The tables in a file, read by a caged child; the file itself is only read.

    headings: the expected column titles and aliases of one resource; may be empty.
    Raises Unreadable when the file is refused, and OSError when it cannot be opened.
    """
    limits = limits or Limits()
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    letter = os.memfd_create("letter", os.MFD_CLOEXEC)
    parcel = os.memfd_create("parcel", os.MFD_CLOEXEC)
    try:
        request = {
            "suffix": path.suffix.lower(),
            "headings": sorted(headings),
            "limits": dataclasses.asdict(limits),
        }
        put_json(letter, request)
        complaint = _run((file, letter, parcel), limits)
        return _reading(get_json(letter), parcel, complaint)
    finally:
        for fd in (file, letter, parcel):
            os.close(fd)


def cage_level() -> str:
    """How tightly a child is confined on this machine: `landlock-N+limits`, or `limits` on an old kernel."""
    found = landlock.version()
    return f"landlock-{found}+limits" if found else "limits"


def _run(fds: tuple[int, int, int], limits: Limits) -> str:
    """Run the child to its end; what it complained of. A death becomes a refusal."""
    complaints = os.memfd_create("complaints", os.MFD_CLOEXEC)
    try:
        with children.born((*fds, complaints)) as child:
            why = _watch(child, limits)
            status = child.status()
        complaint = os.pread(complaints, 4000, 0).decode("utf-8", "replace")
    except children.NotBornError as error:
        refusal = Unreadable("reader_died", {"reason": "no child"})
        refusal.add_note(str(error))
        raise refusal from error
    finally:
        os.close(complaints)
    if why:
        raise Unreadable(why)
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise Unreadable("too_slow")
    if status != 0:
        refusal = Unreadable("reader_died", {"reason": f"status {status}"})
        refusal.add_note(complaint)
        raise refusal
    return complaint


def _watch(child: Child, limits: Limits) -> str | None:
    """Wait for the child; kill it when it outlives its time or outgrows its memory, and say which.

    On a busy machine a child waits more than it works: its own time counts, the clock's only in the end.
    """
    begin = time.monotonic()
    poll = select.poll()
    poll.register(child.handle, select.POLLIN)
    while not poll.poll(_GLANCE * 1000):
        passed = time.monotonic() - begin
        slow = passed > limits.seconds and _worked(child.pid) > limits.seconds
        why = "too_slow" if slow or passed > limits.seconds * _PATIENCE else None
        if _resident(child.pid) > limits.resident_bytes:
            why = "too_big"
        if why:
            child.kill()
            return why
    return None


def _worked(pid: int) -> float:
    """The processor time of a child in seconds; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _resident(pid: int) -> int:
    """Private memory of a child in bytes; 0 when it is gone. Mapped pages of the file do not count."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            fields = file.read().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE") if fields else 0


def _reading(answer: dict[str, Any] | None, parcel: int, complaint: str) -> Reading:
    if answer is None or ("tables" not in answer and "refused" not in answer):
        raise Unreadable("reader_died", {"reason": "no answer"})
    if "refused" in answer:
        refusal = Unreadable(answer["refused"], answer["details"])
        if complaint:
            refusal.add_note(complaint)
        raise refusal
    return Reading(
        format=answer["format"],
        encoding=answer["encoding"],
        tables=tuple(_table(table, parcel) for table in answer["tables"]),
        mark=Mark(*answer["mark"]) if answer["mark"] else None,
        notices=tuple(Notice(*notice) for notice in answer["notices"]),
        cage=answer["cage"],
    )


def _table(found: dict[str, Any], parcel: int) -> Table:
    data: pl.DataFrame
    data, rows = unpack(parcel, found["pieces"], found["names"])
    totals, at = unpack(parcel, found["totals"], found["names"])
    return Table(
        sheet=found["sheet"],
        sheet_index=found["sheet_index"],
        header_row=found["header_row"],
        columns=tuple(Column(index, header) for index, header in found["columns"]),
        data=data,
        rows=rows,
        skipped=tuple(Skipped(row, why) for row, why in found["skipped"]),
        notices=tuple(Notice(*notice) for notice in found["notices"]),
        unit_hint=found["unit_hint"],
        units_said=tuple(found["units_said"]),
        area_hint=found["area_hint"],
        areas_said=tuple(found["areas_said"]),
        totals=totals.with_columns(at) if totals.height else None,
        merged=tuple(found["merged"]),
    )
