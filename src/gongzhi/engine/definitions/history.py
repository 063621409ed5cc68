"""Checks that know more than their file: earlier periods, other departments' tables, the register."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field as Also
from pydantic import model_validator

from gongzhi.engine.calendar import PeriodError, parse_period

from .resource import FieldType, Sensitivity, Sheet
from .strict import Key, Location, Source, Strict, Text, Title

if TYPE_CHECKING:
    from .contents import Definitions

_WORDS = {
    FieldType.CREDIT_CODE, FieldType.CODE_OR_ID, FieldType.CERTIFICATE, FieldType.NAME, FieldType.TEXT,
}  # fmt: skip
_SUMMED = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT}
_SHOWN = {Sensitivity.OPEN, Sensitivity.BUSINESS}
_OF_ROW = frozenset({"value", "column", "row"})
_OF_SEASON = frozenset({"title", "measure", "amount", "usual", "low", "high", "compared"})
_CODES = (FieldType.CREDIT_CODE, FieldType.CODE_OR_ID)


class RowsExample(Strict):
    """Rows of a file, what stands elsewhere or stood before (None: nothing was accepted), the rows found."""

    says: Text
    rows: Annotated[tuple[dict[Key, str], ...], Also(min_length=1)]
    there: tuple[dict[Key, str], ...] | None = None
    found: tuple[Annotated[int, Also(ge=1)], ...] = ()

    @property
    def fails(self) -> bool:
        return bool(self.found)

    def renamed(self, columns: Mapping[str, str]) -> Self:
        """The same rows of a table that calls these columns otherwise."""
        rows = tuple({columns.get(key, key): value for key, value in row.items()} for row in self.rows)
        return self.model_copy(update={"rows": rows})


class SeasonExample(Strict):
    """A period with its value, the values of earlier ones, and whether it is out of line."""

    says: Text
    period: Title
    value: float
    earlier: dict[Title, float] = {}
    unlike: bool = False

    @property
    def fails(self) -> bool:
        return self.unlike

    @model_validator(mode="after")
    def _periods(self) -> Self:
        for code in (self.period, *self.earlier):
            try:
                parse_period(code)
            except PeriodError as error:
                raise ValueError(f"不认识的期间：{code}") from error
        return self


class PresentElsewhere(Strict):
    """`match`: field of this table → field of `elsewhere`; the same values must stand in an accepted row.

    A row in which one of the fields is empty is not asked about. `finding` names the text.
    """

    kind: Literal["present_elsewhere"]
    elsewhere: Key
    match: Annotated[dict[Key, Key], Also(min_length=1, max_length=4)]
    finding: Key
    examples: tuple[RowsExample, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The columns of its own table that it needs."""
        return frozenset(self.match)

    def renamed(self, columns: Mapping[str, str]) -> Self:
        """The same question about a table that calls these columns otherwise."""
        match = {columns.get(mine, mine): theirs for mine, theirs in self.match.items()}
        examples = tuple(one.renamed(columns) for one in self.examples)
        return self.model_copy(update={"match": match, "examples": examples})


class AgreesWithRegister(Strict):
    """The code must stand in the register, the name must be one that it has there, and what happened on `day`
    must not lie after the day on which it was closed. Codes of persons are not asked about.
    """

    kind: Literal["agrees_with_register"]
    code: Key
    name: Key | None = None
    unknown: Key | None = None  # finding for a code that the register lacks; none: not asked
    differs: Key | None = None  # finding for a name that it does not have
    day: Key | None = None
    closed: Key | None = None  # finding for a day after the one on which it was closed
    examples: tuple[RowsExample, ...]

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if bool(self.name) != bool(self.differs):
            raise ValueError("name 与 differs 要一起写")
        if bool(self.day) != bool(self.closed):
            raise ValueError("day 与 closed 要一起写")
        if not (self.unknown or self.differs or self.closed):
            raise ValueError("unknown、differs、closed 至少写一个")
        return self

    @property
    def fields(self) -> frozenset[str]:
        """The columns of its own table that it needs."""
        return frozenset(key for key in (self.code, self.name, self.day) if key)

    def renamed(self, columns: Mapping[str, str]) -> Self:
        """The same question about a table that calls these columns otherwise."""
        own = {at: getattr(self, at) for at in ("code", "name", "day")}
        named = {at: columns.get(key, key) if key else None for at, key in own.items()}
        return self.model_copy(
            update=named | {"examples": tuple(one.renamed(columns) for one in self.examples)}
        )


class Seasonal(Strict):
    """The number of rows, or the sum of a field, against the unit's own earlier periods.

    Compared with the same season of the last `years` years where there are `at_least` of them, else with
    the last `recent` periods (again `at_least`). Out of line: further from the median than `deviations`
    times the median absolute deviation, and further than `share` of the median. Where that distance is more
    than the median itself, too little is less than the part `below` of it and as many times smaller as a
    value may be larger; without `below` too little is not asked there.
    """

    kind: Literal["seasonal"]
    measure: Literal["rows", "sum"]
    field: Key | None = None
    years: Annotated[int, Also(ge=1, le=20)]
    recent: Annotated[int, Also(ge=2, le=48)]
    at_least: Annotated[int, Also(ge=2, le=24)]
    deviations: Annotated[float, Also(gt=0)]
    share: Annotated[float, Also(gt=0, le=10)]
    below: Annotated[float, Also(gt=0, lt=1)] | None = None
    finding: Key
    examples: tuple[SeasonExample, ...]

    @model_validator(mode="after")
    def _summed(self) -> Self:
        if (self.measure == "sum") != bool(self.field):
            raise ValueError("field 只用于 sum，且必须写明")
        return self

    @property
    def fields(self) -> frozenset[str]:
        """The column of its own table that it needs, if any."""
        return frozenset([self.field] if self.field else [])

    def renamed(self, columns: Mapping[str, str]) -> Self:
        """The same question about a table that calls its column otherwise."""
        return self.model_copy(update={"field": columns.get(self.field, self.field) if self.field else None})


class NearDuplicate(Strict):
    """The key of an earlier row, written with one slip: the same thing handed in twice under two numbers.

    Asked of rows that agree with a row of the unit's earlier batches in every field of `same`: their `field`
    must not differ by one character only (one wrong, missing or added, two neighbours swapped), nor only in
    what typing changes. The very same key is no matter of this check.
    """

    kind: Literal["near_duplicate"]
    field: Key
    same: Annotated[tuple[Key, ...], Also(min_length=1, max_length=4)]
    finding: Key
    examples: tuple[RowsExample, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The columns of its own table that it needs."""
        return frozenset((self.field, *self.same))


class StockAndFlow(Strict):
    """What a row carries on from the unit's last period: stock = stock of before + `plus` - `minus`.

    `same` tells which row of the last period is meant; empty where a period has one row. `before` is the
    field that carried the stock then, where it is another one. Rows without such a row are not asked about.
    """

    kind: Literal["stock_and_flow"]
    same: Annotated[tuple[Key, ...], Also(max_length=4)] = ()
    stock: Key
    before: Key | None = None
    plus: tuple[Key, ...] = ()
    minus: tuple[Key, ...] = ()
    finding: Key
    examples: tuple[RowsExample, ...]

    @property
    def carried(self) -> str:
        """The field of the last period that carries the stock."""
        return self.before or self.stock

    @property
    def fields(self) -> frozenset[str]:
        """The columns of its own table that it needs."""
        return frozenset((*self.same, self.stock, self.carried, *self.plus, *self.minus))


Compares = Annotated[
    PresentElsewhere | AgreesWithRegister | Seasonal | NearDuplicate | StockAndFlow,
    Also(discriminator="kind"),
]


class Further(Strict):
    """Another table in which the same is asked. `columns`: column of the first table → the one in this table;
    one that is not named is called alike. `title` where the check is called otherwise here.
    """

    table: Key
    columns: dict[Key, Key] = {}
    title: Title | None = None


class HistoryCheck(Strict):
    """A check of a table against what was accepted before or elsewhere, with examples that are run.

    `also` names further tables in which the same is asked; every example is run in each of them.
    """

    key: Key
    title: Title
    document: Title
    clause: Title
    since: dt.date
    table: Key
    also: tuple[Further, ...] = ()
    severity: Literal["hint", "explain", "block"]
    compares: Compares

    @model_validator(mode="after")
    def _tried(self) -> Self:
        if {one.fails for one in self.compares.examples} != {True, False}:
            raise ValueError("examples 至少各有一例通过和一例不通过")
        if self.severity == "block" and isinstance(self.compares, Seasonal):
            raise ValueError("seasonal 不指某一行，不能阻断")
        if self.also and isinstance(self.compares, NearDuplicate | StockAndFlow):
            raise ValueError(f"also 不用于 {self.compares.kind}")
        tables = [self.table, *(one.table for one in self.also)]
        if len(set(tables)) < len(tables):
            raise ValueError("also 中的表重复，或就是 table")
        if strange := {key for one in self.also for key in one.columns} - self.compares.fields:
            raise ValueError(f"also 中改名的列不是核对的列：{'、'.join(sorted(strange))}")
        return self

    @property
    def each(self) -> tuple[HistoryCheck, ...]:
        """The check as it is asked in each of its tables."""
        return (self, *(self._asked_in(one) for one in self.also))

    def on(self, table: str) -> Iterator[HistoryCheck]:
        """The check as it is asked in this table, if it is."""
        if self.table == table:
            yield self
        yield from (self._asked_in(one) for one in self.also if one.table == table)

    def _asked_in(self, one: Further) -> HistoryCheck:
        assert not isinstance(self.compares, NearDuplicate | StockAndFlow)
        changes = {"table": one.table, "title": one.title or self.title, "also": ()}
        return self.model_copy(update=changes | {"compares": self.compares.renamed(one.columns)})


Fault = tuple[Location, str]


def history_faults(definitions: Definitions, source: Source) -> Iterator[Fault]:
    """References of a check that lead nowhere, and fields of a type that it cannot compare."""
    check = definitions.history_checks[source.value["key"]]
    for place, one in enumerate(check.each):
        at: Location = ("also", place - 1) if place else ()
        yield from ((at + where, message) for where, message in _faults(definitions, one, bool(place)))


def _faults(definitions: Definitions, check: HistoryCheck, further: bool) -> Iterator[Fault]:
    """The faults of a check in one table; those of a further table are told at its entry."""
    if check.table not in definitions.tables:
        yield ("table",), f"没有这张表：{check.table}"
        return
    sheet = definitions.tables[check.table][1]
    match check.compares:
        case PresentElsewhere() as compares:
            faults = _present(definitions, compares, sheet)
        case AgreesWithRegister() as compares:
            faults = _register(definitions, compares, sheet)
        case Seasonal() as compares:
            faults = _seasonal(definitions, compares, sheet)
        case NearDuplicate() as compares:
            faults = _near_duplicate(definitions, compares, sheet)
        case StockAndFlow() as compares:
            faults = _stock_and_flow(definitions, compares, sheet)
    for at, message in faults:
        yield () if further else ("compares", *at), message


def _present(definitions: Definitions, compares: PresentElsewhere, sheet: Sheet) -> Iterator[Fault]:
    yield from _finding(definitions, compares.finding, "finding", _OF_ROW | {"elsewhere"})
    if compares.elsewhere not in definitions.tables or compares.elsewhere == sheet.code:
        yield ("elsewhere",), f"没有这张表，或就是本表：{compares.elsewhere}"
        return
    other = definitions.tables[compares.elsewhere][1]
    for mine, theirs in compares.match.items():
        yield from _typed(sheet, mine, _WORDS, ("match",))
        yield from _typed(other, theirs, _WORDS, ("match",))
    yield from _example_fields(compares.examples, set(compares.match), set(compares.match.values()))


def _register(definitions: Definitions, compares: AgreesWithRegister, sheet: Sheet) -> Iterator[Fault]:
    yield from _typed(sheet, compares.code, set(_CODES), ("code",))
    if compares.name:
        yield from _typed(sheet, compares.name, {FieldType.NAME}, ("name",))
    if compares.day:
        yield from _typed(sheet, compares.day, {FieldType.DATE}, ("day",))
    for at, places in (("unknown", _OF_ROW), ("differs", _OF_ROW), ("closed", _OF_ROW | {"day"})):
        if code := getattr(compares, at):
            yield from _finding(definitions, code, at, places)
    yield from _example_fields(compares.examples, set(compares.fields), {"code", "name", "closed_on"})


def _seasonal(definitions: Definitions, compares: Seasonal, sheet: Sheet) -> Iterator[Fault]:
    yield from _finding(definitions, compares.finding, "finding", _OF_SEASON)
    if not compares.field:
        return
    yield from _typed(sheet, compares.field, _SUMMED, ("field",))
    found = next((field for field in sheet.fields if field.key == compares.field), None)
    if found and found.sight not in _SHOWN:
        yield ("field",), f"涉税或个人的字段不作往期汇总：{compares.field}"


def _near_duplicate(definitions: Definitions, compares: NearDuplicate, sheet: Sheet) -> Iterator[Fault]:
    yield from _finding(definitions, compares.finding, "finding", _OF_ROW | {"other", "titles"})
    yield from _typed(sheet, compares.field, _WORDS, ("field",))
    yield from _told(sheet, compares.fields)
    yield from _example_fields(compares.examples, set(compares.fields), set(compares.fields))


def _stock_and_flow(definitions: Definitions, compares: StockAndFlow, sheet: Sheet) -> Iterator[Fault]:
    yield from _finding(definitions, compares.finding, "finding", _OF_ROW | {"expected", "formula"})
    yield from _told(sheet, compares.fields)
    types = {field.type for field in sheet.fields if field.key == compares.stock}
    amounts = (compares.stock, compares.carried, *compares.plus, *compares.minus)
    for key in amounts:
        yield from _typed(sheet, key, types & _SUMMED, ("stock",))
    now = {*compares.same, compares.stock, *compares.plus, *compares.minus}
    yield from _example_fields(compares.examples, now, {*compares.same, compares.carried})


def _told(sheet: Sheet, keys: Iterable[str]) -> Iterator[Fault]:
    """Fields that the lake keeps as they are, and that may be told to the unit again."""
    shown = {field.key for field in sheet.fields if field.sight in _SHOWN}
    for key in sorted(set(keys)):
        if key not in shown:
            yield (), f"表 {sheet.code} 没有字段 {key}，或是涉税、个人的字段，不能与往期逐行核对"


def _typed(sheet: Sheet, key: str, types: set[FieldType], at: Location) -> Iterator[Fault]:
    field = next((field for field in sheet.fields if field.key == key), None)
    if field is None:
        yield at, f"表 {sheet.code} 没有字段 {key}"
    elif field.type not in types:
        yield at, f"表 {sheet.code} 的字段 {key} 不能这样核对（{field.type.value}）"


def _finding(definitions: Definitions, code: str, at: str, places: frozenset[str]) -> Iterator[Fault]:
    """The text exists, and asks for no place that these checks cannot (or must not) fill."""
    if code not in definitions.findings:
        yield (at,), f"没有这个提示：{code}"
        return
    finding = definitions.findings[code]
    for place in sorted(set(re.findall(r"{([a-z_]+)}", finding.message + finding.mend)) - places):
        yield (at,), f"提示 {code} 中的位置 {{{place}}} 在这里没有内容"


def _example_fields(examples: tuple[RowsExample, ...], mine: set[str], theirs: set[str]) -> Iterator[Fault]:
    for place, example in enumerate(examples):
        strange = {key for row in example.rows for key in row} - mine
        strange |= {key for row in example.there or () for key in row} - theirs
        if strange:
            yield ("examples", place), f"例子中有核对不到的字段：{'、'.join(sorted(strange))}"
        if any(row > len(example.rows) for row in example.found):
            yield ("examples", place, "found"), "found 超出了例子的行数"
