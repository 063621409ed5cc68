"""Which rows under a heading are records, and why the others are not."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import polars as pl

from .header import is_filled, line_of_units
from .stacked import HeadingWatch

_SPACES = re.compile(r"[\s\u200b\ufeff]+")
_SUM = "(?:合计|小计|总计|共计|累计|总合计|合计数|总数)"
_TOTAL = re.compile(
    rf"^[（(]?(?:本页|本月|本期|本季|本年|全年|全区|全市|以上)?{_SUM}[）)]?(?:[:：].*|[（(][^（）()]*[）)])?$"
    r"|^[（(]?(?:以上|本页|本表)?(?:合计|总计|共计|小计|共)[:：]?\d[\d,]*(?:户|条|家|个|人|笔|件|宗|项|行)?[）)]?[。.]?$"
)
_PREFIXED_TOTAL = re.compile(rf"^.{{1,20}}{_SUM}[:：]?$")
_NOTE_LABEL = (
    r"(?:备\s*注|注|说\s*明|附\s*注|附\s*件|填表说明|填报说明|数据来源|来源|填\s*表\s*人|填\s*报\s*人|制\s*表\s*人?|编\s*制\s*人?|"
    r"经\s*办\s*人|审\s*核\s*人?|复\s*核\s*人?|审\s*批\s*人?|负\s*责\s*人|单位负责人|分管领导|统计负责人|联\s*系\s*人|联\s*系\s*电\s*话|"
    r"填报单位|报送单位|填表单位|制表单位|(?:金额|货币|面积|计量)?单\s*位|填报日期|填表日期|报送日期|制表日期|制表时间|打印日期|打印时间|"
    r"统计截止|截止日期|截至|日期|时间|盖章|公章|签字|签章)"
)
_NOTE = re.compile(rf"^[（(【*※]*\d?{_NOTE_LABEL}\d*[）)】]?\s*(?:[（(][^（）()]*[）)])?\s*[:：]")
_NOTE_LINE = re.compile(
    r"^(?:[（(【*※]*注\d*[.、，,:： ]|[*※].{5}|以上(?:数据|金额|为)|本表|说明[:：]?$|备注[:：]?$|注[:：]?$"
    r"|[（(【]?\s*(?:以\s*下\s*空\s*白|(?:以\s*下|此\s*页)\s*无\s*(?:正\s*文|内\s*容))\s*[）)】]?[。.]?$"
    r"|—+$|-{3,}$)"
)
_GROUP = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|第[一二三四五六七八九十\d]+部分)"
    r"|[（(][^（）()]*\d+\s*[所户家个条人件笔宗项名][^（）()]*[）)]$"
)
_EXAMPLE = re.compile(r"^[（(【]?(?:填写|填表|填报)?(?:示例|样例|范例|例如|例)[）)】]?[:：]?$")
_EXAMPLE_MARK = re.compile(r"^[（(]示例[）)]")  # how our own templates begin their example
_NOT_FULL = 0.7  # of the columns: a row with more is a record, whatever its first cell ends with


def _spread(words: str) -> str:
    """Words of an alternative, with blanks allowed between their letters."""
    return "|".join(_BLANK.join(word) for word in words.split("|"))


# What the engine looks for before a row is looked at one by one: too much rather than too little, but no more
# than a column of data can bear. A name that begins with 单位 or 注 is none; only its label with a colon is.
_BLANK = r"[\s\x{200b}\x{feff}]*"
_SUMS = _spread("合计|小计|总计|共计|累计|总合计|总数")
_SPANS = _spread("本页|本月|本期|本季|本年|全年|全区|全市|以上")
_SUSPECT = "|".join(
    (
        rf"^{_BLANK}[（(]?{_BLANK}(?:{_SPANS})?{_BLANK}(?:{_SUMS}){_BLANK}数?[）)]?{_BLANK}(?:[:：（(]|$)",
        rf"^{_BLANK}[（(]?{_BLANK}(?:{_spread('以上|本页|本表')})?{_BLANK}(?:{_spread('合计|总计|共计|小计|共')}){_BLANK}[:：]?{_BLANK}\d",
        rf"^{_BLANK}[（(【]?{_BLANK}(?:{_spread('填写|填表|填报')})?{_BLANK}(?:{_spread('示例|样例|范例|例如|例')})"
        rf"{_BLANK}[）)】]?{_BLANK}[:：]?{_BLANK}$",
        rf"^{_BLANK}[（(]{_BLANK}{_spread('示例')}{_BLANK}[）)]",
        _NOTE.pattern.replace("^", r"^\s*", 1),
        r"^\s*$",
    )
)
# What tells a record from a remark only in a row that is not full.
_SUSPECT_IN_PART = (
    _NOTE_LINE.pattern.replace("^", r"^\s*", 1).replace("$", r"\s*$")
    + rf"|(?:{_SUMS}){_BLANK}数?{_BLANK}[:：]?{_BLANK}$"
)


def _plain(column: pl.Series) -> bool:
    """Whether each cell begins with an ASCII letter or digit and holds ASCII alone, as codes and numbers do.

    None of the suspects does. Asked first, for it costs less than the patterns.
    """
    least = column.min()
    if not isinstance(least, str) or least < "0":
        return False
    return bool((column.str.len_bytes() == column.str.len_chars()).all())


def _tight(cell: str | None) -> str:
    return _SPACES.sub("", cell) if cell else ""


class RecordRules:
    """Decides row by row, given the heading above. Keeps what it must remember between batches.

    headers: the joined headings by grid column. watch: knows the heading lines. wide: sheet rows that one
    merged cell covers. first: the sheet row right under the heading. unit: the money unit that is stated
    above the table.
    """

    def __init__(
        self,
        headers: Sequence[str],
        watch: HeadingWatch,
        wide: Collection[int],
        first: int,
        unit: str | None = None,
    ) -> None:
        self.places = [i for i, text in enumerate(headers) if text]
        self.width = len(self.places)
        self.watch = watch
        self.unit = unit
        self._unit_below = unit
        # Stated in notes under the heading.
        self.units_below: set[str] = set()
        self.areas_below: set[str] = set()
        self.wide = frozenset(wide)
        self.first = first
        self._note_row = -1
        self._lead = [f"g{i}" for i in self.places[:3]]
        self._raw_leads = {(i, line[i]) for line in watch.raw for i in self.places[:2] if line[i]}

    def skipped(self, frame: pl.DataFrame, first_row: int) -> list[tuple[int, str]]:
        """(position in the frame, why) of every row that is no record; `first_row`: sheet row of row 0.

        A last one of `heading` begins another table; what stands below it is for others to look at.
        """
        suspects = self._suspects(frame, first_row)
        if not suspects:
            return []
        found: list[tuple[int, str]] = []
        for position, row in zip(suspects, frame[suspects].iter_rows(), strict=True):
            why = self._why(row, first_row + position)
            if why is None and found and found[-1] == (position - 1, "repeated_header"):
                why = self._units_again(row)
            if why is None and self._foreign(frame, position, row, found):
                why = "heading"
            if why:
                found.append((position, why))
            if why == "heading":
                break
        return found

    def _foreign(
        self, frame: pl.DataFrame, position: int, row: Sequence[str | None], found: list[tuple[int, str]]
    ) -> bool:
        """Whether this row, behind one that is no record, heads another table with headings of its own."""
        gap = bool(found) and found[-1][0] == position - 1
        if not position or not (gap or sum(map(is_filled, frame.row(position - 1))) == 1):
            return False
        above = frame[max(0, position - 40) : position].rows()
        above = [line for line in above if sum(map(is_filled, line)) > 1]
        below = next(iter(frame[position + 1 : position + 2].iter_rows()), None)
        return self.watch.foreign(row, [i for i, c in enumerate(row) if is_filled(c)], above, below)

    def _suspects(self, frame: pl.DataFrame, first_row: int) -> list[int]:
        sparse = 2 if self.width >= 5 else (1 if self.width >= 3 else 0)
        words = [name for name in self._lead if not _plain(frame[name])]
        # Each question is a column of its own, so that the engine asks them at the same time.
        asked = frame.select(
            (pl.sum_horizontal(pl.all().is_not_null().cast(pl.UInt32)) <= sparse).alias("sparse"),
            pl.col(words).str.contains(_SUSPECT).name.prefix("start "),
            *(
                (pl.col(f"g{i}") == text).alias(f"same {i} {n}")
                for n, (i, text) in enumerate(self._raw_leads)
            ),
            pl.col(self._lead[:1]).is_in(self.watch.headings.spellings).name.prefix("heading "),
        )
        places = set(asked.select(pl.any_horizontal(pl.all()).fill_null(value=False).arg_true()).to_series())
        places |= self._in_part(frame, words)
        # Behind a gap, a title or a total there may be the heading of another table.
        places |= {place + 1 for place in places if place + 1 < frame.height}
        places |= {row - first_row for row in self.wide if 0 <= row - first_row < frame.height}
        if 0 <= self.first - first_row < frame.height:
            places.add(self.first - first_row)
        return sorted(places)

    def _in_part(self, frame: pl.DataFrame, words: list[str]) -> set[int]:
        """Rows that read like a remark or a total, unless they are as full as a record."""
        if not words:
            return set()
        like = frame.select(pl.any_horizontal(pl.col(words).str.contains(_SUSPECT_IN_PART)).arg_true())
        places = like.to_series()
        if not len(places):
            return set()
        filled = frame[places].select(pl.sum_horizontal(pl.all().str.strip_chars().str.len_bytes() > 0))
        return set(places.filter(filled.to_series() <= max(1, _NOT_FULL * self.width)))

    def _why(self, row: Sequence[str | None], number: int) -> str | None:
        filled = [i for i, cell in enumerate(row) if is_filled(cell)]
        if not filled:
            return "blank"
        why = (
            self._heading(row, filled)
            or self._numbered(row, filled, number)
            or self._lead_says(row, filled, number)
        )
        if why == "note":
            self._note_row = number
            self.units_below |= units_in([row])
            self.areas_below |= areas_in([row])
            self._unit_below = unit_of([row]) or self._unit_below
        return why

    def _heading(self, row: Sequence[str | None], filled: list[int]) -> str | None:
        """The heading once more, or another one; the same one under another unit is another."""
        repeated = self.watch.repeats(row, filled)
        if repeated == "repeated_header" and self._unit_below != self.unit:
            return "heading"
        return repeated or ("heading" if self.watch.headings.shown_by(row) else None)

    def _units_again(self, row: Sequence[str | None]) -> str | None:
        """The line of units under a heading that repeats; other units make it another table's."""
        units = line_of_units(row)
        if not units:
            return None
        return "repeated_header" if units in map(line_of_units, self.watch.raw) else "heading"

    def _numbered(self, row: Sequence[str | None], filled: list[int], number: int) -> str | None:
        if number != self.first or len(filled) < 4:
            return None
        texts = [_tight(row[i]).strip("()（）栏[]") for i in filled]
        if texts[0] in {"栏次", "次", "行次"}:
            return "column_numbers"
        start = next((k for k, t in enumerate(texts) if t.isdecimal()), len(texts))
        numbers = [int(t) for t in texts[start:] if t.isdecimal()]
        letters = "甲乙丙丁戊己庚辛ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        plain = all(t in letters and len(t) == 1 for t in texts[:start])
        run = len(numbers) == len(texts) - start and numbers == list(range(1, len(numbers) + 1))
        return "column_numbers" if plain and run and numbers else None

    def _lead_says(self, row: Sequence[str | None], filled: list[int], number: int) -> str | None:
        lead = [_tight(row[i]) for i in filled[:3]]
        part = len(filled) / max(1, self.width)
        if _EXAMPLE.match(lead[0]) or any(map(_EXAMPLE_MARK.match, lead)):
            return "example"
        if any(_TOTAL.match(t) for t in lead[: 3 if part < 1 else 1]):
            return "total"
        if part <= _NOT_FULL and any(_PREFIXED_TOTAL.match(t) for t in lead[:2]):
            return "total"
        return self._remark(row, filled, number, part)

    def _remark(self, row: Sequence[str | None], filled: list[int], number: int, part: float) -> str | None:
        first = (row[filled[0]] or "").strip()
        lonely = len(filled) == 1 and self.width >= 3
        if all(_NOTE.match((row[i] or "").strip()) for i in filled):
            return "note"
        if (part <= 0.5 or lonely) and (_NOTE_LINE.match(first) or _NOTE.match(first)):
            return "note"
        if number in self.wide:
            return "group" if len(filled) == 1 or (len(filled) == 2 and part <= 0.34) else None
        if not lonely:
            return None
        if self._note_row == number - 1:
            return "note"
        return "group" if self.width >= 4 and filled[0] == self.places[0] and _GROUP.search(first) else None


def above_heading(row: Sequence[str | None]) -> str:
    """Why a row above the heading is no record: blank, note or title."""
    filled = [cell.strip() for cell in row if cell and is_filled(cell)]
    if not filled:
        return "blank"
    if all(_NOTE.match(text) or _NOTE_LINE.match(text) for text in filled) or any(
        _NOTE.match(t) for t in filled[:1]
    ):
        return "note"
    return "title"


_MONEY = "千万元|百万元|十万元|万元|千元|百元|亿元|元"
_AREA = "万平方米|千平方米|平方米|平米|㎡|m2|万亩|亩|公顷|平方公里|平方千米"
_COUNTS = "户|人|个|家|套|吨|%"
_OTHER_UNITS = rf"(?:(?:{_AREA}|{_COUNTS})[、，,/和及\s]*)*"
_NO_AREAS = rf"(?:(?:人民币)?(?:{_MONEY}|{_COUNTS})[、，,和及\s]+)*"  # 元/亩 is a price
_MONEY_UNIT = re.compile(
    rf"单\s*位\s*(?:[:：]|[均都]?[为是用])?\s*[（(]?\s*{_OTHER_UNITS}(?:人民币)?\s*({_MONEY})(?![\w])"
    rf"|以\s*(?:人民币)?({_MONEY})\s*(?:为单位|计)"
    r"|[（(](千万元|百万元|十万元|万元|千元|百元|亿元)[）)]"
)
_AREA_UNIT = re.compile(
    rf"单\s*位\s*(?:[:：]|[均都]?[为是用])?\s*[（(]?\s*{_NO_AREAS}({_AREA})(?![\w])"
    rf"|以\s*({_AREA})\s*(?:为单位|计)"
    rf"|[（(]({_AREA})[）)]"
)


def units_in(rows: Sequence[Sequence[str | None]]) -> set[str]:
    """The money units that lines above or below a table state (单位：万元, 金额以万元计)."""
    return _stated(_MONEY_UNIT, rows)


def areas_in(rows: Sequence[Sequence[str | None]]) -> set[str]:
    """The units of area that they state (面积单位：亩)."""
    return _stated(_AREA_UNIT, rows)


def _stated(pattern: re.Pattern[str], rows: Sequence[Sequence[str | None]]) -> set[str]:
    texts = (cell for row in rows for cell in row if cell)
    return {unit for text in texts for found in pattern.findall(text) for unit in found if unit}


def unit_of(rows: Sequence[Sequence[str | None]]) -> str | None:
    """The one money unit that these lines state; None when none or several do."""
    found = units_in(rows)
    return found.pop() if len(found) == 1 else None
