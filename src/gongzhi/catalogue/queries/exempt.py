"""免报: which ruling holds for which obligation as of a day. The obligations are never rewritten."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet

from gongzhi.catalogue.models import Obligation, Ruling
from gongzhi.catalogue.states import RulingKind
from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight


def exempt_then(as_of: dt.date) -> Q:
    """A condition on obligations: whether 免报 holds as of the end of a day (`Ruling.exempts` in SQL)."""
    end = OuterRef("period_end")
    granted = Ruling.objects.filter(
        Q(unit="") | Q(unit=OuterRef("unit")),
        kind=RulingKind.EXEMPT, granted_on__lte=as_of, resource=OuterRef("resource"),
    )  # fmt: skip
    alone = Q(period=OuterRef("period"))
    lives = Q(ended_on=None) | Q(ended_on__gt=as_of)
    of_periods = granted.filter(
        Q(period="") | alone,
        Q(until=None) | Q(until__gte=end),
        lives | Q(period="", ended_on__gt=end),
        from_on__lte=end,
    )
    of_stocks = granted.filter(lives, Q(period="", with_stock=True) | alone)
    return Q(Exists(of_periods), of_stock=False) | Q(Exists(of_stocks), of_stock=True)


class Exemptions:
    """The rulings that hold as of a day, read once for all the obligations that are asked about."""

    def __init__(self, as_of: dt.date) -> None:
        self.as_of = as_of

    @cached_property
    def _by_resource(self) -> dict[str, list[Ruling]]:
        found: dict[str, list[Ruling]] = {}
        for one in Ruling.objects.filter(kind=RulingKind.EXEMPT, granted_on__lte=self.as_of):
            found.setdefault(one.resource, []).append(one)
        return found

    def of(self, owed: Obligation) -> Ruling | None:
        """The latest ruling by which an obligation is exempt; None where none holds."""
        near = self._by_resource.get(owed.resource, ())
        return next((one for one in near if one.exempts(owed, self.as_of)), None)


def rulings_visible_to(sight: Sight) -> QuerySet[Ruling]:
    """What concerns all that provide a resource is no secret; one unit's own is seen with the unit."""
    rows = Ruling.objects.select_related("asked_by", "decided_by", "ended_by", "act")
    units = sight.units("see_calendar")
    return rows.filter(Q(unit="") | Q(unit__in=units)) if isinstance(units, frozenset) else rows


def rulings_of(sight: Sight, unit: str) -> QuerySet[Ruling]:
    """All that was ruled about what a unit provides, the latest first."""
    definitions = in_force()
    provides = [
        one.number for one in definitions.resources.values()
        if unit in {provider.key for provider in definitions.providers(one)}
    ]  # fmt: skip
    about = Q(unit=unit) | Q(unit="", resource__in=provides)
    return rulings_visible_to(sight).filter(about).order_by("-since", "-pk")


def rulings_for_ones_word(sight: Sight) -> QuerySet[Ruling]:
    """What waits for the reader: not what she proposed herself."""
    waiting = rulings_visible_to(sight).filter(state="asked")
    return waiting.exclude(asked_by__pk=sight.person) if sight.person else waiting
