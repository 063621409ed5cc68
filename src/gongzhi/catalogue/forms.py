"""Forms of what a unit says about an obligation and what the office decides."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import Period, PeriodError, parse_period

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


class PeriodField(forms.CharField):
    """A period as the calendar writes it: 2026-07, 2026Q3, 2026H2, 2026."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=16, **more)

    def clean(self, value: Any) -> Period | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            found = parse_period(text)
        except PeriodError:
            found = None
        if found is None or found.kind == "request":
            raise forms.ValidationError("所属期请写成 2026-07、2026Q3、2026H2 或 2026 这样")
        return found


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
        help_text="申请延期时必须填写：今天或以后，晚于现在的到期日。",
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
        help_text="申请其他方式共享时必须填写：已在其他平台公布的写平台和网址，无法通过平台提供的写约定的方式。",
    )
    until = PeriodField(
        label="免报到哪一期",
        required=False,
        help_text="申请免报时填写：到哪一期（含）为止，如 2026-12、2026Q4、2026。不填就是只免这一期。",
    )
    field_order = ("kind", "wanted", "until", "place", "agreed", "reason")

    def __init__(
        self, *args: object, stock: bool = False, latest: dt.date | None = None, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they come
        if latest:
            for name in ("wanted", "agreed"):
                self.fields[name].help_text += f"最晚到 {latest}。"
        for name in ("wanted", "place"):  # one kind needs it: the label does not say 可不填
            self.fields[name].sometimes = True  # type: ignore[attr-defined]  # read by components/field.html
        if stock:
            del self.fields["until"]  # a stock has no further periods

    @property
    def day(self) -> dt.date | None:
        """The day that belongs to what is asked."""
        said, kind = self.cleaned_data, self.cleaned_data["kind"]
        until: Period | None = said.get("until")
        if kind == Kind.EXEMPT:
            return until.end if until else None
        found: dt.date | None = said["agreed" if kind == Kind.ELSEWHERE else "wanted"]
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
        if kind == Kind.EXEMPT:
            self.fields["due"].label = "同意免报到"
            self.fields["due"].help_text = "到这一天为止结束的期间都免报。不填就按申请的。"


class ExemptionForm(_Dressed):
    """办公室提议免报: which unit, what, from which period to which, on what ground."""

    resource = forms.ChoiceField(label="资源", error_messages={"required": "请选择资源"})
    unit = forms.ChoiceField(label="单位", required=False, help_text="不选就是这项资源的全部提供单位。")
    start = PeriodField(
        label="从哪一期",
        help_text="写成 2026-07、2026Q3、2026H2 或 2026 这样；这一期及以后的免报。",
        error_messages={"required": "请填写从哪一期起免报"},
    )
    end = PeriodField(label="到哪一期", required=False, help_text="含这一期。不填就是一直到撤销为止。")
    with_stock = forms.BooleanField(
        label="存量也免报",
        required=False,
        help_text="目录里的频率说的是数据更新，免报只免这些期间；登记簿已有的存量另报一次，也不必报的才勾选。",
    )
    basis = forms.CharField(
        label="文号或依据", max_length=120, error_messages={"required": "请填写文号或依据"}
    )
    field_order = ("resource", "unit", "start", "end", "with_stock", "reason", "basis")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they come
        definitions = in_force()
        owed = [r for r in definitions.resources.values() if not r.proposed and not r.duplicate_of]
        providers = {unit.key: unit.name for one in owed for unit in definitions.providers(one)}
        owed.sort(key=lambda one: by_number(one.number))
        titled = [(one.number, f"{one.number} {one.title}") for one in owed]
        units = sorted(providers.items(), key=lambda pair: pair[1])
        self.fields["resource"].choices = [("", "请选择"), *titled]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["unit"].choices = [("", "全部提供单位"), *units]  # type: ignore[attr-defined]  # the same

    @property
    def said(self) -> dict[str, Any]:
        """What is proposed, as the action takes it."""
        found = {key: self.cleaned_data[key] for key in ("resource", "unit", "with_stock", "reason", "basis")}
        end: Period | None = self.cleaned_data["end"]
        return found | {"from_on": self.cleaned_data["start"].start, "until": end.end if end else None}


class RulingForm(forms.Form):
    """同意或不同意一项提议; what a person proposed has its periods already."""

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
        help_text="不同意时必须写明理由。",
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )

    def __init__(self, *args: object, dated: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they come
        if dated:
            del self.fields["from_on"], self.fields["until"]
            self.fields["answer"].label = "答复"


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
