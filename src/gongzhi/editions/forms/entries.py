"""A form for any kind of definition, grown from its model: labels, choices and help from `queries.labels`."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django import forms
from pydantic import BaseModel

from gongzhi.editions.queries import in_force
from gongzhi.editions.queries.labels import CHOICES, FIXED, HELP, references, word
from gongzhi.editions.queries.words import TYPES
from gongzhi.engine.definitions import FieldType

_LONG = {"message", "mend", "note", "purpose", "summary", "formula", "help", "meaning", "explanations"}
_SPARE = 1  # blank rows offered at the end of a list
_JOIN = "__"
_UNITS = {"partners", "providers"}
_DROP = "drop"
_SEVERAL = "roles"  # the key under which several references stand, chosen and not typed


def _core(annotation: Any) -> Any:
    """The type behind Annotated and Optional; a union of models stays one."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in {Union, types.UnionType}:
            kinds = [one for one in get_args(annotation) if one is not type(None)]
            if len(kinds) > 1:
                return annotation
            annotation = kinds[0]
        else:
            return annotation


def _models(kind: Any) -> list[type[BaseModel]]:
    return [one for one in map(_core, get_args(kind) or (kind,)) if _is_model(one)]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _height(value: Any) -> int:
    """Lines that a text area needs for what stands in it."""
    if isinstance(value, list | tuple | Mapping):
        return min(12, len(value) + 1)
    return min(12, 1 + len(str(value or "")) // 40)


def _lines(value: Any) -> str:
    return "\n".join(map(str, value or ()))


def _pairs(value: Mapping[str, Any]) -> str:
    return "\n".join(
        f"{key}：{'，'.join(one) if isinstance(one, list | tuple) else one}" for key, one in value.items()
    )


class _Grown(forms.Form):
    """Fields under names like `steps__0__days`, and how the values are read back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._references = references(in_force())

    def _grow(
        self, model: type[BaseModel], value: Mapping[str, Any], path: str, lead: str, new: bool
    ) -> None:
        for key, info in model.model_fields.items():
            label = word(model.__name__, key)
            if not label or (FIXED & {key, (model.__name__, key)} and not (new and path == "")):
                continue
            self._one(
                _core(info.annotation), value.get(key), f"{path}{key}", lead + label, info.is_required()
            )

    def _one(self, kind: Any, value: Any, name: str, label: str, required: bool) -> None:
        models = _models(kind) if get_origin(kind) is not tuple else []
        if models:
            chosen = _chosen(models, value or {})
            self._grow(chosen, value or {}, f"{name}{_JOIN}", f"{label} · ", new=False)
            return
        if by_choice := _by_choice(kind):
            self._choices(by_choice, value or {}, name, label)
            return
        if get_origin(kind) is tuple and _models(kind):
            self._rows(_models(kind)[0], value or (), name, label)
            return
        field = self._field(kind, name.rsplit(_JOIN, maxsplit=1)[-1], required, _height(value))
        field.label, field.help_text = label, HELP.get(name.rsplit(_JOIN, maxsplit=1)[-1], "")
        field.initial = _named(_shown(kind, value)) if name in _UNITS else _shown(kind, value)
        if isinstance(field, forms.MultipleChoiceField):
            field.initial = list(value or ())
        self.fields[name] = field

    def _rows(
        self, model: type[BaseModel], value: Sequence[Mapping[str, Any]], name: str, label: str
    ) -> None:
        for place in range(len(value) + _SPARE):
            there = place < len(value)
            lead = f"{label} {place + 1} · " if there else f"{label}（新增） · "
            path = f"{name}{_JOIN}{place}{_JOIN}"
            self._grow(model, value[place] if there else {}, path, lead, new=False)
            if there:
                self.fields[f"{path}{_DROP}"] = forms.BooleanField(
                    label=f"去掉{label} {place + 1}", required=False
                )
                continue
            for spare in [key for key in self.fields if key.startswith(path)]:
                _may_stay_empty(self.fields[spare])

    def _choices(self, kinds: tuple[Any, Any], value: Mapping[str, Any], name: str, label: str) -> None:
        """Of a mapping from one choice to several: a row of ticks for each."""
        for key, text in _options(kinds[0], "verb"):
            self.fields[f"{name}{_JOIN}{key}"] = forms.MultipleChoiceField(
                label=f"{label} · {text}", choices=_options(kinds[1], "party"), required=False,
                widget=forms.CheckboxSelectMultiple, initial=list(value.get(key, ())),
            )  # fmt: skip

    def _field(self, kind: Any, key: str, required: bool, rows: int) -> forms.Field:
        if key in self._references and get_origin(kind) is not tuple:
            blank = [] if required else [("", "没有")]
            return forms.ChoiceField(choices=[*blank, *self._references[key]], required=required)
        if key == _SEVERAL:
            choices = self._references[key]
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple)
        made = _SCALARS.get(kind)
        if made:
            return made(required=required and kind is not bool)
        if options := _options(kind, key):
            if get_origin(kind) is tuple:
                return forms.MultipleChoiceField(
                    choices=options, required=required, widget=forms.CheckboxSelectMultiple
                )
            return forms.ChoiceField(
                choices=options if required else [("", "没有"), *options], required=required
            )
        wide = get_origin(kind) in {tuple, dict} or key in _LONG
        widget = forms.Textarea(attrs={"rows": max(3, rows)}) if wide else forms.TextInput()
        return forms.CharField(required=required, max_length=8_000, widget=widget)

    def _read(self, model: type[BaseModel], value: Mapping[str, Any], path: str) -> dict[str, Any]:
        """The keys that the form has, with what was said."""
        said: dict[str, Any] = {}
        for key, info in model.model_fields.items():
            name, kind = f"{path}{key}", _core(info.annotation)
            if name in self.fields:
                said[key] = _told(kind, self.cleaned_data.get(name), key)
            elif any(one.startswith(f"{name}{_JOIN}") for one in self.fields):
                said[key] = self._inner(kind, value.get(key), name)
        return said

    def _inner(self, kind: Any, value: Any, name: str) -> Any:
        if by_choice := _by_choice(kind):
            found = {
                key: self.cleaned_data[f"{name}{_JOIN}{key}"] for key, _ in _options(by_choice[0], "verb")
            }
            kept = [key for key in value or {} if found.get(key)]
            order = dict.fromkeys([*kept, *found])
            return {key: found[key] for key in order if found[key]}
        if get_origin(kind) is tuple:
            return list(self._kept(_models(kind)[0], value or (), name))
        inner = _chosen(_models(kind), value or {})
        return {**(value or {}), **_without_nothing(self._read(inner, value or {}, f"{name}{_JOIN}"))}

    def _kept(self, model: type[BaseModel], value: Sequence[Any], name: str) -> Iterator[dict[str, Any]]:
        for place in range(len(value) + _SPARE):
            path = f"{name}{_JOIN}{place}{_JOIN}"
            if self.cleaned_data.get(f"{path}{_DROP}"):
                continue
            there = value[place] if place < len(value) else {}
            said = _without_nothing(self._read(model, there, path))
            if there or any(one for one in said.values() if not isinstance(one, bool)):
                hidden = {key: one for key, one in there.items() if f"{path}{key}" not in self.fields}
                if not there and "key" in model.model_fields:
                    hidden = {"key": _named_anew(value)}
                yield {**hidden, **said}


class EntryForm(_Grown):
    """One definition, or one entry of a list; `value` is what it says now, `new`: it has no name yet."""

    def __init__(
        self, *args: Any, model: type[BaseModel], value: Mapping[str, Any], new: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._model, self._value = model, value
        self._grow(model, value, "", "", new)

    @property
    def values(self) -> dict[str, Any]:
        """The keys of the definition that the form knows, an empty one to be taken away."""
        return self._read(self._model, self._value, "")


class RuleForm(EntryForm):
    """A rule: what it says, its text, its worked examples."""

    def __init__(self, *args: Any, sql: str, cases: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, text in (("sql", "规则文本（一条 SELECT）", sql), ("cases", "算例", cases)):
            rows = min(30, text.count("\n") + 2)
            widget = forms.Textarea(attrs={"rows": rows, "class": "code", "spellcheck": "false"})
            self.fields[name] = forms.CharField(label=label, widget=widget, initial=text, strip=False)


def _may_stay_empty(field: forms.Field) -> None:
    """A field of a row that nobody has to fill; a list of choices begins with none."""
    field.required = False
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.MultipleChoiceField):
        choices: Any = field.choices
        field.choices = [("", "没有"), *(pair for pair in choices if pair[0] != "")]


def _named_anew(taken: Sequence[Mapping[str, Any]]) -> str:
    """A key for an entry that the office has added."""
    known = {one.get("key") for one in taken}
    return next(name for number in range(1, 1_000) if (name := f"item_{number}") not in known)


def _chosen(models: Sequence[type[BaseModel]], value: Mapping[str, Any]) -> type[BaseModel]:
    kinds = {
        get_args(one.model_fields["kind"].annotation)[0]: one for one in models if "kind" in one.model_fields
    }
    return kinds.get(str(value.get("kind")), models[0])


def _by_choice(kind: Any) -> tuple[Any, Any] | None:
    """Key and values of a mapping from one choice to several; None for every other type."""
    if get_origin(kind) is not dict:
        return None
    key, values = map(_core, get_args(kind))
    return (key, values) if _options(key, "") and get_origin(values) is tuple else None


def _options(kind: Any, key: str) -> list[tuple[str, str]]:
    """The values of a Literal or an enumeration, alone or several of them."""
    inner = _core(get_args(kind)[0]) if get_origin(kind) is tuple else kind
    words = CHOICES.get(key, TYPES if inner is FieldType else {})
    if get_origin(inner) is Literal:
        return [(str(one), words.get(str(one), str(one))) for one in get_args(inner)]
    if isinstance(inner, type) and issubclass(inner, StrEnum):
        return [(one.value, words.get(one.value, one.value)) for one in inner]
    return []


def _day(*, required: bool) -> forms.Field:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        required=required, widget=widget, error_messages={"invalid": "请写成 2026-09-15 这样的日期"}
    )


_SCALARS: Mapping[Any, Callable[..., forms.Field]] = {
    bool: forms.BooleanField, int: forms.IntegerField, float: forms.FloatField, Decimal: forms.DecimalField,
    dt.date: _day,
}  # fmt: skip


def _shown(kind: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _pairs(value)
    if get_origin(kind) is tuple:
        options = _options(kind, "")
        return list(value or ()) if options else _lines(value)
    return value


def _told(kind: Any, said: Any, key: str) -> Any:
    """What was typed as the definition holds it."""
    if get_origin(kind) is dict:
        pairs = [
            line.replace(":", "：").partition("：") for line in str(said or "").splitlines() if line.strip()
        ]
        several = get_origin(_core(get_args(kind)[1])) is tuple
        return {
            name.strip(): [one.strip() for one in rest.replace(",", "，").split("，")]
            if several
            else rest.strip()
            for name, _, rest in pairs
        }
    if get_origin(kind) is tuple:
        lines = said if isinstance(said, list) else str(said or "").splitlines()
        found = [str(line).strip() for line in lines if str(line).strip()]
        return [_unit(one) for one in found] if key in _UNITS else found
    if said == "":
        return None
    return said.strip() if isinstance(said, str) else said


def _named(keys: str) -> str:
    units = in_force().units
    return "\n".join(units[key].name if key in units else key for key in keys.splitlines())


def _unit(name: str) -> str:
    """A unit's key by the name that the office wrote; left as written where there is none, to be refused."""
    try:
        return in_force().unit(name).key
    except KeyError:
        return name


def _without_nothing(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: one
        for key, one in said.items()
        if one is not None and one is not False and one not in ("", [], {})
    }
