"""Faults and untidy habits as real files have them, each with what must be said about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random

from gongzhi.engine.definitions import Field, FieldType, Finding

from .grid import Cell, Grid, text_of

BAD_ROWS = 0.02  # of the rows of an untidy file
UNTIDY_CELLS = 0.05
Plant = tuple[Cell, str]  # the cell as it is then written, the code that must be reported
Maker = Callable[[Cell, Field, Random], Plant | None]


def plant_faults(grid: Grid, random: Random) -> None:
    """Spoil about one row in fifty; never one of a planted case, never one cell twice."""
    for row in _free(grid):
        if random.random() < BAD_ROWS:
            _one(grid, row, _FAULTS, "finding", random)


def plant_habits(grid: Grid, random: Random) -> None:
    """Write about one row in twenty untidily: it comes in, and the repair is told."""
    for row in _free(grid):
        if random.random() < UNTIDY_CELLS:
            _one(grid, row, _HABITS, "repair", random)


def plant_duplicate(grid: Grid, random: Random) -> None:
    """The last row of a file once more, as happens when two people paste."""
    free = _free(grid)
    first = grid.at(grid.sheet.key[0]) if grid.sheet.key else None
    if first is None or not free or grid.rows[free[-1]][first] is None:
        return
    row = random.choice([one for one in free if grid.rows[one][first] is not None])
    grid.rows.append(list(grid.rows[row]))
    grid.lines.append(grid.lines[row])
    grid.touched.add(row)
    grid.mark("duplicate_row", len(grid.rows) - 1, first)


def set_aside(grid: Grid, findings: Mapping[str, Finding]) -> int:
    """How many rows the marks keep out."""
    blocking = {mark.row for mark in grid.marks if mark.row is not None and _blocks(mark.code, findings)}
    return len(blocking)


def _blocks(code: str, findings: Mapping[str, Finding]) -> bool:
    return findings[code].severity == "block"


def _free(grid: Grid) -> list[int]:
    return [row for row, line in enumerate(grid.lines) if not line.firm and row not in grid.touched]


def _one(
    grid: Grid, row: int, makers: Mapping[FieldType, tuple[Maker, ...]], where: str, random: Random
) -> None:
    columns = list(range(len(grid.columns)))
    random.shuffle(columns)
    for column in columns:
        one = grid.columns[column].field
        if one is None or one.type not in makers:
            continue
        planted = random.choice(makers[one.type])(grid.rows[row][column], one, random)
        if planted is None or not _allowed(planted[1], grid, column):
            continue
        grid.rows[row][column] = planted[0]
        grid.mark(planted[1], row, column, where)
        return


def _allowed(code: str, grid: Grid, column: int) -> bool:
    """Not where one fault would make another: a day that an order names, a unit under another unit."""
    one, sheet = grid.columns[column].field, grid.sheet
    if one is None or (code == "unit" and "万元" in grid.columns[column].heading):
        return False
    if code != "out_of_period":
        return True
    named = {
        value for check in sheet.checks for value in check.model_dump().values() if isinstance(value, str)
    }
    return one.in_period and one.key not in named and one.key not in sheet.key


def _wrong_check(cell: Cell, one: Field, random: Random) -> Plant | None:
    if not _is_code(cell):
        return None
    text = text_of(cell)
    other = "1" if text[-1] != "1" else "2"
    either = one.type is FieldType.CODE_OR_ID
    return text[:-1] + other, "either_check_digit" if either else "code_check_digit"


def _letter_o(cell: Cell, one: Field, random: Random) -> Plant | None:
    """O for 0, the commonest slip of all."""
    if not _is_code(cell) or "0" not in text_of(cell)[10:]:
        return None
    text = text_of(cell)
    at = text.index("0", 10)
    return text[:at] + "O" + text[at + 1 :], "code_character"


def _too_short(cell: Cell, one: Field, random: Random) -> Plant | None:
    if not _is_code(cell):
        return None
    return text_of(cell)[:-1], "either_length" if one.type is FieldType.CODE_OR_ID else "code_length"


def _scientific(cell: Cell, one: Field, random: Random) -> Plant | None:
    return ("9.13306E+17", "digits_lost") if _is_code(cell) else None


def _is_code(cell: Cell) -> bool:
    text = text_of(cell)
    return len(text) == 18 and not text.startswith("99")


def _blank(cell: Cell, one: Field, random: Random) -> Plant | None:
    return (None, "required") if one.required and cell is not None else None


def _no_day(cell: Cell, one: Field, random: Random) -> Plant | None:
    return (random.choice(["待定时间", "2026-13-45", "见所附表"]), "not_date") if cell else None


def _month_alone(cell: Cell, one: Field, random: Random) -> Plant | None:
    return (f"{cell.year}年{cell.month}月", "month_only") if isinstance(cell, dt.date) else None


def _other_year(cell: Cell, one: Field, random: Random) -> Plant | None:
    if not isinstance(cell, dt.date):
        return None
    return cell - dt.timedelta(days=731), "out_of_period"


def _no_number(cell: Cell, one: Field, random: Random) -> Plant | None:
    return (random.choice(["约三百", "详见合同", "12.5.3"]), "not_number") if cell is not None else None


def _not_whole(cell: Cell, one: Field, random: Random) -> Plant | None:
    return ("若干", "not_whole") if cell is not None else None


def _unlisted(cell: Cell, one: Field, random: Random) -> Plant | None:
    return ("未分类之甲", "not_listed") if cell is not None else None


def _odd_phone(cell: Cell, one: Field, random: Random) -> Plant | None:
    return ("12345", "phone_form") if cell is not None else None


def _lower(cell: Cell, one: Field, random: Random) -> Plant | None:
    text = text_of(cell)
    return (text.lower(), "case") if _is_code(cell) and text.lower() != text else None


def _spaced(cell: Cell, one: Field, random: Random) -> Plant | None:
    text = text_of(cell)
    return (f"{text[:8]} {text[8:]}", "blanks") if _is_code(cell) else None


def _padded(cell: Cell, one: Field, random: Random) -> Plant | None:
    return (f"{cell}\u3000", "blanks") if isinstance(cell, str) and cell else None


def _written_day(cell: Cell, one: Field, random: Random) -> Plant | None:
    if not isinstance(cell, dt.date):
        return None
    y, m, d = cell.year, cell.month, cell.day
    return random.choice(
        [f"{y}.{m}.{d}", f"{y}年{m}月{d}日", f"{y}/{m}/{d}", f"{y}{m:02d}{d:02d}"]
    ), "date_form"


def _commas(cell: Cell, one: Field, random: Random) -> Plant | None:
    return (f"{cell:,.2f}", "separators") if isinstance(cell, Decimal) and cell >= 1000 else None


def _currency(cell: Cell, one: Field, random: Random) -> Plant | None:
    return (f"￥{text_of(cell)}", "currency") if isinstance(cell, Decimal) and cell > 0 else None


def _ten_thousands(cell: Cell, one: Field, random: Random) -> Plant | None:
    if not isinstance(cell, Decimal) or one.unit not in {None, "元"} or cell < 10_000:
        return None
    return f"{text_of(cell / 10_000)}万元", "unit"


_FAULTS: Mapping[FieldType, tuple[Maker, ...]] = {
    FieldType.CREDIT_CODE: (_wrong_check, _wrong_check, _letter_o, _letter_o, _too_short, _scientific),
    FieldType.CODE_OR_ID: (_wrong_check, _letter_o, _too_short),
    FieldType.NAME: (_blank,),
    FieldType.TEXT: (_blank,),
    FieldType.CERTIFICATE: (_blank,),
    FieldType.DATE: (_no_day, _month_alone, _other_year),
    FieldType.MONEY: (_no_number,),
    FieldType.AREA: (_no_number,),
    FieldType.COUNT: (_not_whole,),
    FieldType.ENUM: (_unlisted,),
    FieldType.PHONE: (_odd_phone,),
}
_HABITS: Mapping[FieldType, tuple[Maker, ...]] = {
    FieldType.CREDIT_CODE: (_lower, _spaced),
    FieldType.NAME: (_padded,),
    FieldType.ADDRESS: (_padded,),
    FieldType.DATE: (_written_day, _written_day),
    FieldType.MONEY: (_commas, _currency, _ten_thousands),
}
