"""What is asked of the office needs a reason, and an answer by somebody else."""

from __future__ import annotations

from django.utils import timezone

from gongzhi.catalogue.models import Asking
from gongzhi.catalogue.states import NotPossible, after
from gongzhi.organisation.models import Person

_LONGEST = 300


def answered(asking: Asking, *, grant: bool, answer: str, by: Person) -> None:
    """Write the office's answer into what was asked (to be saved by the caller). Raises NotPossible from
    another state, for one's own request, and when it is refused without a reason.
    """
    if asking.asked_by_id == by.pk:
        raise NotPossible("自己提出的申请要由另一个人决定")
    text = _kept(answer) if grant else said(answer, "请写明不同意的理由")
    asking.state = after(asking.state, "grant" if grant else "refuse")
    asking.decided_by, asking.decided_at, asking.answer = by, timezone.now(), text


def said(text: str, otherwise: str) -> str:
    """A reason as it is kept; NotPossible with `otherwise` when there is none, or when it is too long."""
    if not text.strip():
        raise NotPossible(otherwise)
    return _kept(text)


def _kept(text: str) -> str:
    """A text as it is kept, whole or not at all."""
    found = text.strip()
    if len(found) > _LONGEST:
        raise NotPossible(f"说明请不超过 {_LONGEST} 字，现在是 {len(found)} 字")
    return found
