"""What the office's forms do to the text of a resource or of a file of parameters.

Each function takes a text and gives the new one in canonical form. The text may still be incomplete (a
draft without columns); what is wrong with it is told by loading it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .canonical import canonical_text
from .holidays import Holidays
from .kinds import model_of
from .law import ParametersFile
from .resource import Resource
from .strict import Location, read
from .writing import append, mapping_lines, put, remove

_NAME = "definition.yml"
_EMPTY: tuple[object, ...] = (None, "", (), [], {}, False)
_ABOUT = ("parties", "key", "checks", "fields")


def plain(text: str) -> dict[str, Any]:
    """The text as plain values, nothing checked but that it is strict YAML."""
    value: dict[str, Any] = read(_NAME, text.encode()).value
    return value


def sheets_of(text: str) -> list[dict[str, Any]]:
    """The sheets of a resource as plain values; one table alone has no letter."""
    value = plain(text)
    if value.get("sheets") and "fields" not in value:
        return list(value["sheets"])
    return [{key: value[key] for key in (*_ABOUT, "code", "title") if key in value}]


def _sheet_at(text: str, letter: str) -> Location:
    value = plain(text)
    if not value.get("sheets"):
        return ()
    index = next(i for i, sheet in enumerate(value["sheets"]) if sheet.get("letter", "") == letter)
    return ("sheets", index)


def _place(text: str, letter: str, key: str) -> Location:
    fields = fields_of(text, letter)
    return (*_sheet_at(text, letter), "fields", next(i for i, f in enumerate(fields) if f["key"] == key))


def fields_of(text: str, letter: str = "") -> list[dict[str, Any]]:
    """The columns of a sheet as plain values."""
    sheets = sheets_of(text)
    found = next((sheet for sheet in sheets if sheet.get("letter", "") == letter), {})
    return list(found.get("fields") or ())


def trimmed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what says something: empty values and what is false anyway are not written."""
    zero = (key for key, value in values.items() if value == 0 and value is not False)
    told = {*zero, *(key for key, value in values.items() if value not in _EMPTY)}
    return {key: value for key, value in values.items() if key in told}


def with_field(
    text: str, values: Mapping[str, Any], *, letter: str = "", key: str | None = None, keep: bool = True
) -> str:
    """The text with a column changed (`key` names it) or added; a former title becomes an alias (`keep`)."""
    said = trimmed(values)
    if key is None:
        return _resource(_with_one_more(text, letter, said))
    old = next(field for field in fields_of(text, letter) if field["key"] == key)
    kept = {name: value for name, value in old.items() if name not in values}
    new = kept | said
    if keep and old["title"] != new["title"]:
        aliases = [old["title"], *(new.get("aliases") or ())]
        new["aliases"] = [one for one in dict.fromkeys(aliases) if one != new["title"]]
    return _resource(put(text, _place(text, letter, key), new))


def _with_one_more(text: str, letter: str, field: Mapping[str, Any]) -> str:
    at = _sheet_at(text, letter)
    if fields_of(text, letter):
        return append(text, (*at, "fields"), dict(field))
    lines = mapping_lines(field, 4)
    return "\n".join([text.rstrip("\n"), "", "fields:", "  - " + lines[0].lstrip(), *lines[1:], ""])


def without_field(text: str, key: str, *, letter: str = "") -> str:
    """The text without a column: it is retired. What still names it is found when the text is loaded."""
    return _resource(remove(text, _place(text, letter, key)))


def with_about(text: str, values: Mapping[str, Any], *, letter: str = "") -> str:
    """The text with these keys of the resource (or of a sheet, by letter); an empty value takes it away."""
    return _resource(_with_keys(text, _sheet_at(text, letter) if letter else (), values))


def _with_keys(text: str, at: Location, values: Mapping[str, Any]) -> str:
    there: Any = plain(text)
    for step in at:
        there = there[step]
    for key, value in values.items():
        if there.get(key) == value:
            continue
        if _alike(there.get(key), value):
            for place, (was, now) in enumerate(zip(there[key], value, strict=True)):
                text = text if was == now else put(text, (*at, key, place), now)
        elif not _nothing(value):
            text = put(text, (*at, key), value)
        elif key in there:
            text = remove(text, (*at, key))
    return text


def _alike(was: Any, now: Any) -> bool:
    """Two lists of one length: only what differs is written anew."""
    return isinstance(was, list) and isinstance(now, list) and len(was) == len(now) > 0


def _nothing(value: Any) -> bool:
    return value is None or value in ("", (), [], {})


def with_entry(text: str, at: Location, values: Mapping[str, Any], *, name: str) -> str:
    """A file with these keys of the entry at `at` (the whole file: empty); `name` says what file it is."""
    return canonical_text(_with_keys(text, at, values), model_of(name), name)


def with_one_more(text: str, attribute: str, values: Mapping[str, Any], *, name: str) -> str:
    """A list with one more entry at its end."""
    said = {key: value for key, value in values.items() if not _nothing(value)}
    return canonical_text(append(text, (attribute,), said), model_of(name), name)


def without_entry(text: str, attribute: str, index: int, *, name: str) -> str:
    """A list without one of its entries."""
    return canonical_text(remove(text, (attribute, index)), model_of(name), name)


def with_year(text: str, year: Mapping[str, Any], at: int | None = None) -> str:
    """The table of days off with a year's arrangement, a further one or (`at`) another wording of one.

    How far the table reaches follows from its last year.
    """
    said = {key: value for key, value in year.items() if not _nothing(value) and value is not False}
    new = append(text, ("years",), said) if at is None else put(text, ("years", at), said)
    return _reaching(new)


def without_last_year(text: str) -> str:
    """The table of days off without its last year, which is not the only one."""
    return _reaching(remove(text, ("years", len(plain(text)["years"]) - 1)))


def _reaching(text: str) -> str:
    last = plain(text)["years"][-1]["year"]
    return canonical_text(put(text, ("known_until",), dt.date(last, 12, 31)), Holidays, _NAME)


def new_resource(values: Mapping[str, Any]) -> str:
    """The text of a resource that does not exist yet, without columns."""
    said = {key: value for key, value in values.items() if not _nothing(value)}
    return _resource("\n".join([*mapping_lines(said), ""]))


def with_value(text: str, parameter: str, *, since: dt.date, value: Decimal, basis: str) -> str:
    """A file of parameters with one more value from a day on; the value before it ends the day before.

    A value that begins on the same day or later is replaced. KeyError for an unknown parameter.
    """
    found = plain(text)["parameters"]
    index = next((i for i, one in enumerate(found) if one["key"] == parameter), None)
    if index is None:
        raise KeyError(parameter)
    at: Location = ("parameters", index, "values")
    spans = found[index]["values"]
    for place in reversed(range(len(spans))):
        if spans[place]["since"] >= since:
            text = put(text, at, []) if len(spans) == 1 else remove(text, (*at, place))
    earlier = [place for place, one in enumerate(spans) if one["since"] < since]
    if earlier and not (spans[earlier[-1]].get("until") or since) < since:
        text = put(text, (*at, earlier[-1], "until"), since - dt.timedelta(days=1))
    new = {"since": since, "value": value, "basis": basis}
    text = append(text, at, new) if earlier else put(text, at, [new])
    return canonical_text(text, ParametersFile, _NAME)


def _resource(text: str) -> str:
    return canonical_text(text, Resource, _NAME)
