"""Forms of sign-in, one's own account, and the people of the district."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from .actions import Refused, faults_of
from .models import Person
from .queries import cell_name, definitions, filing_units


def _password(label: str, *, new: bool, help_text: str = "", missing: str = "") -> forms.CharField:
    completion = "new-password" if new else "current-password"
    widget = forms.PasswordInput(attrs={"autocomplete": completion})
    return forms.CharField(
        label=label, widget=widget, strip=False, max_length=128, help_text=help_text,
        error_messages={"required": missing or f"请输入{label}"},
    )  # fmt: skip


class SignIn(forms.Form):
    """Login name and password."""

    username = forms.CharField(
        label="登录名",
        max_length=40,
        error_messages={"required": "请输入登录名"},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = _password("密码", new=False)

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


class NewPassword(forms.Form):
    """A new password, twice."""

    password = _password(
        "新密码",
        new=True,
        help_text="至少12位（管理员16位），含大小写字母、数字、符号中的三类；一句好记的长话最好",
    )
    again = _password("再输一次新密码", new=True, missing="请再输一次新密码")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if faults := faults_of(password, self.person):
            raise forms.ValidationError(faults)
        return password

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if "password" in values and values.get("again") != values["password"]:
            self.add_error("again", "两次输入的密码不一致")
        return values


class ChangePassword(NewPassword):
    """The password in use, then the new one twice."""

    current = _password("现在的密码", new=False)
    field_order = ("current", "password", "again")


def _code(*, first: bool) -> forms.CharField:
    """A code field; the `first` of its page has the cursor."""
    attrs: dict[str, Any] = {"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"}
    return forms.CharField(
        label="动态码",
        max_length=14,
        help_text="验证器应用里显示的6位数字；手机不在身边时，可填一个10位恢复码",
        error_messages={"required": "请输入动态码"},
        widget=forms.TextInput(attrs=attrs | ({"autofocus": True} if first else {})),
    )


class Code(forms.Form):
    """A code of the authenticator, or a recovery code."""

    code = _code(first=True)


class Proof(forms.Form):
    """The password once more, and the code where an authenticator is bound."""

    proof_password = _password("密码", new=False)
    proof_code = _code(first=False)

    def __init__(self, *args: Any, with_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_code:
            del self.fields["proof_code"]


class Reason(forms.Form):
    """Why something is done that cannot simply be undone."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        min_length=4,
        help_text="写明依据或经过，例如“调离岗位，单位来函”",
        error_messages={"required": "请写明原因", "min_length": "原因至少写4个字"},
    )


class Register(forms.Form):
    """A person for the roster."""

    username = forms.CharField(
        label="登录名", max_length=40, help_text="小写字母开头，可含数字、点、横线；建好后不能改"
    )
    name = forms.CharField(label="姓名", max_length=40)
    unit = forms.ChoiceField(label="单位")
    post = forms.CharField(label="职务或岗位", max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", [("", "（企业账号，不属于任何单位）"), *_units()])
        self.fields["unit"].required = False


class GiveGrant(forms.Form):
    """A role for a person, with its scope, basis and end."""

    role = forms.ChoiceField(label="岗位角色")
    unit = forms.ChoiceField(label="单位", required=False, help_text="只有本单位范围的角色需要，例如联络员")
    cell = forms.ChoiceField(label="网格", required=False, help_text="只有本网格范围的角色需要，例如网格员")
    basis = forms.CharField(label="依据", max_length=200, help_text="文件号、登记表编号或单位来函")
    until = forms.DateField(
        label="有效期至",
        required=False,
        help_text="到这一天结束时失效；留空表示长期有效",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = (role for role in definitions().roles.values() if role.scope != "machine")
        _choose(self, "role", [(role.key, f"{role.title}：{role.purpose}") for role in roles])
        _choose(self, "unit", [("", "—"), *_units()])
        _choose(self, "cell", [("", "—"), *_cells()])

    def clean_until(self) -> dt.datetime | None:
        """The end of the chosen day; refused when it lies behind."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError("有效期不能早于今天")
        return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))

    def clean(self) -> dict[str, Any]:
        """Leave out the scope that the role does not know, so that it is never stored by mistake."""
        values = super().clean() or self.cleaned_data
        role = definitions().roles.get(values.get("role", ""))
        if role and role.scope != "own_unit":
            values["unit"] = ""
        if role and role.scope != "own_cell":
            values["cell"] = ""
        return values


STATES = {"pending": "待批准", "waiting": "待激活", "active": "正常", "disabled": "已停用"}


class PeopleFilter(forms.Form):
    """What the list of people is limited to."""

    name = forms.CharField(label="姓名或登录名", required=False, max_length=40)
    unit = forms.ChoiceField(label="单位", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *STATES.items()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", [("", "全部"), *_units()])


def _choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def _units() -> list[tuple[str, str]]:
    return [(unit.key, unit.name) for unit in definitions().units.values() if not unit.is_class]


def _cells() -> list[tuple[str, str]]:
    return [(cell.code, cell_name(cell.code)) for cell in definitions().cells.values() if cell.level > 1]


def attempt(form: forms.Form, act: Callable[..., Any], /, **values: Any) -> Any:
    """Run an action; what it refuses becomes the form's error and the answer None."""
    try:
        return act(**values)
    except Refused as refused:
        form.add_error(None, str(refused))
        return None


POSTS = {
    "head": "主要负责人",
    "deputy": "分管负责人",
    "section": "负责科室",
    "liaison": "信息联络员",
    "liaison_post": "联络员职务",
    "telephone": "办公电话",
}


class FilingForm(forms.Form):
    """The posts that a unit puts on file; all are asked by the notice, 二(二)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, title in POSTS.items():
            self.fields[key] = forms.CharField(
                label=title, max_length=60, error_messages={"required": f"请填写{title}"}
            )
        self.fields["telephone"].help_text = "单位的办公电话，不填个人手机。"

    def clean_telephone(self) -> str:
        text: str = self.cleaned_data["telephone"]
        if sum(one.isdecimal() for one in text) < 7 or set(text) - set("0123456789-－（）() 转"):
            raise forms.ValidationError("电话看不懂，请写成 0575-88888888 这样")
        return text


class KeyFilter(forms.Form):
    """What the list of machines' keys is limited to."""

    unit = forms.ChoiceField(label="单位", required=False)

    def __init__(self, *args: Any, units: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", [("", "全部"), *(one for one in _units() if one[0] in units)])


class KeyUntil(forms.Form):
    """How long a key counts."""

    until = forms.DateField(
        label="有效期至",
        help_text="到这一天结束时失效，最长一年；到期前可以轮换，新旧凭据并行14天",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until(self) -> dt.datetime:
        """The end of the chosen day."""
        day: dt.date = self.cleaned_data["until"]
        return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


class RegisterKey(KeyUntil):
    """A key for a machine of a unit: what it may hand in, from where, until when."""

    unit = forms.ChoiceField(label="单位")
    name = forms.CharField(label="系统名称", max_length=60, help_text="单位的哪一个系统来调用")
    resources = forms.CharField(
        label="数据资源",
        required=False,
        max_length=400,
        help_text="资源编号，用空格或逗号分开；留空表示本单位应报的全部资源",
    )
    addresses = forms.CharField(
        label="网络地址",
        required=False,
        max_length=400,
        help_text="只能从这些地址调用，如 10.1.2.3 或 10.1.2.0/24，用空格分开；留空表示不限",
    )
    hourly = forms.IntegerField(
        label="每小时调用次数",
        min_value=1,
        max_value=10_000_000,
        initial=settings.API_CALLS_PER_HOUR,
        help_text="够用即可；超过时调用会被告知稍后再来",
    )
    field_order = ("unit", "name", "resources", "addresses", "hourly", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owing = {unit.key for unit in filing_units()}
        _choose(self, "unit", [("", "请选择"), *(pair for pair in _units() if pair[0] in owing)])

    def clean_resources(self) -> list[str]:
        return _several(self.cleaned_data["resources"])

    def clean_addresses(self) -> list[str]:
        return _several(self.cleaned_data["addresses"])


def _several(text: str) -> list[str]:
    return [part for part in re.split(r"[\s,，、;；]+", text) if part]
