"""What is said of several drafts at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from gongzhi.editions.models import Edition

REASON = 300


def _area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 2, "class": "form-control"})


class SubmitTogetherForm(forms.Form):
    """Why, on which ground, and the one day from which all of them count."""

    since = forms.DateField(
        label="从哪天起",
        help_text="各项都从这一天起；其中的数据资源，这一天以后开始的期间按新版检查，以前的期间仍按原来的版本。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请写成 2026-09-15 这样的日期"},
    )
    reason = forms.CharField(label="为什么改", max_length=REASON, widget=_area())
    document = forms.CharField(label="文号", required=False, max_length=120)

    def __init__(self, *args: Any, drafts: Sequence[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("since", timezone.localdate().isoformat())
        said = "；".join(sorted({draft.reason for draft in drafts if draft.reason}))
        if len(said) <= REASON:  # what the drafts say themselves, where it fits
            self.initial.setdefault("reason", said)


class DecideTogetherForm(forms.Form):
    """The second person's word on all of them."""

    verdict = forms.ChoiceField(
        label="意见",
        choices=(("approve", "批准，各从写明的那天起生效"), ("send_back", "退回起草人")),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择批准还是退回"},
    )
    reason = forms.CharField(
        label="退回的理由", required=False, max_length=300, widget=_area(),
        help_text="退回时必须写，对选中的各项都成立。",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("verdict") == "send_back" and not said.get("reason", "").strip():
            self.add_error("reason", "退回要写明理由")
        return said
