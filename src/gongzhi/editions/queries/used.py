"""Who still needs a column: rules, the register, and the sheet itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from gongzhi.engine.definitions import Definitions, PresentElsewhere, Rule, RuleFolder, Sheet

from .counting import in_force


def users_of(table: str, key: str) -> list[str]:
    """What would break if this column of a table went, each named in Chinese; empty when nothing would."""
    definitions = in_force()
    if table not in definitions.tables:
        return []
    sheet = definitions.tables[table][1]
    if key not in {field.key for field in sheet.fields}:
        return []
    users = (_rules(definitions, sheet, key), _checks(definitions, table, key))
    return [*chain(*users), *_register(definitions, table, key), *_sheet(sheet, key)]


def _rules(definitions: Definitions, sheet: Sheet, key: str) -> Iterator[str]:
    """Rules that show the column as evidence, or whose text no longer holds without it."""
    column = re.compile(rf"\b{re.escape(sheet.field(key).column)}\b")
    without = _without(definitions, sheet, key)
    for folder in definitions.rules.values():
        if sheet.code not in folder.rule.tables:
            continue
        if _shows(folder.rule, sheet.code, key) or (column.search(folder.sql) and _broken(folder, without)):
            yield f"规则 {folder.rule.code}“{folder.rule.name}”"


def _checks(definitions: Definitions, table: str, key: str) -> Iterator[str]:
    """Checks that compare the column with earlier periods, another table or the register."""
    for check in definitions.history_checks.values():
        compares = check.compares
        own = any(key in one.compares.fields for one in check.on(table))
        if isinstance(compares, PresentElsewhere) and compares.elsewhere == table:
            own = own or key in compares.match.values()
        if own:
            yield f"往期与外部核对“{check.title}”"


def _broken(folder: RuleFolder, without: Definitions) -> bool:
    from gongzhi.engine.rules import check_rule  # noqa: PLC0415  # loads the analytic libraries

    return bool(check_rule(folder, without))


def _without(definitions: Definitions, sheet: Sheet, key: str) -> Definitions:
    resource = definitions.tables[sheet.code][0]
    kept = sheet.model_copy(update={"fields": tuple(one for one in sheet.fields if one.key != key)})
    sheets = tuple(kept if one.code == sheet.code else one for one in resource.sheets)
    changed = resource.model_copy(update={"sheets": sheets})
    return replace(definitions, resources=dict(definitions.resources) | {resource.number: changed})


def _shows(rule: Rule, table: str, key: str) -> bool:
    return any(one.table == table and key in one.cells for one in rule.evidence)


def _register(definitions: Definitions, table: str, key: str) -> Iterator[str]:
    source = definitions.register_sources.get(table)
    if source and key in {*source.columns.values(), *source.where, source.latest_by}:
        yield "纳税人名册"


def _sheet(sheet: Sheet, key: str) -> Iterator[str]:
    if any(key in party.fields for party in sheet.parties):
        yield "“这一行说的是谁”"
    if key in sheet.key:
        yield "“哪些列合起来不重复”"
    if any(key in str(check.model_dump().values()) for check in sheet.checks):
        yield "列与列之间的核对"
