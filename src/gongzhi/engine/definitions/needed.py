"""Parameters that the program reads by their names: a set of definitions without one stops a part of it.

A test of `editions` holds this list against the source. Every other parameter is named by a rule, a rhythm or
a kind of work, and what leads nowhere there is found when the set is loaded.
"""

from __future__ import annotations

PARAMETERS = frozenset({
    "attachment_mib", "attachments_at_once", "check_waiver_days", "cutoff_days", "export_approval_rows",
    "export_at_once_rows", "export_resume_minutes", "export_valid_hours", "export_watch_hours",
    "extend_for_long_holiday", "extension_days", "grade_high_amount", "grade_high_rules",
    "grade_middle_amount", "largest_share", "least_counted", "office_from_hour", "office_until_hour",
    "remind_from_hour", "remind_until_hour", "reopen_growth", "repeat_months", "return_working_days",
    "shift_to_working_day", "stock_due_days", "zero_reports_in_a_row",
})  # fmt: skip
