"""Which column of a table is which field: by title, item or alias, never by a guess."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rapidfuzz import fuzz
from rapidfuzz import process as nearest

from gongzhi.engine.definitions import AnyOf, Field, FieldType, Resource, Sheet
from gongzhi.engine.tables import Column, Table
from gongzhi.engine.tables.heading import heading_keys, normalise_heading

from .ranges import shared
from .units import DEFAULT, Unit, strange_unit, unit_in, unit_named, unit_of

_IGNORED = {"序号", "编号", "行号", "no", "备注", "说明", "备注说明"}
_OWN = "备查"
_NEAR = 75.0
_TELLING, _MOST = 3, 0.5  # headings that fit, and their share of the table's own
_MEASURED = {FieldType.MONEY, FieldType.AREA, FieldType.PERCENT, FieldType.NUMBER}


@dataclass(frozen=True)
class HeadingFault:
    """A finding about a column, not about its cells."""

    code: str
    column: int | None  # index into table.columns
    field: str | None
    places: Mapping[str, str]


@dataclass(frozen=True)
class Mapping_:  # noqa: N801 - `Mapping` to its users, who do not see the typing name
    """Which column is which field. Indexes run over `table.columns`.

    units: the unit that heading or sheet states, by field key, where it decides the value.
    renamed: columns matched by an alias (column → title), reported among the repairs.
    kept: columns that the template does not know; ignored: 序号 and the like, and the sender's own (备查…),
    which come back to it in its workbooks and go nowhere else.
    refused: the file cannot be read as this resource; `faults` says why.
    """

    columns: Mapping[str, int]
    units: Mapping[str, str]
    renamed: Mapping[int, str]
    kept: tuple[int, ...]
    ignored: tuple[int, ...]
    faults: tuple[HeadingFault, ...]
    refused: bool

    @property
    def matched(self) -> int:
        return len(self.columns)


@dataclass(frozen=True)
class Match:
    """How well a table's headings fit a sheet: `share` of the table's own columns that have a field."""

    resource: Resource
    sheet: Sheet
    matched: int
    required_missing: int
    share: float

    @property
    def telling(self) -> bool:
        """Whether so much fits that the table may well be this one."""
        return self.matched >= min(_TELLING, len(self.sheet.fields)) and self.share >= _MOST

    @property
    def rank(self) -> tuple[float, int, int]:
        return (
            (-self.required_missing, self.matched, -len(self.sheet.fields)) if self.matched else (-99, 0, 0)
        )


def map_columns(table: Table, sheet: Sheet, resources: Iterable[Resource] = ()) -> Mapping_:
    """Map every column of `table` to a field, an ignored column, or a finding.

    `resources`, where given, are asked whether another template fits a refused table better; then one
    finding says so instead of one for each missing column.
    """
    matched = _match(table.columns, sheet)
    columns = {key: found[0] for key, found in matched.items()}
    taken = {index for found in matched.values() for index in found}
    for pair, index in shared(sheet, table, columns, set(range(len(table.columns))) - taken):
        columns |= {pair.start: index, pair.end: index}
        taken.add(index)
    kept, ignored = _others(table.columns, taken)
    faults = [*_doubles(table, sheet, matched), *_unknown(table, sheet, kept, columns)]
    missing = [field for field in sheet.fields if field.key not in columns]
    lacking = [field for field in missing if field.required]
    units, unit_faults = _units(table, sheet, columns)
    faults += [_missing(field, table, kept) for field in missing if field.counted] + unit_faults
    faults += _none_of(sheet, columns)
    refused = bool(lacking) or any(fault.code in {"column_twice", "missing_any"} for fault in faults)
    renamed = _renamed(table, sheet, columns)
    mapping = Mapping_(columns, units, renamed, kept, ignored, tuple(faults), refused)
    other = best_match(resources, table) if lacking else None
    if not columns or (other and _fits_better(other, mapping, len(lacking), sheet)):
        return _wrong_template(mapping, sheet, other)
    return mapping


def best_match(resources: Iterable[Resource], table: Table) -> Match | None:
    """The resource and sheet whose headings fit the table best; None when none fits well.

    姓名 and 年龄 stand in many tables: two such headings are no evidence of a template that has more.
    """
    found = [_measure(table.columns, resource, sheet) for resource in resources for sheet in resource.sheets]
    return max((match for match in found if match.telling), key=lambda match: match.rank, default=None)


def _measure(columns: tuple[Column, ...], resource: Resource, sheet: Sheet) -> Match:
    matched = _match(columns, sheet)
    lacking = sum(field.required and field.key not in matched for field in sheet.fields)
    own = sum(not _is_aside(column) for column in columns)
    return Match(resource, sheet, len(matched), lacking, len(matched) / own if own else 0.0)


def _match(columns: tuple[Column, ...], sheet: Sheet) -> dict[str, list[int]]:
    """Field key → columns whose heading names it. The most telling form of each heading decides."""
    exact, loose = _names(sheet)
    own = {field.key for field in sheet.fields}
    if own >= {column.header for column in columns}:  # a program wrote it, with the keys of the machine door
        exact = {normalise_heading(key): key for key in own}
    keys = [heading_keys(column.header) for column in columns]
    children = Counter(forms[-1] for forms in keys if forms)
    found: dict[str, list[int]] = defaultdict(list)
    for index, forms in enumerate(keys):
        # The child of a joined heading (父/子) counts only where no other column has the same child.
        usable = [form for form in forms if form != forms[-1] or children[form] == 1 or len(forms) == 1]
        whole = normalise_heading(columns[index].header)
        hit = exact.get(whole) or next((exact[form] for form in usable if form in exact), None)
        hit = hit or next((loose[form] for form in usable if form in loose), None)
        if hit:
            found[hit].append(index)
    return dict(found)


def _names(sheet: Sheet) -> tuple[dict[str, str], dict[str, str]]:
    """Normalised names of the fields, and forms without a closing bracket where only one field has them."""
    exact: dict[str, str] = {}
    for names in (lambda f: (f.title,), lambda f: (f.item, f.source_title), lambda f: f.aliases):
        for field in sheet.fields:
            for name in filter(None, names(field)):
                exact.setdefault(normalise_heading(name), field.key)
    forms: dict[str, set[str]] = defaultdict(set)
    for field in sheet.fields:
        for form in heading_keys(field.title)[1:]:
            forms[form].add(field.key)
    return exact, {form: owners.pop() for form, owners in forms.items() if len(owners) == 1}


def _is_aside(column: Column) -> bool:
    name = normalise_heading(column.header)
    return name in _IGNORED or name.startswith(_OWN)


def _others(columns: tuple[Column, ...], taken: set[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    rest = [index for index in range(len(columns)) if index not in taken]
    ignored = tuple(i for i in rest if _is_aside(columns[i]))
    return tuple(i for i in rest if i not in ignored), ignored


def _doubles(table: Table, sheet: Sheet, matched: dict[str, list[int]]) -> Iterable[HeadingFault]:
    for key, found in matched.items():
        if len(found) > 1:
            places = {
                "title": sheet.field(key).title,
                "columns": "、".join(
                    f"{table.columns[i].letter}列“{table.columns[i].header}”" for i in found
                ),
            }
            yield HeadingFault("column_twice", found[1], key, places)


def _unknown(
    table: Table, sheet: Sheet, kept: tuple[int, ...], columns: Mapping[str, int]
) -> Iterable[HeadingFault]:
    free = {field.title: normalise_heading(field.title) for field in sheet.fields if field.key not in columns}
    for index in kept:
        header = table.columns[index].header
        near = _near(header, free)
        places = {"heading": header or "（没有列名）", "near": f"，是否应为“{near}”" if near else ""}
        yield HeadingFault("unknown_column", index, None, places)


def _near(header: str, names: Mapping[str, str]) -> str | None:
    """The one name close to a heading; None when there is none or more than one."""
    query = normalise_heading(header)
    found = nearest.extract(query, names, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=2) if query else []
    if not found or (len(found) > 1 and found[1][1] == found[0][1]):
        return None
    return str(found[0][2])


def _missing(field: Field, table: Table, kept: tuple[int, ...]) -> HeadingFault:
    heads = {table.columns[i].header: normalise_heading(table.columns[i].header) for i in kept}
    near = _near(field.title, heads)
    places = {"title": field.title, "near": f"文件中有一列“{near}”，如果就是它，请改列名。" if near else ""}
    return HeadingFault("missing_column" if field.required else "missing_optional", None, field.key, places)


def _none_of(sheet: Sheet, columns: Mapping[str, int]) -> Iterable[HeadingFault]:
    """Where every row needs one of several columns and the file has none of them: said once, not by row."""
    for check in sheet.checks:
        if isinstance(check, AnyOf) and check.severity == "block" and not set(check.fields) & set(columns):
            titles = "、".join(sheet.field(key).title for key in check.fields)
            yield HeadingFault("missing_any", None, None, {"titles": titles})


def _units(
    table: Table, sheet: Sheet, columns: Mapping[str, int]
) -> tuple[dict[str, str], list[HeadingFault]]:
    """Units stated in headings, else around the table; one that is unfit (㎡ over an amount) is a fault."""
    units: dict[str, str] = {}
    faults: list[HeadingFault] = []
    for field in sheet.fields:
        if field.type not in _MEASURED or field.key not in columns:
            continue
        index, asked = columns[field.key], unit_of(field)
        if asked is None:
            continue
        header = table.columns[index].header
        stated = unit_in(header)
        strange = stated.name if stated and stated.measure != asked.measure else None
        if stated is None and asked.measure in _AROUND:
            strange = strange_unit(header)
        if strange:
            places = {"title": field.title, "unit": strange}
            faults.append(HeadingFault("unit_unfit", index, field.key, places))
            continue
        unit = stated or _unit_around(table, asked.measure)
        if unit:
            units[field.key] = unit.name
    return units, faults + [fault for kind in _AROUND for fault in _units_apart(table, sheet, columns, kind)]


_AROUND = (FieldType.MONEY, FieldType.AREA)


def _said_around(table: Table, measure: str) -> tuple[str | None, tuple[str, ...]]:
    """The unit that counts for columns without one of their own, and all that the lines around state."""
    if measure == FieldType.AREA:
        return table.area_hint, table.areas_said
    return table.unit_hint, table.units_said


def _unit_around(table: Table, measure: str) -> Unit | None:
    hint = _said_around(table, measure)[0] if measure in _AROUND else None
    return unit_named(hint) if hint else None


def _units_apart(
    table: Table, sheet: Sheet, columns: Mapping[str, int], kind: FieldType
) -> list[HeadingFault]:
    """Units around the table that do not agree, or of which nobody can say whether they speak of it: asked
    once, for the columns of the kind whose heading states no unit."""
    hint, said = _said_around(table, kind)
    if not said or set(said) == {hint}:
        return []
    open_ones = [
        field for field in sheet.fields
        if field.type is kind and field.key in columns
        and not unit_in(table.columns[columns[field.key]].header)
    ]  # fmt: skip
    used = {hint or field.unit or DEFAULT[kind] for field in open_ones}
    if not open_ones or set(said) == used:
        return []
    places = {
        "units": "、".join(said),
        "titles": "、".join(field.title for field in open_ones),
        "used": "、".join(sorted(used)),
    }
    return [HeadingFault("units_apart", None, None, places)]


def _renamed(table: Table, sheet: Sheet, columns: Mapping[str, int]) -> dict[int, str]:
    """Columns whose heading is another name of the field, not only another way to write its title."""
    renamed: dict[int, str] = {}
    for key, index in columns.items():
        title = sheet.field(key).title
        header = table.columns[index].header
        if normalise_heading(header) != normalise_heading(title):
            renamed[index] = f"{renamed[index]}、{title}" if index in renamed else title
    return renamed


def _fits_better(other: Match, mapping: Mapping_, lacking: int, sheet: Sheet) -> bool:
    if other.sheet.code == sheet.code:
        return False
    return (-other.required_missing, other.matched) > (-lacking, mapping.matched)


def _wrong_template(mapping: Mapping_, sheet: Sheet, other: Match | None) -> Mapping_:
    near = f"它像是《{other.resource.title}》（{other.resource.number}）的表" if other else "列名几乎都不相符"
    fault = HeadingFault("wrong_template", None, None, {"title": sheet.title, "near": near})
    return replace(mapping, faults=(fault,), refused=True)
