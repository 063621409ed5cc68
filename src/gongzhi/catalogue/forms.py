"""Forms of what a unit says about an obligation and what the office decides."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from gongzhi.editions.queries import in_force

from .actions import event_fault
from .queries import by_number
from .states import Kind


class _Dressed(forms.Form):
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        error_messages={"required": "请写明理由"},
    )


class ZeroForm(_Dressed):
    """零报告."""

    confirmed = forms.BooleanField(label="已核实，本期确实没有数据", required=False)

    def __init__(self, *args: object, asked_again: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they come
        self.fields["reason"].label = "没有数据的原因"
        if not asked_again:
            self.fields["confirmed"].widget = forms.HiddenInput()


class AskForm(_Dressed):
    """免报、延期、其他方式共享."""

    kind = forms.ChoiceField(
        label="申请",
        choices=[(kind.value, kind.label) for kind in (Kind.EXTEND, Kind.EXEMPT, Kind.ELSEWHERE)],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择要申请什么"},
    )
    wanted = forms.DateField(
        label="延期到",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="申请延期时填写。",
        error_messages={"invalid": "请写成 2026-09-15 这样的日期"},
    )
    agreed = forms.DateField(
        label="约定提供日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="申请其他方式共享时填写：哪一天以前按约定的方式提供；同意后到那一天才到期。不填就按现在的到期日。",
        error_messages={"invalid": "请写成 2026-09-15 这样的日期"},
    )
    place = forms.CharField(
        label="在哪里公布或以什么方式提供",
        required=False,
        max_length=200,
        help_text="申请其他方式共享时填写：已在其他平台公布的写平台和网址，无法通过平台提供的写约定的方式。",
    )
    field_order = ("kind", "wanted", "place", "agreed", "reason")

    @property
    def day(self) -> dt.date | None:
        """The day that belongs to what is asked."""
        elsewhere = self.cleaned_data["kind"] == Kind.ELSEWHERE
        found: dt.date | None = self.cleaned_data["agreed" if elsewhere else "wanted"]
        return found


class DecisionForm(forms.Form):
    """同意或不同意."""

    answer = forms.CharField(
        label="答复",
        max_length=300,
        required=False,
        help_text="不同意时必须写明理由。",
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
    due = forms.DateField(
        label="同意延期到",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="不填就是申请的日期。",
        error_messages={"invalid": "请写成 2026-09-15 这样的日期"},
    )

    def __init__(self, *args: object, kind: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they come
        if kind == Kind.ELSEWHERE:
            self.fields["due"].label = "约定提供日"
            self.fields["due"].help_text = "不填就是申请的日期；申请也没有写的，按现在的到期日。"


class RulingForm(forms.Form):
    """确认或不确认一项提议."""

    from_on = forms.DateField(
        label="自",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="从这一天及以后结束的期间起；不填就是今天。",
        error_messages={"invalid": "请写成 2026-09-15 这样的日期"},
    )
    until = forms.DateField(
        label="到",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="不填就是长期，直到撤销。",
        error_messages={"invalid": "请写成 2026-09-15 这样的日期"},
    )
    answer = forms.CharField(
        label="依据或理由",
        max_length=300,
        required=False,
        help_text="不确认时必须写明理由。",
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )


class RequestForm(_Dressed):
    """A duty that no calendar opens."""

    resource = forms.ChoiceField(label="资源", error_messages={"required": "请选择要提请的资源"})
    unit = forms.CharField(
        label="提供单位",
        max_length=40,
        help_text="单位的全称，或通知里的名称。",
        error_messages={"required": "请填写提供单位"},
    )
    due = forms.DateField(
        label="约定的答复日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="不填就按目录和参数规定的期限计算。",
        error_messages={"invalid": "请写成 2026-09-15 这样的日期"},
    )
    event = forms.DateField(
        label="事项发生日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="只有按次报送的资源填写，且必须填写；期限从这一天起算。",
        error_messages={"invalid": "请写成 2026-09-15 这样的日期"},
    )
    field_order = ("resource", "unit", "event", "due", "reason")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they come
        definitions = in_force()
        offered = [
            (r.number, f"{r.number} {r.title}（{r.frequency}）")
            for r in sorted(definitions.resources.values(), key=lambda one: by_number(one.number))
            if not r.proposed and not r.duplicate_of
            and (r.stock or definitions.frequencies[r.frequency].period in {"event", "request"})
        ]  # fmt: skip
        self.fields["resource"].choices = [("", "请选择"), *offered]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if "resource" in said and "event" in said:
            fault = event_fault(in_force().resources[said["resource"]], said["event"])
            if fault:
                self.add_error("event", fault)
        return said

    def clean_unit(self) -> str:
        text = self.cleaned_data["unit"]
        try:
            return in_force().unit(text).key
        except KeyError as error:
            raise forms.ValidationError(f"没有名为“{text}”的单位，请写全称或通知里的名称") from error
