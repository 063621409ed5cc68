"""`allowed` decides, `explain` says why; they cannot disagree because one calls the other."""

from __future__ import annotations

from dataclasses import dataclass

from .sight import Sight


@dataclass(frozen=True)
class Decision:
    """The answer of the gate with its reason in words that a user may read."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


def explain(sight: Sight, duty: str, *, unit: str | None = None, cell: str | None = None) -> Decision:
    """Whether `sight` holds `duty` (for `unit`, in `cell`, where given), and why.

    A cell is a division code; a grant for a street covers the communities below it by prefix.
    """
    if sight.person is None:
        return Decision(False, "尚未登录")
    if not sight.has(duty):
        return Decision(False, "现有岗位不含这项职责")
    if unit is not None and unit not in sight.units(duty):
        return Decision(False, "不在本单位范围内")
    if cell is not None and not _covers(sight, duty, cell):
        return Decision(False, "不在本网格范围内")
    return Decision(True, "岗位职责")


def allowed(sight: Sight, duty: str, *, unit: str | None = None, cell: str | None = None) -> bool:
    """True when the gate allows it; `explain` gives the reason."""
    return explain(sight, duty, unit=unit, cell=cell).allowed


def _covers(sight: Sight, duty: str, cell: str) -> bool:
    cells = sight.cells(duty)
    if isinstance(cells, frozenset):
        return any(cell.startswith(granted) for granted in cells)
    return cell in cells
