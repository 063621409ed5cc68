"""Columns of amounts, areas, counts, percentages, numbers and years."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from gongzhi.engine.definitions import Field, FieldType

from .cells import emptied, excel_errors, folded, how, nothing, repairs_of, replaced, typed
from .model import QUANTITY, Fault, Repair, Typed, Written
from .units import UNITS, Unit, unit_named, unit_of

# Beyond them a float no longer tells one 分 from the next.
_LARGEST_INTEGER, _LARGEST_QUANTITY = 1e15, 99_999_999_999.0
_DIGITS = 15  # what a float carries exactly
_LOST = r"^[+-]?\d(\.\d+)?[eE][+-]?\d{1,3}$"
_NUMBER = r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,18}|)(?:\.\d*)?)"
_PREFIX = r"^(?:人民币|RMB|rmb|CNY|cny|[¥￥])"
_ANY_UNIT = "|".join(sorted((name.replace("^", r"\^") for name in UNITS), key=len, reverse=True))
_SIGNS, _SPELT = ["㎡", "²", "㎢", "−"], ["m2", "2", "km2", "-"]
# 户, 人次, 个月; 12万户 is not 12, and 10余户 and 5左右 are no number.
_COUNTER = r"(?:[\p{Han}--[十百千万亿兆余多几来左右以上下不足约近半成]]{0,2})"


@dataclass(frozen=True)
class _Measure:
    """How a text of the column becomes its lake value: times `factor`, rounded to `decimals`."""

    unit: Unit | None
    decimals: int
    dtype: pl.DataType
    suffix: str  # what may follow the number, as a pattern
    written: int  # decimals that a text may have without being rounded
    base: Decimal = Decimal(1)  # factor of the unit that the lake keeps

    @property
    def factor(self) -> float:
        """What a text in the column's unit is multiplied with."""
        return float(self.unit.factor / self.base) if self.unit else 1.0


def read_number(written: Written) -> Typed:
    """Any of the numeric types. What the strict pattern takes is read in one pass; the rest is repaired."""
    field = written.field
    measure = _measure(field, written.unit)
    texts = written.texts
    whole = _DIGITS - measure.written
    # Digits as the cast below knows them: `\d` would take those of every script, in full width as well.
    decimals = rf"(\.[0-9]{{1,{measure.written}}})?" if measure.written else ""
    strict = texts.str.contains(rf"^-?[0-9]{{1,{whole}}}{decimals}$")
    rest = (~strict).fill_null(False).arg_true()
    values = _scaled(texts.cast(pl.Float64, strict=False), measure.factor, measure)
    faults, repairs = _unit_repair(written, measure)
    if len(rest):
        found, more_faults, more_repairs = _mend(texts, rest, measure)
        values = replaced(values, rest, found)
        faults, repairs = faults + more_faults, repairs + more_repairs
    kept, more = _in_range(values, texts, field, measure)
    if more and written.context.waives("out_of_range", field.key):
        readable = typed(values, faults, repairs)
        return Typed(values, readable.failed, (*faults, *more), readable.repairs)
    return typed(kept, [*faults, *more], repairs)


def _measure(field: Field, stated: str | None) -> _Measure:
    match field.type:
        case FieldType.MONEY:
            unit = _unit(field, stated)
            return _Measure(unit, 0, pl.Int64(), rf"(?:{_ANY_UNIT})?", _decimals(unit.factor))
        case FieldType.AREA:
            return _Measure(_unit(field, stated), 4, QUANTITY, rf"(?:{_ANY_UNIT})?", 4)
        case FieldType.PERCENT:
            return _Measure(_unit(field, stated), 4, QUANTITY, r"[%‰]?", 4)
        case FieldType.COUNT:
            return _Measure(None, 0, pl.Int64(), _COUNTER, 0)
        case FieldType.YEAR:
            return _Measure(None, 0, pl.Int32(), r"(?:年度?)?", 0)
        case _:
            return _quantity(field, stated)


def _quantity(field: Field, stated: str | None) -> _Measure:
    """A number, in a unit that can be converted into the template's or in none."""
    asked = unit_of(field)
    if asked is None:
        return _Measure(None, 4, QUANTITY, _number_suffix(field), 4)
    return _Measure(_unit(field, stated), 4, QUANTITY, rf"(?:{_ANY_UNIT})?", 4, asked.factor)


def _unit(field: Field, stated: str | None) -> Unit:
    unit = (unit_named(stated) if stated else None) or unit_of(field)
    if unit is None:
        raise ValueError(f"{field.key} has no unit")
    return unit


def _decimals(factor: Decimal) -> int:
    """Decimals that an amount may have to come out as whole 分: 2 for 元, 6 for 万元."""
    return max(0, min(8, len(str(int(factor))) - 1))


def _number_suffix(field: Field) -> str:
    return f"(?:{field.unit})?" if field.unit and field.unit.isalnum() else ""


def _scaled(numbers: pl.Series, factor: float, measure: _Measure) -> pl.Series:
    numbers = numbers * factor if factor != 1.0 else numbers
    numbers = numbers.round(measure.decimals, mode="half_away_from_zero")
    largest = _LARGEST_INTEGER if measure.dtype.is_integer() else _LARGEST_QUANTITY
    if (numbers.abs() > largest).any():
        numbers = pl.select(pl.when(numbers.abs() <= largest).then(numbers)).to_series()
    return numbers.cast(measure.dtype, strict=False)


def _mend(
    texts: pl.Series, rest: pl.Series, measure: _Measure
) -> tuple[pl.Series, list[Fault], list[Repair]]:
    """Read the cells at `rest` with separators, signs and units; what is left over is a fault."""
    before = texts.gather(rest)
    lost = before.str.strip_chars().str.contains(_LOST)
    blanked, empties = emptied(before, nothing(before))
    text = folded(blanked).replace("", None)
    plain = (
        text.str.replace_many(_SIGNS, _SPELT)
        .str.replace(r"^\((.+)\)$", "-$1")
        .str.replace(r"^([+-]?[0-9.,]+)\((?:单位:?)?([^()0-9][^()]*)\)$", "$1$2")
        .str.replace(_PREFIX, "")
        .str.to_lowercase()
    )
    frame = pl.DataFrame({"plain": plain})
    parts = frame.select(
        pl.col("plain")
        .str.extract(rf"^{_NUMBER}({measure.suffix})$", 1)
        .str.replace_all(",", "")
        .alias("number"),
        pl.col("plain").str.extract(rf"^{_NUMBER}({measure.suffix})$", 2).alias("unit"),
    )
    numbers = parts["number"].cast(pl.Float64, strict=False)
    numbers = pl.select(pl.when(~lost).then(numbers)).to_series()
    values = _by_unit(numbers, parts["unit"], measure)
    wrong = values.is_null() & text.is_not_null()
    faults = _wrong(rest, before, wrong, lost, measure)
    repairs = [
        Repair(one.code, rest.gather(one.at), one.before, one.after) for one in empties if one.at is not None
    ]
    told = _told(values, measure)
    code = _which(before, text, parts, values, measure)
    good = ~wrong & text.is_not_null()
    repairs += repairs_of(rest.filter(good), before.filter(good), told.filter(good), code.filter(good))
    return values, faults, repairs


def _by_unit(numbers: pl.Series, units: pl.Series, measure: _Measure) -> pl.Series:
    """Numbers in the lake's measure: a unit in the cell goes before that of the heading."""
    if measure.unit is None:
        whole = numbers.filter(numbers != numbers.round(0)).len() == 0 or measure.decimals > 0
        numbers = (
            numbers if whole else pl.select(pl.when(numbers == numbers.round(0)).then(numbers)).to_series()
        )
        return _scaled(_decimal(numbers), 1.0, measure)
    mine = {name: unit for name, unit in UNITS.items() if unit.measure == measure.unit.measure}
    kin = {name: float(unit.factor / measure.base) for name, unit in mine.items()}
    kin[""] = measure.factor
    factors = units.fill_null("").replace_strict(kin, default=None, return_dtype=pl.Float64)
    return _scaled(_decimal(numbers * factors), 1.0, measure)


def _decimal(numbers: pl.Series) -> pl.Series:
    """As many digits as a float carries exactly: 1.005 × 100 is 100.5, not a hair less, and rounds up."""
    exact = pl.when(numbers.abs() < _LARGEST_INTEGER / 10).then(numbers.round_sig_figs(_DIGITS))
    return pl.select(exact.otherwise(numbers)).to_series()


def _wrong(
    rest: pl.Series, before: pl.Series, wrong: pl.Series, lost: pl.Series, measure: _Measure
) -> list[Fault]:
    errors = pl.Series([False]).new_from_index(0, len(before))
    odd = excel_errors(before)
    if len(odd):
        errors = errors.scatter(odd, pl.Series([True]).new_from_index(0, len(odd)))
    lost = lost.fill_null(False)
    groups = {
        "digits_lost": wrong & lost,
        "excel_error": wrong & errors,
        "not_number": wrong & ~lost & ~errors,
    }
    if measure.decimals == 0 and measure.unit is None:
        groups["not_whole"] = groups.pop("not_number")
    return [
        Fault(code, rest.filter(mask), before.filter(mask)) for code, mask in groups.items() if mask.any()
    ]


def _which(
    before: pl.Series, text: pl.Series, parts: pl.DataFrame, values: pl.Series, measure: _Measure
) -> pl.Series:
    """The most telling of the repairs that a cell took."""
    frame = pl.DataFrame(
        {
            "before": before,
            "text": text,
            "unit": parts["unit"],
            "number": parts["number"],
            "how": how(before, text),
        }
    )
    tail = pl.col("number").str.extract(r"\.(\d+)$", 1).str.strip_chars_end("0").str.len_chars()
    return frame.select(
        pl.when(pl.col("unit").fill_null("") != "").then(pl.lit("unit"))
        .when(pl.col("text").str.contains(r"^\(")).then(pl.lit("bracket"))
        .when(pl.col("text").str.contains(",", literal=True)).then(pl.lit("separators"))
        .when(pl.col("text").str.contains(_PREFIX)).then(pl.lit("currency"))
        .when(tail > measure.written).then(pl.lit("rounded"))
        .when((pl.col("how") != "form") & (pl.col("before") != pl.col("text"))).then(pl.col("how"))
        .when(pl.col("number").str.contains(".", literal=True)).then(pl.lit("decimal"))
        .otherwise(pl.lit("form"))
    ).to_series()  # fmt: skip


def _told(values: pl.Series, measure: _Measure) -> pl.Series:
    """The value read, as a text that a person checks: amounts in 元."""
    value = pl.col("value")
    if measure.unit and measure.unit.measure == FieldType.MONEY:
        sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
        cents = (value.abs() % 100).cast(pl.String).str.zfill(2)
        text = sign + (value.abs() // 100).cast(pl.String) + pl.lit(".") + cents + pl.lit("元")
    elif measure.unit:
        text = value.cast(pl.String).str.replace(r"\.0$", "") + pl.lit(
            _LAKE_UNIT.get(measure.unit.measure, "")
        )
    else:
        text = value.cast(pl.String).str.replace(r"\.0$", "")
    return pl.DataFrame({"value": values}).select(text.alias("text")).to_series()


_LAKE_UNIT: dict[str, str] = {FieldType.AREA: "㎡", FieldType.PERCENT: "%"}


def _unit_repair(written: Written, measure: _Measure) -> tuple[list[Fault], list[Repair]]:
    """A unit in heading or sheet that differs from the template's is told once, for the whole column."""
    asked = unit_of(written.field)
    if asked is None or measure.unit is None or asked.factor == measure.unit.factor:
        return [], []
    before = pl.Series([measure.unit.name], dtype=pl.String)
    return [], [Repair("unit_heading", None, before, pl.Series([asked.name], dtype=pl.String))]


def _in_range(
    values: pl.Series, texts: pl.Series, field: Field, measure: _Measure
) -> tuple[pl.Series, list[Fault]]:
    """Minimum and maximum, both in the template's unit; counts and areas are never below nought."""
    low, high = _bounds(field)
    asked = unit_of(field)
    factor = asked.factor / measure.base if asked else Decimal(1)
    wrong = pl.Series([False]).new_from_index(0, len(values))
    if low is not None:
        wrong = wrong | (values < _limit(low * factor, values.dtype))
    if high is not None:
        wrong = wrong | (values > _limit(high * factor, values.dtype))
    at = wrong.fill_null(False).arg_true()
    if not len(at):
        return values, []
    fault = Fault("out_of_range", at, texts.gather(at), places={"allowed": _allowed(low, high, field)})
    return replaced(values, at, pl.Series([None], dtype=values.dtype).new_from_index(0, len(at))), [fault]


def _limit(bound: Decimal, dtype: pl.DataType) -> Decimal | float:
    """Exact beside exact decimals (0.1 as a float has more digits than the column can hold)."""
    return bound if dtype.is_decimal() else float(bound)


def _bounds(field: Field) -> tuple[Decimal | None, Decimal | None]:
    low, high = field.minimum, field.maximum
    if field.type in {FieldType.COUNT, FieldType.AREA} and low is None:
        low = Decimal(0)
    if field.type is FieldType.YEAR:
        low, high = low if low is not None else Decimal(1900), high if high is not None else Decimal(2100)
    return low, high


def _allowed(low: Decimal | None, high: Decimal | None, field: Field) -> str:
    unit = field.unit or ""
    if low is not None and high is not None:
        return f"{low.normalize():f} 至 {high.normalize():f} {unit}".strip()
    bound, word = (low, "不小于") if low is not None else (high, "不大于")
    return f"{word} {bound.normalize():f} {unit}".strip() if bound is not None else ""
