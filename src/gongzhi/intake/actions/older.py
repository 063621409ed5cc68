"""A workbook made under another edition of its template: carried over, or told what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gongzhi.editions.queries import Template, template_by, wordings
from gongzhi.engine.checks import carried, map_columns
from gongzhi.engine.definitions import Sheet, only_grew
from gongzhi.engine.tables import Notice, Reading, Table
from gongzhi.intake.models import Submission

from .taking import sheets_of

MOST_TOLD = 8
"""Changes that a notice names one by one."""


class TemplateChanged(Exception):
    """More than added or renamed columns lies between the workbook and its period; `places` for the text."""

    def __init__(self, places: dict[str, str]) -> None:
        self.places = places
        super().__init__(places)


def every_sheet(number: str) -> Iterator[Sheet]:
    """The sheets of all editions of a resource, so that the headings of any of them are found in a file."""
    for _, _, resource in wordings(number):
        yield from resource.sheets


def brought_over(reading: Reading, submission: Submission, sheets: Sequence[Sheet]) -> Reading:
    """The reading with its headings as the period's edition calls them, and a notice that says so.

    Raises TemplateChanged where the workbook's hidden mark names an edition between which and the period's
    more happened than that columns were added or renamed.
    """
    if reading.mark is None:
        return reading
    template = template_by(submission.resource, submission.period, reading.mark.version)
    if template is None:
        return reading
    made, asked = template.resources
    earlier, later = (asked, made) if template.newer else (made, asked)
    if not only_grew(earlier, later, backwards=template.newer):
        raise TemplateChanged(_places(template))
    tables = tuple(_brought(table, made.sheets, sheets) for table in reading.tables)
    places = _places(template)
    notice = Notice("template_carried", None, f"第 {places['made']} 版", f"第 {places['asked']} 版")
    told = [Notice("template_change", None, None, text) for text in template.changes[:MOST_TOLD]]
    return replace(reading, tables=tables, notices=(*reading.notices, notice, *told))


def brought_or_not(reading: Reading, submission: Submission) -> Reading:
    """`brought_over` for the copies that go back, made of any file: as it came where it cannot be."""
    try:
        return brought_over(reading, submission, sheets_of(submission))
    except TemplateChanged:
        return reading


def _brought(table: Table, made: Sequence[Sheet], asked: Sequence[Sheet]) -> Table:
    """The table under the sheet that it fits best among those with which the workbook was made."""
    here = {sheet.letter: sheet for sheet in asked}
    known = [sheet for sheet in made if sheet.letter in here]
    if not known:
        return table
    best = max(known, key=lambda sheet: map_columns(table, sheet).matched)
    return carried(table, best, here[best.letter])


def _places(template: Template) -> dict[str, str]:
    versions = sorted((template.made.version or 0, template.asked.version or 0))
    told = template.changes
    more = f"等 {len(told)} 处" if len(told) > MOST_TOLD else ""
    return {
        "made": str(template.made.version),
        "asked": str(template.asked.version),
        "since": template.asked.since.isoformat() if template.asked.since else "",
        "earlier": str(versions[0]),
        "later": str(versions[1]),
        "changes": "；".join(told[:MOST_TOLD]) + more,
    }
