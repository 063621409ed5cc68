"""A table whose headings are those of another edition of its template, read as this edition calls them."""

from __future__ import annotations

from dataclasses import replace

from gongzhi.engine.definitions import Sheet
from gongzhi.engine.tables import Table

from .headings import map_columns
from .units import unit_in


def carried(table: Table, made: Sheet, asked: Sheet) -> Table:
    """The table with the headings of `asked` where `made` had other ones.

    A column is known by its key in both editions, so that a title that one edition gave to another column
    does not mislead. A unit that the sender wrote into the heading stays with it.
    """
    now = map_columns(table, asked).columns
    columns = list(table.columns)
    there = {field.key: field for field in asked.fields}
    for key, index in map_columns(table, made).columns.items():
        if key not in there or now.get(key) == index:
            continue
        header = columns[index].header
        unit = unit_in(header)
        title = f"{there[key].title}（{unit.name}）" if unit else there[key].title
        columns[index] = replace(columns[index], header=title)
    return replace(table, columns=tuple(columns))
