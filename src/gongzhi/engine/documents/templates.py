"""The Excel template of a sheet: headings, choices, prompts, and a page that explains every column."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter

from gongzhi.engine.definitions import Field, FieldType, Resource, Sheet

from .look import ACCENT, MARK_SHEET, RULE, Stamp, head_style, open_workbook, sheet_name, stamp, style

GUIDE_SHEET = "填报说明"
_ROWS = 5_000
_LONGEST_LIST = 250
_AS_TEXT = {
    FieldType.CREDIT_CODE, FieldType.PERSON_ID, FieldType.CODE_OR_ID, FieldType.CERTIFICATE, FieldType.PHONE,
    FieldType.NAME, FieldType.PERSON_NAME, FieldType.TEXT, FieldType.ADDRESS, FieldType.PERIOD,
}  # fmt: skip
_WHAT = {
    FieldType.CREDIT_CODE: "统一社会信用代码（18位）",
    FieldType.PERSON_ID: "身份证件号码",
    FieldType.CODE_OR_ID: "单位填统一社会信用代码，个人填身份证号码",
    FieldType.NAME: "名称",
    FieldType.PERSON_NAME: "姓名",
    FieldType.TEXT: "文字",
    FieldType.DATE: "日期，如 2026-03-12",
    FieldType.PERIOD: "期间，如 2026-09、2026Q3、2026",
    FieldType.YEAR: "年份，如 2026",
    FieldType.MONEY: "金额",
    FieldType.AREA: "面积",
    FieldType.NUMBER: "数字",
    FieldType.COUNT: "整数",
    FieldType.PERCENT: "百分数，12.5% 填 12.5",
    FieldType.ENUM: "从下拉框中选",
    FieldType.BOOLEAN: "是或否",
    FieldType.PHONE: "电话号码",
    FieldType.ADDRESS: "地址",
    FieldType.CERTIFICATE: "证件、合同、文书的编号",
}
_WIDTH = {FieldType.CREDIT_CODE: 24, FieldType.PERSON_ID: 24, FieldType.CODE_OR_ID: 26, FieldType.NAME: 30,
          FieldType.ADDRESS: 34, FieldType.TEXT: 26, FieldType.CERTIFICATE: 24}  # fmt: skip
_DEFAULT_UNIT = {FieldType.MONEY: "元", FieldType.AREA: "㎡", FieldType.PERCENT: "%"}


def template(resource: Resource, digest: str, *, letter: str | None = None, providers: str = "") -> bytes:
    """The workbook that a unit fills: a data sheet for each sheet of the resource, and the explanations.

    `digest`: of the definitions; `letter`: only that sheet (KeyError when there is none); `providers`: names
    to show. Equal definitions give equal bytes. Headings stand in row 1.
    """
    sheets = resource.sheets if letter is None else (resource.sheet(letter),)
    target = io.BytesIO()
    book = open_workbook(target)
    made = dt.datetime.combine(resource.since, dt.time(), dt.UTC).replace(tzinfo=None)
    book.set_properties({"title": resource.title, "subject": resource.document, "created": made})
    lists = {(sheet.code, f.key): f.values for sheet in sheets for f in sheet.fields if _needs_list_sheet(f)}
    for sheet in sheets:
        _data_sheet(book, sheet, list(lists))
    _guide_sheet(book, resource, sheets, providers)
    stamp(book, Stamp(resource.number, digest), list(lists.values()))
    book.close()
    return target.getvalue()


def heading(field: Field) -> str:
    """A column's heading: the title, with the unit where the title does not carry it."""
    unit = unit_shown(field)
    return field.title if not unit or unit in field.title else f"{field.title}（{unit}）"


def unit_shown(field: Field) -> str:
    """The unit in which the template asks, empty for columns without one."""
    return field.unit or _DEFAULT_UNIT.get(field.type, "")


def _needs_list_sheet(field: Field) -> bool:
    """Excel takes at most 255 characters of choices inside a cell's rule."""
    return field.type is FieldType.ENUM and len(",".join(field.values)) > _LONGEST_LIST


def _data_sheet(book: xlsxwriter.Workbook, sheet: Sheet, lists: list[tuple[str, str]]) -> None:
    page = book.add_worksheet(sheet_name(sheet.title))
    must, may = head_style(book), head_style(book, strong=False)
    page.set_row(0, 32)
    page.freeze_panes(1, 0)
    text, day, number = style(book, num_format="@"), style(book, num_format="yyyy-mm-dd"), style(book)
    for column, field in enumerate(sheet.fields):
        body = text if field.type in _AS_TEXT else day if field.type is FieldType.DATE else number
        page.set_column(column, column, _WIDTH.get(field.type, max(12, 2 * len(heading(field)) + 2)), body)
        page.write_string(0, column, heading(field), must if field.required else may)
        page.write_comment(0, column, _advice(field), {"x_scale": 2, "y_scale": 1.2, "author": ""})
        page.data_validation(1, column, _ROWS, column, _rule(field, sheet.code, lists))
    page.autofilter(0, 0, 0, len(sheet.fields) - 1)


def _advice(field: Field) -> str:
    lines = ["必填" if field.required else "选填", _WHAT[field.type]]
    lines += [f"单位：{unit_shown(field)}"] if unit_shown(field) else []
    lines += [field.help] if field.help else []
    lines += [f"示例：{field.example}"] if field.example else []
    return "\n".join(lines)


def _rule(field: Field, code: str, lists: list[tuple[str, str]]) -> dict[str, Any]:
    """A prompt for every cell, choices where there are any. Nothing is refused while typing."""
    rule: dict[str, Any] = {
        "validate": "any",
        "input_title": field.title[:32],
        "input_message": _advice(field)[:255],
        "error_type": "warning",
        "error_title": "请再看一下",
    }
    if field.type is FieldType.BOOLEAN:
        rule |= {"validate": "list", "source": ["是", "否"], "error_message": "请填“是”或“否”。"}
    elif (code, field.key) in lists:
        column = xlsxwriter.utility.xl_col_to_name(3 + lists.index((code, field.key)))
        source = f"='{MARK_SHEET}'!${column}$1:${column}${len(field.values)}"
        rule |= {"validate": "list", "source": source, "error_message": "这个值不在可选的值之内。"}
    elif field.type is FieldType.ENUM:
        rule |= {
            "validate": "list",
            "source": list(field.values),
            "error_message": "这个值不在可选的值之内。",
        }
    return rule


def _guide_sheet(
    book: xlsxwriter.Workbook, resource: Resource, sheets: tuple[Sheet, ...], providers: str
) -> None:
    page = book.add_worksheet(GUIDE_SHEET)
    page.hide_gridlines(2)
    title = style(book, bold=True, font_size=14, font_color=ACCENT)
    plain, strong = style(book), style(book, bold=True)
    wrap = style(book, text_wrap=True, border=1, border_color=RULE, valign="top")
    page.write_string(0, 0, f"《{resource.title}》填报说明", title)
    facts = [
        ("资源编号", resource.number),
        ("提供单位", providers),
        ("报送频率", resource.frequency),
        ("依据", f"{resource.document} {resource.clause}"),
        ("怎么填", "从第 2 行起填，一行一条；列名不要改，列的先后可以变；不需要合计行。"),
        ("怎么报", "填好后原样上传；系统会逐格检查，有问题的行单独列出，改好再补报。"),
    ]
    for row, (name, value) in enumerate((fact for fact in facts if fact[1]), start=2):
        page.write_string(row, 0, name, strong)
        page.write_string(row, 1, value, plain)
    line = 3 + len(facts)
    for sheet in sheets:
        page.write_string(line, 0, f"表：{sheet.title}", strong)
        page.write_row(line + 1, 0, _GUIDE_HEADS, head_style(book))
        for offset, field in enumerate(sheet.fields, start=2):
            page.write_row(line + offset, 0, _guide_row(field), wrap)
        line += len(sheet.fields) + 3
    for column, width in enumerate((26, 10, 30, 8, 30, 44, 24, 30)):
        page.set_column(column, column, width)
    page.set_landscape()
    page.fit_to_pages(1, 0)


_GUIDE_HEADS = ("列名", "是否必填", "填什么", "单位", "可选的值", "说明", "示例", "文件中的数据项")


def _guide_row(field: Field) -> tuple[str, ...]:
    need = "必填" if field.required else "选填"
    return (
        heading(field),
        need,
        _WHAT[field.type],
        unit_shown(field),
        "、".join(field.values),
        field.help or "",
        field.example or "",
        "（建议增加，文件未列）" if field.proposed else field.item or field.source_title or field.title,
    )


__all__ = ["GUIDE_SHEET", "heading", "template", "unit_shown"]
