"""Between the types of a model and what stands in a field: which type it is, what is shown, what was told."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django import forms
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gongzhi.editions.queries.labels import CHOICES
from gongzhi.editions.queries.words import TYPES
from gongzhi.engine.definitions import FieldType

LONG = {"message", "mend", "note", "purpose", "summary", "formula", "help", "meaning", "explanations", "text"}
"""Keys whose texts are long."""


def core(annotation: Any) -> Any:
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


def models_in(kind: Any) -> list[type[BaseModel]]:
    return [one for one in map(core, get_args(kind) or (kind,)) if _is_model(one)]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def only_one(kind: Any) -> bool:
    """Whether there is nothing to choose: the one word that tells a model of a union from the others."""
    return get_origin(kind) is Literal and len(get_args(kind)) == 1


def chosen(models: Sequence[type[BaseModel]], value: Mapping[str, Any]) -> type[BaseModel]:
    """Of the models of a union the one that `kind` names."""
    if len(models) == 1:
        return models[0]
    kinds = {get_args(one.model_fields["kind"].annotation)[0]: one for one in models}
    return kinds.get(str(value.get("kind")), models[0])


def by_choice(kind: Any) -> tuple[Any, Any] | None:
    """Key and values of a mapping from one choice to several; None for every other type."""
    if get_origin(kind) is not dict:
        return None
    key, values = map(core, get_args(kind))
    return (key, values) if options(key, "") and get_origin(values) is tuple else None


def options(kind: Any, key: str) -> list[tuple[str, str]]:
    """The values of a Literal or an enumeration, alone or several of them."""
    inner = core(get_args(kind)[0]) if get_origin(kind) is tuple else kind
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


SCALARS: Mapping[Any, Callable[..., forms.Field]] = {
    bool: forms.BooleanField, int: forms.IntegerField, float: forms.FloatField, Decimal: forms.DecimalField,
    dt.date: _day,
}  # fmt: skip


def height(value: Any) -> int:
    """Lines that a text area needs for what stands in it."""
    if isinstance(value, list | tuple | Mapping):
        return min(12, len(value) + 1)
    return min(12, 1 + len(str(value or "")) // 40)


def shown_in(kind: Any, value: Any) -> Any:
    """What a field shows of a value."""
    if isinstance(value, Mapping):
        return "\n".join(
            f"{key}：{'，'.join(map(str, one)) if isinstance(one, list | tuple) else one}"
            for key, one in value.items()
        )
    if get_origin(kind) is tuple:
        return list(value or ()) if options(kind, "") else "\n".join(map(str, value or ()))
    return value


def told(info: FieldInfo, said: Any, old: Any) -> Any:
    """What was typed as the definition holds it; None where it says nothing."""
    kind = core(info.annotation)
    if kind is bool:
        return said if info.is_required() or said != info.default else None
    if get_origin(kind) is dict:
        return _told_pairs(kind, said)
    if get_origin(kind) is tuple:
        return _told_list(said, old or ())
    if said == "" or said is None:
        return None
    if isinstance(said, int | float | Decimal) and isinstance(old, int | float | Decimal):
        return old if Decimal(str(old)) == Decimal(str(said)) else said
    return said.strip() if isinstance(said, str) else said


def _told_pairs(kind: Any, said: Any) -> dict[str, Any]:
    pairs = [line.replace(":", "：").partition("：") for line in str(said or "").splitlines() if line.strip()]
    several = get_origin(core(get_args(kind)[1])) is tuple
    return {
        name.strip(): [one.strip() for one in rest.replace(",", "，").split("，")]
        if several
        else rest.strip()
        for name, _, rest in pairs
    }


def _told_list(said: Any, old: Sequence[Any]) -> list[str]:
    """A list of lines as they stand; of ticked choices those that were there in their order, then the new."""
    lines = said if isinstance(said, list) else str(said or "").splitlines()
    found = [str(line).strip() for line in lines if str(line).strip()]
    if not isinstance(said, list):
        return found
    before = [one for one in map(str, old) if one in found]
    return [*before, *(one for one in found if one not in before)]
