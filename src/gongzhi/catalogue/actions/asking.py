"""Who has to decide hears what is asked, who asked hears the answer: in the transaction of the act itself."""

from __future__ import annotations

import datetime as dt

from gongzhi.catalogue.models import Act, Asking, Ruling
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import unit_name
from gongzhi.work.actions import tell_people
from gongzhi.work.queries import holding, liaisons


def tell_deciders(*, unit: str, what: str, duty: str, address: str, by: Person | None) -> None:
    """`what` a unit asks for, to who may decide it; never the reason, which may name persons."""
    text = f"{unit_name(unit)}申请{what}，请答复"
    tell_people(people=holding(duty, unit), text=text, address=address, by=by)


def tell_asker(*, asking: Asking, unit: str, what: str, address: str) -> None:
    """The answer to who asked, or to the unit's liaisons where a machine did or she is gone."""
    asked_by = asking.asked_by
    people = [asked_by] if asked_by and asked_by.is_active else liaisons(unit)
    text = f"您单位申请的{what}，办公室{asking.state_label}"
    tell_people(people=people, text=text, address=address, by=asking.decided_by)


def tell_zero_returned(*, act: Act, what: str, due: dt.date | None, address: str) -> None:
    """Who has to hand in hears that a zero report was returned, and until when something is due."""
    until = f"，请在 {due} 以前报送或重新说明" if due else ""
    people = liaisons(act.obligation.unit)
    tell_people(people=people, text=f"{what}被办公室退回{until}", address=address, by=act.decided_by)


def tell_ruling_proposed(*, ruling: Ruling, what: str) -> None:
    """Somebody of the office proposed a ruling: the others may agree."""
    text = f"{_whose(ruling)}{what}的提议等另一个人同意"
    people = holding("decide_waiver", ruling.unit)
    tell_people(people=people, text=text, address=f"/rulings/{ruling.pk}", by=ruling.asked_by)


def tell_ruled(*, ruling: Ruling, what: str, word: str) -> None:
    """The unit that a ruling is about hears that it holds or ended; who proposed it, what came of it."""
    text, address = f"{_whose(ruling)}{what}，办公室{word}", f"/rulings/{ruling.pk}"
    concerned = liaisons(ruling.unit) if ruling.unit and ruling.granted_on else []
    people = [*concerned, *([ruling.asked_by] if ruling.asked_by else [])]
    by = ruling.ended_by or ruling.decided_by
    tell_people(people=dict.fromkeys(people), text=text, address=address, by=by)


def _whose(ruling: Ruling) -> str:
    return unit_name(ruling.unit) if ruling.unit else "各提供单位"
