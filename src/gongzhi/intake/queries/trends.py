"""The small chart of what is out of line with its season: bars of earlier periods and of this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gongzhi.intake.models import Submission

from .rows import period_label

_HEIGHT = 96
_STEP = 28
_BAR = 18


@dataclass(frozen=True)
class Bar:
    """One period: where its bar stands in the drawing (units of the picture), and what it says."""

    x: int
    y: int
    height: int
    label: str
    text: str
    own: bool  # the period that is handed in now


@dataclass(frozen=True)
class Trend:
    """The bars, and the band in which the value would be in line."""

    title: str
    bars: tuple[Bar, ...]
    usual: str
    band_y: int
    band_height: int

    width_of_bar = _BAR
    height = _HEIGHT

    @property
    def width(self) -> int:
        return len(self.bars) * _STEP + 4


def trends_of(submission: Submission) -> list[Trend]:
    """What the check found out of line with earlier periods, as charts."""
    return [_trend(submission.period, **told) for told in submission.trends]


def _trend(
    period: str, *, title: str, points: list[dict[str, object]], value: float, text: str,
    low: float, high: float, usual: str,
) -> Trend:  # fmt: skip
    every = [*points, {"period": period, "value": value, "text": text}]
    top = max(high, *(float(str(point["value"])) for point in every)) or 1.0

    def up(amount: float) -> int:
        return round(max(0.0, amount) / top * (_HEIGHT - 4))

    bars = tuple(_bar(place, point, up, own=place == len(points)) for place, point in enumerate(every))
    return Trend(title, bars, usual, _HEIGHT - up(high), max(1, up(high) - up(low)))


def _bar(place: int, point: dict[str, object], up: Callable[[float], int], *, own: bool) -> Bar:
    height = max(1, up(float(str(point["value"]))))
    label, text = period_label(str(point["period"])), str(point["text"])
    return Bar(4 + place * _STEP, _HEIGHT - height, height, label, text, own)
