"""A form for any kind of definition, grown from its model: labels, choices and help from `queries.labels`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from pydantic import BaseModel, ValidationError

from gongzhi.editions.queries import in_force
from gongzhi.editions.queries.labels import word
from gongzhi.engine.definitions import Definitions, in_words

from .growing import Grown

_KEY = re.compile(r"[a-z][a-z0-9_]*")


class EntryForm(Grown):
    """One definition, or one entry of a list; `value` is what it says now, `new`: it has no name yet.

    `known`: what its references are chosen from, in force if nothing is said. `without`: keys that have a
    form of their own.
    """

    def __init__(
        self, *args: Any, model: type[BaseModel], value: Mapping[str, Any], new: bool = False,
        known: Definitions | None = None, without: Collection[str] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, known=known or in_force(), root=value, **kwargs)
        self._model, self._value = model, value
        self._grow(model, value, "", "", new)
        for name in [one for one in self.fields if one.partition("__")[0] in without]:
            del self.fields[name]

    @property
    def values(self) -> dict[str, Any]:
        """The keys of the definition that the form knows, an empty one to be taken away."""
        return self._read(self._model, self._value, "")

    def clean(self) -> dict[str, Any]:
        """What the model refuses is told at its field, in the words of the form."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        whole = {**self._value, **self.values}
        try:
            self._model.model_validate({key: one for key, one in whole.items() if one is not None})
        except ValidationError as error:
            for fault in error.errors():
                place = self._place(fault["loc"])
                self.add_error(place, self._said(in_words(fault)))
        return cleaned

    def _place(self, location: Sequence[str | int]) -> str | None:
        """The field at which a fault stands; None where it is of the whole."""
        parts = [str(one) for one in location]
        while parts:
            ends = ["__".join(parts), "__".join([parts[0], *parts[2:]])]  # a union names its model in between
            if found := next((name for name in ends if name in self.fields), None):
                return found
            if found := next((name for name in self.fields if name.startswith(f"{ends[0]}__")), None):
                return found
            parts.pop()
        return None

    def _said(self, message: str) -> str:
        return _KEY.sub(lambda key: _quoted(word(self._model.__name__, key[0]), key[0]), message)


def _quoted(label: str, key: str) -> str:
    return f"“{label}”" if label else key


class CellForm(EntryForm):
    """A cell of the grid: its level and the cell above it lie in its code."""

    LEVELS = {6: 1, 9: 2, 12: 3}

    @property
    def values(self) -> dict[str, Any]:
        said = super().values
        code = str(said.get("code") or "")
        if level := self.LEVELS.get(len(code)):
            said |= {"level": level, "parent": code[:-3] or None if level > 1 else None}
        return said

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not code.isdecimal() or len(code) not in self.LEVELS:
            raise forms.ValidationError("区划代码是 6 位（区）、9 位（街道、镇）或 12 位（社区、村）数字")
        if code in self._known.cells:
            raise forms.ValidationError(f"{code} 已经是“{self._known.cells[code].name}”")
        if len(code) > min(self.LEVELS) and code[:-3] not in self._known.cells:
            raise forms.ValidationError(f"没有上级网格 {code[:-3]}，请先增加它，或核对代码")
        return code


class RuleForm(EntryForm):
    """A rule: what it says, its text, its worked examples."""

    def __init__(self, *args: Any, sql: str, cases: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, text in (("sql", "规则文本（一条 SELECT）", sql), ("cases", "算例", cases)):
            rows = min(30, text.count("\n") + 2)
            widget = forms.Textarea(attrs={"rows": rows, "class": "code", "spellcheck": "false"})
            self.fields[name] = forms.CharField(label=label, widget=widget, initial=text, strip=False)


class TableForm(forms.Form):
    """Of which table a new entry speaks: its columns are known only then."""

    table = forms.ChoiceField(label="哪张表")

    def __init__(self, *args: Any, known: Definitions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tables = [(code, f"{found[0].number} {found[1].title}") for code, found in known.tables.items()]
        self.fields["table"].choices = tables  # type: ignore[attr-defined]  # a ChoiceField
