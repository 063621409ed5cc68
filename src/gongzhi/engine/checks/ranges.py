"""A start and an end written in one cell (2026-01-01至2031-12-31) for two fields of a template.

Which fields are the two ends of one stretch follows from their names: 有效期起 and 有效期止,
聘用开始日期 and 聘用结束日期. The column may be headed by the stretch (有效期, 聘用起止日期), by the
notice's item that both fields realise, or by one of the two.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from gongzhi.engine.calendar import parse_day
from gongzhi.engine.definitions import Field, FieldType, Sheet
from gongzhi.engine.tables import Table
from gongzhi.engine.tables.heading import normalise_heading

from .cells import replaced
from .model import Fault, Repair, Typed

_STARTS = ("开始日期", "起始日期", "开始时间", "起始时间", "起", "自", "始")
_ENDS = ("结束日期", "截止日期", "终止日期", "结束时间", "终止时间", "止", "至", "终")
_BOTH = ("起止", "起止日期", "起止时间")
_OPEN = {"长期", "长期有效", "永久", "永久有效", "无固定期限", "今"}
_SHAPE = r"[至到~～—–－起止]|\d\s*--?\s*\d{4}|月-|\d-\d{1,2}月|--|\s-\s|\d{8}-\d{8}"
_SEPARATOR = re.compile(r"(?:起)?(?:至|到|~|—+|–+|-{2,})|(?<=\S)\s+-\s+(?=\S)")
_DAY = r"\d{4}[./]\d{1,2}(?:[./]\d{1,2})?|\d{8}|\d{4}年\d{1,2}月(?:\d{1,2}[日号])?|\d{4}-\d{1,2}(?:-\d{1,2})?"
_HYPHEN = re.compile(rf"({_DAY})-({_DAY}|\d{{1,2}}月(?:\d{{1,2}}[日号])?)")
_MONTHS = re.compile(r"(\d{4}年\d{1,2})-(\d{1,2}月)份?")
_MONTH = re.compile(r"(\d{4})[年./-](\d{1,2})月?份?")
_SHORT = re.compile(r"(\d{1,2})月(?:份|(\d{1,2})[日号])?")


@dataclass(frozen=True)
class Pair:
    """The two ends of a stretch: field keys, and the headings under which both may stand in one column."""

    start: str
    end: str
    headings: frozenset[str]


@dataclass(frozen=True)
class Part:
    """One end after splitting: its texts, and what is to be told of it."""

    texts: pl.Series
    faults: tuple[Fault, ...] = ()
    repairs: tuple[Repair, ...] = ()
    failed: pl.Series | None = None

    def told(self, typed: Typed) -> Typed:
        """The column after reading, with what splitting found."""
        failed = typed.failed
        if self.failed is not None and len(self.failed):
            failed = (
                pl.concat([failed.rename("at"), self.failed.cast(pl.UInt32).rename("at")]).unique().sort()
            )
        faults, repairs = (*self.faults, *typed.faults), (*self.repairs, *typed.repairs)
        return replace(typed, failed=failed, faults=faults, repairs=repairs)


@dataclass(frozen=True)
class Stretch:
    """What one text says: ISO days, or the code of what is wrong; all None when it is no stretch."""

    start: str | None = None
    end: str | None = None
    fault: str | None = None

    @property
    def told(self) -> str:
        return f"{self.start} 至 {self.end or '没有截止日'}"


def pairs(sheet: Sheet) -> list[Pair]:
    """The stretches of a sheet."""
    days = [field for field in sheet.fields if field.type is FieldType.DATE]
    known = {normalise_heading(n) for f in sheet.fields for n in (f.title, *f.aliases)}
    items = Counter(field.item for field in sheet.fields if field.item)
    found = []
    for start in days:
        for end in days:
            starts, ends = _stems(start, _STARTS), _stems(end, _ENDS)
            if start is end or not starts & ends:
                continue
            stems = starts | ends
            names = {stem + both for stem in stems for both in _BOTH} | {s for s in stems if "期" in s}
            if start.item and start.item == end.item and items[start.item] == 2:
                names.add(start.item)
            headings = frozenset(map(normalise_heading, names)) - known
            found.append(Pair(start.key, end.key, headings))
    return found


def _stems(field: Field, endings: tuple[str, ...]) -> set[str]:
    """The names of a field without the word that makes it a start or an end."""
    names = (field.title, *field.aliases)
    stems = (next((n.removesuffix(e) for e in endings if n.endswith(e)), "") for n in names)
    return {stem for stem in stems if stem}


def shared(
    sheet: Sheet, table: Table, columns: Mapping[str, int], free: set[int]
) -> Iterator[tuple[Pair, int]]:
    """Stretches that one column holds, with that column: by its heading, or by what stands in it."""
    for pair in pairs(sheet):
        own = columns.get(pair.start, columns.get(pair.end))
        if own is None:
            heads = (i for i in sorted(free) if normalise_heading(table.columns[i].header) in pair.headings)
            own = next(heads, None)
            if own is not None:
                yield pair, own
        elif (pair.start in columns) != (pair.end in columns) and _any_stretch(table.data.to_series(own)):
            yield pair, own


def _any_stretch(texts: pl.Series) -> bool:
    return any(read_stretch(text).start for text in _candidates(texts))


def _candidates(texts: pl.Series) -> list[str]:
    """The different texts that may be stretches; a column of plain days has none and costs one look."""
    long = texts.filter(texts.str.len_bytes() > 10)
    return long.filter(long.str.contains(_SHAPE)).unique().to_list() if len(long) else []


def split(sheet: Sheet, table: Table, columns: Mapping[str, int]) -> dict[str, Part]:
    """The ends whose cells hold a stretch, by field key."""
    parts: dict[str, Part] = {}
    for pair in pairs(sheet):
        if pair.start not in columns or pair.end not in columns:
            continue
        start, end = (table.data.to_series(columns[key]) for key in (pair.start, pair.end))
        if columns[pair.start] != columns[pair.end]:
            found = _split(start, start, end, named=False, free=end.is_null() | (end == "") | (end == start))
        else:
            heading = normalise_heading(table.columns[columns[pair.start]].header)
            last = sheet.field(pair.end)
            alone = heading in map(normalise_heading, (last.title, *last.aliases))
            found = _shared(start, named=heading in pair.headings, ends=alone)
        parts |= dict(zip((pair.start, pair.end), found, strict=True))
    return parts


def _shared(texts: pl.Series, *, named: bool, ends: bool) -> tuple[Part, Part]:
    """One column for both. `named`: its heading asks for both; `ends`: a single day in it is an end."""
    nothing = texts.clear(len(texts))
    first, last = (nothing, texts) if ends else (texts, nothing)
    return _split(texts, first, last, named=named, free=texts.is_not_null())


def _split(
    texts: pl.Series, first: pl.Series, last: pl.Series, *, named: bool, free: pl.Series
) -> tuple[Part, Part]:
    """Write what `texts` say, where it is `free` to be said, over `first` and `last`."""
    known = _known(texts, named=named)
    at = texts.is_in(list(known)) & free if known else texts.is_null() & texts.is_not_null()
    places = at.fill_null(value=False).arg_true()
    before = texts.gather(places)
    said = [known[text] for text in before.to_list()]
    wrong = pl.Series([one.fault is not None for one in said], dtype=pl.Boolean)
    starts = replaced(first, places, pl.Series([one.start for one in said], dtype=pl.String))
    ends, opened = _closed(replaced(last, places, pl.Series([one.end for one in said], dtype=pl.String)))
    repairs = _repair(places.filter(~wrong), before.filter(~wrong), [one for one in said if not one.fault])
    failed = places.filter(wrong)
    untold = _unsaid(texts, places, wrong) if named else failed
    faults = tuple(_faults(places, before, said))
    return Part(starts, faults, repairs, failed), Part(ends, (), opened, untold)


def _known(texts: pl.Series, *, named: bool) -> dict[str, Stretch]:
    """What each different text says, where it says a stretch or half of one."""
    maybe = texts.drop_nulls().unique().to_list() if named else _candidates(texts)
    known = {text: read_stretch(text) for text in maybe}
    if named:
        known = {text: one if one.start or one.fault else _single(text) for text, one in known.items()}
    return {text: one for text, one in known.items() if one.start or one.fault}


def _unsaid(start: pl.Series, places: pl.Series, wrong: pl.Series) -> pl.Series:
    """Cells of a column headed by the stretch that gave no end: told at the start, not once more here."""
    filled = start.is_not_null().arg_true()
    return filled.filter(~filled.is_in(places.filter(~wrong).implode()))


def _closed(texts: pl.Series) -> tuple[pl.Series, tuple[Repair, ...]]:
    """The ends with 长期 and its like as empty."""
    at = texts.str.strip_chars().is_in(list(_OPEN)).fill_null(value=False).arg_true()
    if not len(at):
        return texts, ()
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(at))
    blank = pl.Series([""], dtype=pl.String).new_from_index(0, len(at))
    return replaced(texts, at, nothing), (Repair("open_ended", at, texts.gather(at), blank),)


def _faults(places: pl.Series, before: pl.Series, said: list[Stretch]) -> Iterator[Fault]:
    for code in sorted({one.fault for one in said if one.fault}):
        mask = pl.Series([one.fault == code for one in said])
        at, value = places.filter(mask), before.filter(mask)
        yield Fault("range_half", at, value) if code == "half" else Fault("range_reversed", at, value)


def _repair(at: pl.Series, before: pl.Series, said: list[Stretch]) -> tuple[Repair, ...]:
    after = pl.Series([one.told for one in said], dtype=pl.String)
    return (Repair("range_split", at, before, after),) if len(at) else ()


def read_stretch(text: str) -> Stretch:
    """What a text says of a start and an end; months run from their first day to their last."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("'")
    ended = plain.removeprefix("自").removeprefix("从").strip().removesuffix("止").strip()
    sides = _sides(ended)
    if sides is None:
        return Stretch(fault="half") if ended.endswith("起") and _day(ended[:-1], None) else Stretch()
    left, right = sides
    start = _day(left, None)
    end = _day(right, start, last=True)
    if start and right in _OPEN:
        return Stretch(start.isoformat())
    if (start and not right) or (end and not left):
        return Stretch(fault="half")
    if start is None or end is None:
        return Stretch()
    return Stretch(fault="reversed") if end < start else Stretch(start.isoformat(), end.isoformat())


def _single(text: str) -> Stretch:
    """One day alone where both are asked for."""
    return Stretch(fault="half") if parse_day(text) or _MONTH.fullmatch(text.strip()) else Stretch()


def _sides(text: str) -> tuple[str, str] | None:
    sides = _SEPARATOR.split(text)
    if len(sides) == 2:
        return sides[0].strip(), sides[1].strip()
    tight = text.replace(" ", "")
    for shape in (_HYPHEN, _MONTHS):
        if found := shape.fullmatch(tight):
            return found[1], found[2]
    return None


def _day(text: str, start: dt.date | None, *, last: bool = False) -> dt.date | None:
    """A side as a day; a month is its first or last day, and the year may be that of the start."""
    tight = text.replace(" ", "")
    if day := parse_day(tight):
        return day
    if found := _MONTH.fullmatch(tight):
        return _of_month(int(found[1]), int(found[2]), None, last=last)
    short = _SHORT.fullmatch(tight) if start else None
    if start and short:
        return _of_month(start.year, int(short[1]), int(short[2]) if short[2] else None, last=last)
    return None


def _of_month(year: int, month: int, day: int | None, *, last: bool) -> dt.date | None:
    if not 1 <= month <= 12 or year < 1800:
        return None
    most = calendar.monthrange(year, month)[1]
    day = day or (most if last else 1)
    return dt.date(year, month, day) if day <= most else None
