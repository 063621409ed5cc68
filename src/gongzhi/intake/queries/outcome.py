"""What became of a submission, as its sender's machine is told."""

from __future__ import annotations

from gongzhi.intake.models import Review, Submission
from gongzhi.intake.states import State


def outcome_of(submission: Submission) -> str:
    """What became of a submission so far, one of `states.OUTCOMES`."""
    state = State(submission.state)
    if state == State.COMMITTED:
        if submission.batch.withdrawn_at:
            return "taken_back"
        if Review.objects.filter(batch__submission=submission, verdict="returned").exists():
            return "returned"
        return "partial" if submission.set_aside else "accepted"
    return "sent_back" if state == State.CHECKED and submission.sent_back else state.value
