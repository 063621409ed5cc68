"""The way of a row, in order, one line a step.

A row that needs work is the queue; every step may run twice.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import time
from collections.abc import Callable
from threading import Event, Thread

from django.db import close_old_connections, connections
from django.utils import timezone

from gongzhi.audit.actions import seal, seal_until
from gongzhi.catalogue.actions import open_periods
from gongzhi.engine.crypto import load_crowd
from gongzhi.engine.tables import warm
from gongzhi.intake.actions.committing import take_in_waiting
from gongzhi.intake.actions.derived import count_fills
from gongzhi.intake.actions.folder import answer_again, prepare_places, take_files
from gongzhi.intake.actions.inbox import gather
from gongzhi.intake.actions.orphans import sweep
from gongzhi.intake.actions.pulling import pull_due
from gongzhi.intake.actions.signing import close_days, freeze_due, sign_receipts
from gongzhi.intake.actions.submission import check_waiting
from gongzhi.organisation.actions import close_idle, forget, forget_calls
from gongzhi.registry.actions import link_new, merge_links, put_register
from gongzhi.risk.actions import ask_if_due, scan_waiting
from gongzhi.work.actions import (
    deliver,
    remind,
    tell_of_editions,
    tell_of_exports,
    tell_of_filings,
    tell_of_suggestions,
)
from gongzhi.work.queries import matters_on, quiet

from .exports import make_exports, remove_exports

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.5


def owe() -> int:
    """Open the periods that have begun."""
    today = timezone.localdate()
    return open_periods(since=dt.date(today.year, 1, 1), until=today)


def tell() -> int:
    """Remind of what is due, on the day as it is here; not before the hour from which reminders go out."""
    if quiet(timezone.localtime()):
        return 0
    today = timezone.localdate()
    return remind(matters=matters_on(today), on=today, by=None)


EVERY_ROUND: tuple[tuple[str, Callable[[], int]], ...] = (
    ("seal", seal),  # chain the events of the last half second; also before and after every other step
    ("gather", gather),  # make a submission of the rows that machines have pushed
    ("check", check_waiting),  # read and check the files that pages and machines have handed in
    ("take in", take_in_waiting),  # commit what machines have handed in
    ("sign", sign_receipts),  # sign the receipts of new batches, all under one root
    ("link", link_new),  # join the rows of new batches to taxpayers
)
BESIDE: tuple[tuple[str, Callable[[], int]], ...] = (
    ("export", make_exports),  # make the workbooks that are too long to wait for, while the rounds go on
    ("merge", merge_links),  # merge the links of many batches, so that a taxpayer's page opens few files
    ("scan", scan_waiting),  # compare when somebody or the house has asked for it
)
OUT: tuple[tuple[str, Callable[[], int]], ...] = (
    ("deliver", deliver),  # send the messages that are on their way out of the house
)
FROM_AFAR: tuple[tuple[str, Callable[[], int]], ...] = (
    ("pull", pull_due),  # ask the units' databases for the periods that have ended
)
EVERY_MINUTE: tuple[tuple[str, Callable[[], int]], ...] = (
    ("due scan", ask_if_due),  # ask for a comparison when new rows were joined since the last one
    ("register", put_register),  # write the register into the lake, for the checks of what is handed in
    ("fills", count_fills),  # count the filled cells of new batches, for the pictures
    ("take", take_files),  # hand in what units have put into the watched folder
    ("suggestions", tell_of_suggestions),  # tell who answers of a suggestion, and who made it of the answer
    ("words", tell_of_exports),  # tell who must agree to an export, and who asked of a refusal
    ("filings", tell_of_filings),  # tell the office of a filing, and the unit of what was decided
    ("editions", tell_of_editions),  # tell who may approve an edition that it waits
    ("answer", answer_again),  # tell beside the file what was decided since
)
EVERY_HOUR: tuple[tuple[str, Callable[[], int]], ...] = (
    ("owe", owe),  # write down what is owed
    ("prepare", prepare_places),  # make the folders of what is owed, where units have theirs
    ("remind", tell),  # tell who must hear it what is due soon or overdue
    ("close", close_days),  # close the days that have ended, each chained to the one before
    ("freeze", freeze_due),  # fix which batches count at the cut-offs that have passed
    ("expire", remove_exports),  # remove the workbooks that were not fetched in time
    ("sweep", sweep),  # remove what a broken commit has left behind
    ("idle", close_idle),  # close the accounts that nobody uses any more
    ("forget", forget),  # failed sign-ins and past sittings are not kept for long
    ("forget calls", forget_calls),  # nor are the numbers and counts of machines' calls
)


ROUNDS = ((0, EVERY_ROUND), (60, EVERY_MINUTE), (3_600, EVERY_HOUR))
LANES = ((0, BESIDE), (0, OUT), (3_600, FROM_AFAR))
"""Steps that take long or wait for machines that are not ours, each with its seconds from start to start."""


def tick() -> dict[str, int]:
    """Every step once."""
    return {name: step() for _, steps in (*ROUNDS, *LANES) for name, step in steps}


def forever(*, parent: int) -> None:
    """Round after round until its starter is gone; a failing step is logged and tried again.

    The trail is chained in a thread of its own as well: acts stop when it lags, and a step may take minutes.
    """
    last = [-float("inf")] * len(ROUNDS)
    lanes = [_Lane(seconds, steps) for seconds, steps in LANES]
    Thread(target=load_crowd, daemon=True).start()  # so that no file waits for it
    Thread(target=seal_until, args=(Event(),), daemon=True).start()
    while os.getppid() == parent:
        _tried("seal", seal)  # before all else
        for lane in lanes:
            lane.go_on()
        warm()  # for the next file that comes
        for place, (seconds, steps) in enumerate(ROUNDS):
            if time.monotonic() - last[place] >= seconds:
                last[place] = time.monotonic()
                _round(steps)
        time.sleep(PAUSE_SECONDS)


class _Lane:
    """Steps beside the rounds, one after another in a thread: however long they take, the rounds go on."""

    def __init__(self, seconds: int, steps: tuple[tuple[str, Callable[[], int]], ...]) -> None:
        self._seconds, self._steps = seconds, steps
        self._last, self._thread = -float("inf"), Thread()

    def go_on(self) -> None:
        """Begin the steps anew, unless they are under way or it is not yet time."""
        if self._thread.is_alive() or time.monotonic() - self._last < self._seconds:
            return
        self._last = time.monotonic()
        self._thread = Thread(target=_beside, args=(self._steps,), daemon=True)
        self._thread.start()


def _beside(steps: tuple[tuple[str, Callable[[], int]], ...]) -> None:
    _round(steps)
    connections.close_all()


def _round(steps: tuple[tuple[str, Callable[[], int]], ...]) -> None:
    """Each step, and the sealer after it: a first round after a pause may take minutes, its acts must not."""
    for name, step in steps:
        _tried(name, step)
        _tried("seal", seal)


def _tried(name: str, step: Callable[[], int]) -> None:
    try:
        step()
    except Exception:
        log.exception("step %s failed and will be tried again", name)
        close_old_connections()
