"""Forms of the decision about a hit."""

from __future__ import annotations

from typing import Any

from django import forms

from gongzhi.editions.queries import in_force
from gongzhi.editions.queries.pieces import in_order
from gongzhi.gate import Sight
from gongzhi.intake.queries import batches_counted_for, batches_visible_to


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


class SourceFilter(forms.Form):
    """The data behind hits: the batches that count now of a unit, of a resource; or one batch."""

    unit = forms.ChoiceField(label="证据出自单位", required=False)
    resource = forms.ChoiceField(label="证据出自资源", required=False)
    batch = forms.UUIDField(
        label="证据出自批次",
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": "地址里的批次编号不对，没有按批次筛选；请从批次的页面重新打开。"},
    )

    def __init__(self, data: Any, *, sight: Sight) -> None:
        super().__init__(data)
        known = in_force()
        resources = [one for one in known.resources.values() if not one.duplicate_of]
        resources.sort(key=lambda one: in_order(one.number))
        units = {unit.key: unit.name for one in resources for unit in known.providers(one)}
        self._offer("unit", sorted(units.items(), key=lambda unit: unit[1]))
        self._offer("resource", [(one.number, f"{one.number} {one.title}") for one in resources])
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        seen = batches_visible_to(sight) if "batch" in asked else batches_counted_for(sight)
        paths = {"unit": "slot__unit", "resource": "slot__resource", "batch": "pk"}
        self.batches = seen.filter(**{paths[name]: value for name, value in asked.items()})
        self.words = [
            (str(self.fields[name].label), self._said(name, value)) for name, value in asked.items()
        ]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", "全部"), *choices]  # type: ignore[attr-defined]  # a ChoiceField

    def _said(self, name: str, value: Any) -> str:
        """What is asked for, as the page and its file say it."""
        if name != "batch":
            return str(dict(self.fields[name].choices)[value])  # type: ignore[attr-defined]  # a ChoiceField
        batch = self.batches.first()
        return batch.number if batch else "没有这样的批次"
