"""The states of submissions and batches, as every page says them."""

from __future__ import annotations

from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.states import LABELS, State
from gongzhi.lists import Mark, Meaning

_MEANINGS: dict[State, Meaning] = {State.COMMITTED: "good", State.REFUSED: "stop", State.CHECKED: "warn"}


def state_mark(submission: Submission) -> Mark:
    """Its state; where its batch was returned and not yet corrected, that."""
    state = State(submission.state)
    if state == State.COMMITTED and submission.batch.returned:
        return Mark("已退回", "stop")
    return Mark(LABELS[state], _MEANINGS.get(state, "note"))


def batch_mark(batch: Batch) -> Mark:
    """Whether it counts, and if not, why."""
    if batch.withdrawn_at:
        return Mark("已撤回", "note")
    if batch.returned:
        return Mark("已退回", "stop")
    return Mark("已被更正", "note") if batch.replaced_by_id else Mark("有效", "good")
