"""Forms of work items. What a kind asks stands in its definition."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from gongzhi.engine.definitions import FormField, WorkKind


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "class": "form-control"})


_DAY = {"invalid": "请写成 2026-09-15 这样的日期"}


class AnswerForm(forms.Form):
    """What the assignee says, field by field as the kind's definition asks; `answer` is ready to be kept."""

    def __init__(self, data: Any = None, *, kind: WorkKind, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, prefix="answer", initial=initial)
        for asked in kind.form:
            self.fields[asked.key] = _field(asked)

    @property
    def answer(self) -> dict[str, Any]:
        """The answers as plain JSON values; money and numbers as text, so that no digit is lost."""
        return {key: _plain(value) for key, value in self.cleaned_data.items() if value not in (None, "")}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, bool)) else str(value)


def _field(asked: FormField) -> forms.Field:
    said: dict[str, Any] = {
        "label": asked.title, "required": asked.required, "help_text": asked.help or "",
        "error_messages": {"required": f"请填写{asked.title}", "invalid": f"{asked.title}看不懂，请核对"},
    }  # fmt: skip
    if asked.type in {"choice", "yes_no"}:
        options = asked.choices or ("是", "否")
        said["error_messages"]["required"] = f"请选择{asked.title}"
        return forms.ChoiceField(choices=[(one, one) for one in options], widget=forms.RadioSelect, **said)
    if asked.type in {"number", "yuan"}:
        return forms.DecimalField(max_digits=16, decimal_places=2, min_value=Decimal(0), **said)
    if asked.type == "day":
        said["error_messages"] |= _DAY
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **said)
    if asked.type == "long_text":
        return forms.CharField(max_length=2_000, widget=_text(4), **said)
    return forms.CharField(max_length=200, **said)


class GiveForm(forms.Form):
    """交办: what, to whom, by when."""

    kind = forms.ChoiceField(label="类别", error_messages={"required": "请选择类别"})
    title = forms.CharField(label="事项名称", max_length=120, error_messages={"required": "请写明事项名称"})
    note = forms.CharField(label="要求", required=False, max_length=1_000, widget=_text(4))
    places = forms.MultipleChoiceField(
        label="交给",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择交给哪个单位或网格", "invalid_choice": "请从列表中选择"},
    )
    due = forms.DateField(
        label="办理期限",
        required=False,
        help_text="不写的，按这类事项规定的期限。",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages=_DAY,
    )

    def __init__(
        self, data: Any = None, *, kinds: Sequence[tuple[str, str]], places: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["places"].choices = places  # type: ignore[attr-defined]  # the same


class NoteForm(forms.Form):
    """One text: a comment, a reason, a remark. What is needed is the action's to say."""

    note = forms.CharField(required=False, max_length=1_000)


class TimeForm(NoteForm):
    """申请延期."""

    wanted = forms.DateField(error_messages={"required": "请写明延到哪一天", **_DAY})


class PlaceForm(NoteForm):
    """转办."""

    place = forms.CharField(max_length=60, error_messages={"required": "请选择转给哪个单位或网格"})


class FileForm(forms.Form):
    """上传附件."""

    file = forms.FileField(
        error_messages={"required": "请选择要上传的文件", "empty": "这个文件是空的，请核对后重新选择"}
    )


class MergeForm(NoteForm):
    """并入另一件."""

    into = forms.UUIDField(error_messages={"required": "请选择并入哪一件", "invalid": "请从列表中选择"})


class StandInForm(NoteForm):
    """AB角."""

    person = forms.UUIDField(required=False, error_messages={"invalid": "请从列表中选择"})


class AddressForm(forms.Form):
    """Where one wants reminders by mail."""

    mail = forms.EmailField(
        label="接收提醒的邮箱",
        required=False,
        max_length=120,
        help_text="只用来发到期提醒，不显示给其他人。不填的只在平台内提醒。",
        error_messages={"invalid": "邮箱看不懂，请写成 name@example.cn 这样"},
    )


class HandOverForm(forms.Form):
    """交接: why."""

    reason = forms.CharField(
        label="交接的理由", max_length=300, widget=_text(2), error_messages={"required": "请写明交接的理由"}
    )
