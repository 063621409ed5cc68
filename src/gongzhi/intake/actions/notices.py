"""What was done or seen on reading, in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from gongzhi.engine.checks import Mapping
from gongzhi.engine.checks.masks import masked_text
from gongzhi.engine.definitions import Definitions, Field, FieldType, Resource
from gongzhi.engine.lake import may_name_person
from gongzhi.engine.tables import Notice, Reading, Table

from .taking import Taken

_CELL_CONTENT = {"extra_cell", "merged_filled"}
_PLACE = re.compile(r"\{([a-z_]+)\}")


def notices_of(
    definitions: Definitions, reading: Reading, taken: Iterable[Taken] = ()
) -> Iterator[dict[str, Any]]:
    """The notices of a file and its tables with their texts.

    Cells of columns that nobody knows, or that may be about a person, are not quoted.
    """
    known = _quotable(reading, list(taken))
    every = [("", notice) for notice in reading.notices]
    every += [(table.sheet, notice) for table in reading.tables for notice in table.notices]
    for sheet, notice in _folded(every):
        finding = definitions.findings[notice.code]
        before, after = notice.before or "", notice.after or ""
        if notice.code in _CELL_CONTENT:
            field = known.get((sheet, (notice.cell or "").partition(":")[0].rstrip("0123456789")))
            before, after = _told(before, field), _told(after, field)
        if notice.code == "more_of_these":
            before = definitions.findings[before].title
        first, _, last = (notice.cell or "").partition(":")
        span = first if last in {"", first} else f"{first} 至 {last}"
        places = {"cell": notice.cell or "", "range": span, "before": before, "after": after}
        cell = f"{sheet}!{notice.cell}" if notice.cell and sheet else notice.cell or ""
        yield {"code": notice.code, "cell": cell, "text": filled(finding.message, places)}


def _folded(notices: Iterable[tuple[str, Notice]]) -> list[tuple[str, Notice]]:
    """The same with one for all formulas without a value of a sheet; each is a finding at its cell."""
    folded: list[tuple[str, Notice]] = []
    formulas: dict[str, list[str]] = {}
    for sheet, notice in notices:
        if notice.code == "formula_without_value" and notice.cell:
            formulas.setdefault(sheet, []).append(notice.cell)
        else:
            folded.append((sheet, notice))
    told = (
        (sheet, Notice("formulas_without_value", cells[0], after=str(len(cells))))
        for sheet, cells in formulas.items()
    )
    return [*told, *folded]


def not_taken(
    definitions: Definitions, resource: Resource, left: Iterable[tuple[Table, Mapping]]
) -> Iterator[dict[str, Any]]:
    """The tables that fit no sheet of the resource and were not read, each with the row of its heading."""
    for table, mapping in left:
        if not table.data.height:
            continue
        lacking = [fault.places["title"] for fault in mapping.faults if fault.code == "missing_column"]
        why = f"没有必填的“{'”“'.join(lacking)}”" if lacking else "列名对不上"
        sheet = f"工作表“{table.sheet}”" if table.sheet else "文件"
        places = {"sheet": sheet, "row": str(table.header_row), "title": resource.title, "why": why}
        text = filled(definitions.findings["table_not_read"].message, places)
        cell = f"{table.sheet}!{table.columns[0].letter}{table.header_row}" if table.sheet else ""
        yield {"code": "table_not_read", "cell": cell, "text": text}


def _quotable(reading: Reading, taken: list[Taken]) -> dict[tuple[str, str], Field]:
    """The fields that are about no person, by sheet and letter of their column.

    Where several tables stand on a sheet, a letter may mean another column in each: such are left out.
    """
    if not any(notice.code == "merged_filled" for table in reading.tables for notice in table.notices):
        return {}
    seen: Counter[tuple[str, str]] = Counter()
    for table in reading.tables:
        seen.update((table.sheet, column.letter) for column in table.columns)
    known: dict[tuple[str, str], Field] = {}
    for one in taken:
        for key, at in one.mapping.columns.items():
            field, place = one.sheet.field(key), (one.table.sheet, one.table.columns[at].letter)
            silent = field.personal or field.masked or field.type is FieldType.CODE_OR_ID
            if not silent and not may_name_person(one.sheet, field) and seen[place] == 1:
                known[place] = field
    return known


def _told(text: str, field: Field | None) -> str:
    """The content of a cell; its first letter where nobody knows whether it is a person's."""
    if not text:
        return ""
    return masked_text(text, field) if field else f"{text[0]}*"


def filled(template: str, places: dict[str, str]) -> str:
    """A catalogue text with its {places}; a place that nothing fills stays out."""
    return _PLACE.sub(lambda found: places.get(found[1], ""), template)
