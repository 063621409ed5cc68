"""What a definition names must exist: units, frequencies, parameters, tables, columns, roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .history import history_faults
from .purpose import apart_faults, purpose_faults
from .strict import Location, Problem, Source
from .walls import wall_faults
from .work import ladder_faults, work_faults

if TYPE_CHECKING:
    from .contents import Definitions


def unresolved(definitions: Definitions, sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Every reference that leads nowhere, with file and line; nothing when all resolve."""
    for name, source in sources.items():
        kind = name.split("/")[0]
        check = _CHECKS.get(kind) or _CHECKS.get(name)
        for location, message in check(definitions, source) if check else ():
            yield source.problem(location, message)
    yield from _repeated_tables(definitions, sources)


Fault = tuple[Location, str]


def _catalogue(definitions: Definitions, source: Source) -> Iterator[Fault]:
    value = source.value
    for index, unit in enumerate(value["providers"]):
        if unit not in definitions.units:
            yield ("providers", index), f"没有这个单位：{unit}"
    if value["frequency"] not in definitions.frequencies:
        yield ("frequency",), f"没有定义这个频率：{value['frequency']}"
    folder = source.file.split("/")[1]
    if folder not in value["providers"] and folder not in {"collaboration", "bureau"}:
        yield ("providers",), f"文件应放在提供单位的文件夹下，现在在 {folder}/"
    if source.file.rsplit("/", 1)[1] != f"{value['code']}.yml":
        yield ("code",), f"文件名应为 {value['code']}.yml"
    duplicate = value.get("duplicate_of")
    if duplicate and duplicate not in definitions.resources:
        yield ("duplicate_of",), f"没有这个资源：{duplicate}"


def _repeated_tables(definitions: Definitions, sources: Mapping[str, Source]) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for resource in definitions.resources.values():
        for code in {resource.code, *(sheet.code for sheet in resource.sheets)}:
            if owner.setdefault(code, resource.number) != resource.number:
                source = next(s for n, s in sources.items() if n.endswith(f"/{resource.code}.yml"))
                yield source.problem(("code",), f"表名 {code} 已被 {owner[code]} 使用")


def _organisation(definitions: Definitions, source: Source) -> Iterator[Fault]:
    yield from _units(definitions, source.value.get("units", ()))
    for index, post in enumerate(source.value.get("posts", ())):
        if post["unit"] not in definitions.units:
            yield ("posts", index, "unit"), f"没有这个单位：{post['unit']}"
    for index, cell in enumerate(source.value.get("cells", ())):
        if cell.get("parent") not in {None, *definitions.cells}:
            yield ("cells", index, "parent"), f"没有这个网格：{cell['parent']}"


def _units(definitions: Definitions, units: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    names: set[str] = set()
    for index, unit in enumerate(units):
        for name in (unit["name"], *unit.get("annex_names", ())):
            if name in names:
                yield ("units", index), f"单位名称“{name}”已被前面的单位使用"
            names.add(name)
        for place, member in enumerate(unit.get("members", ())):
            key = member if isinstance(member, str) else member["unit"]
            known = definitions.units.get(key)
            if known is None or known.is_class:
                said = "是一类单位，不能作成员" if known else "没有这个单位"
                yield ("units", index, "members", place), f"{said}：{key}"
        if unit.get("division") not in {None, *definitions.cells}:
            yield ("units", index, "division"), f"没有这个网格：{unit['division']}"


def _registry(definitions: Definitions, source: Source) -> Iterator[Fault]:
    yield from _coverage(definitions)
    for index, entry in enumerate(definitions.register_sources.values()):
        if entry.table not in definitions.tables:
            yield ("sources", index, "table"), f"没有这张表：{entry.table}"
            continue
        known = {field.key for field in definitions.tables[entry.table][1].fields}
        named = {*entry.columns.values(), *entry.where, *([entry.latest_by] if entry.latest_by else [])}
        if strange := named - known:
            yield ("sources", index), f"表 {entry.table} 没有字段 {'、'.join(sorted(strange))}"


def _coverage(definitions: Definitions) -> Iterator[Fault]:
    for index, entry in enumerate(definitions.coverage.values()):
        parties = definitions.tables[entry.table][1].parties if entry.table in definitions.tables else ()
        if entry.role not in {party.role for party in parties}:
            yield ("coverage", index, "role"), f"表 {entry.table} 没有当事人 {entry.role}"


def _calendar(definitions: Definitions, source: Source) -> Iterator[Fault]:
    for index, frequency in enumerate(source.value.get("frequencies", ())):
        parameter = frequency.get("due_parameter")
        if parameter and parameter not in definitions.parameters:
            yield ("frequencies", index, "due_parameter"), f"没有这个参数：{parameter}"


def _collaboration(definitions: Definitions, source: Source) -> Iterator[Fault]:
    for index, item in enumerate(source.value["items"]):
        for unit in item["partners"]:
            if unit not in definitions.units:
                yield ("items", index, "partners"), f"没有这个单位：{unit}"
        if item["frequency"] not in definitions.frequencies:
            yield ("items", index, "frequency"), f"没有定义这个频率：{item['frequency']}"
        parameter = item.get("due_parameter")
        if parameter and parameter not in definitions.parameters:
            yield ("items", index, "due_parameter"), f"没有这个参数：{parameter}"
        resource = item.get("resource")
        if resource and resource not in definitions.resources:
            yield ("items", index, "resource"), f"没有这个资源：{resource}"


def _rules(definitions: Definitions, source: Source) -> Iterator[Fault]:
    value = source.value
    if "cases" in value:
        yield from _cases(definitions, source)
        return
    for index, table in enumerate(value["tables"]):
        if table not in definitions.tables:
            yield ("tables", index), f"没有这张表：{table}"
    for index, parameter in enumerate(value.get("parameters", ())):
        if parameter not in definitions.parameters:
            yield ("parameters", index), f"没有这个参数：{parameter}"
    for index, evidence in enumerate(value["evidence"]):
        yield from _evidence(definitions, value, index, evidence)


def _cases(definitions: Definitions, source: Source) -> Iterator[Fault]:
    """Examples name tables of their rule, fields and parties of those tables, parameters of the rule."""
    rule = definitions.rules[source.file.split("/")[-2]].rule
    for index, case in enumerate(source.value["cases"]):
        for parameter in case.get("parameters", ()):
            if parameter not in rule.parameters:
                yield ("cases", index, "parameters", parameter), f"规则没有声明这个参数：{parameter}"
        for table, rows in case["given"].items():
            at = ("cases", index, "given", table)
            if table not in rule.tables or table not in definitions.tables:
                yield at, f"规则没有声明这张表：{table}"
                continue
            sheet = definitions.tables[table][1]
            known = {field.key for field in sheet.fields} | {"_period"}
            known |= {f"{party.role}_subject" for party in sheet.parties}
            for place, row in enumerate(rows):
                for name in sorted(set(row) - known):
                    yield (*at, place, name), f"表 {table} 没有字段 {name}"


def _evidence(
    definitions: Definitions, rule: dict[str, list[str]], index: int, evidence: dict[str, list[str]]
) -> Iterator[Fault]:
    table = str(evidence["table"])
    if table not in rule["tables"]:
        yield ("evidence", index, "table"), f"证据表 {table} 不在 tables 中"
    elif table in definitions.tables:
        known = {field.key for field in definitions.tables[table][1].fields}
        for cell in evidence["cells"]:
            if cell not in known:
                yield ("evidence", index, "cells"), f"表 {table} 没有字段 {cell}"


def _roles(definitions: Definitions, source: Source) -> Iterator[Fault]:
    yield from apart_faults(definitions, source)
    yield from wall_faults(definitions, source)
    for index, role in enumerate(source.value["roles"]):
        for duty in role["duties"]:
            if duty not in definitions.duties:
                yield ("roles", index, "duties"), f"没有这个职责：{duty}"
        for other in role.get("excludes", ()):
            if other not in definitions.roles:
                yield ("roles", index, "excludes"), f"没有这个角色：{other}"


def _district(definitions: Definitions, source: Source) -> Iterator[Fault]:
    for key in ("office", "bureau"):
        if source.value[key] not in definitions.units:
            yield (key,), f"没有这个单位：{source.value[key]}"


_CHECKS = {
    "catalogue": _catalogue,
    "organisation": _organisation,
    "registry": _registry,
    "calendar": _calendar,
    "collaboration": _collaboration,
    "rules": _rules,
    "work": work_faults,
    "checks": history_faults,
    "reminders": ladder_faults,
    "purposes": purpose_faults,
    "roles.yml": _roles,
    "district.yml": _district,
}
