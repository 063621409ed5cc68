"""Take the folder in: first editions of what was never published, drafts of what a release says anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.models import Edition, Publication
from gongzhi.editions.queries import Piece, digest_of_texts, in_force
from gongzhi.editions.queries.counting import folder
from gongzhi.editions.queries.pieces import GONE, list_kinds, pieces_of, title_of, why_kept
from gongzhi.editions.queries.seen import newest_of_all
from gongzhi.editions.states import Origin, State
from gongzhi.engine.definitions import DefinitionError, digest_of, load_once
from gongzhi.engine.definitions.canonical import canonical_text
from gongzhi.engine.definitions.editing import plain
from gongzhi.engine.definitions.kinds import model_of
from gongzhi.engine.definitions.writing import append

from .publishing import first_of, locked, stamped

Pieces = Mapping[Piece, dict[str, str]]
REASON = 300


@dataclass(frozen=True)
class Taken:
    """What a folder brought: pieces never seen before, lists with new entries, drafts to be decided."""

    first: int = 0
    entries: int = 0
    drafts: int = 0


@transaction.atomic
def take_folder(*, root: Path | None = None) -> Taken:
    """Bring a folder in (the program's own); nothing when it was taken in already.

    A code that was never published comes into force as its first edition, whether it is a file or an entry
    of a list. Whatever else a later release says differently becomes a draft: the office decides. Where the
    new does not fit what is in force (a rule that reads a column which is still to be decided), it waits as
    drafts too, so that a new program starts with what was in force before. What the folder has no more is
    proposed to be retired.
    """
    root = root or settings.DEFINITIONS
    digest, pieces = digest_of(folder(root)), pieces_of(folder(root))
    row = locked()
    if row.folder == digest:
        return Taken()
    load_once(root)  # a folder with faults is refused before anything is written
    first, grown, why = _joined(row, pieces)
    known = newest_of_all()
    drafts = sum(_differs(piece, texts, known.get(piece), why) for piece, texts in pieces.items())
    drafts += sum(_gone(piece, newest) for piece, newest in known.items() if piece not in pieces)
    row.folder = digest
    stamped(row)
    in_force()  # what counts from here on holds together, or nothing of this is written
    taken = Taken(first, grown, drafts)
    detail = {"digest": digest, "first": taken.first, "entries": taken.entries, "drafts": taken.drafts}
    record("folder.taken", by=None, subject=("folder", digest), detail=detail)
    return taken


def _joined(row: Publication, pieces: Pieces) -> tuple[int, int, str]:
    """How many first editions and new entries came into force; none, and why, where they do not fit."""
    known = newest_of_all()
    try:
        with transaction.atomic():
            first = [first_of(piece, texts) for piece, texts in pieces.items() if piece not in known]
            Edition.objects.bulk_create(first, batch_size=100)
            grown = sum(
                _grown(piece, texts, known[piece]) for piece, texts in pieces.items() if piece in known
            )
            stamped(row)
            in_force()
    except DefinitionError as error:
        return 0, 0, f"与现行版不能合用：{str(error).splitlines()[0]}"[:REASON]
    return len(first), grown, ""


def _grown(piece: Piece, texts: dict[str, str], newest: Edition) -> int:
    """Entries of a list that no edition ever had join it at once: the program may need them."""
    if piece.kind != "list" or newest.retires or digest_of_texts(texts) == newest.digest:
        return 0
    ((name, text),) = texts.items()
    editions = Edition.objects.filter(kind=piece.kind, code=piece.code, state=State.APPROVED)
    before = [plain(next(iter(one.texts.values()))) for one in editions]
    grown = newest.texts[name]
    for attribute, key in list_kinds(name):
        ever = {entry[key] for value in before for entry in value.get(attribute, ())}
        for entry in plain(text).get(attribute, ()):
            if entry[key] not in ever:
                grown = append(grown, (attribute,), entry)
    if grown == newest.texts[name]:
        return 0
    made = first_of(piece, {name: canonical_text(grown, model_of(name), name)})
    made.version, made.since, made.basis = (newest.version or 0) + 1, newest.since, newest
    made.save(force_insert=True)
    return 1


def _gone(piece: Piece, newest: Edition) -> int:
    """A draft that retires what the folder once brought and has no more, proposed once.

    What the office made itself the folder never had; what cannot be retired stays.
    """
    editions = Edition.objects.filter(kind=piece.kind, code=piece.code)
    brought = editions.filter(origin__in=[Origin.FOLDER, Origin.RELEASE], state=State.APPROVED)
    if why_kept(piece) or editions.filter(digest=GONE).exists() or not brought.exists():
        return 0
    Edition.objects.create(
        kind=piece.kind, code=piece.code, title=newest.title, texts={}, digest=GONE,
        origin=Origin.RELEASE, basis=newest, drafted_at=timezone.now(), reason="新版程序不再附有这一项",
    )  # fmt: skip
    return 1


def _differs(piece: Piece, texts: dict[str, str], newest: Edition | None, why: str) -> int:
    """A draft of what the folder says, unless the same was published, drafted or discarded before."""
    digest = digest_of_texts(texts)
    if Edition.objects.filter(kind=piece.kind, code=piece.code, digest=digest).exists():
        return 0
    Edition.objects.create(
        kind=piece.kind, code=piece.code, title=title_of(piece, texts), texts=texts, digest=digest,
        origin=Origin.RELEASE, basis=newest, drafted_at=timezone.now(),
        reason="新版程序所附定义与现行版不同" if newest else f"新版程序所附，{why}",
    )  # fmt: skip
    return 1
