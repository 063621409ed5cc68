"""Find hits by what people know of them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from gongzhi.editions.queries import in_force
from gongzhi.risk.models import Hit


def search(hits: QuerySet[Hit], text: str) -> QuerySet[Hit]:
    """By number, by code or name of the rule, by name or credit code of whom the hit is about."""
    wanted = text.strip()
    rules = [
        code for code, folder in in_force().rules.items()
        if wanted.upper() == code or wanted in folder.rule.name
    ]  # fmt: skip
    named = Q(rule__in=rules) | Q(subject_name__icontains=wanted) | Q(object_name__icontains=wanted)
    named |= Q(taxpayer__code=wanted.upper()) | Q(subject=f"code:{wanted.upper()}")
    try:
        return hits.filter(named | Q(pk=UUID(wanted)))
    except ValueError:  # no number of a hit
        return hits.filter(named)
