"""States of a wish to look at more rows today, and of an export that another person or the worker sees to."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"


LABELS = {State.ASKED: "待批准", State.GRANTED: "已批准", State.DECLINED: "未批准"}


class ExportState(StrEnum):
    """An export that is not given at once: asked of another person, or taken to the worker."""

    ASKED = "asked"
    WAITING = "waiting"
    READY = "ready"
    DECLINED = "declined"
    FAILED = "failed"


EXPORT_LABELS = {
    ExportState.ASKED: "待批准", ExportState.WAITING: "正在生成", ExportState.READY: "可以下载",
    ExportState.DECLINED: "未批准", ExportState.FAILED: "没有生成",
}  # fmt: skip
