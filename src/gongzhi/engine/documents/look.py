"""How workbooks look, and how text is kept from being anything but text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

MARK_SHEET = "_gongzhi"
LAST_ROW = 1_048_576  # of a sheet
FONT = "Microsoft YaHei"
WORD = {"block": "阻断", "explain": "需说明", "hint": "提示", "refuse": "整份退回"}
FILL = {"block": "#F8D0CC", "refuse": "#F8D0CC", "explain": "#FCE8B8", "hint": "#DCE4EE"}
RANK = {"refuse": 0, "block": 1, "explain": 2, "hint": 3}
ACCENT, RULE = "#1F4E8C", "#C9C5BD"
_STARTS_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True)
class Stamp:
    """The hidden mark of a workbook: resource number (with the sheet's letter), version, batch to add to."""

    resource: str
    version: str
    adds: str | None = None

    @property
    def values(self) -> dict[str, str]:
        found = {"resource": self.resource, "version": self.version, "adds": self.adds or ""}
        return {key: value for key, value in found.items() if value}


def open_workbook(target: Path | io.BytesIO, *, streaming: bool = False) -> xlsxwriter.Workbook:
    """A workbook in which text is never a formula or a link. `streaming`: rows leave memory once written."""
    options: dict[str, Any] = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": streaming,
    }
    book = xlsxwriter.Workbook(target, options)
    book.formats[0].set_font_name(FONT)
    book.formats[0].set_font_size(10)
    return book


def stamp(book: xlsxwriter.Workbook, mark: Stamp, lists: Sequence[Sequence[str]] = ()) -> None:
    """Write the mark into a very hidden sheet and the document's own properties; `lists` stand beside it."""
    sheet = book.add_worksheet(MARK_SHEET)
    for row, (key, value) in enumerate(mark.values.items()):
        sheet.write_row(row, 0, (key, value))
        book.set_custom_property(key, value, "text")
    for column, values in enumerate(lists, start=3):
        sheet.write_column(0, column, values)
    sheet.very_hidden()


def style(book: xlsxwriter.Workbook, **extra: Any) -> Any:
    """A cell format of the house; `extra` as XlsxWriter names it."""
    return book.add_format({"font_name": FONT, "font_size": 10, "valign": "vcenter", **extra})


def head_style(book: xlsxwriter.Workbook, *, strong: bool = True) -> Any:
    """A heading: dark where the column must be filled, light where it may stay empty."""
    colours = {"bg_color": ACCENT, "font_color": "#FFFFFF"} if strong else {"bg_color": "#DCE4EE"}
    return style(book, bold=True, text_wrap=True, align="center", border=1, border_color=RULE, **colours)


def sheet_name(title: str) -> str:
    """A title fit to name a sheet: 31 characters, none of those that Excel refuses."""
    return title.translate(_SHEET_NAME).strip()[:31] or "数据"


def neutral(texts: pl.Series) -> pl.Series:
    """Texts for delimited files: what a spreadsheet would take for a formula gets an apostrophe in front."""
    risky = texts.str.contains(_STARTS_FORMULA).fill_null(False)
    frame = pl.DataFrame({"text": texts, "risky": risky})
    guarded = pl.when("risky").then(pl.lit("'") + pl.col("text")).otherwise(pl.col("text"))
    return frame.select(guarded.alias(texts.name)).to_series()
