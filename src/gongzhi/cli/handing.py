"""Hand many files in at once, as the liaisons of their units, through the same action as everybody."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.actions.submission import Place
from gongzhi.intake.models import Submission
from gongzhi.intake.states import State

_DONE = {State.COMMITTED, State.REFUSED}


@dataclass
class HandIn:
    """Files out of one folder; `people`: unit → the person in whose name its files are handed in.

    Reading happens in a child process for each file, so threads use all cores; the database takes the short
    writes one after the other.
    """

    folder: Path
    people: Mapping[str, Any]
    workers: int

    def run(self, entries: list[dict[str, Any]], step: Callable[[], None]) -> dict[str, int]:
        """Hand in what is not in yet, in the order given; outcome → files, earlier ones included."""
        known = {
            (row[0], row[1], row[2], row[3]): self._outcome(row[4], row[5])
            for row in Submission.objects.filter(state__in=_DONE).values_list(
                "unit", "resource", "period", "file_name", "state", "set_aside"
            )
        }
        counts: Counter[str] = Counter({"accepted": 0, "partial": 0, "refused": 0})
        waiting = []
        for entry in entries:
            outcome = known.get((entry["unit"], entry["resource"], entry["period"], entry["file"]))
            if outcome:
                counts[outcome] += 1
                step()
            else:
                waiting.append(entry)
        with ThreadPoolExecutor(self.workers) as pool:
            counts += self._all(pool, waiting, step)
        return dict(counts)

    def _all(
        self, pool: ThreadPoolExecutor, entries: list[dict[str, Any]], step: Callable[[], None]
    ) -> Counter[str]:
        """A few more than the workers at a time, so that an interrupt does not wait for all."""
        counts: Counter[str] = Counter()
        under_way: set[Future[str]] = set()
        for entry in entries:
            under_way.add(pool.submit(self._one, entry))
            if len(under_way) > self.workers * 2:
                finished, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                counts += self._count(finished, step)
        return counts + self._count(wait(under_way).done, step)

    @staticmethod
    def _count(finished: set[Future[str]], step: Callable[[], None]) -> Counter[str]:
        for _ in finished:
            step()
        return Counter(one.result() for one in finished)

    def _one(self, entry: dict[str, Any]) -> str:
        try:
            handed = hand_in(
                file=self.folder / entry["file"],
                name=entry["file"],
                place=Place(entry["resource"], entry["period"], entry["unit"]),
                by=self.people[entry["unit"]],
                channel="demo",
                received_at=dt.datetime.fromisoformat(entry["received_at"]),
            )
            return handed.outcome
        except Refused as error:
            raise RuntimeError(f"{entry['file']}: {error.text}") from error
        finally:
            connection.close()

    @staticmethod
    def _outcome(state: str, aside: int) -> str:
        return "refused" if state == State.REFUSED else "partial" if aside else "accepted"
