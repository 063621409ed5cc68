"""One work item for every duty in the house: assignee, due day, trail, reminders, escalation.

Its place is kept.
"""
