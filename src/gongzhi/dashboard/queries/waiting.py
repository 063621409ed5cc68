"""What waits for the reader's word: counted as the list counts it to which each leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.states import ActState
from gongzhi.disclosure import queries as disclosure
from gongzhi.editions import queries as editions
from gongzhi.editions.states import Answer
from gongzhi.gate import Sight
from gongzhi.intake import queries as intake
from gongzhi.intake.states import State as Handed
from gongzhi.organisation import queries as organisation
from gongzhi.registry import queries as registry
from gongzhi.risk import queries as risk
from gongzhi.risk.states import State as Found
from gongzhi.work import queries as work

Fact = dict[str, Any]


@dataclass(frozen=True)
class Wait:
    """One kind of thing that waits for whoever holds `duty`; `page` is its list, `query` the filter there.

    With `always` the workbench shows it at 0 as well.
    """

    label: str
    page: str
    query: str
    duty: str
    count: Callable[[Sight], int]
    always: bool = False

    def fact(self, sight: Sight) -> Fact:
        return {"label": self.label, "value": self.count(sight), "href": f"{self.page}{self.query}"}


def _undecided(sight: Sight) -> int:
    return intake.visible_to(sight).filter(state=Handed.CHECKED).count()


def _awaiting(sight: Sight) -> int:
    """Files put to a second person of the reader's unit; none where all of them are the reader's own."""
    rows = intake.visible_to(sight).filter(unit=sight.unit, state=Handed.AWAITING)
    return rows.count() if rows.exclude(proposed_by__pk=sight.person or "").exists() else 0


def _returned(sight: Sight) -> int:
    return intake.returned_to(sight).count()


def _acts(sight: Sight) -> int:
    return catalogue.acts_visible_to(sight).filter(state=ActState.ASKED).count()


def _withdrawals(sight: Sight) -> int:
    return intake.withdrawals_visible_to(sight).filter(state=ActState.ASKED).count()


def _check_waivers(sight: Sight) -> int:
    return intake.check_waivers_visible_to(sight).filter(state=ActState.ASKED).count()


def _rulings(sight: Sight) -> int:
    return catalogue.rulings_for_ones_word(sight).count()


def _filings(_: Sight) -> int:
    return sum(one.waiting is not None for one in organisation.standings(timezone.localdate()))


def _letters(sight: Sight) -> int:
    return work.letters_visible_to(sight).filter(state="drafted").count()


def _allowances(sight: Sight) -> int:
    return disclosure.allowances_waiting(sight, timezone.localdate()).count()


WAITS = (
    Wait("待审核", "/reviews", "", "return_file", lambda s: intake.unreviewed(s).count(), always=True),
    Wait("等待确认入库", "/submissions", "?state=checked", "submit_file", _undecided, always=True),
    Wait("待复核", "/submissions", "?state=awaiting", "review_file", _awaiting),
    Wait("已退回，待更正", "/batches", "?state=returned", "submit_file", _returned),
    Wait(
        "待核疑点", "/hits", "", "see_hits",
        lambda s: risk.visible_to(s).filter(state=Found.OPEN).count(), always=True,
    ),
    Wait(
        "待认定名称", "/links", "", "decide_links",
        lambda s: registry.doubts_visible_to(s).count(), always=True,
    ),
    Wait("待决定的申请", "/acts", "?state=asked", "decide_waiver", _acts),
    Wait("待决定的撤回", "/withdrawals", "?state=asked", "return_file", _withdrawals),
    Wait("待定的暂免检查", "/check-waivers", "?state=asked", "decide_waiver", _check_waivers),
    Wait("待同意的免报和核实", "/rulings", "?state=asked", "decide_waiver", _rulings),
    Wait("待签发的催报函", "/letters", "?state=drafted", "chase_units", _letters),
    Wait("待备案的联络员", "/liaisons", "?state=waiting", "confirm_liaisons", _filings),
    Wait(
        "待答复的建议", "/suggestions", "?state=open", "draft_definitions",
        lambda s: editions.suggestions_visible_to(s).filter(state=Answer.OPEN).count(),
    ),
    Wait(
        "待批准的修改", "/editions", "#submitted", "approve_definitions",
        lambda s: editions.submitted_to(s).count(),
    ),
    Wait("待批准的导出", "/exports", "", "approve_reveal", lambda s: disclosure.for_ones_word(s).count()),
    Wait("待答复的加额", "/reveals/more", "", "approve_reveal", _allowances),
)  # fmt: skip


def tiles(sight: Sight) -> list[Fact]:
    """For the head of the workbench: the fixed ones, and what else waits."""
    found = [(one, one.fact(sight)) for one in WAITS if sight.has(one.duty)]
    return [fact for one, fact in found if one.always or fact["value"]]


def waiting(sight: Sight) -> list[Fact]:
    """All that waits for the reader."""
    return [fact for fact in tiles(sight) if fact["value"]]


def waiting_at(sight: Sight, page: str) -> int:
    """How much waits for the reader in the list at an address; 0 for who has no word in it."""
    return sum(one.count(sight) for one in WAITS if one.page == page and sight.has(one.duty))
