"""Whether a file made for one edition of a template can be read as another."""

from __future__ import annotations

from .resource import Resource, Sheet


def only_grew(earlier: Resource, later: Resource, *, backwards: bool = False) -> bool:
    """Whether columns were only added or renamed from the earlier edition to the later one.

    A column that was added and must be filled is more than that: a file of the earlier edition has nothing
    for it. `backwards`: the file is of the later edition, which has it.
    """
    sheets = {sheet.letter: sheet for sheet in later.sheets}
    pairs = [(sheet, sheets.get(sheet.letter)) for sheet in earlier.sheets]
    return len(sheets) == len(pairs) and all(now and _grew(was, now, backwards) for was, now in pairs)


def _grew(was: Sheet, now: Sheet, backwards: bool) -> bool:
    before, after = ({field.key: field for field in sheet.fields} for sheet in (was, now))
    kept = all(
        key in after and (field.type, field.unit) == (after[key].type, after[key].unit)
        for key, field in before.items()
    )
    asked = any(field.required and key not in before for key, field in after.items())
    return kept and (backwards or not asked)
