"""前置库: ask a unit's database for the rows of a period and hand them in like any other file."""

from .failed import PullFailed, reason_of, result_of
from .pull import pull, pull_due

__all__ = ["PullFailed", "pull", "pull_due", "reason_of", "result_of"]
