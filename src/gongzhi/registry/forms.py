"""Forms of the taxpayer file."""

from __future__ import annotations

from typing import Any

from django import forms

from .models import Doubt, Taxpayer
from .queries import Candidate


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


class UndoForm(forms.Form):
    """Why a decision does not stand any more."""

    reason = forms.CharField(
        label="撤销的理由",
        max_length=300,
        help_text="写明认定错在哪里，例如：门牌是另一户的。",
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        error_messages={"required": "请写明撤销的理由"},
    )


class OutsideForm(forms.Form):
    """Why mentions that joined nobody are nobody of this district."""

    note = forms.CharField(
        label="理由",
        max_length=300,
        help_text="写明在哪里核对过，例如：已电话核实，是外地企业。",
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        error_messages={"required": "请写明理由，例如在哪里核对过"},
    )


class UnlinkedForm(OutsideForm):
    """Which registered taxpayer a mention is that joined nobody, or that it is nobody of this district."""

    taxpayer = forms.ChoiceField(
        label="这是哪一户",
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选一户，或选“不属于本区”",
            "invalid_choice": "请从列出的户中选；没有列出的，先查找",
        },
    )

    def __init__(self, *args: Any, found: list[Taxpayer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*((str(one.pk), one.name) for one in found), ("outside", "不属于本区")]
        self.fields["taxpayer"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class TogetherForm(forms.Form):
    """What each of several mentions is; what is left open stays in the queue."""

    note = forms.CharField(
        label="理由",
        required=False,
        max_length=300,
        help_text="对所选的每一条都成立的理由，例如：已按门牌和法定代表人核对。",
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )

    def __init__(self, *args: Any, asked: list[tuple[Doubt, list[Candidate]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for doubt, candidates in asked:
            choices = [("", "先不认定"), ("none", "都不是")]
            choices += [(str(one.taxpayer.pk), one.taxpayer.name) for one in candidates]
            self.fields[f"doubt-{doubt.pk}"] = forms.ChoiceField(
                label=doubt.name, choices=choices, required=False
            )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and not self.decided(found):
            raise forms.ValidationError("还没有认定任何一条，请至少选定一条")
        return found

    def decided(self, values: dict[str, Any]) -> list[tuple[Doubt, Candidate | None]]:
        """The mentions that were decided, each with its candidate, or None for none of them."""
        answers = [(doubt, found, values.get(f"doubt-{doubt.pk}", "")) for doubt, found in self.asked]
        return [
            (doubt, next((one for one in found if str(one.taxpayer.pk) == answer), None))
            for doubt, found, answer in answers
            if answer
        ]

    @property
    def groups(self) -> list[tuple[Doubt, list[Candidate], str]]:
        """Each mention with its candidates and the answer given so far."""
        return [(doubt, found, self[f"doubt-{doubt.pk}"].value() or "") for doubt, found in self.asked]
