"""Letters to units (催报函): what they say of what is overdue now, and who may read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from gongzhi.editions.queries import in_force
from gongzhi.gate import Sight
from gongzhi.organisation.queries import unit_name
from gongzhi.work.models import Letter

from .reminders import Matter


def letters_visible_to(sight: Sight) -> QuerySet[Letter]:
    """Letters: all for the office, the issued ones for the unit that they went to."""
    if sight.has("chase_units"):
        return Letter.objects.all()
    if sight.unit and (sight.has("do_work") or sight.has("oversee_unit")):
        return Letter.objects.filter(unit=sight.unit, state="issued")
    return Letter.objects.none()


def drawn(letter: Letter, matters: Iterable[Matter], on: dt.date) -> Letter:
    """The letter worded anew (and not saved) for this day, from those of its matters that still stand.

    A matter that was met, or whose due day moved, is among `matters` no more or under another key.
    """
    listed = set(letter.matters)
    late = [one for one in matters if one.key in listed and one.unit == letter.unit]
    late.sort(key=lambda one: (one.due, one.key))
    text, district = in_force().letters[letter.template], in_force().district
    office = in_force().units.get(district.office)
    places = {
        "unit": unit_name(letter.unit), "district": district.name,
        "office": office.name if office else district.name,
        "day": f"{on.year}年{on.month}月{on.day}日", "count": str(len(late)),
        "matters": "；".join(f"{n}. {one.title}（{one.due:%Y-%m-%d}到期）" for n, one in enumerate(late, 1)),
    }  # fmt: skip
    letter.day, letter.matters = on, [one.key for one in late]
    letter.title, letter.salutation = text.title.format(**places), text.salutation.format(**places)
    letter.paragraphs = [one.format(**places) for one in text.paragraphs]
    letter.signature = text.signature.format(**places)
    return letter
