"""Push rows, kill the process that serves them, again and again; then look for every row (security.md T03).

One process is prepared once and never computes. Each trial is a child forked from it: eight threads call the
application with signed pushes, a ninth gathers what waits, and the child is killed (-9) in the middle. What
was answered 202 is noted at once; what was not is pushed again by the next child under its old
Idempotency-Key, as a machine would. At the end everything is taken in, and every answered row must lie in the
lake once, every other at most once.

    python src/gongzhi/web/tests/pushed_and_killed.py --kills 50
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "src" / "gongzhi" / "intake" / "tests"))
from children import in_child, prepared_home  # noqa: E402  # lies beside the tests of `intake`

THREADS = 8  # so that several calls share a transaction
GATHER_SECONDS = 0.4
MOST_SECONDS = 600


class Pushes:
    """Numbered pushes of one row each, and those that were answered."""

    def __init__(self) -> None:
        from tests.calls import Machine, key_of  # noqa: PLC0415 - Django must be there

        from gongzhi.organisation.actions import register  # noqa: PLC0415 - the same

        people = {
            name: register(username=name, name=name, unit="construction_transport", by=None)
            for name in ("system", "security", "liaison")
        }
        self.machine = Machine(*key_of(people))
        self.machine.client.defaults["SERVER_NAME"] = "localhost"
        self.answered: set[int] = set()
        self.begun = 0

    def push(self, number: int) -> bool:
        from tests.files import PRESALE_HEAD, presale_rows  # noqa: PLC0415 - the same

        row = dict(zip(PRESALE_HEAD, presale_rows(1, start=number)[0], strict=True))
        content = {"period": "2026Q3", "rows": [row]}
        answer = self.machine.post(
            "/api/v1/resources/9.5/rows", content, **{"Idempotency-Key": f"row-{number}"}
        )
        return answer.status_code == 202

    def serve(self, acknowledge) -> None:
        """Push without end what was not answered yet, and gather beside it; the killer ends it."""
        gather = importlib.import_module("gongzhi.intake.actions.inbox").gather
        seal = importlib.import_module("gongzhi.audit.actions").seal

        def pushing(thread: int) -> None:
            number = thread
            while True:
                if number not in self.answered and self.push(number):
                    acknowledge(f"{number}\n")
                number += THREADS

        threads = [threading.Thread(target=pushing, args=(n,), daemon=True) for n in range(THREADS)]
        for one in threads:
            one.start()
        while True:
            time.sleep(GATHER_SECONDS)
            seal()
            gather()


def killed(work, answers: int) -> tuple[int, bytes]:
    """Run `work` in a child and kill it after so many answers; its wait status, and all that it answered."""
    connections = importlib.import_module("django.db").connections
    connections.close_all()
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        work(lambda text: os.write(writing, text.encode()))
        os._exit(1)
    os.close(writing)
    said = b""
    while said.count(b"\n") < answers and (piece := os.read(reading, 4096)):
        said += piece
    os.kill(pid, signal.SIGKILL)
    while piece := os.read(reading, 4096):
        said += piece
    os.close(reading)
    return os.waitpid(pid, 0)[1], said


def taken_in(acknowledge) -> None:
    """Gather, check and commit all that waits; tell the numbers of the rows in the lake."""
    inbox = importlib.import_module("gongzhi.intake.actions.inbox")
    submission = importlib.import_module("gongzhi.intake.actions.submission")
    taking = importlib.import_module("gongzhi.intake.actions.committing")
    queries = importlib.import_module("gongzhi.intake.queries")
    audit = importlib.import_module("gongzhi.audit.actions")
    audit.seal()
    while inbox.gather() + submission.check_waiting() + taking.take_in_waiting():
        audit.seal()
    sheet = importlib.import_module("gongzhi.editions.queries").in_force().resources["9.5"].sheets[0]
    name = next(field.column for field in sheet.fields if field.title == "预售证编号")
    for frame in queries.frames(sheet.code):
        for text in frame[name]:
            acknowledge(f"{int(text.partition('第')[2].rstrip('号'))}\n")


def run(kills: int, seed: int, home: Path) -> dict[str, object]:
    prepared_home(home)
    settings = importlib.import_module("django.conf").settings
    settings.INBOX_QUIET_SECONDS = 0
    importlib.import_module("gongzhi.web.api.surface").api.get_openapi_schema()
    pushes = Pushes()
    importlib.import_module("gongzhi.audit.actions").seal()
    assert pushes.push(0)
    pushes.answered.add(0)
    chance, interrupted = random.Random(seed), 0
    for _ in range(kills):
        status, said = killed(pushes.serve, chance.randint(1, 25))
        interrupted += status == 9
        pushes.answered |= {int(line) for line in said.split(b"\n")[:-1]}
    status, said = in_child(taken_in, seconds=MOST_SECONDS)
    found = Counter(int(line) for line in said.split())
    return {
        "database": os.environ["GONGZHI_DATABASE"].partition(":")[0] or "sqlite",
        "kills": interrupted,
        "ended": status,
        "answered": len(pushes.answered),
        "found": len(found),
        "lost": sorted(pushes.answered - set(found)),
        "doubled": sorted(number for number, times in found.items() if times > 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pushed-") as folder:
        found = run(options.kills, options.seed, Path(folder) / "home")
    print(json.dumps(found))
    return 1 if found["lost"] or found["doubled"] else 0


if __name__ == "__main__":
    sys.exit(main())
