"""The taxpayers, and who a doubtful mention may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When

from gongzhi.engine.idcodes import classify
from gongzhi.engine.linkage import explain, load_vocabulary, plain
from gongzhi.gate import Sight
from gongzhi.registry.models import Doubt, FormerName, Taxpayer


def visible_to(sight: Sight) -> QuerySet[Taxpayer]:
    """The register for those whose duty it is; nobody else's eyes."""
    return Taxpayer.objects.all() if sight.has("see_taxpayer") else Taxpayer.objects.none()


def doubts_visible_to(sight: Sight) -> QuerySet[Doubt]:
    """Open doubts for those who decide them."""
    return every_doubt_visible_to(sight).filter(open=True)


def every_doubt_visible_to(sight: Sight) -> QuerySet[Doubt]:
    """Doubts for those who decide them, those that were decided as well."""
    return Doubt.objects.all() if sight.has("decide_links") else Doubt.objects.none()


def search(taxpayers: QuerySet[Taxpayer], text: str) -> QuerySet[Taxpayer]:
    """By credit code, organisation code, old number, or a part of a present or former name.

    A name is found however it is typed: width, brackets and blanks do not matter. Each taxpayer bears
    `matched_former`: the former name by which alone it was found, else nothing.
    """
    wanted = text.strip()
    found = classify(wanted)
    if found.valid and found.value:
        by_code = Q(code=found.value) | Q(old_code=found.value)
        if found.organisation_code:
            by_code |= Q(organisation_code=found.organisation_code)
        return taxpayers.filter(by_code).annotate(matched_former=Value(""))
    part = plain(wanted)
    if not part:
        return taxpayers.none().annotate(matched_former=Value(""))
    former = FormerName.objects.filter(plain_name__contains=part)
    by_present = Q(plain_name__contains=part)
    own = former.filter(taxpayer=OuterRef("pk")).order_by("pk").values("name")[:1]
    how = Case(When(by_present, then=Value("")), default=Subquery(own), output_field=CharField())
    return taxpayers.filter(by_present | Q(pk__in=former.values("taxpayer"))).annotate(matched_former=how)


@dataclass(frozen=True)
class Candidate:
    """A taxpayer that a doubtful mention may be, with what speaks for and against in one sentence."""

    taxpayer: Taxpayer
    score: float
    sentence: str


def candidates_of(doubt: Doubt) -> list[Candidate]:
    """The candidates of a doubt, best first."""
    return candidates_of_all([doubt])[doubt.pk]


def candidates_of_all(doubts: Sequence[Doubt]) -> dict[int, list[Candidate]]:
    """The candidates of each of some doubts, best first, found together."""
    wanted = {entry["entity"] for doubt in doubts for entry in doubt.candidates}
    known = {str(pk): taxpayer for pk, taxpayer in Taxpayer.objects.in_bulk(list(wanted)).items()}
    vocabulary = load_vocabulary(settings.DEFINITIONS / "linkage")
    found: dict[int, list[Candidate]] = {doubt.pk: [] for doubt in doubts}
    for doubt in doubts:
        for entry in doubt.candidates:
            taxpayer = known.get(entry["entity"])
            if taxpayer is not None:
                said = explain(doubt.name, taxpayer.name, vocabulary, entity_address=taxpayer.address or None)
                found[doubt.pk].append(Candidate(taxpayer, entry["score"], said.sentence))
    return found
