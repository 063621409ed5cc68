"""Look through the watched folder: take what is done, answer, move the file to 已收.

Nothing is kept in memory between two looks, and each step may run twice: a machine that dies after the
hand-in hands the same file in again, which is the same submission.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from gongzhi.catalogue.models import Obligation
from gongzhi.catalogue.queries import unmet
from gongzhi.editions.queries import in_force
from gongzhi.intake.actions.desk import hand_in
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.models import FolderFile, Look, Submission
from gongzhi.intake.queries.doors import FOLDER
from gongzhi.intake.queries.outcome import outcome_of
from gongzhi.intake.states import State

from . import answer
from .directory import Directory, Entry, opened
from .place import place_of

log = logging.getLogger(__name__)
KEPT, ANSWERS = "已收", "回复"
SETTLED = dt.timedelta(seconds=10)
"""A file that has looked the same for so long is done."""
MOST_TRIES = 3
_DEEPEST = 8
_LONGEST_BYTES = 170
_LONGEST_PATH = 400
_UNDER_WAY = re.compile(r"^(\.|~\$)|\.(part|partial|filepart|crdownload|tmp)$", re.IGNORECASE)
_OF_THE_SYSTEM = {"Thumbs.db", "desktop.ini"}
_OPEN = ("", "awaiting", "sent_back", "checked", "received")


def _root() -> str:
    """The watched folder; empty where the site has none."""
    return settings.DOORS.folder.path if settings.DOORS.folder else ""


def take_files() -> int:
    """One look through the folder; returns how many files were taken or answered."""
    if not _root():
        return 0
    try:
        found = _everything()
    except OSError as error:
        _looked(0, type(error).__name__)
        raise
    _looked(len(found), "")
    known = {row.path: row for row in FolderFile.objects.filter(path__in=found)}
    FolderFile.objects.filter(submission=None).exclude(path__in=found).delete()
    return sum(_looked_at(parts, entry, known.get(path)) for path, (parts, entry) in found.items())


def _everything() -> dict[str, tuple[tuple[str, ...], Entry]]:
    with opened(_root()) as root:
        return {_shown(parts, entry.name): (parts, entry) for parts, entry in _found(root)}


def _looked(files: int, fault: str) -> None:
    """For the page of the doors: a folder that nobody can open must not go unseen."""
    Look.objects.update_or_create(
        door=FOLDER, defaults={"at": timezone.now(), "files": files, "fault": fault}
    )


def _found(directory: Directory) -> Iterator[tuple[tuple[str, ...], Entry]]:
    """Everything that somebody has put there, with the folders above it; not what we put there ourselves."""
    for entry in directory.entries():
        if entry.kind != "folder":
            if not _UNDER_WAY.search(entry.name) and entry.name not in _OF_THE_SYSTEM:
                yield directory.parts, entry
        elif entry.name not in {KEPT, ANSWERS} and len(directory.parts) < _DEEPEST:
            try:
                with directory.below(entry.name) as below:
                    yield from _found(below)
            except OSError as error:
                log.warning("a folder below the watched one cannot be opened: %s", type(error).__name__)


def _shown(parts: tuple[str, ...], name: str) -> str:
    """A path as text, also where a name is no UTF-8."""
    return os.fsencode("/".join((*parts, name))).decode("utf-8", "backslashreplace")


def _looked_at(parts: tuple[str, ...], entry: Entry, row: FolderFile | None) -> bool:
    look = {"size": entry.size, "changed_ns": entry.changed_ns}
    path = _shown(parts, entry.name)
    if len(path) > _LONGEST_PATH:
        log.warning("a path in the watched folder is longer than %d characters", _LONGEST_PATH)
        return False
    if row is None or (row.size, row.changed_ns) != (entry.size, entry.changed_ns):
        fresh = {"seen_at": timezone.now(), "submission": None, "told": "", "tries": 0}
        FolderFile.objects.update_or_create(path=path, defaults={**look, **fresh})
        return False
    if row.told or timezone.now() - row.seen_at < SETTLED:
        return False
    try:
        return _taken(parts, entry, row)
    except Exception:  # one that breaks off keeps no other waiting
        log.exception("a file in the watched folder could not be taken in")
        FolderFile.objects.filter(pk=row.pk).update(tries=row.tries + 1)
        return False


def _taken(parts: tuple[str, ...], entry: Entry, row: FolderFile) -> bool:
    """Hand it in, move it, answer. What cannot be handed in stays where it is, with an answer."""
    name = _shown((), entry.name)
    row.answer = _answer_place(parts, _stamped(row, name))
    try:
        if row.tries >= MOST_TRIES:
            raise Refused("broke_off", "读取这份文件时出错，试了几次没有成功，请与平台的系统管理员联系")
        row.submission = row.submission or _handed_in(parts, entry, row)
    except Refused as error:
        _answered(row, "refused", answer.refused(name, error))
        return True
    if row.submission is None:
        return False
    row.save(update_fields=["submission", "answer"])
    _moved(parts, entry, row)
    _answered(row, outcome_of(row.submission), answer.of(row.submission))
    return True


def _answer_place(parts: tuple[str, ...], folder: str) -> str:
    """Beside the file; at the top where the folders above it have names that are no text."""
    plain = parts if all(_shown((), part) == part for part in parts) else ()
    return "/".join((*plain, ANSWERS, folder))


def _handed_in(parts: tuple[str, ...], entry: Entry, row: FolderFile) -> Submission | None:
    """The submission of a private copy of the file; None when it has changed while it was copied.

    It counts as received when it was first seen as it is now, by our clock.
    """
    if entry.kind != "file":
        raise Refused("not_a_file", "这是链接或特殊文件，平台不收；请放文件本身")
    if entry.size > settings.MAX_FILE_BYTES:
        raise Refused("too_large", f"文件超过 {settings.MAX_FILE_BYTES // 1024**2} MB，请分成几份")
    place = place_of([_shown((), part) for part in parts])
    with tempfile.TemporaryDirectory(dir=settings.HOME.folder("incoming")) as private:
        copy = Path(private) / f"file{Path(_shown((), entry.name)).suffix.lower()[:12]}"
        try:
            with opened(_root(), parts) as directory:
                now = directory.copy(entry.name, copy, settings.MAX_FILE_BYTES)
        except OSError as error:
            raise Refused(
                "unreadable", f"平台读不了这份文件（{type(error).__name__}），请检查文件的权限"
            ) from error
        if (now.size, now.changed_ns) != (row.size, row.changed_ns):
            return None
        handed = hand_in(
            file=copy, name=_shown((), entry.name), place=place, by=None, channel="folder",
            received_at=row.seen_at,
        )  # fmt: skip
    return handed.submission


def _stamped(row: FolderFile, name: str) -> str:
    """A name with the instant before it, short enough for every file system.

    To the thousandth: two files of one name may come within a second, and neither may take the other's place.
    """
    stem, suffix = os.path.splitext(name)
    stem = stem.encode()[:_LONGEST_BYTES].decode("utf-8", "ignore")
    seen = timezone.localtime(row.seen_at)
    return f"{seen:%Y%m%d-%H%M%S}.{seen.microsecond // 1000:03} {stem}{suffix[:12]}"


def _moved(parts: tuple[str, ...], entry: Entry, row: FolderFile) -> None:
    """Put the sender's file aside; where that is not allowed it stays, and is known as it is."""
    kept = _stamped(row, _shown((), entry.name))
    try:
        with (
            opened(_root(), parts) as here,
            here.below(KEPT, make=True) as there,
        ):
            here.move(entry.name, there, kept)
            now = there.entry(kept)
            if (now.size, now.changed_ns) != (row.size, row.changed_ns):
                there.move(kept, here, entry.name)  # another file of this name came meanwhile
                return
    except OSError as error:
        log.warning("a file in the watched folder cannot be moved: %s", type(error).__name__)
        return
    row.path = _shown((*parts, KEPT), kept)[:_LONGEST_PATH]
    row.save(update_fields=["path"])


def _answered(row: FolderFile, outcome: str, files: dict[str, bytes]) -> None:
    """Write an answer; where that is not allowed, its sender finds the outcome on the pages alone."""
    try:
        with opened(_root(), row.answer.split("/"), make=True) as there:
            for file, content in files.items():
                there.put(file, content)
    except OSError as error:
        log.warning("an answer cannot be written into the watched folder: %s", type(error).__name__)
    row.told = outcome
    row.save(update_fields=["told", "answer"])


def answer_again() -> int:
    """Tell anew where something was decided since: a second person's word, a return by the office."""
    if not _root():
        return 0
    waiting = FolderFile.objects.exclude(submission=None).select_related("submission")
    later = Q(submission__batch__review__verdict="returned") | ~Q(submission__batch__withdrawn_at=None)
    back = waiting.filter(later, told__in=("accepted", "partial"), submission__state=State.COMMITTED)
    count = 0
    for row in (*waiting.filter(told__in=_OPEN), *back):
        assert row.submission is not None
        outcome = outcome_of(row.submission)
        if outcome != row.told:
            _answered(row, outcome, answer.of(row.submission))
            count += 1
    return count


def prepare_places() -> int:
    """For each unit that has a folder, the folders of what it owes, overdue or not; returns how many."""
    if not _root():
        return 0
    definitions, today = in_force(), timezone.localdate()
    with opened(_root()) as root:
        units = [entry.name for entry in root.entries() if entry.kind == "folder"]
    count = 0
    for name in units:
        try:
            unit = definitions.unit(name).key
        except KeyError:
            continue
        begun = Obligation.objects.filter(unit=unit, opens__lte=today).exclude(due=None)
        for owed in unmet(begun, today):
            title = definitions.resources[owed.resource].title.replace("/", "、")
            period = f"{owed.period} 存量" if owed.of_stock else owed.period
            with opened(_root(), (name, f"{owed.resource} {title}", period), make=True):
                count += 1
    return count
