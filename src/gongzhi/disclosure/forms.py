"""The form of a promise."""

from __future__ import annotations

from django import forms


class AcceptForm(forms.Form):
    """One box, never ticked beforehand."""

    agreed = forms.BooleanField(
        label="我已阅读，愿意遵守", error_messages={"required": "请阅读后勾选，再点签署"}
    )
