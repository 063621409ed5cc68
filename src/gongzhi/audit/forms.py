"""What the list of events is limited to."""

from __future__ import annotations

from django import forms

from .states import OUTCOMES, SUBJECTS, VERBS


class EventFilter(forms.Form):
    """All parts may be left empty."""

    person = forms.CharField(label="谁", required=False, max_length=40)
    verb = forms.ChoiceField(label="做了什么", required=False, choices=[("", "全部"), *VERBS.items()])
    kind = forms.ChoiceField(label="对象", required=False, choices=[("", "全部"), *SUBJECTS.items()])
    outcome = forms.ChoiceField(label="结果", required=False, choices=[("", "全部"), *OUTCOMES.items()])
    since = forms.DateField(
        label="从", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label="到", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    subject = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
