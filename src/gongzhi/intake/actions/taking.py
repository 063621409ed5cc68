"""Which tables of a file are taken as which sheets of its resource, and what of them may be kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gongzhi.editions.queries import in_force_for
from gongzhi.engine.checks import Mapping, map_columns
from gongzhi.engine.definitions import Definitions, Resource, Sensitivity, Sheet
from gongzhi.engine.lake import may_name_person
from gongzhi.engine.tables import Reading, Table
from gongzhi.intake.models import Submission


@dataclass(frozen=True)
class Taken:
    """A table of the file and the sheet of the resource as which it is taken."""

    table: Table
    sheet: Sheet
    mapping: Mapping

    @property
    def least(self) -> Table:
        """The table without the columns that nobody asked for."""
        kept = sorted({*self.mapping.columns.values(), *self.mapping.ignored})
        names = [self.table.data.columns[at] for at in kept]
        return replace(
            self.table,
            columns=tuple(self.table.columns[at] for at in kept),
            data=self.table.data.select(names),
        )


def sheets_of(submission: Submission) -> list[Sheet]:
    """The sheets of its resource that a file may fill."""
    resource = in_force_for(submission.resource, submission.period).resources[submission.resource]
    return [resource.sheet(submission.letter)] if submission.letter else list(resource.sheets)


def headings_of(sheets: Iterable[Sheet]) -> set[str]:
    """Every spelling under which a column of these sheets may stand."""
    names: set[str] = set()
    for sheet in sheets:
        for field in sheet.fields:
            names.update({field.title, *field.aliases}, {field.item or field.title})
    return names


def meant(reading: Reading, submission: Submission) -> Reading:
    """The reading with the one sheet alone that the sender has named, where she has."""
    name = submission.only_sheet
    if not name:
        return reading
    return replace(reading, tables=tuple(one for one in reading.tables if one.sheet == name))


def take(reading: Reading, submission: Submission) -> list[Taken]:
    """Each table with the sheet that it fits best; tables that fit none are not taken.

    When no table fits, the one with most headings known is taken all the same, so that its findings
    name the missing columns. Of a resource that is reported by least need, no other column is kept.
    """
    definitions = in_force_for(submission.resource, submission.period)
    resource, sheets = definitions.resources[submission.resource], sheets_of(submission)
    found = [max((_fit(table, sheet) for sheet in sheets), key=_rank) for table in reading.tables]
    taken = [one for one in found if not one.mapping.refused]
    if found and not taken:
        taken = _nearest(max(found, key=_rank), definitions)
    return [_without_beside(one, resource) for one in taken] if resource.least else taken


def left_out(reading: Reading, taken: list[Taken], submission: Submission) -> list[tuple[Table, Mapping]]:
    """The tables that were not taken, each with how it fits the sheet that it fits best."""
    used = {id(one.table) for one in taken}
    sheets = sheets_of(submission)
    rest = (table for table in reading.tables if id(table) not in used)
    best = (max((_fit(table, sheet) for sheet in sheets), key=_rank) for table in rest)
    return [(one.table, one.mapping) for one in best]


def _nearest(best: Taken, definitions: Definitions) -> list[Taken]:
    if not best.mapping.matched:
        return []
    mapping = map_columns(best.table, best.sheet, definitions.resources.values())
    return [replace(best, mapping=mapping)]


def _fit(table: Table, sheet: Sheet) -> Taken:
    return Taken(table, sheet, map_columns(table, sheet))


def _rank(one: Taken) -> tuple[bool, int, int]:
    return not one.mapping.refused, one.mapping.matched, one.table.data.height


def _without_beside(taken: Taken, resource: Resource) -> Taken:
    """Columns beyond the template are dropped, and said so, with how the resource is to be reported."""
    how = {"how": resource.note or ""}
    faults = tuple(
        replace(fault, code="over_supply", places={**fault.places, **how})
        if fault.code == "unknown_column"
        else fault
        for fault in taken.mapping.faults
    )
    return replace(taken, mapping=replace(taken.mapping, kept=(), faults=faults))


def guarded(sheet: Sheet) -> Sheet:
    """The sheet for the check: names that may be persons' are shown masked in findings and repairs."""
    if not any(may_name_person(sheet, field) for field in sheet.fields):
        return sheet
    personal = {"sensitivity": Sensitivity.PERSONAL}
    fields = [
        field.model_copy(update=personal) if may_name_person(sheet, field) and not field.personal else field
        for field in sheet.fields
    ]
    return sheet.model_copy(update={"fields": tuple(fields)})
