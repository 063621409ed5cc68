"""Bring stored hits up to what a rule found: new ones in, changed ones renewed, vanished ones cleared."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Count
from django.utils import timezone

from gongzhi.engine.definitions import Definitions, Rule
from gongzhi.registry.models import Taxpayer
from gongzhi.risk.models import Evidence, Hit, Run, Step
from gongzhi.risk.queries.grounds import gone_behind, said_of
from gongzhi.risk.queries.hits import shown
from gongzhi.risk.states import Grade, State, after

PERSON_NAME = "自然人（已脱敏）"
CHUNK = 2_000
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Found:
    """What one rule found: hits with `formula`, their evidence, names by subject, results counted."""

    rule: Rule
    hits: pl.DataFrame
    evidence: pl.DataFrame
    names: Mapping[str, str]
    counts: Mapping[str, int]


def bring_up_to_date(made: Run, found: Found, definitions: Definitions) -> None:
    """The stored hits of one rule after a run; counts what was new, changed and cleared on `made`."""
    stored = Hit.objects.select_for_update().filter(rule=found.rule.code)  # nobody decides meanwhile
    known = {(hit.subject, hit.object, hit.period): hit for hit in stored}
    proofs = _proofs(found.evidence)
    taxpayers = _taxpayers({*found.hits["subject"], *found.hits["object"]})
    entered, fresh = _Entered(made, timezone.now()), dict[Key, dict[str, Any]]()
    for row in found.hits.iter_rows(named=True):
        key = (row["subject"], row["object"][:300], row["period"])
        stated = _stated(found, row, taxpayers) | {
            "proof": proofs.get(key, ""),
            "definitions": made.definitions,
        }
        if key in known:
            entered.take(known.pop(key), key, stated)
        else:
            fresh[key] = stated
    moved = _under_their_code(known)
    for key, stated in fresh.items():
        before = moved.get(_by_code(key, taxpayers))
        if before in known:
            entered.take(known.pop(before), key, stated)
        else:
            entered.enter(key, found.rule.code, stated)
    for hit in known.values():
        if hit.state == State.OPEN:
            entered.clear(hit)
    entered.reopen_after(_value(definitions, "repeat_months", made.as_of))
    entered.reopen_grown(_value(definitions, "reopen_growth", made.as_of))
    entered.write(found.evidence)


def _value(definitions: Definitions, key: str, day: dt.date) -> Decimal:
    """A parameter on the day; beyond reach where a district has not set it."""
    parameter = definitions.parameters.get(key)
    found = parameter.at(day) if parameter else None
    return found.value if found else Decimal("Infinity")


class _Entered:
    """The hits of one rule on their way into the database."""

    def __init__(self, made: Run, now: dt.datetime) -> None:
        self.made, self.now = made, now
        self.new: list[Hit] = []
        self.changed: list[Hit] = []  # their evidence is written anew
        self.moved: list[Hit] = []  # their state changes
        self.seen: list[Hit] = []
        self.seen_excluded: list[Hit] = []
        self.steps: list[Step] = []

    def enter(self, key: Key, rule: str, stated: Mapping[str, Any]) -> None:
        """A row that the rule returned as a hit, and that no stored one speaks of."""
        subject, thing, period = key
        hit = Hit(
            rule=rule, subject=subject, object=thing, period=period, first_run=self.made, last_run=self.made
        )
        hit.found_at = hit.changed_at = self.now
        _set(hit, stated)
        self.new.append(hit)
        self._step(hit, "find")
        self.made.found += 1

    def take(self, hit: Hit, key: Key, stated: Mapping[str, Any]) -> None:
        """A row that the rule returned as a hit, and the stored one about the same."""
        hit.last_run = self.made
        self.seen.append(hit)
        if hit.state == State.EXCLUDED:
            self.seen_excluded.append(hit)
        if hit.state == State.CLEARED:
            self._again(hit)
        before = {name: getattr(hit, name) for name in JUDGED}
        other_party = key[:2] != (hit.subject, hit.object)
        hit.subject, hit.object = key[:2]
        if _set(hit, stated) or other_party:
            hit.changed_at = self.now
            self.changed.append(hit)
            self._step(hit, "change", OTHER_PARTY if other_party else _change(hit, before))
            self.made.changed += 1

    def clear(self, hit: Hit) -> None:
        hit.state, hit.cleared_at = after(hit.state, "clear"), self.now
        self.moved.append(hit)
        self._step(hit, "clear")
        self.made.cleared += 1

    def reopen_after(self, months: Decimal) -> None:
        """A hit that somebody excluded long ago and that is still found is worth another look."""
        for hit in self._still_excluded():
            at = timezone.localdate(hit.excluded_at) if hit.excluded_at else self.made.as_of
            passed = (self.made.as_of.year - at.year) * 12 + self.made.as_of.month - at.month
            if passed > months:
                self._again(hit, f"排除已超过 {months.normalize():f} 个月，仍然命中")

    def reopen_grown(self, growth: Decimal) -> None:
        """Whoever excluded a hit judged the tax that was expected then; much more is another question."""
        for hit in self._still_excluded() if growth.is_finite() else ():
            judged, now = hit.excluded_tax_yuan, hit.tax_yuan or Decimal(0)
            if judged is not None and now > judged * (1 + growth):
                limit = f"{(growth * 100).normalize():f}%"
                self._again(
                    hit, f"预计税额由排除时的 {judged:,.2f} 元增至 {now:,.2f} 元，增幅超过 {limit}，重新打开"
                )

    def _still_excluded(self) -> list[Hit]:
        return [hit for hit in self.seen_excluded if hit.state == State.EXCLUDED]

    def _again(self, hit: Hit, why: str = "") -> None:
        hit.state, hit.cleared_at = after(hit.state, "find_again"), None
        self.moved.append(hit)
        self._step(hit, "find_again", why)
        self.made.found += 1

    def _step(self, hit: Hit, verb: str, note: str = "") -> None:
        by = self.made.started_by
        self.steps.append(Step(hit=hit, at=self.now, verb=verb, by=by, run=self.made, note=note))

    def _ground(self) -> None:
        """Say of what changed or vanished which of the batches behind it do not count any more."""
        told = [step for step in self.steps if step.verb in {"change", "clear"}]
        gone = gone_behind([step.hit_id for step in told])
        for step in told:
            if batches := gone.get(step.hit_id):
                step.note = "；".join(filter(None, (said_of(batches), step.note)))[:300]

    def write(self, evidence: pl.DataFrame) -> None:
        self._ground()  # while the evidence of before is there
        Hit.objects.bulk_create(self.new, batch_size=CHUNK)
        renewed = {hit.pk: hit for hit in (*self.changed, *self.moved)}
        fields = [*STATED, "subject", "object", "state", "last_run", "changed_at", "cleared_at"]
        Hit.objects.bulk_update(renewed.values(), fields, batch_size=200)
        same = [hit.pk for hit in self.seen if hit.pk not in renewed]
        for start in range(0, len(same), 500):
            found = Hit.objects.filter(pk__in=same[start : start + 500])
            found.update(last_run=self.made, definitions=self.made.definitions)
        for start in range(0, len(self.changed), 500):
            Evidence.objects.filter(hit__in=self.changed[start : start + 500]).delete()
        of = {(hit.subject, hit.object, hit.period): hit for hit in (*self.new, *self.changed)}
        Evidence.objects.bulk_create(_rows(evidence, of), batch_size=CHUNK)
        Step.objects.bulk_create(self.steps, batch_size=CHUNK)


STATED = (
    "subject_name", "taxpayer", "object_name", "left_value", "left_unit", "right_value", "right_unit",
    "difference_yuan", "tax_yuan", "formula", "proof", "definitions",
)  # fmt: skip


JUDGED = ("tax_yuan", "left_value", "right_value")
OTHER_PARTY = "登记有了变化，现在列在登记的（或未登记的）这一户名下；原来的决定和经过不变"


def _change(hit: Hit, before: Mapping[str, Decimal | None]) -> str:
    """What changed, in words: the tax where it did, else a side, else no figure."""
    if (hit.tax_yuan or 0) != (before["tax_yuan"] or 0):
        told = [shown("fen", value) for value in (before["tax_yuan"], hit.tax_yuan)]
        return f"预计税额由 {told[0]} 变为 {told[1]}"
    sides = (("左", "left_value", hit.left_unit), ("右", "right_value", hit.right_unit))
    return (
        "；".join(
            f"{name}值由 {shown(unit, before[key])} 变为 {shown(unit, getattr(hit, key))}"
            for name, key, unit in sides
            if before[key] != getattr(hit, key)
        )
        or "数值没有变，说明或证据有变化"
    )


def _set(hit: Hit, stated: Mapping[str, Any]) -> bool:
    """Put the stated values on the hit; whether a figure, its formula or its evidence changed."""
    before = [getattr(hit, name) for name in STATED if name not in {"taxpayer", "definitions"}]
    for name, value in stated.items():
        setattr(hit, name, value)
    return before != [getattr(hit, name) for name in STATED if name not in {"taxpayer", "definitions"}]


def _stated(found: Found, row: Mapping[str, Any], taxpayers: Mapping[str, Taxpayer]) -> dict[str, Any]:
    rule, subject = found.rule, row["subject"]
    taxpayer = taxpayers.get(subject)
    named = taxpayers.get(row["object"])
    person = PERSON_NAME if subject.startswith("person:") else ""
    return {
        "taxpayer": taxpayer,
        "subject_name": taxpayer.name if taxpayer else person or found.names.get(subject, "")[:200],
        "object_name": named.name if named else found.names.get(row["object"], "")[:300],
        "left_value": _side(rule.left.unit, row["left_value"]),
        "left_unit": rule.left.unit,
        "right_value": _side(rule.right.unit, row["right_value"]),
        "right_unit": rule.right.unit,
        "difference_yuan": _yuan(row["difference_fen"]),
        "tax_yuan": _yuan(row["tax_fen"]),
        "formula": row["formula"],
    }


def _side(unit: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    exact = Decimal(str(value)) / 100 if unit == "fen" else Decimal(str(value))
    return exact.quantize(Decimal("0.0001"))


def _yuan(fen: Any) -> Decimal | None:
    return (Decimal(str(fen)) / 100).quantize(Decimal("0.01")) if fen is not None else None


def _taxpayers(parties: Iterable[str]) -> dict[str, Taxpayer]:
    """The registered ones of some subjects and objects, by their id as text."""
    ids = [found for text in parties if (found := _uuid(text))]
    known: dict[str, Taxpayer] = {}
    for start in range(0, len(ids), 500):
        known |= {str(pk): one for pk, one in Taxpayer.objects.in_bulk(ids[start : start + 500]).items()}
    return known


def _under_their_code(known: Iterable[Key]) -> dict[Key, Key]:
    """The keys of stored hits by the credit codes in them: who is registered, or registered no more, is the
    same party, and what was decided about it holds.
    """
    keys = list(known)
    taxpayers = _taxpayers({party for key in keys for party in key[:2]})
    return {_by_code(key, taxpayers): key for key in keys}


def _by_code(key: Key, taxpayers: Mapping[str, Taxpayer]) -> Key:
    subject, thing = (f"code:{taxpayers[one].code}" if one in taxpayers else one for one in key[:2])
    return subject, thing, key[2]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def _proofs(evidence: pl.DataFrame) -> dict[Key, str]:
    """SM3 over the sorted cells of each hit."""
    sums: dict[Key, Any] = {}
    for row in evidence.iter_rows():
        key = (row[0], row[1][:300], row[2])
        sums.setdefault(key, hashlib.new("sm3")).update(repr(row[3:]).encode())
    return {key: one.hexdigest() for key, one in sums.items()}


def _rows(evidence: pl.DataFrame, of: Mapping[Key, Hit]) -> Iterable[Evidence]:
    for row in evidence.iter_rows(named=True):
        hit = of.get((row["subject"], row["object"][:300], row["period"]))
        if hit is not None:
            yield Evidence(
                hit=hit,
                side=row["side"],
                table=row["table"],
                batch_id=UUID(row["_batch"]),
                part=row["_part"],
                row=row["_row"],
                field=row["field"],
                value=row["value"],
            )


def grade(definitions: Definitions, day: dt.date) -> None:
    """Grade all open hits: by the estimated tax, and by how many rules speak of one taxpayer."""

    rules = _value(definitions, "grade_high_rules", day)
    high = _value(definitions, "grade_high_amount", day)
    middle = _value(definitions, "grade_middle_amount", day)
    opened = Hit.objects.filter(state=State.OPEN)
    counted = opened.values("subject").annotate(rules=Count("rule", distinct=True))
    many = {one["subject"] for one in counted if one["rules"] >= rules}
    regraded = []
    for hit in opened.only("id", "subject", "tax_yuan", "grade"):
        tax = hit.tax_yuan or Decimal(0)
        now = (
            Grade.HIGH if tax >= high or hit.subject in many else Grade.MIDDLE if tax >= middle else Grade.LOW
        )
        if hit.grade != now:
            hit.grade = now
            regraded.append(hit)
    Hit.objects.bulk_update(regraded, ["grade"], batch_size=500)
