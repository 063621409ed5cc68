"""What the machine door takes and answers, as pydantic schemas (they are the OpenAPI document's)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

from .paging import Page

Period = Annotated[
    str,
    Field(
        min_length=4,
        max_length=16,
        pattern=r"^[0-9A-Za-z-]+$",
        description="期间：2026-09、2026Q3、2026H1、2026、2026-09-15",
    ),
]
Instant = Annotated[dt.datetime, AfterValidator(timezone.localtime)]
"""A moment in the district's time (+08:00), as receipts and pages tell it."""
Letter = Annotated[str, Field(pattern="^[a-z]?$", max_length=1, description="多表资源的表，如 a")]
Cell = str | int | float | bool | None
Row = Annotated[dict[str, Cell], Field(min_length=1, max_length=400)]


ROW = "行号：JSON 的第一个对象是第2行（第1行算列名），csv、xlsx 照文件里的行号；说的是整份文件的为 null"
SEVERITY = "refuse 整份不收；block 这一行不入库，待补正；explain 已入库，请说明原因；hint 供参考"
STATE = "received 检查中；checked 待确认；awaiting 待复核；refused 未入库；committed 已入库；withdrawn 已放弃"


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
    received_at: Instant


class Finding(Schema):
    """One fault: the cell as a spreadsheet names it, what is wrong, how to mend it. Values are masked."""

    row: Annotated[int | None, Field(description=ROW)]
    cell: Annotated[str | None, Field(description=f"单元格，如 B2、Sheet1!B2；{ROW}")]
    column: Annotated[str | None, Field(description="列名")]
    value: Annotated[str | None, Field(description="原来的值，涉及个人的已遮盖")]
    code: Annotated[str, Field(description="问题的代码，供程序判断")]
    severity: Annotated[str, Field(description=SEVERITY)]
    message: Annotated[str, Field(description="错在哪里")]
    mend: Annotated[str | None, Field(description="怎样改")]
    suggestion: Annotated[str | None, Field(description="唯一能证明的正确值；没有的为 null")]


class Outcome(Schema):
    """What became of a submission; `outcome` is null while it is being checked."""

    submission: Annotated[UUID | None, Field(description="报送的编号；dry_run 时为 null")]
    state: Annotated[str, Field(description=STATE)]
    received_at: Annotated[Instant, Field(description="收到的时间，是否按时以此为准")]
    file_name: str
    resource: str
    title: str
    period: str
    unit: str
    outcome: Annotated[
        Literal["accepted", "partial", "refused", "awaiting", "withdrawn"] | None,
        Field(
            description="accepted 全部入库；partial 合格的行入库，其余待补正；refused 一行也没有入库；"
            "awaiting 等本单位另一人复核；withdrawn 已撤回；null 还在检查"
        ),
    ]
    rows: Annotated[int, Field(description="数据的行数，等于 accepted + set_aside")]
    accepted: Annotated[int, Field(description="入库的行数")]
    set_aside: Annotated[int, Field(description="待补正的行数")]
    skipped: Annotated[list[dict[str, Any]], Field(description="不是数据的行：列名、空行、合计、说明")]
    findings_total: Annotated[int, Field(description="问题总数；findings 至多列1000条，严重的在前")]
    by_code: Annotated[dict[str, int], Field(description="各种问题的条数")]
    findings: list[Finding]
    repaired: Annotated[list[dict[str, Any]], Field(description="平台认得并改成规范写法的值")]
    notices: Annotated[list[dict[str, Any]], Field(description="读取时要说明的事")]
    refusal: Annotated[dict[str, Any] | None, Field(description="整份没有入库的原因：code、text、mend")]
    batch: Annotated[str | None, Field(description="入库的批次编号；更正、补充时用它")]
    receipt: Annotated[dict[str, Any] | None, Field(description="回执，可离线验证")]
    already: Annotated[
        dict[str, Any] | None, Field(description="同样的内容以前报过：那一份报送，没有重复入库")
    ]


class SubmissionLine(Schema):
    """A submission in a list."""

    submission: UUID
    resource: str
    period: str
    unit: str
    state: Annotated[str, Field(description=STATE)]
    file_name: str
    received_at: Instant
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
    kind: Annotated[str, Field(description="first 首批；adds 补充；replaces 更正")]
    committed_at: Instant
    replaced_by: str | None
    submission: UUID
    receipt: str | None


class Batches(Schema):
    items: list[BatchLine]
    total: int
    next: str | None


class Owed(Page):
    """Which duties of the calendar."""

    state: Annotated[
        Literal["", "open", "missing"],
        Field(description="open 还没报的（已开始、没有免报）；missing 其中逾期未报的；不写为全部"),
    ] = ""
    resource: Annotated[str, Field(max_length=60, description="只要这项资源的：编号或代码，如 15.3")] = ""
    period: Annotated[str, Field(max_length=16, description="只要这一期的，如 2026-09")] = ""


class ObligationLine(Schema):
    """What is owed, by when, and how it stands today."""

    unit: str
    resource: str
    period: str
    due: dt.date | None
    state: Annotated[str, Field(description="免报、未到期、待报、按时、逾期k天、逾期未报、零报告")]
    received_at: Instant | None
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
    received_at: Instant
    known: Annotated[bool, Field(description="同样的行已经收下过，没有重复收")]


class Fate(Schema):
    """What became of one row."""

    id: str
    row: int
    fate: Annotated[
        Literal[
            "waiting", "checking", "awaiting", "refused", "withdrawn", "accepted", "set_aside", "skipped"
        ],
        Field(
            description="waiting 等候汇集；checking 检查中；awaiting 待复核；refused 整批没有入库；"
            "withdrawn 已放弃；accepted 已入库；set_aside 待补正，改好后再推送；skipped 空行或合计"
        ),
    ]
    why: str | None = None
    batch: str | None = None
    findings: Annotated[
        list[dict[str, Any]], Field(description="这一行的问题；cell 是平台汇成的文件里的位置，请看 column")
    ] = []


class PushFate(Schema):
    """A push and what became of each of its rows."""

    inbox: UUID
    resource: str
    period: str
    received_at: Instant
    submission: UUID | None
    rows: list[Fate]


class PushLine(Schema):
    inbox: UUID
    resource: str
    period: str
    rows: int
    received_at: Instant
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


class Told(Schema):
    """结果通知：只有编号、状态和行数。"""

    event: Literal["submission.outcome"]
    outcome: Annotated[
        Literal[
            "accepted", "partial", "refused", "awaiting", "sent_back", "withdrawn", "returned", "taken_back"
        ],
        Field(
            description="accepted 全部入库；partial 部分入库；refused 没有入库；awaiting 等另一人复核；"
            "sent_back 复核退回；withdrawn 已放弃；returned 办公室退回补正；taken_back 已撤回"
        ),
    ]
    submission: Annotated[UUID, Field(description="报送的编号，凭它查结果")]
    unit: str
    resource: str
    period: str
    channel: Annotated[str, Field(description="api 接口；folder 前置机；sql 前置库")]
    file_sm3: Annotated[str, Field(description="文件的 SM3，十六进制")]
    rows: int
    accepted: int
    set_aside: int
    by_code: Annotated[dict[str, int], Field(description="各种问题的条数")]
    refusal: Annotated[str | None, Field(description="没有入库的原因的代码")]
    batch: str | None
    receipt: Annotated[str | None, Field(description="回执编号")]
    at: Annotated[Instant, Field(description="有结果的时间")]
