"""States of a wish to look at more rows today, and of an export that others or the worker see to."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"


LABELS = {State.ASKED: "待批准", State.GRANTED: "已批准", State.DECLINED: "未批准"}


class ExportState(StrEnum):
    """An export of guarded rows that was given at once; else asked of two persons, or taken to the worker."""

    GIVEN = "given"
    ASKED = "asked"
    AGREED = "agreed"  # by the superior; the security administrator has not answered
    WAITING = "waiting"
    READY = "ready"
    TAKEN = "taken"
    DECLINED = "declined"
    FAILED = "failed"


EXPORT_LABELS = {
    ExportState.GIVEN: "当场导出", ExportState.ASKED: "待本单位批准", ExportState.AGREED: "待安全管理员会签",
    ExportState.WAITING: "正在生成", ExportState.READY: "可以下载", ExportState.TAKEN: "已下载，文件已删除",
    ExportState.DECLINED: "未批准", ExportState.FAILED: "没有生成",
}  # fmt: skip
