"""The row that all publications lock, and the stamp that tells every process of a new one."""

from __future__ import annotations

from uuid import uuid4

from django.utils import timezone

from gongzhi.editions.models import Edition, Publication
from gongzhi.editions.queries import Piece, digest_of_texts, look_again, newest
from gongzhi.editions.queries.counting import folder_pieces
from gongzhi.editions.queries.pieces import title_of
from gongzhi.editions.states import Origin, State


def locked() -> Publication:
    """The one row, held to the end of the transaction: publications follow one another."""
    Publication.objects.get_or_create(pk=1, defaults={"stamp": uuid4().hex})
    return Publication.objects.select_for_update().get(pk=1)


def stamped(row: Publication) -> None:
    """From the end of this transaction on, every process reads anew what is published."""
    row.stamp = uuid4().hex
    row.save()
    look_again()


def first_of(piece: Piece, texts: dict[str, str]) -> Edition:
    """The first edition of a piece, not stored: the folder's, in force from ever."""
    now = timezone.now()
    return Edition(
        kind=piece.kind, code=piece.code, title=title_of(piece, texts), version=1, texts=texts,
        digest=digest_of_texts(texts), state=State.APPROVED, origin=Origin.FOLDER, drafted_at=now,
        approved_at=now,
    )  # fmt: skip


def published(piece: Piece) -> Edition | None:
    """The newest edition of a piece; the folder's becomes its first where nothing was published yet.

    None for a piece that neither the folder nor any edition has.
    """
    found = newest(piece)
    texts = folder_pieces().get(piece)
    if found or texts is None:
        return found
    row = locked()
    first = first_of(piece, texts)
    first.save(force_insert=True)
    stamped(row)
    return first
