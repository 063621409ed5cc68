"""What the machine door takes and answers, as pydantic schemas (they are the OpenAPI document's)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

Short = Annotated[str, Field(max_length=60)]
Period = Annotated[
    str,
    Field(
        min_length=4,
        max_length=16,
        pattern=r"^[0-9A-Za-z-]+$",
        description="期间：2026-09、2026Q3、2026H1、2026、2026-09-15",
    ),
]
Letter = Annotated[str, Field(pattern="^[a-z]?$", max_length=1, description="多表资源的表，如 a")]
Cell = str | int | float | bool | None
Row = Annotated[dict[str, Cell], Field(min_length=1, max_length=400)]


class Asked(Schema):
    """What comes in holds nothing that is not understood."""

    model_config = ConfigDict(extra="forbid")


class Said(Asked):
    """Where a file belongs, as its sender says (in the query, for the body is the file)."""

    resource: Annotated[str, Field(max_length=60, description="资源编号或代码，如 15.3")]
    period: Period
    sheet: Letter = ""
    name: Annotated[str, Field(max_length=120, description="文件名；类型为 octet-stream 时以后缀认类型")] = ""
    adds: Annotated[str, Field(max_length=60, description="补充到这个批次之后")] = ""
    replaces: Annotated[str, Field(max_length=60, description="整批更正这个批次")] = ""
    whole: Annotated[bool, Field(description="有一行不合格就整份不入库")] = False
    dry_run: Annotated[bool, Field(description="只检查，不入库；答复就是结果")] = False


class Rows(Asked):
    """Rows for the inbox: one to a thousand, each from column title (or key) to value."""

    period: Period
    sheet: Letter = ""
    rows: Annotated[list[Row], Field(min_length=1, max_length=1_000)]


class Whole(Asked):
    """The rows of a slot are all there."""

    period: Period
    sheet: Letter = ""


class Place(Schema):
    """One thing that does not hold: where, what is wrong, how to mend it."""

    pointer: str
    text: str
    mend: str


class Problem(Schema):
    """A refusal (RFC 9457); `code` is the last part of `type`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Place] | None = None


class Received(Schema):
    """A file is durable and waits for its check."""

    submission: UUID
    resource: str
    period: str
    state: str
    received_at: dt.datetime


class Finding(Schema):
    """One fault: the cell as a spreadsheet names it, what is wrong, how to mend it. Values are masked."""

    row: int | None
    cell: str | None
    column: str | None
    value: str | None
    code: str
    severity: str
    message: str
    mend: str | None
    suggestion: str | None


class Outcome(Schema):
    """What became of a submission; `outcome` is null while it is being checked."""

    submission: UUID | None
    state: str
    received_at: dt.datetime
    file_name: str
    resource: str
    title: str
    period: str
    unit: str
    outcome: Literal["accepted", "partial", "refused", "awaiting", "withdrawn"] | None
    rows: int
    accepted: int
    set_aside: int
    skipped: list[dict[str, Any]]
    findings_total: int
    by_code: dict[str, int]
    findings: list[Finding]
    repaired: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    refusal: dict[str, Any] | None
    batch: str | None
    receipt: dict[str, Any] | None
    already: dict[str, Any] | None
    """The submission that brought the same content before; nothing was taken in twice."""


class SubmissionLine(Schema):
    """A submission in a list."""

    submission: UUID
    resource: str
    period: str
    unit: str
    state: str
    file_name: str
    received_at: dt.datetime
    rows: int
    accepted: int
    set_aside: int


class Submissions(Schema):
    items: list[SubmissionLine]
    total: int
    next: str | None


class BatchLine(Schema):
    """Accepted rows; `replaced_by` names the batch that corrects it."""

    batch: str
    id: UUID
    resource: str
    period: str
    unit: str
    rows: int
    kind: str
    committed_at: dt.datetime
    replaced_by: str | None
    submission: UUID
    receipt: str | None


class Batches(Schema):
    items: list[BatchLine]
    total: int
    next: str | None


class ObligationLine(Schema):
    """What is owed, by when, and how it stands today."""

    unit: str
    resource: str
    period: str
    due: dt.date | None
    state: str
    received_at: dt.datetime | None
    days_late: int | None


class Obligations(Schema):
    items: list[ObligationLine]
    total: int
    next: str | None


class ResourceLine(Schema):
    """A resource that this key may hand in."""

    number: str
    code: str
    title: str
    frequency: str
    sheets: list[str]


class Resources(Schema):
    items: list[ResourceLine]
    total: int
    next: str | None


class Table(Schema):
    """One table of a resource: its columns, and the JSON schema of a row."""

    sheet: str
    title: str
    columns: list[dict[str, Any]]
    row: dict[str, Any]


class ResourceDetail(ResourceLine):
    tables: list[Table]


class Pushed(Schema):
    """Rows are durable in the inbox. A row is named by `inbox` and its number: `<inbox>-1`, `<inbox>-2` …"""

    inbox: UUID
    resource: str
    period: str
    rows: int
    received_at: dt.datetime
    known: Annotated[bool, Field(description="同样的行已经收下过，没有重复收")]


class Fate(Schema):
    """What became of one row."""

    id: str
    row: int
    fate: Literal[
        "waiting", "checking", "awaiting", "refused", "withdrawn", "accepted", "set_aside", "skipped"
    ]  # fmt: skip
    why: str | None = None
    batch: str | None = None
    findings: list[dict[str, Any]] = []


class PushFate(Schema):
    """A push and what became of each of its rows."""

    inbox: UUID
    resource: str
    period: str
    received_at: dt.datetime
    submission: UUID | None
    rows: list[Fate]


class PushLine(Schema):
    inbox: UUID
    resource: str
    period: str
    rows: int
    received_at: dt.datetime
    submission: UUID | None


class Pushes(Schema):
    items: list[PushLine]
    total: int
    next: str | None


class Sealed(Schema):
    """So many rows of the slot are gathered next."""

    resource: str
    period: str
    pushes: int
    rows: int
