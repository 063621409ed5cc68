"""Days as people write them in cells, and how each was understood.

==============  ==============================  =========
how             example                          repaired
==============  ==============================  =========
``iso``         2021-06-01                       no
``separators``  2021.6.1, 2021/6/1, 2021。6。1     yes
``compact``     20210601                         yes
``chinese``     2021年6月1日                     yes
``timestamp``   2021-06-01 00:00:00              yes
``serial``      44348 (a spreadsheet's number)   yes
==============  ==============================  =========

Full-width digits and blanks are taken as they are meant and leave `how` alone, but count as repaired. A
moment with a zone is the day that it was in China: 2021-06-01T16:00:00Z is midnight of 2 June.
Not a day: a year of two digits, a month without a day (2021年6月), 2021-02-30, a year before 1800.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

HOWS: tuple[str, ...] = ("", "iso", "separators", "compact", "chinese", "timestamp", "serial")
HOW_ENUM = pl.Enum(HOWS)

_SERIAL_ORIGIN = date(1899, 12, 30)
_FIRST_SERIAL = (date(1990, 1, 1) - _SERIAL_ORIGIN).days
_LAST_SERIAL = (date(2100, 12, 31) - _SERIAL_ORIGIN).days
_EARLIEST_YEAR = 1800
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_UNSEEN = dict.fromkeys([*range(0x200B, 0x2010), 0x2060, 0xFEFF, 0x00AD, 0x180E])
_CLOCK = r"[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
_HERE = 8 * 60  # minutes before UTC, all over the country
_YMD = r"(?P<y>\d{4})%s(?P<m>\d{1,2})%s(?P<d>\d{1,2})%s"
_SHAPES = tuple(
    (how, re.compile(pattern, re.ASCII))
    for how, pattern in (
        ("iso", r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"),
        ("separators", _YMD % (r"\s?(?P<s>[-./\\。])\s?", r"\s?(?P=s)\s?", "")),
        ("compact", r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)"),
        ("chinese", _YMD % (r"\s?年\s?", r"\s?月\s?", r"\s?[日号]")),
        ("timestamp", _YMD % ("(?P<s>[-./])", "(?P=s)", _CLOCK)),
        ("timestamp", r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日" + _CLOCK),
    )
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class DayReading:
    """A day and how it was understood (`HOWS`); `value` None and `how` "" when the text is no day."""

    value: date | None
    how: str = ""
    repaired: bool = False


_NO_DAY = DayReading(None)


def read_day(text: str) -> DayReading:
    """Understand one text as a day, saying how."""
    plain = text.translate(_WIDTH).translate(_UNSEEN).strip().strip("'‘’").strip()
    for how, shape in _SHAPES:
        found = shape.fullmatch(plain)
        if found:
            day = _in_china(_real(int(found["y"]), int(found["m"]), int(found["d"])), found.groupdict())
            return DayReading(day, how, how != "iso" or plain != text) if day else _NO_DAY
    serial = _SERIAL.fullmatch(plain)
    if serial and _FIRST_SERIAL <= int(serial[1]) <= _LAST_SERIAL:
        return DayReading(_SERIAL_ORIGIN + timedelta(days=int(serial[1])), "serial", True)
    return _NO_DAY


def parse_day(text: str) -> date | None:
    """The day that the text writes, or None."""
    return read_day(text).value


def parse_days(series: pl.Series) -> pl.DataFrame:
    """Understand a whole column of texts.

    Returns as many rows with `value` (Date, null when empty or no day), `how` (Enum of `HOWS`, "" with a
    null value) and `repaired` (Boolean). The ISO form is read vectorised, everything else once per distinct
    text.
    """
    texts = series.cast(pl.String).rename("text")
    strict_iso = texts.str.contains(r"^\d{4}-\d{2}-\d{2}$") & (texts.str.len_bytes() == 10)
    value = texts.str.to_date("%Y-%m-%d", strict=False)
    iso = (strict_iso & (value.dt.year() >= _EARLIEST_YEAR)).fill_null(False)
    rest = np.flatnonzero((~iso & texts.is_not_null()).to_numpy())
    how = np.where(iso.to_numpy(), np.uint8(HOWS.index("iso")), np.uint8(0))
    repaired = np.zeros(len(texts), np.bool_)
    if len(rest):
        left = texts.gather(rest)
        known = {text: read_day(text) for text in left.unique().to_list()}
        readings = [known[text] for text in left.to_list()]
        value = value.scatter(rest, pl.Series([reading.value for reading in readings], dtype=pl.Date))
        how[rest] = [HOWS.index(reading.how) for reading in readings]
        repaired[rest] = [reading.repaired for reading in readings]
    return pl.DataFrame(
        {"value": value, "how": pl.Series(how).cat.to(HOW_ENUM), "repaired": pl.Series(repaired)}
    )


def _in_china(day: date | None, said: dict[str, str | None]) -> date | None:
    """The day on which that moment fell here; a moment without a zone is meant as it stands."""
    zone = said.get("zone")
    if day is None or not zone:
        return day
    ahead = 0 if zone == "Z" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[-2:]))
    minutes = int(said["hour"] or 0) * 60 + int(said["minute"] or 0) - ahead + _HERE
    try:
        return day + timedelta(days=minutes // (24 * 60))
    except OverflowError:
        return None


def _real(year: int, month: int, day: int) -> date | None:
    if year < _EARLIEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
