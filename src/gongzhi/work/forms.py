"""Forms of work items. What a kind asks stands in its definition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from gongzhi.engine.definitions import FormField, WorkKind
from gongzhi.work.queries import PLACE, UNIT, Subject, largest_attachment, most_at_once


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


Choices = Sequence[tuple[str, str]]
Groups = Sequence[tuple[str, Choices]]
"""Choices under headings."""
MOST_LIKE = 20
"""How many taxpayers are offered to choose from; of more, one cannot tell which."""


class SubjectForm(forms.Form):
    """关于: a taxpayer by code or name, a unit, or a place; `subject` says which once the form is valid."""

    taxpayer = forms.CharField(
        label="纳税人", required=False, max_length=100,
        help_text="统一社会信用代码，或名称中的几个字；不止一户的，下一步再选。",
    )  # fmt: skip
    which = forms.CharField(label="是哪一户", required=False, max_length=40, widget=forms.RadioSelect)
    about_unit = forms.ChoiceField(label="单位", required=False)
    cell = forms.ChoiceField(label="网格", required=False)
    address = forms.CharField(
        label="地址",
        required=False,
        max_length=100,
        help_text="写到门牌号，如“胜利东路12号”；可以和网格一起写。",
    )
    subject: Subject | None = None

    def __init__(
        self, data: Any = None, files: Any = None, *, like: Callable[[str], list[Subject]] | None,
        units: Choices, cells: Groups, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, files, **more)
        self._like, self._found = like, list[Subject]()
        self.fields["about_unit"].choices = [("", "不选"), *units]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["cell"].choices = [("", "不选"), *cells]  # type: ignore[attr-defined]  # the same
        if like is None:
            del self.fields["taxpayer"], self.fields["which"]

    @property
    def filled(self) -> bool:
        """Whether something of it is said."""
        names = ("taxpayer", "about_unit", "cell", "address")
        return any(self[name].value() for name in names if name in self.fields)

    @property
    def several(self) -> bool:
        """Whether more than one taxpayer is meant, so that one must be picked."""
        return len(self._found) > 1

    def clean_taxpayer(self) -> str:
        text: str = self.cleaned_data["taxpayer"]
        found = self._like(text) if text and self._like else []
        if text and not found:
            raise forms.ValidationError("没有找到这一户，请核对统一社会信用代码，或只写名称中的几个字")
        if len(found) > MOST_LIKE:
            raise forms.ValidationError(f"符合的超过 {MOST_LIKE} 户，请多写几个字，或写统一社会信用代码")
        self._found = found
        self.fields["which"].widget.choices = [(one.id, one.title) for one in found]
        return text

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        place = bool(said.get("cell") or said.get("address"))
        if sum((bool(said.get("taxpayer")), bool(said.get("about_unit")), place)) > 1:
            raise forms.ValidationError(
                "一件事只关于一户、一个单位或一个地点，请只写一样；几样都有的分开交办"
            )
        if said.get("taxpayer"):
            self.subject = self._chosen(said)
        elif said.get("about_unit"):
            self.subject = Subject(UNIT, said["about_unit"], "")
        elif place:
            self.subject = Subject(PLACE, said.get("cell", ""), said.get("address", ""))
        return said

    def _chosen(self, said: dict[str, Any]) -> Subject | None:
        """The one taxpayer that is meant."""
        if len(self._found) == 1:
            return self._found[0]
        picked = next((one for one in self._found if one.id == said.get("which")), None)
        if picked is None:
            self.add_error("which", f"有 {len(self._found)} 户符合，请选定是哪一户")
        return picked


class _Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files, or none."""

    widget = _Several

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        sent = data if isinstance(data, list | tuple) else [data]
        return [forms.FileField.clean(self, one) for one in sent if one]


class GiveForm(SubjectForm):
    """交办: what, to whom, by when."""

    kind = forms.ChoiceField(label="类别", error_messages={"required": "请选择类别"})
    title = forms.CharField(label="事项名称", max_length=120, error_messages={"required": "请写明事项名称"})
    note = forms.CharField(label="要求", required=False, max_length=1_000, widget=_text(4))
    places = forms.MultipleChoiceField(
        label="交给",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择交给哪个单位或网格", "invalid_choice": "请从列表中选择"},
    )
    attachments = FilesField(
        label="附件",
        required=False,
        error_messages={"empty": "有一个文件是空的，请核对后重新选择附件"},
    )
    due = forms.DateField(
        label="办理期限",
        required=False,
        help_text="不写的，按这类事项规定的期限。",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages=_DAY,
    )

    field_order = (
        "kind",
        "title",
        "note",
        "taxpayer",
        "which",
        "about_unit",
        "cell",
        "address",
        "places",
        "due",
        "attachments",
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, kinds: Choices, places: Groups, **more: Any
    ) -> None:
        super().__init__(data, files, **more)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["places"].choices = places  # type: ignore[attr-defined]  # the same
        self.fields["attachments"].help_text = (
            f"图片、PDF、Word、Excel，每个不超过 {largest_attachment()} MB，至多 {most_at_once()} 个；"
            "交给几处的，每处都带上。图片会重新生成，只留拍摄时间。"
        )


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
    """AB角: who, and why where somebody else than the holder names her."""

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


class _Reason(forms.Form):
    """A text that must be there; `what` names it."""

    what = "理由"
    longest = 1_000

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        said = {"required": f"请写明{self.what}"}
        self.fields["note"] = forms.CharField(
            label=self.what, max_length=self.longest, widget=_text(2), error_messages=said
        )


class NotSentForm(forms.Form):
    """不发 of a letter. Whether a reason is needed is the action's to say."""

    note = forms.CharField(label="不发的理由", required=False, max_length=300, widget=_text(2))
    note.sometimes = True  # type: ignore[attr-defined]  # read by components/field.html: not 可不填


class TakeTogether(forms.Form):
    """签收, 办结: nothing is asked."""


class AcceptTogether(forms.Form):
    """审核通过."""

    note = forms.CharField(label="意见", required=False, max_length=1_000, widget=_text(2))


class SendBackTogether(_Reason):
    what = "退回的理由"


class WithdrawTogether(_Reason):
    what = "撤销的理由"


class ForwardTogether(_Reason):
    """转办."""

    what = "转办的理由"
    place = forms.ChoiceField(
        label="转给",
        error_messages={"required": "请选择转给哪个单位或网格", "invalid_choice": "请从列表中选择"},
    )

    def __init__(self, data: Any = None, *, places: Groups, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["place"].choices = [("", "请选择"), *places]  # type: ignore[attr-defined]  # a ChoiceField


class AskTimeTogether(_Reason):
    """申请延期."""

    what = "延期的理由"
    longest = 300
    wanted = forms.DateField(
        label="延到",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请写明延到哪一天", **_DAY},
    )


class DecideTimeTogether(forms.Form):
    """答复延期: every item to the day that was asked for it."""

    grant = forms.ChoiceField(
        label="答复", widget=forms.RadioSelect,
        choices=[("yes", "同意，期限改到各件申请的日期"), ("no", "不同意，期限不变")],
        error_messages={"required": "请选择同意还是不同意", "invalid_choice": "请选择同意还是不同意"},
    )  # fmt: skip
    note = forms.CharField(
        label="意见", required=False, max_length=300, widget=_text(2), help_text="不同意的，写明理由。"
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("grant") == "no" and not said.get("note"):
            self.add_error("note", "请写明不同意的理由")
        return said


class MergeTogether(forms.Form):
    """并入: the others go into one of those chosen."""

    into = forms.ChoiceField(
        label="并入哪一件", widget=forms.RadioSelect,
        error_messages={"required": "请选择并入哪一件", "invalid_choice": "请从选中的事项中选一件"},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, into: Choices, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["into"].choices = into  # type: ignore[attr-defined]  # a ChoiceField


class SplitTogether(forms.Form):
    """分解: each into the same parts."""

    parts = forms.CharField(
        label="各部分", max_length=2_000, widget=_text(3),
        help_text="一行一个，至少两个；选中的每一件都这样分解。",
        error_messages={"required": "请写明至少两个部分，一行一个"},
    )  # fmt: skip

    def clean_parts(self) -> list[str]:
        titles = [one.strip() for one in self.cleaned_data["parts"].splitlines() if one.strip()]
        if len(titles) < 2:
            raise forms.ValidationError("请写明至少两个部分，一行一个")
        return titles
