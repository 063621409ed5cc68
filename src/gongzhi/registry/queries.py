"""Read the taxpayer file."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from gongzhi.engine.idcodes import classify
from gongzhi.gate import Sight

from .models import Doubt, Taxpayer


def visible_to(sight: Sight) -> QuerySet[Taxpayer]:
    """The register for those whose duty it is; nobody else's eyes."""
    return Taxpayer.objects.all() if sight.has("see_taxpayer") else Taxpayer.objects.none()


def doubts_visible_to(sight: Sight) -> QuerySet[Doubt]:
    """Open doubts for those who decide them."""
    return Doubt.objects.filter(open=True) if sight.has("decide_links") else Doubt.objects.none()


def search(taxpayers: QuerySet[Taxpayer], text: str) -> QuerySet[Taxpayer]:
    """By credit code, organisation code, old number, or a part of a present or former name."""
    wanted = text.strip()
    found = classify(wanted)
    if found.valid and found.value:
        by_code = Q(code=found.value) | Q(old_code=found.value)
        if found.organisation_code:
            by_code |= Q(organisation_code=found.organisation_code)
        return taxpayers.filter(by_code)
    return taxpayers.filter(Q(name__contains=wanted) | Q(former_names__name__contains=wanted)).distinct()
