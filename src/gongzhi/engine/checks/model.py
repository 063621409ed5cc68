"""What a check is told, and what it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from gongzhi.engine.calendar import Period
from gongzhi.engine.definitions import Field, Finding, HistoryCheck

QUANTITY = pl.Decimal(18, 4)  # areas, numbers, percentages, as the lake keeps them
Suggest = Callable[[str], str | None]
Mask = npt.NDArray[np.bool_]

FINDINGS_SCHEMA = {
    "row": pl.UInt32,  # 1-based row in the sheet; null where the finding is about a column or the file
    "column": pl.Int32,  # 0-based column in the sheet; null where no one column is at fault
    "field": pl.String,
    "code": pl.String,
    "severity": pl.String,
    "value": pl.String,  # as written; masked where personal
    "suggestion": pl.String,
    "expected": pl.String,
    "other": pl.String,
    "kind": pl.UInt16,  # index into `Checked.kinds`
}
REPAIRED_SCHEMA = {
    "row": pl.UInt32,  # null: the repair holds for the whole column
    "column": pl.Int32,
    "before": pl.String,
    "after": pl.String,
    "code": pl.String,
}


@dataclass(frozen=True)
class Past:
    """A check that knows history, with what it is to compare with.

    there: what stands elsewhere, or the unit's own rows of before, None when nothing was accepted there
    yet; `elsewhere` is that table's title. earlier: the unit's values by period code; besides: what of this
    period came in already.
    """

    check: HistoryCheck
    there: pl.DataFrame | None = None
    elsewhere: str = ""
    earlier: Mapping[str, float] = field(default_factory=dict)
    besides: float = 0.0


@dataclass(frozen=True)
class Season:
    """A value beside those of earlier periods (`shown`, in order); `low` to `high` would be in line."""

    shown: tuple[tuple[str, float], ...]
    value: float
    usual: float
    low: float
    high: float
    compared: int
    unlike: bool


@dataclass(frozen=True)
class Waived:
    """One check of one column (or of the whole file) that is not asked of the sender until a day."""

    number: str  # how people name it
    until: dt.date


@dataclass(frozen=True)
class Context:
    """What the check must know besides the table.

    findings: the catalogue of texts, which also decides severities. as_of: the day on which the file is
    judged (dates after it are in the future). period: what the file is for, None where dates are free.
    known_keys: unique keys of earlier batches under the names of the lake columns (plus, optionally,
    `_batch` with a name to show). as_kept: how a key column stands there, by lake column (a person's id
    becomes its token); a personal key column without it is not compared with earlier batches.
    past: the checks that know history. waived: by code of the finding and key of the field ("" where it is
    about the whole file); what they find is a hint that names the waiver.
    """

    findings: Mapping[str, Finding]
    as_of: dt.date
    period: Period | None = None
    known_keys: pl.DataFrame | None = None
    as_kept: Mapping[str, Callable[[pl.Series], pl.Series]] = field(default_factory=dict)
    past: tuple[Past, ...] = ()
    waived: Mapping[tuple[str, str], Waived] = field(default_factory=dict)

    def waives(self, code: str, key: str | None) -> Waived | None:
        """The waiver of this check of this field, if the finding can have one at all."""
        return self.waived.get((code, key or "")) if self.findings[code].waivable else None


@dataclass(frozen=True)
class Kind:
    """What many findings share: code, severity, column, and the constant {places} of the text."""

    code: str
    severity: str
    field: str | None
    column: int | None
    places: Mapping[str, str]
    suggest: Suggest | None = None
    personal: bool = False
    eased: str = ""  # the finding that says why this one is a hint alone: waived, bureaus_own


@dataclass(frozen=True)
class Fault:
    """Findings of one code in one column. Series run beside `at` (positions in the table's data).

    `at` is None for a finding about the column or the file as a whole, or about `rows` of the sheet that
    are no records.
    """

    code: str
    at: pl.Series | None
    value: pl.Series | None = None
    suggestion: pl.Series | None = None
    expected: pl.Series | None = None
    other: pl.Series | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    severity: str | None = None  # None: as the catalogue says
    suggest: Suggest | None = None  # finds a suggestion for one text, when it is shown
    rows: pl.Series | None = None


@dataclass(frozen=True)
class Repair:
    """Cells put right on reading, all with one code; `at` is None where the whole column was read so."""

    code: str
    at: pl.Series | None
    before: pl.Series
    after: pl.Series


@dataclass(frozen=True)
class Written:
    """A column as it was written: String, null is an empty cell. `unit`: in heading or sheet, else None."""

    field: Field
    texts: pl.Series
    context: Context
    unit: str | None = None


@dataclass(frozen=True)
class Typed:
    """A column after reading: null where the cell is empty or failed.

    `failed` are the positions of cells whose content is no value of the type (sorted, UInt32): nothing
    that depends on them is checked again.
    """

    values: pl.Series
    failed: pl.Series
    faults: tuple[Fault, ...] = ()
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True)
class Checked:
    """The outcome for one table; `accepted.height + len(set_aside)` is the number of rows.

    accepted: the lake columns of the sheet (all of them; null where the file has no such column) in the
    sheet's order, plus `_row` (UInt32, 1-based row in the sheet). Types: codes, texts, names, phones, periods
    String; dates Date; money Int64 分; counts Int64; years Int32; areas (㎡), numbers and
    percent (in percent points: 12.5 for 12.5 %) Decimal(18, 4); yes/no Boolean.
    beside: columns that the template does not know, as written, under their headings, with `_row`.
    set_aside: sheet rows (UInt32) with at least one finding of severity block; all rows when `refused`.
    findings, repaired: see FINDINGS_SCHEMA, REPAIRED_SCHEMA; `kinds` carries what findings share.
    """

    sheet: str
    header_row: int  # 1-based, where a finding about a column stands
    accepted: pl.DataFrame
    beside: pl.DataFrame
    set_aside: pl.Series
    findings: pl.DataFrame
    repaired: pl.DataFrame
    kinds: tuple[Kind, ...]
    texts: pl.Series  # beside `findings`: the text as written where a suggestion may be sought; never stored
    refused: bool = False
    seasons: tuple[tuple[HistoryCheck, Season], ...] = ()  # those that are out of line

    @property
    def rows(self) -> int:
        return self.accepted.height + len(self.set_aside)

    def found_alone(self) -> Checked:
        """The findings and repairs without the rows, which may be large."""
        return replace(self, accepted=self.accepted.clear(), beside=self.beside.clear())

    @property
    def by_code(self) -> dict[str, int]:
        """How many findings of each code, the most frequent first."""
        counts = self.findings.group_by("code").len().sort(["len", "code"], descending=[True, False])
        return dict(counts.iter_rows())

    @property
    def counts(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "accepted": self.accepted.height,
            "set_aside": len(self.set_aside),
            "findings": self.findings.height,
            "repaired": self.repaired.height,
        }


def nowhere() -> pl.Series:
    """No positions."""
    return pl.Series("at", [], pl.UInt32)
