"""Forms of the taxpayer file."""

from __future__ import annotations

from typing import Any

from django import forms


class DecisionForm(forms.Form):
    """Which of the candidates a mention is, or none of them."""

    taxpayer = forms.ChoiceField(
        label="这是哪一户",
        widget=forms.RadioSelect,
        error_messages={"required": "请选一户，或选“都不是”"},
    )
    note = forms.CharField(
        label="理由", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, candidates: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*candidates, ("none", "都不是")]
        self.fields["taxpayer"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["note"].widget.attrs["class"] = "form-control"
