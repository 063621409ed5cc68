"""提建议: anybody who reads a definition says what should be otherwise; the office answers."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.models import Edition, Suggestion
from gongzhi.editions.queries import Piece, newest
from gongzhi.editions.states import Answer, NotPossible, State, kept
from gongzhi.organisation.models import Person


@transaction.atomic
def suggest(*, piece: Piece, title: str, text: str, by: Person) -> Suggestion:
    """Put a suggestion down; it is seen by the office and by the unit that made it."""
    words = kept(text, "请写明建议怎样改", longest=500)
    made = Suggestion.objects.create(
        kind=piece.kind, code=piece.code, title=title[:120], text=words, unit=by.unit,
        made_by=by, made_at=timezone.now(), owner=_owner(piece),
    )  # fmt: skip
    record(
        "suggestion.made",
        by=by,
        subject=("suggestion", made.pk),
        detail={"kind": piece.kind, "code": piece.code},
    )
    return made


@transaction.atomic
def carry(*, suggestion: Suggestion, edition: Edition, by: Person) -> Suggestion:
    """Name the version that carries what was taken up, where the answer could not name it yet."""
    found = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    if found.state != Answer.TAKEN:
        raise NotPossible("采纳了的建议，才有在哪一版里改")
    _same(found, edition)
    found.edition = edition
    found.save(update_fields=["edition"])
    detail = {"edition": edition.pk}
    subject = ("suggestion", found.pk)
    record("suggestion.carried", by=by, subject=subject, duty="draft_definitions", detail=detail)
    return found


def _same(suggestion: Suggestion, edition: Edition) -> None:
    if (edition.kind, edition.code) != (suggestion.kind, suggestion.code):
        raise NotPossible("所选版本不是这一项的，请核对")
    if edition.state == State.DISCARDED:
        raise NotPossible("所选的草稿已经作废，请另选一版")


def _owner(piece: Piece) -> Person | None:
    """Who wrote the newest edition answers for it; the office as a whole where the program brought it."""
    latest = newest(piece)
    author = latest.author if latest else None
    return author if author and author.is_active else None


@transaction.atomic
def answer(
    *, suggestion: Suggestion, verdict: Answer, text: str, by: Person, edition: Edition | None = None
) -> Suggestion:
    """Answer a suggestion; who answers owns it. `edition` is the version that carries what was taken up."""
    found = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    words = kept(text, "请写明答复", longest=500)
    if edition:
        _same(found, edition)
    found.state, found.answer, found.owner = verdict, words, by
    found.answered_by, found.answered_at, found.edition = by, timezone.now(), edition
    found.save()
    detail = {"state": str(verdict), "edition": edition.pk if edition else None}
    subject = ("suggestion", found.pk)
    record("suggestion.answered", by=by, subject=subject, duty="draft_definitions", detail=detail)
    return found
