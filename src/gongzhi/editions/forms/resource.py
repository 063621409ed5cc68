"""Forms of the editor: a resource, its columns, a parameter's value, a day, a suggestion."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone

from gongzhi.editions.models import Edition
from gongzhi.editions.queries import in_force
from gongzhi.editions.queries.words import SENSITIVITIES, TYPES
from gongzhi.editions.states import ANSWERS, Answer
from gongzhi.engine.calendar import periods_between
from gongzhi.engine.definitions import Definitions, FieldType

CALENDAR = {"month", "quarter", "half_year", "year"}
NUMBER = r"^(\d{1,2}\.\d{1,2}|[KT]\.\d{1,2})$"
KEY = r"^[a-z][a-z0-9_]{0,47}$"
OWN = "备查"
"""What headings begin with that belong to the sender (`engine.checks.headings`)."""
SHARE = "比例"
_DATE = {"invalid": "请写成 2026-09-15 这样的日期"}


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages=_DATE, **more
    )


def _each_line(text: str) -> list[str]:
    """One entry a line: options and headings of the notice hold commas of their own."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in re.split(r"[\n、，,]", text) if line.strip()))


def _aliases(column: Mapping[str, Any]) -> Sequence[str]:
    return [str(one) for one in column.get("aliases") or ()]


class AboutForm(forms.Form):
    """What a resource is, who provides it, how often, on which ground."""

    title = forms.CharField(label="名称", max_length=120)
    providers = forms.CharField(
        label="提供单位", widget=_area(2), help_text="每行一个单位，写全称或通知里的名称。"
    )
    frequency = forms.ChoiceField(label="报送要求", help_text="决定期间和到期日。")
    clause = forms.CharField(label="条款", max_length=120, help_text="文件的哪一项要求提供。")
    document = forms.CharField(label="文号", max_length=120)
    since = _day(label="从哪天起共享", help_text="这一天之后的期间才产生报送事项。")
    note = forms.CharField(label="说明", required=False, max_length=1000, widget=_area(2))
    stock = forms.BooleanField(label="除按期报送外，存量也报一次", required=False)
    restated = forms.BooleanField(label="在册情况，以后各期可以再报，不算以前报过", required=False)
    unscored = forms.BooleanField(label="不计入评分", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(word, word) for word in in_force().frequencies]
        self.fields["frequency"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean_providers(self) -> list[str]:
        keys, definitions = [], in_force()
        for name in _lines(self.cleaned_data["providers"]):
            try:
                keys.append(definitions.unit(name).key)
            except KeyError as error:
                raise forms.ValidationError(f"没有名为“{name}”的单位，请写全称或通知里的名称") from error
        return keys

    @property
    def values(self) -> dict[str, Any]:
        """The keys of the definition."""
        said = dict(self.cleaned_data)
        said["scored"] = False if said.pop("unscored") else None
        said |= {key: said[key] or None for key in ("stock", "restated")}
        return said

    @staticmethod
    def initial_of(value: Mapping[str, Any], definitions: Definitions) -> dict[str, Any]:
        """What the form shows of a text."""
        names = [
            definitions.units[key].name if key in definitions.units else key for key in value["providers"]
        ]
        return {**value, "providers": "\n".join(names), "unscored": value.get("scored") is False}


class NewResourceForm(AboutForm):
    """A resource that does not exist yet."""

    number = forms.RegexField(
        NUMBER,
        label="编号",
        help_text="部门提供的写“项.序号”，如 9.11；协作事项的写 K.序号；税务局自有的写 T.序号。",
        error_messages={"invalid": "请写成 9.11、K.5 或 T.3 这样的编号"},
    )
    code = forms.RegexField(
        KEY,
        label="代码",
        required=False,
        help_text="小写英文，规则用它称呼这张表；不填由系统取。",
        error_messages={"invalid": "只用小写英文字母、数字和下划线，以字母开头"},
    )
    field_order = ("number", "code")


class ColumnForm(forms.Form):
    """One column."""

    title = forms.CharField(label="列名", max_length=120, help_text="改名后，原名自动成为别名，旧表仍认得。")
    key = forms.RegexField(
        KEY,
        label="代码",
        required=False,
        help_text="小写英文，规则用它称呼这一列；不填由系统取。",
        error_messages={"invalid": "只用小写英文字母、数字和下划线，以字母开头"},
    )
    type = forms.ChoiceField(label="内容", choices=list(TYPES.items()))
    required = forms.BooleanField(label="必填", required=False)
    in_period = forms.BooleanField(label="应落在所属期间内（只用于日期、期间、年份）", required=False)
    unit = forms.CharField(
        label="计量单位", required=False, max_length=20, help_text="如：元、万元、㎡、亩。"
    )
    values = forms.CharField(
        label="选项", required=False, widget=_area(3), help_text="内容是“选项”时填写，每行一个。"
    )
    aliases = forms.CharField(
        label="别名", required=False, widget=_area(3), help_text="各单位自己的表里怎样叫这一列，每行一个。"
    )
    help = forms.CharField(label="填写说明", required=False, max_length=500, widget=_area(2))
    example = forms.CharField(label="示例", required=False, max_length=120)
    minimum = forms.DecimalField(label="下限", required=False)
    maximum = forms.DecimalField(label="上限", required=False)
    sensitivity = forms.ChoiceField(
        label="密级",
        required=False,
        choices=[("", "按内容定"), *SENSITIVITIES.items()],
    )

    def __init__(
        self,
        *args: Any,
        column: Mapping[str, Any] | None,
        taken: Sequence[str],
        others: Sequence[Mapping[str, Any]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.taken = taken
        self._called = {name: one["title"] for one in others for name in (one["title"], *_aliases(one))}
        if column:
            del self.fields["key"]
            self._limit(str(column.get("type")))

    def _limit(self, kind: str) -> None:
        """The types to which a published column may change (definitions/compatible.yml)."""
        change = in_force().compatible.get(FieldType(kind)) if kind in TYPES else None
        targets = [kind, *(target.value for target in change.targets)] if change else [kind]
        field = self.fields["type"]
        field.choices = [(key, TYPES[key]) for key in targets if key in TYPES]  # type: ignore[attr-defined]  # a ChoiceField
        field.help_text = (
            change.note if change else "已有数据的列只能这样读；要改成别的，请停用这一列，另加一列。"
        )

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if key in self.taken:
            raise forms.ValidationError("这个代码已经用过，请另写一个")
        return key or next(name for n in range(1, 1_000) if (name := f"column_{n}") not in self.taken)

    def clean_values(self) -> list[str]:
        return _each_line(self.cleaned_data["values"])

    def clean_title(self) -> str:
        title = str(self.cleaned_data["title"])
        if title.startswith(OWN) and title != self.initial.get("title"):
            raise forms.ValidationError(f"“{OWN}”开头的列留给填报单位自用，系统不读，请换一个列名")
        return self._free(title)

    def clean_aliases(self) -> list[str]:
        found = [
            one for one in _each_line(self.cleaned_data["aliases"]) if one != self.cleaned_data.get("title")
        ]
        return [self._free(one) for one in found]

    def _free(self, name: str) -> str:
        """A name by which no other column is known."""
        if other := self._called.get(name):
            raise forms.ValidationError(f"“{name}”已经是列“{other}”的列名或别名，请换一个")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("type") == "enum" and not cleaned.get("values"):
            self.add_error("values", "请写出有哪些选项")
        low, high = cleaned.get("minimum"), cleaned.get("maximum")
        if low is not None and high is not None and low > high:
            self.add_error("maximum", "上限不能小于下限")
        if cleaned.get("type") != "enum":
            cleaned["values"] = []
        return cleaned

    @staticmethod
    def initial_of(column: Mapping[str, Any]) -> dict[str, Any]:
        lists = {key: "\n".join(map(str, column.get(key) or ())) for key in ("values", "aliases")}
        return {**column, **lists}


class BindingForm(forms.Form):
    """Who a row is about, and which columns together name it once."""

    party = forms.CharField(label="怎样称呼这一方", max_length=40, help_text="如：纳税人、施工企业、出租人。")
    code = forms.ChoiceField(label="代码在哪一列", required=False)
    name = forms.ChoiceField(label="名称在哪一列", required=False)
    address = forms.ChoiceField(label="地址在哪一列", required=False)
    phone = forms.ChoiceField(label="电话在哪一列", required=False)
    key = forms.MultipleChoiceField(
        label="哪些列合起来不重复",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="同一份文件里这几列都相同的行算重复。",
    )

    KINDS = {
        "code": ("credit_code", "code_or_id", "person_id", "certificate"),
        "name": ("name", "person_name"),
        "address": ("address",),
        "phone": ("phone",),
    }  # fmt: skip

    def __init__(self, *args: Any, columns: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kinds in self.KINDS.items():
            fit = [(one["key"], one["title"]) for one in columns if one.get("type") in kinds]
            self.fields[name].choices = [("", "没有"), *fit]  # type: ignore[attr-defined]  # a ChoiceField
        every = [(one["key"], one["title"]) for one in columns]
        self.fields["key"].choices = every  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("code") and not cleaned.get("name"):
            self.add_error("code", "代码和名称至少选一列，否则认不出说的是谁")
        return cleaned

    def values(self, old: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The keys of the definition; parties beside the main one stay."""
        said = self.cleaned_data
        mine = next((dict(one) for one in old if one.get("main")), {"role": "taxpayer"})
        columns = {name: said[name] for name in self.KINDS if said[name]}
        party = {"role": mine["role"], "title": said["party"], **columns, "main": True}
        parties = [party if one.get("main") else dict(one) for one in old]
        whole = parties if party in parties else [party, *parties]
        return {"parties": whole, "key": list(said["key"])}


class ValueForm(forms.Form):
    """A new value of a parameter from a day on."""

    parameter = forms.ChoiceField(label="参数")
    value = forms.DecimalField(label="新的取值", help_text="比例写小数：3% 写 0.03。")
    since = _day(label="从哪天起")
    basis = forms.CharField(label="依据（文号或法条）", max_length=300)

    def __init__(self, *args: Any, parameters: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one["key"], f"{one['title']}（{one['unit']}）") for one in parameters]
        self.fields["parameter"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self._known = {one["key"]: one for one in parameters}

    def clean(self) -> dict[str, Any]:
        """A percentage written as such, and a day before what was registered last, are slips of the pen."""
        cleaned = super().clean() or {}
        one, value, since = (cleaned.get(key) for key in ("parameter", "value", "since"))
        if not one or value is None or since is None:
            return cleaned
        known = self._known[one]
        last = max(span["since"] for span in known["values"])
        if since < last:
            told = f"已有自 {last} 起的取值，这一天要不早于它；以前的取值写错了的，用“逐项修改”改"
            self.add_error("since", told)
        if known["unit"] == SHARE and abs(value) > 1 >= max(span["value"] for span in known["values"]):
            self.add_error("value", f"单位是{SHARE}，请写小数：{value}% 写 {value / 100}")
        return cleaned


class TextsForm(forms.Form):
    """The files of a piece as they are written."""

    def __init__(self, *args: Any, texts: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {f"text_{place}": name for place, name in enumerate(sorted(texts))}
        for key, name in self.names.items():
            rows = min(40, texts[name].count("\n") + 2)
            widget = forms.Textarea(attrs={"rows": rows, "class": "code", "spellcheck": "false"})
            self.fields[key] = forms.CharField(
                label=name, widget=widget, initial=texts[name], strip=False, max_length=400_000
            )

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[key] for key, name in self.names.items()}


class SubmitForm(forms.Form):
    """Why, on which ground, and from which period on."""

    since = _day(label="从哪天起")
    reason = forms.CharField(label="为什么改", max_length=300, widget=_area(2))
    document = forms.CharField(label="文号", required=False, max_length=120)

    def __init__(self, *args: Any, edition: Edition, frequency: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial.setdefault("since", max(edition.since or today, today).isoformat())
        kind = in_force().frequencies[frequency].period if frequency in in_force().frequencies else ""
        if edition.kind != "resource" or kind not in CALENDAR:
            return
        back = 400 if edition.basis_id is None else 0
        periods = periods_between(kind, today - dt.timedelta(days=back), today + dt.timedelta(days=400))
        choices = [(one.start.isoformat(), f"{one.label}（{one.start}）") for one in periods]
        field = forms.TypedChoiceField(label="从哪一期起", choices=choices, coerce=dt.date.fromisoformat)
        field.help_text = "这一期及以后的文件按新版检查，以前的期间仍按原来的版本。"
        self.fields["since"] = field
        now = next((one.start for one in periods if one.start <= today <= one.end), periods[0].start)
        said = str(edition.since)
        self.initial["since"] = said if said in dict(choices) else now.isoformat()
        self.order_fields(("since", "reason", "document"))


class NewPieceForm(forms.Form):
    """A new rule, check, kind of work, ladder, letter or agreement: begun as a copy of one that there is."""

    like = forms.ChoiceField(label="照着哪一项起草", help_text="内容先照抄过来，再逐项改成您要的。")
    code = forms.CharField(
        label="代码",
        max_length=48,
        help_text="规则写 R 加两位数字，如 R71；其他写小写英文，如 visit_report。",
    )
    title = forms.CharField(label="名称", max_length=120)

    def __init__(self, *args: Any, likes: Sequence[tuple[str, Sequence[tuple[str, str]]]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["like"].choices = likes  # type: ignore[attr-defined]  # a ChoiceField


class ReasonForm(forms.Form):
    """A reason for sending back or giving up."""

    reason = forms.CharField(label="理由", max_length=300, widget=_area(2))


class SuggestionForm(forms.Form):
    """What should be otherwise."""

    text = forms.CharField(
        label="建议怎样改",
        max_length=500,
        widget=_area(4),
        help_text="哪一列、哪条规则有什么不便，希望改成什么。",
    )


class CarriedForm(forms.Form):
    """Which version carries a suggestion that was taken up."""

    edition = forms.ChoiceField(label="在哪一版里改", error_messages={"required": "请选择一版"})

    def __init__(self, *args: Any, editions: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].choices = [("", "请选择"), *editions]  # type: ignore[attr-defined]  # a ChoiceField


class AnswerForm(forms.Form):
    """The office's answer to a suggestion."""

    verdict = forms.ChoiceField(
        label="答复",
        widget=forms.RadioSelect,
        choices=[(one.value, ANSWERS[one]) for one in (Answer.TAKEN, Answer.DECLINED)],
        error_messages={"required": "请选择采纳或不采纳"},
    )
    edition = forms.ChoiceField(label="在哪一版里改", required=False)
    text = forms.CharField(label="说明", max_length=500, widget=_area(2))

    def __init__(self, *args: Any, editions: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].choices = [("", "还没有"), *editions]  # type: ignore[attr-defined]  # a ChoiceField
