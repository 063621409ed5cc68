"""A year's days off and the working days that make up for them, entered as the announcement lists them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from pydantic import ValidationError

from gongzhi.engine.definitions import HolidayYear, in_words

USUAL = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
ROWS = 9
_WRONG = {"invalid": "请写成 2027-02-05 这样的日期"}
_PARTS = re.compile(r"[\s、，,；;]+")
_SHORT = re.compile(r"(?:(\d{4})[-年./])?(\d{1,2})[-月./](\d{1,2})日?")


class _Day(forms.DateField):
    def __init__(self, label: str) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=label, required=False, widget=widget, error_messages=_WRONG)


class HolidayYearForm(forms.Form):
    """The document and a line for each holiday; lines without a first day are none."""

    document = forms.CharField(label="文号", max_length=120, help_text="通知的发文字号。")
    since = forms.DateField(
        label="发布日期", error_messages=_WRONG,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    confirm = forms.BooleanField(label="还须与原文核对", required=False)

    def __init__(self, *args: Any, year: int, value: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        for name in ("document", "since", "confirm"):
            self.fields[name].initial = value.get(name)
        rows = [*value.get("holidays", ()), *({} for _ in range(ROWS))]
        for place in range(max(ROWS, len(value.get("holidays", ())) + 1)):
            self._row(place, rows[place])

    def _row(self, place: int, row: Mapping[str, Any]) -> None:
        made = {
            "name": forms.CharField(label=f"第 {place + 1} 行 · 节日", max_length=120, required=False),
            "first": _Day(f"第 {place + 1} 行 · 放假第一天"),
            "last": _Day(f"第 {place + 1} 行 · 放假最后一天"),
            "worked": forms.CharField(
                label=f"第 {place + 1} 行 · 调休上班", max_length=120, required=False,
                widget=forms.TextInput(attrs={"placeholder": f"{self.year}-02-06、02-21"}),
            ),
        }  # fmt: skip
        for key, field in made.items():
            worked = "、".join(map(str, row.get("worked", ()))) if key == "worked" else row.get(key)
            field.initial = worked
            self.fields[f"row_{place}_{key}"] = field

    @property
    def rows(self) -> Iterator[Sequence[forms.BoundField]]:
        """The lines as the page lays them out."""
        for place in range(sum(name.endswith("_name") for name in self.fields)):
            yield [self[f"row_{place}_{key}"] for key in ("name", "first", "last", "worked")]

    @property
    def head(self) -> list[forms.BoundField]:
        return [self[name] for name in ("document", "since", "confirm")]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        found = [one for place in range(len(list(self.rows))) if (one := self._holiday(place))]
        if not self.errors and not found:
            self.add_error(None, "请至少写一个节日的放假日期")
        self.holidays = sorted(found, key=lambda one: one["first"])
        if not self.errors:
            self._fits()
        return cleaned

    def _holiday(self, place: int) -> dict[str, Any] | None:
        name, first, last, worked = (
            self.cleaned_data.get(f"row_{place}_{key}") for key in ("name", "first", "last", "worked")
        )
        if not first:
            if last or worked:
                self.add_error(f"row_{place}_first", "请写放假第一天")
            return None
        if not name:
            self.add_error(f"row_{place}_name", "请写节日的名称")
        last = last or first
        self._in_line(place, first, last)
        days = self._worked(place, str(worked or ""))
        one = {"name": name, "first": first, "last": last}
        return one | ({"worked": days} if days else {})

    def _in_line(self, place: int, first: dt.date, last: dt.date) -> None:
        if last < first:
            self.add_error(f"row_{place}_last", "早于放假第一天")
        elif (last - first).days > 20:
            self.add_error(f"row_{place}_last", "放假超过 20 天，请核对")
        if self.year not in {first.year, last.year}:
            self.add_error(f"row_{place}_first", f"不在 {self.year} 年")

    def _worked(self, place: int, text: str) -> list[dt.date]:
        """Days as they are written in a line; the year may be left out."""
        found: list[dt.date] = []
        for part in filter(None, _PARTS.split(text)):
            said = _SHORT.fullmatch(part)
            try:
                day = dt.date(int(said[1] or self.year), int(said[2]), int(said[3])) if said else None
            except ValueError:
                day = None
            if day is None:
                self.add_error(f"row_{place}_worked", f"“{part}”不是日期，请写成 {self.year}-02-06")
            elif day.weekday() < 5:  # Saturday
                self.add_error(f"row_{place}_worked", f"{day} 不是周末，不需要调休上班")
            else:
                found.append(day)
        return sorted(found)

    def _fits(self) -> None:
        """Days off and days worked exclude one another, across the lines too."""
        off: dict[dt.date, str] = {}
        for name, day in ((one["name"], day) for one in self.holidays for day in _run(one)):
            if day in off:
                self.add_error(None, f"{day} 既在“{off[day]}”又在“{name}”里，合并的节日请写在一行")
            off[day] = name
        for name, day in ((one["name"], day) for one in self.holidays for day in one.get("worked", ())):
            if day in off:
                self.add_error(None, f"{day} 既放假（{off[day]}）又上班（{name}），请核对")
        try:
            HolidayYear.model_validate(self.value)
        except ValidationError as error:
            for fault in error.errors():
                self.add_error(None, in_words(fault))

    @property
    def value(self) -> dict[str, Any]:
        """The year as the table of days off holds it."""
        said = {name: self.cleaned_data[name] for name in ("document", "since", "confirm")}
        return {"year": self.year, **said, "holidays": self.holidays}


def _run(one: Mapping[str, Any]) -> list[dt.date]:
    """The days off of a holiday."""
    return [one["first"] + dt.timedelta(days=step) for step in range((one["last"] - one["first"]).days + 1)]


class AnnouncementForm(forms.Form):
    """The announcement's text, from which the lines are filled."""

    announcement = forms.CharField(
        label="通知正文", max_length=8_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="从国务院办公厅的通知里复制“一、元旦：……”到“七、国庆节：……”，读出来的填在下面，请核对。",
        error_messages={"required": "请先粘贴通知正文"},
    )  # fmt: skip
