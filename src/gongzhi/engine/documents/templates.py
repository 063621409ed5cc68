"""The Excel template of a resource: a sheet to fill for each of its tables, and a page that explains them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from gongzhi.engine.definitions import Field, FieldType, Resource, Sheet
from gongzhi.engine.definitions.examples import example_row

from .cells import AS_TEXT, Place, advice, condition, entry_rule, unit_shown
from .guide import GUIDE_SHEET, guide_sheet, heading, wide
from .look import MARK_SHEET, RULE, Stamp, head_style, open_workbook, sheet_name, stamp, style

ROWS = 5_000
FIRST_ROW = 2
"""0-based row in which filling starts, below heading and example."""
EXAMPLE = "（示例）"
"""How the example begins, so that it is known again and never read as data."""
_PAGE_WIDTH = 180  # places of a landscape page that can still be read
_LONGEST_LIST = 250  # Excel takes at most 255 characters of choices inside a cell's rule
_WIDTH = {FieldType.CREDIT_CODE: 24, FieldType.PERSON_ID: 24, FieldType.CODE_OR_ID: 26, FieldType.NAME: 30,
          FieldType.ADDRESS: 34, FieldType.TEXT: 26, FieldType.CERTIFICATE: 24}  # fmt: skip
_NUMBERS = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT, FieldType.PERCENT}
_FORMAT = {FieldType.DATE: "yyyy-mm-dd", FieldType.COUNT: "#,##0", FieldType.MONEY: "#,##0.00####"}
Lists = dict[tuple[str, str], tuple[str, ...]]


def template(resource: Resource, digest: str, *, letter: str | None = None, providers: str = "") -> bytes:
    """The workbook that a unit fills: a data sheet for each sheet of the resource, and the explanations.

    `digest`: of the definitions; `letter`: only that sheet (KeyError when there is none); `providers`: names
    to show. Equal definitions give equal bytes. Headings stand in row 1. In row 2 stands a worked example
    that begins with （示例）; it is not read, and whoever writes over it has written a row like any other.
    """
    sheets = resource.sheets if letter is None else (resource.sheet(letter),)
    target = io.BytesIO()
    book = open_workbook(target)
    made = dt.datetime.combine(resource.since, dt.time(), dt.UTC).replace(tzinfo=None)
    book.set_properties({"title": resource.title, "subject": resource.document, "created": made})
    lists = {(sheet.code, f.key): f.values for sheet in sheets for f in sheet.fields if _needs_list_sheet(f)}
    for sheet in sheets:
        _data_sheet(book, sheet, lists)
    guide_sheet(book, resource, sheets, providers)
    stamp(book, Stamp(resource.number, digest), list(lists.values()))
    book.close()
    return target.getvalue()


def _needs_list_sheet(field: Field) -> bool:
    return field.type is FieldType.ENUM and len(",".join(field.values)) > _LONGEST_LIST


@dataclass(frozen=True)
class _Pens:
    """The formats of a data sheet."""

    must: Any
    may: Any
    example: Any
    example_number: Any
    fault: Any

    @classmethod
    def of(cls, book: xlsxwriter.Workbook) -> _Pens:
        grey = {"italic": True, "font_color": "#7A746A", "bg_color": "#F4F2EC", "bottom": 1}
        grey |= {"bottom_color": RULE, "text_wrap": True}
        return cls(
            must=head_style(book),
            may=head_style(book, strong=False),
            example=style(book, num_format="@", **grey),
            example_number=style(book, **grey),
            fault=book.add_format({"bg_color": "#F8D0CC"}),
        )


def _data_sheet(book: xlsxwriter.Workbook, sheet: Sheet, lists: Lists) -> None:
    page = book.add_worksheet(sheet_name(sheet.title))
    pens = _Pens.of(book)
    last = len(sheet.fields) - 1
    page.set_row(0, 34)
    page.set_row(1, 32)
    page.freeze_panes(FIRST_ROW, 1)
    example = example_row(sheet)
    width = 0.0
    for column, field in enumerate(sheet.fields):
        place = Place(column, FIRST_ROW, ROWS, last)
        shown = f"{EXAMPLE}{example[field.key]}" if column == 0 else example[field.key]
        page.set_column(column, column, _width(field, shown), _body(book, field))
        width += _width(field, shown)
        page.write_string(0, column, heading(field), pens.must if field.required else pens.may)
        page.write_comment(0, column, advice(field), {"x_scale": 2, "y_scale": 1.4, "author": ""})
        _write_example(page, column, field, shown, pens)
        page.data_validation(*place.area, entry_rule(field, place, _choices(sheet, field, lists)))
        for formula in condition(field, place):
            page.conditional_format(
                *place.area, {"type": "formula", "criteria": formula, "format": pens.fault}
            )
    page.data_validation(1, 0, 1, last, _keep_out())
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(max(1, round(width / _PAGE_WIDTH)), 0)
    page.repeat_rows(0)


def _width(field: Field, example: str) -> float:
    """Wide enough for the type, for the heading, and for the example in two lines at most."""
    wanted = max(2 * len(heading(field)) + 3, 1.1 * wide(example))
    return max(_WIDTH.get(field.type, 0), min(40, wanted), 12)


def _body(book: xlsxwriter.Workbook, field: Field) -> Any:
    if field.type in AS_TEXT:
        return style(book, num_format="@")
    shown = field.type is not FieldType.MONEY or unit_shown(field) == "元"
    return style(book, num_format=_FORMAT.get(field.type, "General") if shown else "General")


def _write_example(page: Any, column: int, field: Field, value: str, pens: _Pens) -> None:
    if column and field.type in _NUMBERS:
        page.write_number(1, column, float(value), pens.example_number)
    else:
        page.write_string(1, column, value, pens.example)


def _choices(sheet: Sheet, field: Field, lists: Lists) -> str | Sequence[str]:
    """What a dropdown offers: the values themselves, or where the hidden sheet holds them."""
    place = (sheet.code, field.key)
    if place not in lists:
        return field.values
    column = xlsxwriter.utility.xl_col_to_name(3 + list(lists).index(place))
    return f"='{MARK_SHEET}'!${column}$1:${column}${len(field.values)}"


def _keep_out() -> dict[str, Any]:
    """Typing over the example is stopped: what stands in its row is not read."""
    return {
        "validate": "custom",
        "value": "=FALSE",
        "input_title": "示例行",
        "input_message": "这一行只是示例，系统不读。请从第 3 行起填写，不要改这一行。",
        "error_type": "stop",
        "error_title": "这一行是示例",
        "error_message": "系统不读这一行。请从第 3 行起填写。",
    }


__all__ = ["EXAMPLE", "FIRST_ROW", "GUIDE_SHEET", "heading", "template", "unit_shown"]
