"""What was done or seen on reading, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from gongzhi.engine.checks import Mapping
from gongzhi.engine.definitions import Definitions, Resource
from gongzhi.engine.tables import Notice, Reading, Table

_CELL_CONTENT = {"extra_cell", "merged_filled"}
_PLACE = re.compile(r"\{([a-z_]+)\}")


def notices_of(definitions: Definitions, reading: Reading) -> Iterator[dict[str, Any]]:
    """The notices of a file and its tables with their texts; cells that nobody knows are not quoted."""
    every = [("", notice) for notice in reading.notices]
    every += [(table.sheet, notice) for table in reading.tables for notice in table.notices]
    for sheet, notice in _folded(every):
        finding = definitions.findings[notice.code]
        before, after = notice.before or "", notice.after or ""
        if notice.code in _CELL_CONTENT:
            before, after = _quiet(before), _quiet(after)
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


def _quiet(text: str) -> str:
    """Content of a cell whose column nobody knows, so that it may be a person's: its first letter."""
    return f"{text[0]}*" if text else ""


def filled(template: str, places: dict[str, str]) -> str:
    """A catalogue text with its {places}; a place that nothing fills stays out."""
    return _PLACE.sub(lambda found: places.get(found[1], ""), template)
