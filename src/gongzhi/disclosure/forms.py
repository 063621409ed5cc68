"""Forms: a promise, what is to be seen and why, more rows today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from gongzhi.disclosure.queries import About, MaskedRow
from gongzhi.engine.definitions import Purpose
from gongzhi.organisation.models import Person


class AcceptForm(forms.Form):
    """One box, never ticked beforehand."""

    agreed = forms.BooleanField(
        label="我已阅读，愿意遵守", error_messages={"required": "请阅读后勾选，再点签署"}
    )


class RevealForm(forms.Form):
    """For what, about which open matter, which fields of this row, and in words where the purpose asks."""

    purpose = forms.ChoiceField(
        label="事由", widget=forms.RadioSelect, error_messages={"required": "请选择事由"}
    )
    about = forms.ChoiceField(label="为哪一件事", required=False)
    fields_wanted = forms.MultipleChoiceField(
        label="要看的数据项", widget=forms.CheckboxSelectMultiple, help_text="只勾选需要的。",
        error_messages={"required": "请勾选要看的数据项"},
    )  # fmt: skip
    reason = forms.CharField(
        label="原因", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="没有选事项的，写明原因，不少于十个字；不要写证件号码、电话。",
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, row: MaskedRow, purposes: Sequence[Purpose], abouts: Sequence[About],
        wanted: str = "",
    ) -> None:  # fmt: skip
        super().__init__(data, initial={"fields_wanted": [wanted]} if wanted else None)
        self.purposes = {one.key: one for one in purposes}
        self.abouts = {one.key: one for one in abouts}
        choosable = [field for field in row.fields if any(one.covers(field) for one in purposes)]
        _choices(self, "purpose", [(one.key, f"{one.title}：{one.meaning}") for one in purposes])
        _choices(self, "fields_wanted", [(field.key, field.title) for field in choosable])
        _choices(self, "about", [("", "没有"), *((one.key, one.title) for one in abouts)])
        if len(purposes) == 1 or (purposes and purposes[0].about and len(abouts) == 1):
            self.initial["purpose"] = purposes[0].key
        if len(abouts) == 1:
            self.initial["about"] = abouts[0].key
        if not abouts:
            del self.fields["about"]

    @property
    def purpose_asked(self) -> Purpose:
        return self.purposes[self.cleaned_data["purpose"]]

    @property
    def about_asked(self) -> About | None:
        """The matter, where the purpose is about one; another purpose takes none along."""
        found = self.abouts.get(self.cleaned_data.get("about", ""))
        return found if self.purpose_asked.about else None

    def tell(self, faults: Sequence[tuple[str, str]]) -> None:
        """Put what was refused at its place."""
        for part, text in faults:
            name = {"fields": "fields_wanted"}.get(part, part)
            self.add_error(name if name in self.fields else None, text)


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]  # a field of choices


class MoreForm(forms.Form):
    """How many more rows, and why."""

    more = forms.IntegerField(label="今天再看多少行", min_value=1, max_value=1_000)
    reason = forms.CharField(
        label="理由", min_length=10, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"min_length": "请写明理由，不少于十个字"},
    )  # fmt: skip


class ExportForm(forms.Form):
    """What is wanted, as the page signed it, and why where another person has to agree."""

    wanted = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="用途", min_length=10, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"min_length": "请写明用途，不少于十个字"},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, with_reason: bool, **more: Any) -> None:
        super().__init__(data, **more)
        if not with_reason:
            del self.fields["reason"]


class RecusalForm(forms.Form):
    """Whom it is about, and why."""

    number = forms.CharField(label="证件号码或统一社会信用代码", max_length=20)
    name = forms.CharField(label="姓名或名称", max_length=100)
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class GuardForm(RecusalForm):
    """The same for somebody else, or for everybody."""

    person = forms.ModelChoiceField(
        label="谁应当回避",
        required=False,
        queryset=Person.objects.none(),
        empty_label="重点保护：所有人查看都须另一人批准",
    )

    def __init__(self, data: Any = None, *, people: QuerySet[Person]) -> None:
        super().__init__(data)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]  # a field of choices
