"""Form fields grown from the model of a definition, and how what was said becomes its keys again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_origin

from django import forms
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gongzhi.editions.queries.choices import columns_of, kept, named
from gongzhi.editions.queries.labels import DERIVED, FIXED, HELP, word
from gongzhi.engine.definitions import Definitions

from . import values
from .values import by_choice, chosen, core, models_in, options

_SPARE = 1  # blank rows offered at the end of a list
_PAIRS = 4  # of columns that two tables are compared by
_MANY = 10  # choices from which on they stand in a box of their own
_JOIN = "__"
_DROP = "drop"
_MATCH = ("PresentElsewhere", "match")


class Grown(forms.Form):
    """Fields under names like `steps__0__days`, and how the values are read back."""

    def __init__(self, *args: Any, known: Definitions, root: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known, self._root = known, root
        self._table = str(root.get("table", ""))

    def _grow(
        self, model: type[BaseModel], value: Mapping[str, Any], path: str, lead: str, new: bool
    ) -> None:
        outer, self._table = self._table, str(value.get("table", self._table))
        for key, info in model.model_fields.items():
            label, kind, place = word(model.__name__, key), core(info.annotation), (model.__name__, key)
            fixed = FIXED & {key, place} and not (new and path == "")
            if label and not fixed and place not in DERIVED and not values.only_one(kind):
                self._one(model.__name__, info, value.get(key), f"{path}{key}", lead + label)
        self._table = outer

    def _one(self, model: str, info: FieldInfo, value: Any, name: str, label: str) -> None:
        kind = core(info.annotation)
        key = name.rsplit(_JOIN, maxsplit=1)[-1]
        if (model, key) == _MATCH:
            self._pairs(value or {}, name, label)
        elif get_origin(kind) is not tuple and (models := models_in(kind)):
            self._grow(chosen(models, value or {}), value or {}, f"{name}{_JOIN}", f"{label} · ", new=False)
            if not info.is_required():
                self._all_may_stay_empty(f"{name}{_JOIN}")
        elif pair := by_choice(kind):
            self._choices(pair, value or {}, name, label)
        elif get_origin(kind) is tuple and models_in(kind):
            self._rows(models_in(kind)[0], value or (), name, label)
        else:
            self.fields[name] = self._made(model, key, info, value)
            self.fields[name].label = label

    def _made(self, model: str, key: str, info: FieldInfo, value: Any) -> forms.Field:
        """One field; a truth that nobody wrote is what the model takes for granted."""
        kind = core(info.annotation)
        field = self._field(model, kind, key, info.is_required(), value)
        field.help_text = HELP.get(f"{model}.{key}") or HELP.get(key, "")
        field.initial = info.default if kind is bool and value is None else values.shown_in(kind, value)
        if isinstance(field, forms.MultipleChoiceField):
            field.initial = list(value or ())
        return field

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
            else:
                self._all_may_stay_empty(path)

    def _all_may_stay_empty(self, path: str) -> None:
        """Fields that nobody has to fill; a list of choices begins with none."""
        for name in [one for one in self.fields if one.startswith(path)]:
            field = self.fields[name]
            field.required = False
            if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.MultipleChoiceField):
                choices: Any = field.choices
                field.choices = [("", "没有"), *(pair for pair in choices if pair[0] != "")]

    def _choices(self, kinds: tuple[Any, Any], value: Mapping[str, Any], name: str, label: str) -> None:
        """Of a mapping from one choice to several: a row of ticks for each."""
        for key, text in options(kinds[0], "verb"):
            self.fields[f"{name}{_JOIN}{key}"] = forms.MultipleChoiceField(
                label=f"{label} · {text}", choices=options(kinds[1], "party"), required=False,
                widget=forms.CheckboxSelectMultiple, initial=list(value.get(key, ())),
            )  # fmt: skip

    def _pairs(self, value: Mapping[str, str], name: str, label: str) -> None:
        """Columns of this table beside those of the other."""
        elsewhere = str((self._root.get("compares") or {}).get("elsewhere", ""))
        rows = [*value.items(), ("", "")][:_PAIRS]
        for place, pair in enumerate(rows):
            sides = (("mine", "本表", self._table), ("theirs", "对照表", elsewhere))
            for (side, text, table), there in zip(sides, pair, strict=True):
                self.fields[f"{name}{_JOIN}{place}{_JOIN}{side}"] = forms.ChoiceField(
                    label=f"{label} {place + 1} · {text}", required=False, initial=there,
                    choices=[("", "没有"), *kept(columns_of(table, self._known), there)],
                )  # fmt: skip

    def _field(self, model: str, kind: Any, key: str, required: bool, value: Any) -> forms.Field:
        several = get_origin(kind) is tuple
        found = named(model, key, self._table, self._known)
        choices = kept(found, value) if found is not None else options(kind, key)
        if choices and several:
            return _several(choices, required)
        if choices:
            return forms.ChoiceField(
                choices=choices if required else [("", "没有"), *choices], required=required
            )
        if made := values.SCALARS.get(kind):
            return made(required=required and kind is not bool)
        wide = several or get_origin(kind) is dict or key in values.LONG
        widget = forms.Textarea(attrs={"rows": max(3, values.height(value))}) if wide else forms.TextInput()
        return forms.CharField(required=required, max_length=8_000, widget=widget)

    def _read(self, model: type[BaseModel], value: Mapping[str, Any], path: str) -> dict[str, Any]:
        """The keys that the form has, with what was said."""
        said: dict[str, Any] = {}
        for key, info in model.model_fields.items():
            name, old = f"{path}{key}", value.get(key)
            if name in self.fields:
                said[key] = values.told(info, self.cleaned_data.get(name), old)
            elif any(one.startswith(f"{name}{_JOIN}") for one in self.fields):
                pairs = (model.__name__, key) == _MATCH
                said[key] = self._matched(name) if pairs else self._inner(info, old, name)
        return said

    def _inner(self, info: FieldInfo, value: Any, name: str) -> Any:
        kind = core(info.annotation)
        if pair := by_choice(kind):
            found = {key: self.cleaned_data[f"{name}{_JOIN}{key}"] for key, _ in options(pair[0], "verb")}
            order = dict.fromkeys([*(key for key in value or {} if found.get(key)), *found])
            return {key: found[key] for key in order if found[key]}
        if get_origin(kind) is tuple:
            return list(self._kept(models_in(kind)[0], value or (), name))
        inner = chosen(models_in(kind), value or {})
        said = self._read(inner, value or {}, f"{name}{_JOIN}")
        hidden = {key: one for key, one in (value or {}).items() if key not in said}
        if not info.is_required() and not _without_nothing(said):
            return None
        whole = {**hidden, **_without_nothing(said)}
        return {key: whole[key] for key in dict.fromkeys([*(value or {}), *whole]) if key in whole}

    def _matched(self, name: str) -> dict[str, str]:
        sides = ("mine", "theirs")
        rows = [
            [self.cleaned_data.get(f"{name}{_JOIN}{place}{_JOIN}{side}", "") for side in sides]
            for place in range(_PAIRS)
        ]
        return {mine: theirs for mine, theirs in rows if mine and theirs}

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


def _several(choices: list[tuple[str, str]], required: bool) -> forms.Field:
    field = forms.MultipleChoiceField(choices=choices, required=required, widget=forms.CheckboxSelectMultiple)
    field.many = len(choices) > _MANY  # type: ignore[attr-defined]  # for components/field.html
    return field


def _named_anew(taken: Sequence[Mapping[str, Any]]) -> str:
    """A key for an entry that the office has added."""
    known = {one.get("key") for one in taken}
    return next(name for number in range(1, 1_000) if (name := f"item_{number}") not in known)


def _without_nothing(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in said.items() if one is not None and one not in ("", [], {})}
