"""A table as a rule sees it: its columns, and for each party whom the row is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from gongzhi.engine.definitions import Sheet
from gongzhi.engine.lake import column_types

LINKS = "links"  # columns _batch, _part, _row, role, subject: what linking made of each row's parties
PREFIX = "linked__"
ROW = ("_batch", "_part", "_row")


def views(sheets: Mapping[str, Sheet], wanted: Iterable[str], links: str = LINKS) -> dict[str, exp.Select]:
    """One SELECT per table, with a column `<role>_subject` for every wanted one that the table has.

    `<role>_subject` is a taxpayer's id, `code:` and a credit code that nobody registered, `person:` and a
    token, or null where linking found nobody. A role that no rule names costs no join.
    """
    roles = {name.removesuffix("_subject") for name in wanted}
    return {table: _view(sheet, roles, links) for table, sheet in sheets.items()}


def _view(sheet: Sheet, wanted: set[str], links: str) -> exp.Select:
    roles = [party.role for party in sheet.parties if party.role in wanted]
    columns = [f"base.{name}" for name in column_types(sheet)]
    columns += [f"{role}_link.subject AS {role}_subject" for role in roles]
    view = exp.select(*columns).from_(f"{sheet.code} AS base")
    for role in roles:
        on: list[int | str | exp.Expr] = [
            f"{role}_link.role = '{role}'",
            *(f"{role}_link.{name} = base.{name}" for name in ROW),
        ]
        view = view.join(f"{links} AS {role}_link", on=on, join_type="left")
    return view
