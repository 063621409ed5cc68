"""States of a wish to look at more rows today: asked, then granted or declined by another person."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"


LABELS = {State.ASKED: "待批准", State.GRANTED: "已批准", State.DECLINED: "未批准"}
