"""Where a file belongs: which resource, whose, for which period, and beside which batch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import PurePath
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from gongzhi.catalogue.actions import period_for
from gongzhi.catalogue.queries import requested, unmet
from gongzhi.editions.queries import in_force, in_force_for
from gongzhi.engine.calendar import PeriodError, parse_period
from gongzhi.engine.definitions import Resource
from gongzhi.gate import explain, sight_of
from gongzhi.intake.models import Batch, Slot, Submission
from gongzhi.organisation.models import ApiKey, Author, person_of

from .refused import Refused

WRITTEN = {  # how the periods of each rhythm are written
    "month": "月份，如 2026-09",
    "quarter": "季度，如 2026Q3",
    "half_year": "半年，如 2026H1",
    "year": "年份，如 2026",
    "event": "事项发生的日期（2026-09-15），或月份（2026-09）、季度（2026Q3）",
    "standing": "日期（2026-09-15），或月份（2026-09）、季度（2026Q3）",
    "request": "提请的编号，如 R20260915-003",
}
_NUMBERS_TOLD = 10


@dataclass(frozen=True)
class Place:
    """Where a file belongs, as its sender says: which resource (and sheet), which period, whose."""

    resource: str  # number or code, with the sheet's letter behind a slash where wanted
    period: str
    unit: str  # key or name
    adds: str = ""  # id or number of the batch that it adds to
    replaces: str = ""
    whole: bool = False
    only_sheet: str = ""  # name of the one sheet of the workbook that is meant


class Spot(NamedTuple):
    """A place by its keys: unit, number and letter of the resource, code of the period."""

    unit: str
    resource: str
    letter: str
    period: str


def draft_of(
    place: Place, *, name: str, by: Author | None, channel: str, received_at: dt.datetime | None
) -> Submission:
    """A submission for this place, not stored and without its file yet. Raises Refused (Chinese text)."""
    at = received_at or timezone.now()
    unit, number, letter, period = spot_of(place, by=by, at=at)
    return Submission(
        unit=unit,
        resource=number,
        letter=letter,
        only_sheet=place.only_sheet[:31],
        period=period,
        received_at=at,
        received_by=person_of(by),
        received_key=by if isinstance(by, ApiKey) else None,
        channel=channel,
        file_name=PurePath(name.replace("\\", "/")).name[-200:],
        adds=_batch(place.adds, unit, number, period),
        replaces=_batch(place.replaces, unit, number, period),
        whole=place.whole,
        definitions=in_force_for(number, period).digest,
    )


def spot_of(place: Place, *, by: Author | None, at: dt.datetime) -> Spot:
    """The keys of this place in the definitions that count; Refused where it does not fit at this instant."""
    resource, letter = _resource(place.resource)
    unit = _unit(place.unit, resource, by)
    period = _period(resource, place.period, timezone.localdate(at))
    _provided_then(resource, unit, period)
    _requested(resource, unit, period)
    return Spot(unit, resource.number, letter, period)


def _resource(name: str) -> tuple[Resource, str]:
    number, _, letter = name.partition("/")
    try:
        resource = in_force().resource(number)
        if letter:
            resource.sheet(letter)
    except KeyError as error:
        raise Refused("unknown_resource", f"没有编号或代码为“{name}”的数据资源，请对照目录核对") from error
    if resource.duplicate_of:
        other = in_force().resources[resource.duplicate_of]
        raise Refused(
            "duplicate_resource", f"“{resource.title}”与 {other.number} 重复列出，请按 {other.number} 报送"
        )
    return resource, letter


def _unit(name: str, resource: Resource, by: Author | None) -> str:
    definitions = in_force()
    try:
        unit = definitions.unit(name)
    except KeyError as error:
        raise Refused("unknown_unit", f"没有名为“{name}”的单位") from error
    owners = definitions.providers(resource)
    if unit.key not in {owner.key for owner in owners}:
        names = "、".join(owner.name for owner in owners) or "领导小组办公室指定的单位"
        raise Refused("not_provider", f"“{resource.title}”由{names}提供，不由{unit.name}报送")
    if by is not None:
        decision = explain(sight_of(by), "submit_file", unit=unit.key)
        if not decision:
            raise Refused("not_allowed", f"不能代{unit.name}报送：{decision.reason}")
    return unit.key


def _provided_then(resource: Resource, unit: str, period: str) -> None:
    """A unit that belongs to a class for some time only hands in what the class owes in that time."""
    definitions = in_force()
    then = definitions.providers(resource, parse_period(period).end)
    if unit not in {one.key for one in then}:
        spans = (one for key in resource.providers for one in definitions.units[key].members)
        said = "；".join(one.words for one in spans if one.unit == unit)
        name = definitions.units[unit].name
        raise Refused("not_provider", f"“{resource.title}”由{name}提供的时间是 {said}，这一期不由它报送")


def _period(resource: Resource, code: str, today: dt.date) -> str:
    """The code of a period that has begun by `today`: what has not happened yet can be no fact."""
    try:
        period = period_for(resource, code)
    except PeriodError as error:
        raise Refused(
            "bad_period", f"看不懂期间“{code}”：月写 2026-09，季写 2026Q3，半年写 2026H1，年写 2026"
        ) from error
    except ValueError as error:
        rhythm = in_force().frequencies[resource.frequency].period
        raise Refused(
            "wrong_period",
            f"“{resource.title}”按“{resource.frequency}”报送，期间“{code}”不合，应写成{WRITTEN[rhythm]}",
        ) from error
    if period.start > today:
        raise Refused(
            "period_not_begun",
            f"{period.label}从 {period.start.isoformat()} 才开始，现在还没有数据可报；请核对期间是否写错",
        )
    return period.code


def _requested(resource: Resource, unit: str, period: str) -> None:
    """A reply names a request that was made: another number meets nothing, and its sender would be chased
    though she has replied. What has come in for a number already may be added to and corrected.
    """
    if resource.proposed or in_force().frequencies[resource.frequency].period != "request":
        return
    made = requested(unit, resource.number)
    filled = Slot.objects.filter(unit=unit, resource=resource.number, period=period)
    if made.filter(period=period).exists() or filled.exists():
        return
    numbers = "、".join(unmet(made, timezone.localdate()).values_list("period", flat=True)[:_NUMBERS_TOLD])
    told = f"等待答复的编号：{numbers}" if numbers else (
        "现在没有等待答复的提请；已接到提请的，请领导小组办公室先在“提请数据”里登记，再按登记的编号报送"
    )  # fmt: skip
    raise Refused(
        "request_not_made",
        f"没有向{in_force().units[unit].name}提请过编号“{period}”的“{resource.title}”。{told}",
    )


def _batch(name: str, unit: str, resource: str, period: str) -> Batch | None:
    """A live batch of this slot by its id or its number (16.1-2026Q2-03); None for no name."""
    if not name:
        return None
    slot = Batch.objects.filter(slot__unit=unit, slot__resource=resource, slot__period=period)
    _, _, version = name.removeprefix(f"{resource}-{period}").rpartition("-")
    if name == f"{resource}-{period}-{version}" and version.isdecimal():
        named = slot.filter(version=int(version))
    else:
        named = slot.filter(pk=name) if _is_uuid(name) else slot.none()
    found = named.select_related("slot", "replaced_by__slot").first()
    if found is None:
        raise Refused("unknown_batch", f"本单位这一期没有批次“{name}”，请从批次页核对编号")
    if found.replaced_by:
        raise _replaced_already(found)
    if found.withdrawn_at:
        raise Refused("withdrawn", f"批次 {found.number} 已撤回，不能再补充或更正；请重新报送", str(found.pk))
    return found


def _replaced_already(batch: Batch) -> Refused:
    newer = batch.replaced_by
    assert newer is not None
    return Refused(
        "replaced_already",
        f"批次 {batch.number} 已被 {newer.number} 更正，请以最新一批为准",
        str(newer.pk),
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
