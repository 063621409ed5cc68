"""Forms of the hand-in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings

from gongzhi.catalogue.queries import besides, periods_of
from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import Period, PeriodError, parse_period_text
from gongzhi.engine.definitions import Resource
from gongzhi.intake.models import Batch
from gongzhi.intake.queries import waivable
from gongzhi.intake.queries.pages import live_batches, period_label

CALENDAR = {"month": 12, "quarter": 4, "half_year": 3, "year": 3}


class ListFilter(forms.Form):
    """The filter row above submissions and above batches; the unit is asked of those who see several."""

    q = forms.CharField(label="资源、期间、文件名或编号", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False)
    unit = forms.ChoiceField(label="单位", required=False)
    resource = forms.CharField(label="资源编号", required=False, max_length=8, widget=forms.HiddenInput)
    period = forms.CharField(label="期间", required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(
        self, data: Any, *, states: Sequence[tuple[str, str]], units: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        self._texts = dict(states) | dict(units)
        self.fields["state"].choices = [("", "全部"), *states]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["unit"].choices = [("", "全部"), *units]  # type: ignore[attr-defined]  # a ChoiceField
        if not states:
            del self.fields["state"]
        if len(units) < 2:
            del self.fields["unit"]

    @property
    def values(self) -> dict[str, str]:
        """What was asked for; a part that is not understood is told beside it, the rest holds."""
        self.is_valid()
        return {name: text for name, text in self.cleaned_data.items() if text}

    @property
    def words(self) -> list[tuple[str, str]]:
        """What is filtered, as the export says it."""
        return [
            (str(self.fields[name].label), self._texts.get(text, text)) for name, text in self.values.items()
        ]


class HandInForm(forms.Form):
    """One file for one place. The resource stands in the address; the unit is the sender's own."""

    period = forms.ChoiceField(label="所属期间")
    file = forms.FileField(
        label="文件",
        help_text="Excel（.xlsx .xls .et）、.ods、CSV 或 JSON 都可以，不必改动自己系统导出的格式。",
        error_messages={"required": "请选择要报送的文件", "empty": "这个文件是空的，请核对后重新选择"},
    )
    relation = forms.ChoiceField(
        label="与已入库批次的关系",
        required=False,
        widget=forms.RadioSelect,
        choices=(
            ("", "本期首次报送，或补正系统导出的“待补正行”"),
            ("adds", "补充：在已入库的后面追加"),
            ("replaces", "更正：整批替换已入库的一批"),
        ),
    )
    batch = forms.ChoiceField(label="补充或更正哪一批", required=False, help_text="本期只有一批时不必选。")
    whole = forms.BooleanField(label="有一行不合格就整份不入库", required=False)

    def __init__(self, *args: Any, resource: Resource, unit: str, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resource = resource
        self.live = list(live_batches(unit=unit, resource=resource.number)[:60])
        self._offer_periods(unit, today)
        if self.live:
            batches = [
                (str(one.pk), f"{one.number}（{period_label(one.slot.period)}，{one.rows:,} 行）")
                for one in self.live
            ]
            self.fields["batch"].choices = [("", "由系统认定"), *batches]  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["batch"], self.fields["relation"]

    def _offer_periods(self, unit: str, today: dt.date) -> None:
        """The periods that may be due now, latest first, the stock and what the address names after them;
        free text where files come by event or request.
        """
        kind = in_force().frequencies[self.resource.frequency].period
        if kind not in CALENDAR:
            self.fields["period"] = forms.CharField(
                label="发生日期或提请编号",
                initial=today.isoformat(),
                help_text="按次报送的填发生日期，如 2026-09-15。",
            )
            return
        since = today - dt.timedelta(days=400 if kind in {"month", "quarter"} else 1_200)
        owed = periods_of(self.resource.number, since, today)
        periods = sorted(period for _, period in owed if period.start <= today)
        choices = [(period.code, period.label) for period in reversed(periods)]
        wanted = _code_of(self.data.get("period") or self.initial.get("period", ""))
        owed_too = besides(unit, self.resource.number, wanted)
        choices += [(one.period, one.period_label) for one in owed_too if one.period not in dict(choices)]
        if wanted not in dict(choices) and wanted in {one.slot.period for one in self.live}:
            choices.append((wanted, period_label(wanted)))  # an older one whose batch is corrected
        self.fields["period"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.initial.setdefault("period", _last_ended(periods, today))

    def correct(self, batch: Batch) -> None:
        """Unless something is said, the file corrects this batch."""
        self.initial = {**self.initial, "relation": "replaces", "batch": str(batch.pk)}

    def clean_period(self) -> str:
        text = self.cleaned_data["period"]
        try:
            return parse_period_text(text).code
        except PeriodError as error:
            raise forms.ValidationError(f"看不懂“{text}”，请写成 2026-09-15 这样的日期") from error

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.MAX_FILE_BYTES:
            limit = settings.MAX_FILE_BYTES // 1024 // 1024
            raise forms.ValidationError(f"文件超过 {limit} MB，请分成几份，用“补充”依次报送")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("relation") and "period" in cleaned and "batch" in cleaned:
            cleaned["batch"] = self._named(cleaned)
        return cleaned

    def _named(self, cleaned: dict[str, Any]) -> str:
        """The batch that is meant: the chosen one, or the only one of the period (adding: the latest)."""
        here = [one for one in self.live if one.slot.period == cleaned["period"]]
        label = period_label(cleaned["period"])
        if chosen := str(cleaned["batch"]):
            if chosen not in {str(one.pk) for one in here}:
                self.add_error("batch", f"所选批次不属于{label}，请核对期间或改选批次")
            return chosen
        if not here:
            self.add_error("relation", f"{label}还没有入库的批次，请选“本期首次报送”")
        elif cleaned["relation"] == "replaces" and len(here) > 1:
            self.add_error("batch", f"{label}已有 {len(here)} 批，请选择要更正的一批")
        return str(here[-1].pk) if here else ""


def _code_of(text: str) -> str:
    """The period that an address or a sender names; empty for what is none."""
    try:
        return parse_period_text(text).code
    except PeriodError:
        return ""


def _last_ended(periods: list[Period], today: dt.date) -> str | None:
    ended = [period for period in periods if period.end < today]
    return (ended or periods)[-1].code if periods else None


class ExplainForm(forms.Form):
    """Why what the check asks about is right."""

    code = forms.CharField(widget=forms.HiddenInput)
    field = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label="原因", max_length=300, error_messages={"required": "请写明原因"})
    until = forms.DateField(
        label="有效到",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写有效到哪一天", "invalid": "请写成 2026-12-31 这样的日期"},
    )


class CheckWaiverForm(forms.Form):
    """Which check of which column does not fit the unit, why, and until when."""

    code = forms.ChoiceField(
        label="哪项检查",
        error_messages={"required": "请选择是哪项检查", "invalid_choice": "请选择是哪项检查"},
    )
    field = forms.ChoiceField(label="哪一列", required=False)
    until = forms.DateField(
        label="暂免到",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="到这一天为止，到期自行恢复检查。",
        error_messages={"required": "请填写暂免到哪一天", "invalid": "请写成 2026-12-31 这样的日期"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=300,
        help_text="写明这项检查为什么不合本单位的实际。同意后向各单位公布，请不要写个人信息。",
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        error_messages={"required": "请写明理由"},
    )

    def __init__(self, *args: Any, resource: Resource, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found, texts = waivable(resource), in_force().findings
        columns = {one.key: one for fields in found.values() for one in fields}.values()
        self.fields["code"].choices = [(code, texts[code].title) for code in found]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["field"].choices = [("", "整份文件"), *((one.key, one.title) for one in columns)]  # type: ignore[attr-defined]  # a ChoiceField


class WaiverDecisionForm(forms.Form):
    """同意暂免或不同意, perhaps until an earlier day than was asked for."""

    until = forms.DateField(
        label="同意到",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="可以比申请的日期早，不能晚。不填就是申请的日期。",
        error_messages={"invalid": "请写成 2026-12-31 这样的日期"},
    )
    answer = forms.CharField(
        label="答复",
        max_length=300,
        required=False,
        help_text="不同意时必须写明理由。",
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )


class DecideForm(forms.Form):
    """The office's word on several batches at once."""

    verdict = forms.ChoiceField(
        label="审核意见",
        choices=(("accept", "接受"), ("return", "退回")),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择接受还是退回"},
    )
    reason = forms.CharField(
        label="退回的理由",
        max_length=300,
        required=False,
        help_text="退回时必须写；要指出到行、到单元格的，请打开那一批退回。",
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
