"""csv, tsv and other delimited text."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import polars as pl

from .encoding import Text
from .grid import Grid, grid_names, refuse_long
from .header import HEAD_ROWS, HeadingSet
from .model import Limits, Notice, Unreadable
from .quoting import Quoting, quoting

_SEPARATORS = (",", "\t", ";", "|")
_NAMES = {"\t": "制表符", ";": "分号", "|": "竖线"}
_FORMULA = r'(?s)^="(.*)"$'
_PIECE = 8 << 20  # bytes; so many rows at a time are parsed


class TooNarrow(Exception):
    """A row further down has more fields than expected."""


class NotUtf8(Exception):
    """The text stops being UTF-8 further down."""


def separator_of(head: str, headings: HeadingSet) -> str:
    """The separator under which the first lines show most expected headings, else the most even columns."""

    def merit(separator: str) -> tuple[int, float]:
        rows = _sample(head, separator)[:60]
        widths = [len(row) for row in rows if any(row)]
        if not widths:
            return (0, 0.0)
        usual = max(set(widths), key=lambda w: (widths.count(w), w))
        even = widths.count(usual) / len(widths)
        return max((headings.matches(row) for row in rows), default=0), (usual > 1) * even * (
            1 + min(usual, 50) / 100
        )

    return max(_SEPARATORS, key=merit)


def _sample(head: str, separator: str) -> list[list[str]]:
    try:
        return [
            row
            for row, _ in zip(
                csv.reader(io.StringIO(head), delimiter=separator), range(HEAD_ROWS), strict=False
            )
        ]
    except csv.Error:
        lines = re.split(r"\r\n|\r|\n", head)[:HEAD_ROWS]
        return [line.split(separator) for line in lines]


def delimited_grid(text: Text, headings: HeadingSet, limits: Limits, extra: int) -> Grid:
    """The one grid of a delimited text, `extra` columns wider than its first lines."""
    head = text.head()
    separator = separator_of(head, headings)
    eol = "\n" if "\n" in head else ("\r" if "\r" in head else "\n")
    quotes = quoting(text.data, text.start, separator.encode(), eol.encode())
    rows = _sample(head[: 256 * 1024], separator)
    width = max((len(row) for row in rows), default=1) + extra
    if width > limits.columns + extra:
        raise Unreadable("too_many_columns", {"columns": str(width - extra), "limit": str(limits.columns)})
    options: dict[str, Any] = {
        "has_header": False,
        "schema": dict.fromkeys(grid_names(width), pl.String),
        "infer_schema": False,
        "missing_columns": "insert",
        "separator": separator,
        "quote_char": '"' if quotes.used else None,
        "eol_char": eol,
    }
    notices = [] if separator == "," else [Notice("separator", None, _NAMES[separator], None)]
    if quotes.formulas:
        notices.append(Notice("text_formulas", None, None, None))
    reader = _Frames(text, options, limits, quotes, eol.encode())
    return Grid("", 0, width, reader.head(), reader.frames, notices=[*text.notices, *notices])


class _Frames:
    """The rows of a text, frame by frame, with the engine's complaints turned into ours."""

    def __init__(
        self, text: Text, options: dict[str, Any], limits: Limits, quotes: Quoting, eol: bytes
    ) -> None:
        self.text, self.options, self.limits, self.quotes, self.eol = text, options, limits, quotes, eol

    def head(self) -> list[tuple[str | None, ...]]:
        """The first rows; parsed from a piece of the text, for the engine would scan all of it."""
        raw = io.BytesIO(self.text.head().encode())
        try:
            return self._clean(pl.read_csv(raw, n_rows=HEAD_ROWS, **self.options)).rows()
        except pl.exceptions.PolarsError as error:
            raise self._ours(error) from error

    def frames(self, start: int) -> Iterator[pl.DataFrame]:
        """All rows from the 0-based row `start` on."""
        row = 0
        try:
            for frame in self._parsed():
                cut = max(0, min(start - row, frame.height))
                row += frame.height
                self._measure(frame, row - frame.height)
                if cut < frame.height:
                    yield self._clean(frame[cut:])
        except pl.exceptions.PolarsError as error:
            raise self._ours(error) from error

    def _parsed(self) -> Iterator[pl.DataFrame]:
        """One piece after the other, parsed while the one before it is worked on.

        The engine's own streaming of a file costs half as much again, and it runs far ahead of who asks.
        """
        with ThreadPoolExecutor(1) as hand:
            coming = deque[Future[pl.DataFrame]]()
            for piece in self._pieces():
                coming.append(hand.submit(pl.read_csv, piece, raise_if_empty=False, **self.options))
                if len(coming) > 1:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()

    def _pieces(self) -> Iterator[bytes]:
        """The text, cut where a row ends: at the end of a line that is in no quotes."""
        data, place = self.text.data, self.text.start
        while place < len(data):
            end = min(place + _PIECE, len(data))
            if end < len(data):
                end = data.rfind(self.eol, place, end) + 1 or self._end_of_line(end)
            while end < len(data) and self.quotes.open_at(end):
                end = self._end_of_line(data.find(b'"', end))
            yield data[place:end]
            place = end

    def _end_of_line(self, place: int) -> int:
        return self.text.data.find(self.eol, place) + 1 or len(self.text.data)

    def _measure(self, frame: pl.DataFrame, row: int) -> None:
        if frame.height + row > self.limits.rows + HEAD_ROWS:
            raise Unreadable("too_many_rows", {"limit": str(self.limits.rows)})
        refuse_long(frame, row + 1, 0, self.limits)

    def _ours(self, error: Exception) -> Exception:
        message = str(error)
        if "more fields" in message:
            return TooNarrow()
        if "utf-8" in message.lower() or "utf8" in message.lower():
            return NotUtf8()
        return Unreadable("broken_text", {"reason": message.splitlines()[0][:200]})

    def _clean(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Quoted nothing is nothing, and ="00123" is 00123."""
        if self.quotes.formulas:
            wrapped = [name for name in frame.columns if frame[name].str.starts_with('="').any()]
            frame = frame.with_columns(pl.col(wrapped).str.replace(_FORMULA, "$1"))
        if not self.quotes.doubled:
            return frame
        empty = [name for name in frame.columns if (frame[name] == "").any()]
        return frame.with_columns(pl.col(empty).replace("", None)) if empty else frame
