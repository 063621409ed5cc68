"""Gathers findings and repairs into frames: one `Kind` for all that share code, column and words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from gongzhi.engine.definitions import Field, FieldType, Sheet
from gongzhi.engine.tables import Table

from .headings import HeadingFault, Mapping_
from .masks import masked_text, shown, without_ids
from .model import (
    FINDINGS_SCHEMA,
    REPAIRED_SCHEMA,
    Checked,
    Context,
    Fault,
    Kind,
    Mask,
    Repair,
    Typed,
)

_FILE = Field.model_construct(key="file", title="文件", type=FieldType.TEXT)


class Gathering:
    """What one check has found so far."""

    def __init__(self, table: Table, context: Context, sheet: Sheet) -> None:
        self.table = table
        self.context = context
        self.sheet = sheet
        self.kinds: list[Kind] = []
        self.found: list[pl.DataFrame] = []
        self.mended: list[pl.DataFrame] = []
        self._blocked: Mask = np.zeros(table.data.height, dtype=np.bool_)

    def heading(self, fault: HeadingFault) -> None:
        """A finding about a column or the file."""
        field = self.sheet.field(fault.field) if fault.field else None
        self._add(field, fault.column, Fault(fault.code, None, places=fault.places))

    def column(self, field: Field, index: int, typed: Typed) -> None:
        """Faults and repairs of one column."""
        self.faults(field, index, typed.faults)
        for repair in typed.repairs:
            self._repair(field, index, repair)

    def faults(self, field: Field, index: int, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self._add(field, index, fault)

    def whole(self, key: str | None, mapping: Mapping_, fault: Fault) -> None:
        """A finding about a whole column, or about all rows."""
        self._add(self.sheet.field(key) if key else None, mapping.columns.get(key or ""), fault)

    def renamed(self, mapping: Mapping_) -> None:
        """Columns known by another name: told with the heading's cell."""
        for index, title in mapping.renamed.items():
            column = self.table.columns[index]
            frame = pl.DataFrame(
                {
                    "row": [self.table.header_row],
                    "column": [column.index],
                    "before": [column.header],
                    "after": [title],
                },
                schema_overrides=REPAIRED_SCHEMA,
            )
            self.mended.append(frame.with_columns(pl.lit("heading").alias("code")))

    def blocked(self) -> Mask:
        """True for rows that are set aside."""
        return self._blocked

    def refused(self, empty: pl.DataFrame) -> Checked:
        nothing = pl.DataFrame({"_row": pl.Series([], dtype=pl.UInt32)})
        return self.done(empty, nothing, self.table.rows.cast(pl.UInt32), refused=True)

    def done(
        self, accepted: pl.DataFrame, beside: pl.DataFrame, set_aside: pl.Series, *, refused: bool = False
    ) -> Checked:
        schema = {**FINDINGS_SCHEMA, "text": pl.String}
        findings = pl.concat(self.found) if self.found else pl.DataFrame(schema=schema)
        findings = findings.sort(["row", "column", "kind"], nulls_last=False, maintain_order=True)
        repaired = pl.concat(self.mended) if self.mended else pl.DataFrame(schema=REPAIRED_SCHEMA)
        return Checked(
            sheet=self.table.sheet,
            header_row=max(self.table.header_row, 1),
            accepted=accepted,
            beside=beside,
            set_aside=set_aside,
            findings=findings.drop("text"),
            repaired=repaired,
            kinds=tuple(self.kinds),
            texts=findings["text"],
            refused=refused,
        )

    def _add(self, field: Field | None, index: int | None, fault: Fault) -> None:
        severity = fault.severity or self.context.findings[fault.code].severity
        waived = self.context.waives(fault.code, field.key if field else None)
        eased = "waived" if waived else _eased(field, severity)
        agreed = {"waiver": waived.number, "until": waived.until.isoformat()} if waived else {}
        column = self.table.columns[index].index if index is not None else None
        title = {"column": field.title} if field else {}
        kind = Kind(
            fault.code,
            "hint" if eased else severity,
            field.key if field else None,
            column,
            {**title, **fault.places, **agreed},
            fault.suggest,
            bool(field and field.personal),
            eased,
        )
        self.kinds.append(kind)
        if kind.severity == "block" and fault.at is not None:
            self._blocked[fault.at.to_numpy()] = True
        self.found.append(self._frame(field or _FILE, kind, fault))

    def _frame(self, field: Field, kind: Kind, fault: Fault) -> pl.DataFrame:
        rows = self._rows(fault)
        length = len(rows)

        def beside(series: pl.Series | None, *, mask: bool) -> pl.Series:
            if series is None:
                return pl.Series([None], dtype=pl.String).new_from_index(0, length)
            series = series.cast(pl.String)
            return shown(series, field) if mask else series

        def same(value: object, dtype: object) -> pl.Series:
            return pl.Series([value], dtype=dtype).new_from_index(0, length)  # type: ignore[arg-type]  # a Polars type

        return pl.DataFrame(
            {
                "row": rows,
                "column": same(kind.column, pl.Int32),
                "field": same(kind.field, pl.String),
                "code": same(kind.code, pl.String),
                "severity": same(kind.severity, pl.String),
                "value": beside(fault.value, mask=True),
                "suggestion": beside(fault.suggestion, mask=True),
                "expected": beside(fault.expected, mask=False),
                "other": beside(fault.other, mask=False),
                "kind": same(len(self.kinds) - 1, pl.UInt16),
                "text": beside(fault.value if fault.suggest else None, mask=False),
            }
        )

    def _rows(self, fault: Fault) -> pl.Series:
        """The sheet's rows that a fault is about; one null for the whole column or file."""
        if fault.rows is not None:
            return fault.rows.cast(pl.UInt32)
        if fault.at is None:
            return pl.Series([None], dtype=pl.UInt32)
        return self.table.rows.gather(fault.at).cast(pl.UInt32)

    def _repair(self, field: Field, index: int, repair: Repair) -> None:
        at = repair.at
        rows = (
            pl.Series([None], dtype=pl.UInt32) if at is None else self.table.rows.gather(at).cast(pl.UInt32)
        )
        show = shown if field.personal and at is not None else _as_is
        column = pl.Series([self.table.columns[index].index], dtype=pl.Int32)
        code = pl.Series([repair.code], dtype=pl.String)
        self.mended.append(
            pl.DataFrame(
                {
                    "row": rows,
                    "column": column.new_from_index(0, len(rows)),
                    "before": show(repair.before, field),
                    "after": show(repair.after, field),
                    "code": code.new_from_index(0, len(rows)),
                }
            )
        )


def _eased(field: Field | None, severity: str) -> str:
    """What the bureau knows itself neither stops a provider's row nor asks about it."""
    return "bureaus_own" if field and not field.counted and severity in {"block", "explain"} else ""


def _as_is(values: pl.Series, field: Field) -> pl.Series:
    return without_ids(values)


__all__ = ["Gathering", "masked_text"]
