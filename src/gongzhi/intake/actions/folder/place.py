"""Where a file belongs, as the folders above it say: unit / number of the resource / period."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import PeriodError, parse_period_text
from gongzhi.intake.actions.place import Place
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.queries.pages import live_batches

_NUMBER = re.compile(r"(?:[A-Z]\.)?\d+(?:\.\d+)?(?:[-/][a-z](?![a-z]))?", re.ASCII)
CORRECTION, ADDITION = "更正", "补充"
LAYOUT = "文件应放在“单位/资源编号/期间”三层文件夹里，期间如 2026-09、2026Q3、2026H1、2026、2026-09-15"


def place_of(parts: Sequence[str]) -> Place:
    """The place that the names of the folders say; raises Refused (Chinese) when they say none.

    What follows the number of a resource, or a period after a blank, is for people alone. Below the period
    更正 or 补充 says that the file corrects or adds to what is in, and below that a batch's number to which.
    """
    if not 3 <= len(parts) <= 5:
        raise Refused("misplaced", LAYOUT)
    unit, resource, period, *more = parts
    number = _number(resource)
    code = _period(period)
    if not more:
        return Place(number, code, unit)
    if more[0] not in {CORRECTION, ADDITION}:
        raise Refused(
            "misplaced", f"期间文件夹下面只能有“{CORRECTION}”“{ADDITION}”，没有“{more[0]}”。{LAYOUT}"
        )
    batch = more[1] if len(more) == 2 else _only_batch(more[0], unit, number, code)
    if more[0] == CORRECTION:
        return Place(number, code, unit, replaces=batch)
    return Place(number, code, unit, adds=batch)


def _number(name: str) -> str:
    """The number, or the code, that the name of a folder begins with; people forget the blank behind it."""
    begins = _NUMBER.match(name)
    word = begins[0] if begins else (name.split() or [name])[0]
    return word.replace("-", "/")


def _period(name: str) -> str:
    for said in (name, name.partition(" ")[0]):
        with suppress(PeriodError):
            return parse_period_text(said).code
    return name  # told like any other wrong period


def _only_batch(word: str, unit: str, number: str, period: str) -> str:
    """The batch that is meant where the sender names none: the only one, or to be added to, the latest."""
    definitions = in_force()
    try:
        keys = definitions.unit(unit).key, definitions.resource(number.partition("/")[0]).number
    except KeyError:
        return ""  # the place itself is wrong, and told as such
    live = list(live_batches(unit=keys[0], resource=keys[1], period=period))
    if not live:
        raise Refused(
            "nothing_there", f"本期还没有入库的批次，不能{word}；第一次报的，请直接放在期间文件夹里"
        )
    if word == CORRECTION and len(live) > 1:
        names = "、".join(batch.number for batch in live)
        raise Refused(
            "which_batch", f"本期有 {len(live)} 批：{names}；请在“{word}”下建一个以批次编号命名的文件夹"
        )
    return live[-1].number
