"""Gathers for the checks that know history what they compare with, and what the page shows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import polars as pl

from gongzhi.engine.checks import Checked, Past, Season, amount_text, measured
from gongzhi.engine.definitions import (
    Definitions,
    Field,
    HistoryCheck,
    NearDuplicate,
    PresentElsewhere,
    Seasonal,
    Sheet,
    StockAndFlow,
)
from gongzhi.intake.models import Submission
from gongzhi.intake.queries import earlier

Keeper = Callable[[Sheet, Field], Callable[[pl.Series], pl.Series]]
_NOT_COMPARED = "nothing_to_compare"


class Comparing:
    """The checks of one submission's tables; `sheets` are the tables of the file in their order.

    A sheet that comes in several tables is compared with its season once, with its last table, over all.
    """

    def __init__(self, submission: Submission, definitions: Definitions, sheets: Sequence[Sheet]) -> None:
        self._submission, self._definitions = submission, definitions
        self._last = {sheet.code: index for index, sheet in enumerate(sheets)}
        self._accepted: dict[str, list[pl.DataFrame]] = {}
        self._there: dict[tuple[str, str], Past] = {}
        self.notices: list[dict[str, Any]] = []

    def past(self, index: int, sheet: Sheet) -> tuple[Past, ...]:
        """What the checks of this table need; what cannot be compared yet is said in `notices`."""
        found = []
        for check in self._definitions.checks_of(sheet.code):
            if not isinstance(check.compares, Seasonal):
                found.append(self._there_of(check))
            elif index == self._last[sheet.code]:
                found.append(self._season_of(check, check.compares, sheet))
        return tuple(found)

    def keepers(self, sheet: Sheet, keeper: Keeper) -> dict[str, Callable[[pl.Series], pl.Series]]:
        """How the lake keeps the columns that these checks look for elsewhere."""
        named: set[str] = set()
        for check in self._definitions.checks_of(sheet.code):
            if not isinstance(check.compares, Seasonal):
                named |= check.compares.fields
        fields = [sheet.field(key) for key in sorted(named)]
        return {field.column: keeper(sheet, field) for field in fields}

    def came_in(self, sheet: Sheet, rows: pl.DataFrame) -> None:
        """A table's accepted rows, which count with the next one of the same sheet."""
        if self._definitions.checks_of(sheet.code):
            self._accepted.setdefault(sheet.code, []).append(rows)

    def _there_of(self, check: HistoryCheck) -> Past:
        key = (check.key, check.table)
        if key not in self._there:
            self._there[key] = past = self._gathered(check)
            if past.there is None and not isinstance(check.compares, NearDuplicate):
                text = self._definitions.findings[_NOT_COMPARED].message
                text = text.replace("{title}", check.title).replace("{elsewhere}", past.elsewhere)
                self.notices.append({"code": _NOT_COMPARED, "cell": "", "text": text})
        return self._there[key]

    def _gathered(self, check: HistoryCheck) -> Past:
        definitions, compares = self._definitions, check.compares
        sheet = definitions.tables[check.table][1]
        if isinstance(compares, PresentElsewhere):
            there = earlier.values_elsewhere(
                definitions, self._submission, compares.elsewhere, compares.match
            )
            return Past(check, there, definitions.tables[compares.elsewhere][0].title)
        if isinstance(compares, NearDuplicate | StockAndFlow):
            there = earlier.earlier_rows(self._submission, sheet, compares)
            return Past(check, there, "本单位以前报送的数据")
        return Past(check, self._register, "纳税人登记簿")

    @cached_property
    def _register(self) -> pl.DataFrame | None:
        return earlier.register()

    def _season_of(self, check: HistoryCheck, compares: Seasonal, sheet: Sheet) -> Past:
        values, besides = earlier.earlier_values(self._submission, sheet, compares.field)
        besides += sum(measured(compares, sheet, rows) for rows in self._accepted.get(sheet.code, ()))
        return Past(check, earlier=values, besides=besides)


def trends(definitions: Definitions, checked: Iterable[Checked]) -> list[dict[str, Any]]:
    """The earlier periods of what is out of line with its season, for the small chart on the page."""
    return [_trend(definitions, check, season) for one in checked for check, season in one.seasons]


def _trend(definitions: Definitions, check: HistoryCheck, season: Season) -> dict[str, Any]:
    sheet, compares = definitions.tables[check.table][1], check.compares
    key = compares.field if isinstance(compares, Seasonal) else None
    summed = sheet.field(key) if key else None
    points = [
        {"period": period, "value": value, "text": amount_text(value, summed)}
        for period, value in season.shown
    ]
    return {
        "title": check.title,
        "points": points,
        "value": season.value,
        "text": amount_text(season.value, summed),
        "low": season.low,
        "high": season.high,
        "usual": f"{amount_text(season.low, summed)}至{amount_text(season.high, summed)}",
    }
