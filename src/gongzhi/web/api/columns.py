"""The columns of a resource as machines name them, and the JSON schema of a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Field, FieldType, Resource, Sheet
from gongzhi.engine.documents.meanings import meaning
from gongzhi.engine.tables import Limits, normalise_heading
from gongzhi.intake.queries.rows import NUMERIC

from .parsing import Number
from .problems import Invalid

MOST_CHARACTERS = Limits().cell_chars
_SHOWN_ERRORS = 100
_WRITTEN = {FieldType.DATE: "写成 2026-09-15。", FieldType.PERIOD: "写成 2026-09、2026Q3 或 2026。"}
Value = str | bool | None


def column(field: Field) -> dict[str, Any]:
    """A column as `/resources/{number}` shows it."""
    return {
        "key": field.key,
        "title": field.title,
        "type": field.type.value,
        "required": field.required,
        "unit": field.unit,
        "aliases": list(field.aliases),
        "values": list(field.values),
        "help": field.help,
        "example": field.example,
    }


def row_schema(sheet: Sheet) -> dict[str, Any]:
    """JSON schema (2020-12) of a row by the titles of its columns; the checks say the rest."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": sheet.title,
        "type": "object",
        "additionalProperties": False,
        "properties": {field.title: _property(sheet, field) for field in sheet.fields},
        "required": [field.title for field in sheet.fields if field.required],
    }


def _property(sheet: Sheet, field: Field) -> dict[str, Any]:
    kinds = ["string", "null"]
    if field.type in NUMERIC or field.type is FieldType.YEAR:
        kinds.insert(0, "number")
    if field.type is FieldType.BOOLEAN:
        kinds.insert(0, "boolean")
    told: dict[str, Any] = {"type": kinds, "maxLength": field.max_length or MOST_CHARACTERS}
    if field.values:
        told["enum"] = [*field.values, *field.value_aliases, None]
    unit = f"单位：{field.unit}。" if field.unit else ""
    told["description"] = f"{field.help or ''}{meaning(sheet, field)}{_WRITTEN.get(field.type, '')}{unit}"
    if field.example:
        told["examples"] = [field.example]
    return told


def sheet_of(resource: Resource, letter: str) -> Sheet:
    """The table that rows are pushed into; Invalid where the letter does not tell which."""
    for sheet in resource.sheets:
        if letter == sheet.letter or (not letter and len(resource.sheets) == 1):
            return sheet
    known = "、".join(f"{sheet.letter} {sheet.title}" for sheet in resource.sheets if sheet.letter)
    text = f"这项资源有几张表：{known}" if known else "这项资源只有一张表"
    mend = "请在 sheet 写明字母" if known else "请去掉 sheet"
    raise Invalid([{"pointer": "/sheet", "text": text, "mend": mend}])


def keyed(resource: Resource, sheet: Sheet, rows: Sequence[Mapping[str, Value]]) -> list[dict[str, Value]]:
    """The rows by the keys of their fields; Invalid names every column that is not one, up to a hundred."""
    names = _names(in_force().digest, resource.number, sheet.letter)
    errors: list[dict[str, Any]] = []
    found = []
    for number, row in enumerate(rows):
        turned: dict[str, Value] = {}
        for name, value in row.items():
            key = names.get(name) or names.get(normalise_heading(name))
            if fault := _fault(name, key, value, turned):
                place = name.replace("~", "~0").replace("/", "~1")
                errors.append({"pointer": f"/rows/{number}/{place}"} | fault)
            elif key:
                turned[key] = str(value) if isinstance(value, Number) else value
        if not errors and all(value in {None, ""} for value in turned.values()):
            errors.append({"pointer": f"/rows/{number}", "text": "这一行没有内容", "mend": "请去掉这一行"})
        if len(errors) >= _SHOWN_ERRORS:
            break
        found.append(turned)
    if errors:
        raise Invalid(errors)
    return found


def _fault(name: str, key: str | None, value: Value, turned: Mapping[str, Value]) -> dict[str, str] | None:
    if key is None:
        return {"text": f"没有“{name[:40]}”这一列", "mend": "列名请与资源说明中的 title 或 key 一致"}
    if key in turned:
        return {"text": f"“{name[:40]}”与同一行的另一列是同一项", "mend": "请只保留一个"}
    if isinstance(value, str) and (len(value) > MOST_CHARACTERS or "\0" in value):
        return {"text": "内容太长，或含有不能保存的字符", "mend": f"请改为{MOST_CHARACTERS}个字符以内的文字"}
    return None


@lru_cache(maxsize=256)
def _names(digest: str, number: str, letter: str) -> dict[str, str]:
    """Every name of a column → the key of its field, under the definitions of this digest."""
    sheet = in_force().resources[number].sheet(letter)
    names: dict[str, str] = {}
    for field in sheet.fields:
        for name in (field.key, field.title, field.item, field.source_title, *field.aliases):
            if name:
                names.setdefault(name, field.key)
                names.setdefault(normalise_heading(name), field.key)
    return names
