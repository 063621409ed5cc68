"""Numbers of the definitions in force."""

from __future__ import annotations

from django.utils import timezone

from gongzhi.audit.queries import in_force


def number_of(key: str) -> int:
    """A number of the definitions, as of today."""
    value = in_force().parameters[key].at(timezone.localdate())
    if value is None:
        raise RuntimeError(f"{key} has no value today")
    return int(value.value)
