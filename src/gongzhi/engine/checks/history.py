"""Checks against what was accepted before or elsewhere. The caller gathers it; nothing is read here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor
from statistics import median

import polars as pl

from gongzhi.engine.calendar import Period, parse_period
from gongzhi.engine.definitions import (
    AgreesWithRegister,
    Field,
    FieldType,
    HistoryCheck,
    NearDuplicate,
    PresentElsewhere,
    Seasonal,
    Sheet,
    StockAndFlow,
)
from gongzhi.engine.lake import is_person

from .model import Fault, Past, Season
from .past_rows import near_duplicates, stocks
from .rows import Found, Rows, as_kept

_CENTS = 100
_TEN_THOUSAND = 10_000
_UNITS = {FieldType.AREA: "㎡", FieldType.PERCENT: "%"}
_BRACKETS = {"（": "(", "）": ")", "〔": "(", "〕": ")", "【": "(", "】": ")"}


def check_past(rows: Rows) -> list[Found]:
    """Findings about rows beside rows of elsewhere or of before. What cannot be compared finds nothing."""
    found: list[Found] = []
    for past in rows.context.past:
        compares = past.check.compares
        if past.there is None:
            continue
        if isinstance(compares, PresentElsewhere):
            found += _present(compares, past, past.there, rows)
        elif isinstance(compares, AgreesWithRegister):
            found += _register(compares, past, past.there, rows)
        elif isinstance(compares, NearDuplicate):
            found += near_duplicates(compares, past, past.there, rows)
        elif isinstance(compares, StockAndFlow):
            found += stocks(compares, past, past.there, rows)
    return [(key, fault) for key, fault in found if fault.at is not None and len(fault.at)]


def _present(compares: PresentElsewhere, past: Past, there: pl.DataFrame, rows: Rows) -> list[Found]:
    """`there` holds the other table's values under this table's field keys."""
    keys = tuple(compares.match)
    if any(key not in rows.columns for key in keys):
        return []
    at = _absent(_own(rows, keys), there, keys, rows.failed(keys))
    texts = rows.texts[keys[0]].gather(at)
    places = {"elsewhere": past.elsewhere}
    return [(keys[0], Fault(compares.finding, at, texts, places=places, severity=past.check.severity))]


def _register(compares: AgreesWithRegister, past: Past, there: pl.DataFrame, rows: Rows) -> list[Found]:
    """`there` holds the register's `code`, `name` and `closed_on`; of these nothing is ever told."""
    if compares.code not in rows.columns:
        return []
    severity = past.check.severity
    out = rows.failed((compares.code,)) | _persons(compares.code, rows)
    codes = _own(rows, (compares.code,)).rename({compares.code: "code"})
    found: list[Found] = []
    if compares.unknown:
        at = _absent(codes, there, ("code",), out)
        texts = rows.texts[compares.code].gather(at)
        found.append((compares.code, Fault(compares.unknown, at, texts, severity=severity)))
    if compares.name and compares.differs and compares.name in rows.columns:
        names = there.select("code", "name").drop_nulls().with_columns(_alike("name"))
        both = codes.with_columns(rows.values(compares.name).alias("name")).with_columns(_alike("name"))
        failed = out | rows.failed((compares.name,)) | ~both["code"].is_in(names["code"].implode())
        at = _absent(both, names, ("code", "name"), failed.fill_null(value=True))
        texts = rows.texts[compares.name].gather(at)
        found.append((compares.name, Fault(compares.differs, at, texts, severity=severity)))
    if compares.day and compares.closed and compares.day in rows.columns:
        at = _after_closing(codes, there, rows.values(compares.day), out)
        texts, places = rows.texts[compares.code].gather(at), {"day": rows.sheet.field(compares.day).title}
        found.append((compares.code, Fault(compares.closed, at, texts, places=places, severity=severity)))
    return found


def _persons(key: str, rows: Rows) -> pl.Series:
    """True where a column that may hold a person's id does: the register knows no persons."""
    if rows.sheet.field(key).type is FieldType.CODE_OR_ID:
        return is_person(rows.values(key)).fill_null(value=False)
    return pl.Series([False]).new_from_index(0, rows.height)


def _after_closing(codes: pl.DataFrame, there: pl.DataFrame, days: pl.Series, out: pl.Series) -> pl.Series:
    """Positions of rows whose day lies after the one on which all that bear the code were closed."""
    closed = there.group_by("code").agg(
        pl.when(pl.col("closed_on").is_not_null().all()).then(pl.col("closed_on").max()).alias("_closed")
    )
    asked = codes.with_columns(days.alias("_day")).with_row_index("_at").filter(~out)
    late = asked.join(closed, on="code").filter(pl.col("_day") > pl.col("_closed"))
    return late.sort("_at")["_at"].cast(pl.UInt32)


def _own(rows: Rows, keys: tuple[str, ...]) -> pl.DataFrame:
    fields = {key: rows.sheet.field(key) for key in keys}
    return pl.DataFrame(
        [as_kept(rows.values(key), one, rows.context).rename(key) for key, one in fields.items()]
    )


def _absent(own: pl.DataFrame, there: pl.DataFrame, keys: tuple[str, ...], out: pl.Series) -> pl.Series:
    """Positions of rows, complete and not `out`, whose values no row of `there` has."""
    asked = own.with_row_index("_at").filter(~out).drop_nulls(list(keys))
    known = there.select(keys).unique()
    return asked.join(known, on=list(keys), how="anti").sort("_at")["_at"].cast(pl.UInt32)


def _alike(name: str) -> pl.Expr:
    """A name without what typing changes: blanks and the width of brackets."""
    return pl.col(name).str.replace_all(r"\s", "").str.replace_many(_BRACKETS)


def season(compares: Seasonal, period: Period, earlier: Mapping[str, float], value: float) -> Season | None:
    """How a value stands to its season; None when there are too few earlier periods to say."""
    parsed = sorted((parse_period(code), amount) for code, amount in earlier.items())
    before = [(one, amount) for one, amount in parsed if one.kind == period.kind and one.end < period.start]
    same = [pair for pair in before if _same_season(pair[0], period, compares.years)]
    chosen = same if len(same) >= compares.at_least else before[-compares.recent :]
    if period.kind in {"day", "request"} or len(chosen) < compares.at_least:
        return None
    amounts = [amount for _, amount in chosen]
    middle = median(amounts)
    spread = median(abs(amount - middle) for amount in amounts)
    margin = max(compares.deviations * spread, compares.share * abs(middle))
    shown = {code.code: amount for code, amount in before[-compares.recent :]}
    shown |= {code.code: amount for code, amount in chosen}
    low, high = _low(compares, middle, margin), middle + margin
    if compares.measure == "rows":  # whole rows, so that the text never names the value itself as usual
        low, high = float(ceil(low)), float(floor(high))
    return Season(
        shown=tuple(sorted(shown.items(), key=lambda one: parse_period(one[0]))),
        value=value,
        usual=middle,
        low=max(0.0, low) if middle >= 0 else low,
        high=high,
        compared=len(chosen),
        unlike=not low <= value <= high,
    )


def _low(compares: Seasonal, middle: float, margin: float) -> float:
    """From where on a value is not too little: as far below the median as the margin reaches.

    A margin of more than the median would let nothing at all pass for usual. There the ratio counts: as many
    times smaller as it may be larger, and smaller than the part `below` in any case.
    """
    if middle <= 0 or compares.below is None:
        return middle - margin
    ratio = middle / (middle + margin)
    return max(middle - margin, middle * min(compares.below, ratio))


def _same_season(earlier: Period, period: Period, years: int) -> bool:
    apart = period.start.year - earlier.start.year
    return earlier.start.month == period.start.month and 1 <= apart <= years


@dataclass(frozen=True)
class SeasonFault:
    """A value out of line: the field (None: the number of rows), the fault and what it was compared with."""

    field: str | None
    fault: Fault
    season: Season
    check: HistoryCheck


def check_seasons(
    past: tuple[Past, ...], period: Period | None, sheet: Sheet, accepted: pl.DataFrame
) -> list[SeasonFault]:
    """Counts and sums of the accepted rows that are out of line with the unit's earlier periods."""
    found = []
    for one in past:
        compares = one.check.compares
        if not isinstance(compares, Seasonal) or period is None:
            continue
        if not accepted.height and not one.besides:
            continue  # every row was set aside: the findings at the rows say why there is so little
        value = one.besides + measured(compares, sheet, accepted)
        stands = season(compares, period, one.earlier, value)
        if stands and stands.unlike:
            places = _places(one.check, compares, sheet, stands)
            fault = Fault(compares.finding, None, places=places, severity=one.check.severity)
            found.append(SeasonFault(compares.field, fault, stands, one.check))
    return found


def measured(compares: Seasonal, sheet: Sheet, rows: pl.DataFrame) -> float:
    """The number of rows, or the sum of the field in the measure of the lake."""
    if not compares.field:
        return float(rows.height)
    column = sheet.field(compares.field).column
    return float(rows[column].cast(pl.Float64).sum()) if column in rows.columns else 0.0


def _places(check: HistoryCheck, compares: Seasonal, sheet: Sheet, stands: Season) -> dict[str, str]:
    summed = sheet.field(compares.field) if compares.field else None
    return {
        "title": check.title,
        "measure": f"“{summed.title}”合计" if summed else "行数",
        "amount": amount_text(stands.value, summed),
        "usual": amount_text(stands.usual, summed),
        "low": amount_text(stands.low, summed),
        "high": amount_text(stands.high, summed),
        "compared": str(stands.compared),
    }


def amount_text(value: float, summed: Field | None) -> str:
    """A count or a sum as a person reads it: thousands apart, large amounts in 万元, with its unit."""
    if summed is None:
        return f"{round(value):,}行"
    if summed.type is FieldType.MONEY:
        yuan = value / _CENTS
        return f"{_short(yuan / _TEN_THOUSAND)}万元" if abs(yuan) >= _TEN_THOUSAND else f"{_short(yuan)}元"
    return f"{_short(value)}{_UNITS.get(summed.type, '')}"


def _short(value: float) -> str:
    """Two places at most, none where they are noughts, thousands apart."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")
