"""A figure as every picture shows it: numerator, denominator, what it means, the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gongzhi.catalogue.queries import Rates
from gongzhi.catalogue.states import State


@dataclass(frozen=True)
class Figure:
    """One figure. `part` of `whole` give it where it is a rate; `href` opens to the rows it was made of."""

    label: str
    text: str
    means: str
    of: str = ""
    before: str = ""
    href: str = ""


def percent(value: float | None) -> str:
    """A rate with one decimal; a dash where there is nothing to divide by."""
    return "—" if value is None else f"{value:.1f}%"


@dataclass(frozen=True)
class Ratio:
    """Numerator and denominator."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """0 to 100; None where there is nothing to divide by."""
        return 100 * self.part / self.whole if self.whole else None


def rate(label: str, now: Ratio, means: str, *, before: Ratio | None = None, href: str = "") -> Figure:
    """A rate, with numerator and denominator in the open, beside that of the span before."""
    earlier = f"上期 {percent(before.value)}" if before and before.whole else ""
    return Figure(label, percent(now.value), means, f"{now.part:,} / {now.whole:,}", earlier, href)


HEIGHT, STEP, BAR = 120, 60, 32
PARTS = (
    ("timely", "按时", (State.ON_TIME, State.ZERO)),
    ("late", "迟报", (State.LATE, State.ZERO_LATE)),
    ("missing", "逾期未报", (State.MISSING,)),
)


@dataclass(frozen=True)
class Part:
    """A piece of a bar: a state, where it is drawn, how many."""

    key: str
    y: int
    height: int


@dataclass(frozen=True)
class Bar:
    """One month or year of a chart, drawn from the bottom up, and what it says in words."""

    x: int
    short: str
    label: str
    parts: tuple[Part, ...]
    text: str
    rate: str


@dataclass(frozen=True)
class Chart:
    """Bars of what was owed by month or year: on time, late, missing. Only what the rates count."""

    bars: tuple[Bar, ...]

    width_of_bar = BAR
    height = HEIGHT + 24
    base = HEIGHT
    foot = HEIGHT + 18
    keys = tuple((key, word) for key, word, _ in PARTS)

    @property
    def width(self) -> int:
        return len(self.bars) * STEP + 8


def chart(months: dict[str, Rates], heads: Sequence[str]) -> Chart:
    """The chart of some months (2026-09) or years (2026), from their counts."""
    drawn = [(head, months.get(head, Rates())) for head in heads]
    top = max((rates.counted for _, rates in drawn), default=0) or 1
    return Chart(tuple(_bar(place, head, rates, top) for place, (head, rates) in enumerate(drawn)))


def _bar(place: int, head: str, rates: Rates, top: int) -> Bar:
    parts, below = [], 0
    for key, _, states in PARTS:
        count = rates.of(states)
        low, high = (round((HEIGHT - 8) * edge / top) for edge in (below, below + count))
        parts.append(Part(key, HEIGHT - high, high - low))
        below += count
    said = "，".join(f"{word} {rates.of(states)}" for _, word, states in PARTS)
    label = f"{head[:4]}年{int(head[5:])}月" if len(head) > 4 else f"{head}年"
    drawn = tuple(part for part in parts if part.height)
    short = f"{int(head[5:])}月" if len(head) > 4 else head
    if len(head) > 4 and (place == 0 or head.endswith("-01")):
        short = f"{head[2:4]}年{short}"
    return Bar(8 + place * STEP, short, label, drawn, said, percent(rates.timely_rate))
