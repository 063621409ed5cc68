"""What is shared: resources, their sheets, fields, parties and cross-field checks (annexes 2 and 4)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field as Also
from pydantic import StringConstraints, model_validator

from .strict import Key, Strict, Text, Title


class FieldType(StrEnum):
    """What a column holds; it decides the checks, the lake column and the default sensitivity."""

    CREDIT_CODE = "credit_code"  # 统一社会信用代码, or an older number of an organisation
    PERSON_ID = "person_id"  # 身份证件号码
    CODE_OR_ID = "code_or_id"  # 统一社会信用代码或身份证号码
    NAME = "name"  # of an organisation, or of the party that a code_or_id names
    PERSON_NAME = "person_name"
    TEXT = "text"
    DATE = "date"
    PERIOD = "period"  # 2026-09, 2026Q3 …, kept as its code
    YEAR = "year"
    MONEY = "money"  # whole 分 in the lake
    AREA = "area"  # square metres in the lake
    NUMBER = "number"
    COUNT = "count"  # a whole number, not negative
    PERCENT = "percent"
    ENUM = "enum"
    BOOLEAN = "boolean"
    PHONE = "phone"
    ADDRESS = "address"
    CERTIFICATE = "certificate"  # number of a licence, contract, document


class Sensitivity(StrEnum):
    """How a value may be shown (security.md 3.3, personal information law 28)."""

    OPEN = "open"
    BUSINESS = "business"
    TAX = "tax"  # 涉税保密信息
    PERSONAL = "personal"
    SENSITIVE = "sensitive"  # 敏感个人信息


_NUMBERS = {FieldType.MONEY, FieldType.AREA, FieldType.NUMBER, FieldType.COUNT, FieldType.PERCENT}
_TIMES = {FieldType.DATE, FieldType.PERIOD, FieldType.YEAR}
_CODES = {FieldType.CREDIT_CODE, FieldType.CODE_OR_ID, FieldType.PERSON_ID, FieldType.CERTIFICATE}
_NAMES = {FieldType.NAME, FieldType.PERSON_NAME}
_PERSONAL = {FieldType.PERSON_ID, FieldType.CODE_OR_ID, FieldType.PERSON_NAME, FieldType.PHONE}
_OPEN = {
    FieldType.CREDIT_CODE,
    FieldType.NAME,
    FieldType.ENUM,
    FieldType.YEAR,
    FieldType.DATE,
    FieldType.PERIOD,
}


class Field(Strict):
    """One column of a template.

    `item` is the notice's data item that the column realises, where it is not the title itself (one
    item may become several columns); `source_title` keeps a damaged wording of the notice. `unit` is
    the unit in which the template asks (元, 万元, ㎡, 亩 …); the lake always holds 分 and ㎡.
    """

    key: Key
    title: Title
    type: FieldType
    item: Title | None = None
    source_title: Title | None = None
    required: bool = False
    proposed: bool = False
    sensitivity: Sensitivity | None = None
    aliases: tuple[Title, ...] = ()
    help: Text | None = None
    example: str | None = None
    unit: str | None = None
    values: tuple[str, ...] = ()
    value_aliases: dict[str, str] = {}
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: Annotated[int, Also(gt=0)] | None = None
    pattern: str | None = None
    masked: bool = False  # only what is masked (张**) is kept, everything else is cut at the door
    counted: bool = True  # False: the bureau's own fact, which a provider may leave out altogether
    in_period: bool = False  # a date that should fall into the period of the file

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.type is FieldType.ENUM) != bool(self.values):
            raise ValueError("values 与 type: enum 必须同时出现")
        if strange := set(self.value_aliases.values()) - set(self.values):
            raise ValueError(f"value_aliases 指向不存在的取值：{'、'.join(sorted(strange))}")
        if self.proposed and self.required:
            raise ValueError("proposed 的字段不得 required（文件没有要求）")
        if self.masked and not (self.type in {FieldType.TEXT, FieldType.NAME} and self.personal):
            raise ValueError("masked 只用于个人信息的文字和名称")
        if self.required and not self.counted:
            raise ValueError("counted: false 的字段不得 required")
        if self.in_period and self.type not in {FieldType.DATE, FieldType.PERIOD, FieldType.YEAR}:
            raise ValueError("in_period 只用于日期、期间、年份")
        return self

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        bounds = [bound for bound in (self.minimum, self.maximum) if bound is not None]
        if bounds and self.type not in _NUMBERS | {FieldType.YEAR}:
            raise ValueError("minimum、maximum 只用于数值和年份")
        if bounds != sorted(bounds):
            raise ValueError("minimum 大于 maximum")
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"pattern 不是合法的正则表达式：{error}") from error
        return self

    @property
    def column(self) -> str:
        """Name of the lake column: money ends in `_fen`, areas in `_sqm`."""
        suffix = {FieldType.MONEY: "_fen", FieldType.AREA: "_sqm"}.get(self.type, "")
        return f"{self.key}{suffix}"

    @property
    def sight(self) -> Sensitivity:
        """The stated sensitivity, or the one that the type implies."""
        if self.sensitivity:
            return self.sensitivity
        if self.type in _PERSONAL:
            return Sensitivity.PERSONAL
        return Sensitivity.OPEN if self.type in _OPEN else Sensitivity.BUSINESS

    @property
    def personal(self) -> bool:
        return self.sight in {Sensitivity.PERSONAL, Sensitivity.SENSITIVE}


class Party(Strict):
    """Who a row names: the columns that together identify one organisation or person."""

    role: Key
    title: Title
    code: Key | None = None
    name: Key | None = None
    address: Key | None = None
    phone: Key | None = None
    main: bool = False  # the party that the row is about

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(key for key in (self.code, self.name, self.address, self.phone) if key)


class Order(Strict):
    """`later` must not lie before `earlier` (dates) or below it (numbers)."""

    kind: Literal["order"]
    earlier: Key
    later: Key
    severity: Literal["block", "explain", "hint"] = "block"


class Total(Strict):
    """`total` equals the sum of `parts` (empty parts count as zero)."""

    kind: Literal["total"]
    total: Key
    parts: Annotated[tuple[Key, ...], Also(min_length=2)]
    minus: tuple[Key, ...] = ()
    severity: Literal["block", "explain", "hint"] = "explain"


class Product(Strict):
    """`product` equals the product of `factors` within one unit of its last digit."""

    kind: Literal["product"]
    product: Key
    factors: Annotated[tuple[Key, ...], Also(min_length=2)]
    severity: Literal["block", "explain", "hint"] = "explain"


class AnyOf(Strict):
    """At least one of `fields` is filled."""

    kind: Literal["any_of"]
    fields: Annotated[tuple[Key, ...], Also(min_length=2)]
    severity: Literal["block", "explain", "hint"] = "block"


class Needs(Strict):
    """Where `field` is filled (or equals one of `values`), `needs` must be filled."""

    kind: Literal["needs"]
    field: Key
    values: tuple[str, ...] = ()
    needs: Key
    severity: Literal["block", "explain", "hint"] = "explain"


Check = Annotated[Order | Total | Product | AnyOf | Needs, Also(discriminator="kind")]


class Sheet(Strict):
    """One table of a resource; `code` is the name of its table in the lake and in rules."""

    letter: Annotated[str, StringConstraints(pattern=r"^[a-z]?$")] = ""
    code: Key
    title: Title
    item: Title | None = None
    note: Text | None = None
    parties: tuple[Party, ...] = ()
    key: tuple[Key, ...] = ()  # columns that together name a row once
    checks: tuple[Check, ...] = ()
    fields: Annotated[tuple[Field, ...], Also(min_length=1)]

    @model_validator(mode="after")
    def _resolved(self) -> Self:
        known = {field.key for field in self.fields}
        if len(known) < len(self.fields):
            raise ValueError("字段 key 重复")
        named = {key for party in self.parties for key in party.fields} | set(self.key)
        for check in self.checks:
            named |= _keys(check)
        if missing := named - known:
            raise ValueError(f"引用了不存在的字段：{'、'.join(sorted(missing))}")
        headings = [name for field in self.fields for name in (field.title, *field.aliases)]
        if twice := {name for name in headings if headings.count(name) > 1}:
            raise ValueError(f"名称或别名指向不止一个字段：{'、'.join(sorted(twice))}")
        if self.parties and sum(party.main for party in self.parties) != 1:
            raise ValueError("parties 中恰有一方为 main")
        return self

    @model_validator(mode="after")
    def _typed(self) -> Self:
        types = {field.key: field.type for field in self.fields}
        for party in self.parties:
            fits = {party.code: _CODES, party.name: _NAMES, party.address: {FieldType.ADDRESS}}
            for key, allowed in (fits | {party.phone: {FieldType.PHONE}}).items():
                if key and types[key] not in allowed:
                    raise ValueError(f"当事方“{party.title}”的 {key} 类型不符：{types[key]}")
        for check in self.checks:
            _comparable(check, types)
        return self

    def field(self, key: str) -> Field:
        """The field with this key; KeyError when there is none."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)

    @property
    def main_party(self) -> Party | None:
        return next((party for party in self.parties if party.main), None)


def _keys(check: Check) -> set[str]:
    match check:
        case Order():
            return {check.earlier, check.later}
        case Total():
            return {check.total, *check.parts, *check.minus}
        case Product():
            return {check.product, *check.factors}
        case AnyOf():
            return set(check.fields)
        case Needs():
            return {check.field, check.needs}


def _comparable(check: Check, types: Mapping[str, FieldType]) -> None:
    """Sums and products need numbers; an order needs two numbers or two points in time."""
    if isinstance(check, AnyOf | Needs):
        return
    found = {types[key] for key in _keys(check)}
    if found <= _NUMBERS or (isinstance(check, Order) and found <= _TIMES):
        return
    raise ValueError(f"{check.kind} 的字段类型不能比较：{'、'.join(sorted(_keys(check)))}")


class Use(StrEnum):
    """What the platform does with accepted rows."""

    JOIN = "join"  # rows name taxpayers and are joined to them
    COUNTS = "counts"  # counts only; nobody is named
    VERIFY = "verify"  # yes / no / not found on request; never in the lake's joins
    PARAMETERS = "parameters"  # publishes dated parameters


class Proposal(Strict):
    """What the office has to say about a resource before it counts as written; nothing holds until it does.

    exempt: that nobody owes it any more (免报); provider: that the provider named here is the right one.
    """

    kind: Literal["exempt", "provider"]
    since: dt.date
    reason: Text


class Resource(Strict):
    """One resource of annex 2 (`15.3`), annex 4 (`K.9`) or of the bureau (`T.1`)."""

    number: Annotated[str, StringConstraints(pattern=r"^(\d{1,2}\.\d{1,2}|[KT]\.\d{1,2})$")]
    code: Key
    title: Title
    source_title: str | None = None
    providers: Annotated[tuple[Key, ...], Also(min_length=1)]
    clause: Title
    since: dt.date
    document: Title
    frequency: Title
    use: Use = Use.JOIN
    minimal: bool = False  # what goes beyond the template is not kept (personal information law 6, 34)
    stock: bool = False  # also owed once for what existed before
    restated: bool = False  # rows are states, not events: what still stands comes again in a later period
    scored: bool = True
    duplicate_of: str | None = None
    proposed: bool = False
    proposals: tuple[Proposal, ...] = ()
    note: Text | None = None
    sheets: tuple[Sheet, ...]

    @model_validator(mode="before")
    @classmethod
    def _single_sheet(cls, value: object) -> object:
        """A resource with one table writes its fields directly."""
        if not isinstance(value, dict) or "fields" not in value:
            return value
        if "sheets" in value:
            raise ValueError("fields 与 sheets 只能写一个")
        inner = {key: value[key] for key in ("fields", "parties", "key", "checks") if key in value}
        outer = {key: item for key, item in value.items() if key not in inner}
        return outer | {"sheets": [{"code": value.get("code"), "title": value.get("title"), **inner}]}

    @model_validator(mode="after")
    def _letters(self) -> Self:
        letters = [sheet.letter for sheet in self.sheets]
        if len({sheet.code for sheet in self.sheets}) < len(self.sheets):
            raise ValueError("各张表的 code 重复")
        if self.duplicate_of:
            return self
        if not letters:
            raise ValueError("缺少 fields 或 sheets")
        if len(letters) == 1 and letters != [""]:
            raise ValueError("只有一张表时不写 letter")
        if len(letters) > 1 and letters != [chr(97 + index) for index in range(len(letters))]:
            raise ValueError("多张表的 letter 依次为 a、b、c …")
        return self

    @model_validator(mode="after")
    def _awaits(self) -> Self:
        kinds = [one.kind for one in self.proposals]
        if len(set(kinds)) < len(kinds):
            raise ValueError("proposals 中同一种只写一次")
        if "provider" in kinds and self.scored:
            raise ValueError("提供单位待核实的资源须写 scored: false")
        return self

    @property
    def least(self) -> bool:
        """Whether columns beyond the template are dropped, not kept: counts, checks, and where stated."""
        return self.minimal or self.use in {Use.COUNTS, Use.VERIFY}

    def sheet(self, letter: str = "") -> Sheet:
        """The sheet with this letter; KeyError when there is none."""
        for sheet in self.sheets:
            if sheet.letter == letter:
                return sheet
        raise KeyError(letter)
