"""Forms of the hand-in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings

from gongzhi.editions.queries import in_force
from gongzhi.engine.calendar import Period, PeriodError, parse_period_text, periods_between
from gongzhi.engine.definitions import Resource

from .models import Batch

CALENDAR = {"month": 12, "quarter": 4, "half_year": 3, "year": 3}


class HandInForm(forms.Form):
    """One file for one place. The resource stands in the address; the unit is the sender's own."""

    period = forms.ChoiceField(label="所属期间")
    file = forms.FileField(
        label="文件",
        help_text="Excel（.xlsx .xls .et）、CSV 或 JSON 都可以，不必改动自己系统导出的格式。",
        error_messages={"required": "请选择要报送的文件", "empty": "这个文件是空的，请核对后重新选择"},
    )
    relation = forms.ChoiceField(
        label="与已入库批次的关系",
        required=False,
        widget=forms.RadioSelect,
        choices=(
            ("", "本期首次报送"),
            ("adds", "补充：在已入库的后面追加"),
            ("replaces", "更正：整批替换已入库的"),
        ),
    )
    batch = forms.ChoiceField(label="补充或更正哪一批", required=False)
    whole = forms.BooleanField(label="有一行不合格就整份不入库", required=False)

    def __init__(self, *args: Any, resource: Resource, unit: str, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resource = resource
        self._offer_periods(today)
        live = Batch.objects.filter(slot__unit=unit, slot__resource=resource.number, replaced_by=None)
        batches = [
            (str(batch.pk), f"{batch.number}（{batch.rows} 行）")
            for batch in live.select_related("slot")[:60]
        ]
        if batches:
            self.fields["batch"].choices = [("", "请选择"), *batches]  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["batch"], self.fields["relation"]
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect):
                field.widget.attrs["class"] = "form-control"

    def _offer_periods(self, today: dt.date) -> None:
        """The periods that may be due now, latest first; free text where files come by event or request."""
        kind = in_force().frequencies[self.resource.frequency].period
        if kind not in CALENDAR:
            self.fields["period"] = forms.CharField(
                label="发生日期或提请编号",
                initial=today.isoformat(),
                help_text="按次报送的填发生日期，如 2026-09-15。",
            )
            return
        since = today - dt.timedelta(days=400 if kind in {"month", "quarter"} else 1_200)
        periods = [p for p in periods_between(kind, since, today) if p.start <= today]
        choices = [(period.code, period.label) for period in reversed(periods)]
        self.fields["period"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.initial.setdefault("period", _last_ended(periods, today))

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
        if cleaned.get("relation") and not cleaned.get("batch"):
            self.add_error("batch", "请选择要补充或更正的批次")
        return cleaned


def _last_ended(periods: list[Period], today: dt.date) -> str | None:
    ended = [period for period in periods if period.end < today]
    return (ended or periods)[-1].code if periods else None
