"""Hand a whole file in: the body is the file, rows as JSON are one too."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from gongzhi.editions.queries import in_force
from gongzhi.engine.crypto.digest import new_sm3
from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.desk import HandedIn
from gongzhi.intake.actions.original import keep
from gongzhi.intake.actions.place import Place, draft_of
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.actions.submission import write_down
from gongzhi.intake.models import Submission
from gongzhi.intake.states import State
from gongzhi.organisation.actions import Reply

from .admission import CHUNK, file_of
from .calling import address, answered, caller, instant, known_names, resource_of
from .parsing import parsed
from .problems import Unfit
from .schemas import Said

MEDIA = {
    "application/json": ".json",
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
ANY = "application/octet-stream"
SUFFIXES = {*MEDIA.values(), ".et", ".tsv", ".txt"}
MOST_JSON = 16 * 1024 * 1024
SHOWN = 1_000


def taken(request: HttpRequest, said: Said, name: str) -> Any:
    """Keep the file and answer where to ask for its outcome; with dry_run the outcome at once."""
    known_names(request, Said)
    resource = resource_of(caller(request), said.resource)
    place = Place(
        resource=f"{resource.number}/{said.sheet}" if said.sheet else resource.number,
        period=said.period,
        unit=caller(request).unit,
        adds=said.adds,
        replaces=said.replaces,
        whole=said.whole,
    )
    file_name = said.name or f"{resource.number}-{said.period}{suffix_of(request, said.name)}"
    with _file(request, suffix_of(request, said.name)) as (path, digest):
        try:
            if said.dry_run:
                tried = hand_in(
                    file=path, name=file_name, place=place, by=caller(request), channel="api", dry_run=True
                )
                return outcome_of(tried.submission, tried)
            draft = draft_of(place, name=file_name, by=caller(request), channel="api", received_at=None)
        except Refused as error:
            raise Unfit("refused", error.text) from error
        kept = keep(path)
        return answered(request, name, digest, lambda: _written(write_down(draft, kept, by=caller(request))))


def suffix_of(request: HttpRequest, name: str) -> str:
    """What kind of file the body is, by its media type or, where that says nothing, by the name's ending."""
    media = (request.content_type or "").lower()
    suffix = PurePath(name).suffix.lower() if media == ANY else MEDIA.get(media, "")
    if suffix not in SUFFIXES:
        raise Unfit("media")
    return suffix


@contextmanager
def _file(request: HttpRequest, suffix: str) -> Iterator[tuple[Path, bytes]]:
    """The body as a file of its own for the time of the block, with its SM3 digest."""
    body = file_of(request)
    if body is None or not body.read(1):
        raise Unfit("malformed", "正文是空的。正文就是要报送的文件。")
    body.seek(0)
    if suffix == ".json":
        _rows_in(body.read(MOST_JSON + 1))
        body.seek(0)
    digest = new_sm3()
    with tempfile.TemporaryDirectory(dir=settings.HOME.folder("incoming")) as folder:
        path = Path(folder) / f"file{suffix}"
        with path.open("wb") as out:
            shutil.copyfileobj(body, out, CHUNK)
        with path.open("rb") as stream:
            while piece := stream.read(CHUNK):
                digest.update(piece)
        yield path, digest.digest()


def _rows_in(content: bytes) -> None:
    """JSON that is no list of rows is told at once, not by a refusal that has to be asked for."""
    if len(content) > MOST_JSON:
        raise Unfit("too_large", f"JSON 最多 {MOST_JSON // 2**20} MB；更多的行请用 csv 或 xlsx。")
    rows = parsed(content)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) and row for row in rows):
        raise Unfit("broken", "正文应是一个列表，每一行是一个对象：列名和值。")


def _written(submission: Submission) -> Reply:
    content = {
        "submission": str(submission.pk),
        "resource": submission.resource,
        "period": submission.period,
        "state": submission.state,
        "received_at": instant(submission.received_at),
    }
    return Reply(202, content, address("submissions", submission.pk))


def outcome_of(submission: Submission, handed: HandedIn | None = None) -> dict[str, Any]:
    """The answer of `submit` (design.md 6) for a submission in whatever state, with its findings."""
    state = State(submission.state)
    more: dict[str, Any] = {
        "submission": None if handed else submission.pk,
        "state": state.value,
        "received_at": submission.received_at,
        "file_name": submission.file_name,
    }
    if (
        handed is None
        and state in {State.RECEIVED, State.CHECKED, State.WITHDRAWN}
        and not submission.same_as
    ):
        outcome = "withdrawn" if state is State.WITHDRAWN else None
        return _undecided(submission) | more | {"outcome": outcome}
    batch = submission.same_as or getattr(submission, "batch", None)
    shown = batch.submission if batch else submission
    again = submission.same_as is not None
    told = (handed or HandedIn(shown, None, batch, again=again)).as_json(SHOWN)
    return told | more


def _undecided(submission: Submission) -> dict[str, Any]:
    return {
        "resource": submission.resource,
        "title": in_force().resources[submission.resource].title,
        "period": submission.period,
        "unit": submission.unit,
        "rows": submission.rows,
        "accepted": 0,
        "set_aside": 0,
        "skipped": [],
        "findings_total": 0,
        "by_code": {},
        "findings": [],
        "repaired": [],
        "notices": [],
        "refusal": None,
        "batch": None,
        "receipt": None,
        "already": None,
    }
