"""Who sees which editions and suggestions, and how an edition stands."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import or_

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from gongzhi.editions.models import Edition, Suggestion
from gongzhi.editions.states import LABELS, Origin, Standing, State
from gongzhi.gate import Sight
from gongzhi.organisation.models import Person

from .counting import at, stamp, versions
from .pieces import GONE, KINDS, WHOLE, Piece

OFFICE = ("draft_definitions", "approve_definitions")
OPEN = (State.DRAFT, State.CHECKED)


def visible_to(sight: Sight) -> QuerySet[Edition]:
    """Everything for who drafts or approves; what was approved for every reader of definitions."""
    if any(map(sight.has, OFFICE)):
        return Edition.objects.all()
    if sight.has("see_definitions"):
        return Edition.objects.filter(state=State.APPROVED)
    return Edition.objects.none()


def suggestions_visible_to(sight: Sight) -> QuerySet[Suggestion]:
    """All for the office; those of the own unit for readers of definitions; else what one made oneself."""
    if any(map(sight.has, OFFICE)):
        return Suggestion.objects.all()
    own = Q(made_by=sight.person) if sight.person else Q(pk__in=[])
    if sight.has("see_definitions") and sight.unit:
        own |= Q(unit=sight.unit)
    return Suggestion.objects.filter(own)


def submitted_to(sight: Sight) -> QuerySet[Edition]:
    """What people have changed and a second person has to approve."""
    return visible_to(sight).filter(state=State.CHECKED, author__isnull=False)


def of_type(rows: QuerySet[Edition], type_: str) -> QuerySet[Edition]:
    """Those of one kind as the office speaks of kinds (`pieces.TYPES`); all where none is named."""
    if type_ in WHOLE:
        return rows.filter(kind="list", code__startswith=f"{type_}/")
    if type_ == "list":
        inside = [Q(code__startswith=f"{folder}/") for folder in WHOLE]
        return rows.filter(kind="list").exclude(reduce(or_, inside))
    return rows.filter(kind=type_) if type_ in KINDS else rows


def decidable(sight: Sight) -> QuerySet[Edition]:
    """What waits for a second person and is not the reader's own."""
    waiting = submitted_to(sight)
    others = [one.pk for one in waiting.only("author", "former_authors") if not own(one, sight)]
    return waiting.filter(pk__in=others)


def own(edition: Edition, sight: Sight) -> bool:
    """Whether the reader wrote any of it (`Edition.written_by`)."""
    return sight.person in {str(edition.author_id), *edition.former_authors}


def submittable(sight: Sight) -> QuerySet[Edition]:
    """Drafts that the reader may submit: her own, and what a release brought and nobody took up."""
    hers = Q(author=None) | Q(author=sight.person)
    return visible_to(sight).filter(hers, state=State.DRAFT)


def submittable_by(draft: Edition, sight: Sight) -> bool:
    """`submittable`, of one draft."""
    return draft.author_id is None or str(draft.author_id) == sight.person


def standing(edition: Edition, day: dt.date | None = None) -> Standing:
    """How an edition stands on a day (today)."""
    if edition.state != State.APPROVED:
        return Standing(edition.state)
    day = day or timezone.localdate()
    gone = edition.digest == GONE
    found = versions(stamp()).get(Piece(edition.kind, edition.code), ())
    if edition.since and edition.since > day:
        ever = at(found, edition.since)  # a higher version may begin before it
        if ever is None or ever.pk != edition.pk:
            return Standing.SUPERSEDED
        return Standing.RETIRING if gone else Standing.AHEAD
    now = at(found, day)
    if now is None or now.pk != edition.pk:
        return Standing.SUPERSEDED
    return Standing.RETIRED if gone else Standing.IN_FORCE


def label(edition: Edition) -> str:
    return LABELS[standing(edition)]


def history(piece: Piece) -> QuerySet[Edition]:
    """The approved editions of a piece, the newest first."""
    return Edition.objects.filter(kind=piece.kind, code=piece.code, state=State.APPROVED).order_by("-version")


def open_draft(piece: Piece) -> Edition | None:
    """The draft of a piece that is being worked on, if there is one."""
    return Edition.objects.filter(kind=piece.kind, code=piece.code, state__in=OPEN).first()


def drafts_of(person: Person) -> QuerySet[Edition]:
    """The drafts that somebody is writing."""
    return Edition.objects.filter(author=person, state=State.DRAFT)


def release_drafts() -> QuerySet[Edition]:
    """What a release of the folder says differently and nobody has decided yet."""
    return Edition.objects.filter(origin=Origin.RELEASE, state__in=OPEN).select_related("basis")


def newest(piece: Piece) -> Edition | None:
    """The highest approved version, whether its day has come or not."""
    return history(piece).first()


def newest_of_all() -> dict[Piece, Edition]:
    """The highest approved version of every piece."""
    rows = Edition.objects.filter(state=State.APPROVED)
    highest = (
        rows.values("kind", "code").annotate(highest=Max("version")).values_list("kind", "code", "highest")
    )
    wanted = {(kind, code): version for kind, code, version in highest}
    found = (edition for edition in rows if wanted[edition.kind, edition.code] == edition.version)
    return {Piece(edition.kind, edition.code): edition for edition in found}
