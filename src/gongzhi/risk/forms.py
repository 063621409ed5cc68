"""Forms of the decision about a hit."""

from __future__ import annotations

from typing import Any

from django import forms


class ExclusionForm(forms.Form):
    """Why a hit is none."""

    reason = forms.CharField(
        label="排除的理由",
        max_length=300,
        help_text="写明核实了什么、依据是什么，例如：属免税用途，免税备案日期 2026-03-12。",
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        error_messages={"required": "请写明排除的理由"},
    )


class ReopeningForm(forms.Form):
    """Why an excluded hit is to be looked at again."""

    reason = forms.CharField(
        label="重新打开的理由",
        max_length=300,
        help_text="写明排除错在哪里，或后来知道了什么，例如：批文是另一宗地的。",
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        error_messages={"required": "请写明为什么重新打开"},
    )


class TogetherForm(ExclusionForm):
    """Why several hits are none: one reason that holds for each of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "排除的理由（对选中的每一条都成立）"
