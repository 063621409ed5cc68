"""填报说明: what every column means, in which unit, on what ground, and how its rows are checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import xlsxwriter

from gongzhi.engine.definitions import Field, Resource, Sheet
from gongzhi.engine.definitions.examples import example_row

from .cells import WHAT, parted, span, unit_shown
from .look import ACCENT, RULE, head_style, style
from .meanings import basis_of, in_words, meaning

GUIDE_SHEET = "填报说明"
_HEADS = ("列名", "必填", "含义", "填什么", "单位", "可选的值或范围", "示例", "依据")
_WIDTHS = (26, 7, 44, 30, 9, 36, 28, 48)
_HOW = (
    (
        "怎么填",
        "从第 3 行起填，一行一条；第 2 行是示例，系统不读。列名不要改，列的先后可以变；不需要合计行。",
    ),
    ("颜色", "深色列名必填，浅色选填。填的时候格子变红，是必填的还空着，或者代码位数不对。"),
    ("自己的列", "要给自己留的列，列名以“备查”开头（如“备查经办人”）。系统不读它，退回的表里原样保留。"),
    ("怎么报", "填好后原样上传；系统会逐格检查，有问题的行单独列出，改好再补报。"),
)


def heading(field: Field) -> str:
    """A column's heading: the title, with the unit where the title does not carry it."""
    unit = unit_shown(field)
    carried = unit in field.title or parted(field.title, unit)[0] != field.title
    return field.title if carried else f"{field.title}（{unit}）"


def guide_sheet(
    book: xlsxwriter.Workbook, resource: Resource, sheets: tuple[Sheet, ...], providers: str
) -> None:
    """Write the page: the facts of the resource, then for each sheet its columns and its checks."""
    page = book.add_worksheet(GUIDE_SHEET)
    page.hide_gridlines(2)
    page.set_row(0, 28)
    page.write_string(
        0, 0, f"《{resource.title}》填报说明", style(book, bold=True, font_size=15, font_color=ACCENT)
    )
    name = style(book, bold=True, valign="top")
    told = style(book, text_wrap=True, valign="top")
    facts = [
        ("资源编号", resource.number),
        ("提供单位", providers),
        ("报送频率", resource.frequency),
        ("依据", f"{resource.document} {resource.clause}"),
        *_HOW,
    ]
    line = 2
    for word, text in (fact for fact in facts if fact[1]):
        page.write_string(line, 0, word, name)
        page.merge_range(line, 1, line, len(_HEADS) - 1, text, told)
        line += 1
    for sheet in sheets:
        line = _sheet(book, page, resource, sheet, line + 1)
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _sheet(book: xlsxwriter.Workbook, page: Any, resource: Resource, sheet: Sheet, line: int) -> int:
    """One sheet from this line on; the line after it."""
    strong = style(book, bold=True, font_size=12, font_color=ACCENT)
    wrap = style(book, text_wrap=True, border=1, border_color=RULE, valign="top")
    centre = style(book, text_wrap=True, border=1, border_color=RULE, valign="top", align="center")
    page.write_string(line, 0, f"表：{sheet.title}", strong)
    page.write_row(line + 1, 0, _HEADS, head_style(book))
    example = example_row(sheet)
    line += 2
    for field in sheet.fields:
        texts = _row(resource, sheet, field, example[field.key])
        page.set_row(line, _height(texts))
        for column, text in enumerate(texts):
            page.write_string(line, column, text, centre if column in {1, 4} else wrap)
        line += 1
    told = list(_checks(sheet))
    if told:
        page.write_string(line + 1, 0, "各列之间", style(book, bold=True, valign="top"))
        for offset, text in enumerate(told, start=1):
            page.merge_range(
                line + offset, 1, line + offset, len(_HEADS) - 1, text, style(book, text_wrap=True)
            )
        line += len(told) + 1
    return line + 1


def wide(text: str) -> int:
    """How many places a text takes; a Chinese character takes two."""
    return sum(2 if ord(letter) > 0x2000 else 1 for letter in text)


def _height(texts: tuple[str, ...]) -> float:
    """A row as high as its longest text needs."""
    lines = (-(-wide(text) // (width - 1)) for text, width in zip(texts, _WIDTHS, strict=True))
    return 15.5 * max(1, *lines) + 3


def _row(resource: Resource, sheet: Sheet, field: Field, example: str) -> tuple[str, ...]:
    return (
        heading(field),
        "必填" if field.required else "选填",
        field.help or meaning(sheet, field),
        WHAT[field.type],
        unit_shown(field),
        "、".join(field.values) or span(field),
        example,
        basis_of(resource, sheet, field),
    )


def _checks(sheet: Sheet) -> Iterator[str]:
    """The checks across columns in words, as the sender will meet them."""
    for check in sheet.checks:
        yield in_words(check, sheet)
    if sheet.key:
        titles = "、".join(f"“{sheet.field(key).title}”" for key in sheet.key)
        yield f"{titles}相同的行只报一次。" if len(sheet.key) == 1 else f"{titles}都相同的行只报一次。"
