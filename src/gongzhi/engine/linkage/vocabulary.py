"""The words that take a Chinese enterprise name apart, read once from ``definitions/linkage``."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from .text import canonical

_FILES = ("divisions.yml", "forms.yml", "trade_words.yml")
_FORM_KEYS = {
    "forms", "branch_words", "strong_branch_words", "parent_endings", "former_marks", "also_marks",
    "later_marks", "remarks", "contrasts", "group_words",
    "institutions",
}  # fmt: skip


class VocabularyError(ValueError):
    """A vocabulary file lacks a key, has an unknown one or repeats a word."""


@dataclass(frozen=True, eq=False, repr=False)
class Vocabulary:
    """Everything :func:`split_name` knows. All words are canonical. Compared by identity, so it can key a
    cache."""

    divisions: Mapping[str, tuple[str, ...]]  # spelling → division codes, most general first
    short_divisions: Mapping[str, str]  # full spelling → short form
    home: tuple[str, ...]  # code prefixes of the district's surroundings
    forms: Mapping[str, str]  # form → class
    branch_words: tuple[str, ...]
    strong_branch_words: tuple[str, ...]
    parent_endings: tuple[str, ...]
    former_marks: tuple[str, ...]
    also_marks: tuple[str, ...]
    later_marks: tuple[str, ...]
    remarks: frozenset[str]
    contrasts: tuple[frozenset[str], ...]
    group_words: tuple[str, ...]
    institutions: tuple[str, ...]  # no forms, but marks of an organisation (医院, 学校)
    trade_words: frozenset[str]


def load_vocabulary(folder: Path) -> Vocabulary:
    """Read ``divisions.yml``, ``forms.yml`` and ``trade_words.yml`` of a folder, again only when changed.

    Raises VocabularyError where a file has an unknown, missing or repeated entry.
    """
    stamps = tuple((folder / name).stat() for name in _FILES)
    return _vocabulary(folder, tuple((stamp.st_mtime_ns, stamp.st_size) for stamp in stamps))


@functools.lru_cache(maxsize=4)
def _vocabulary(folder: Path, _stamps: tuple[tuple[int, int], ...]) -> Vocabulary:
    divisions = _read(folder / "divisions.yml", {"home", "divisions", "former"})
    forms = _read(folder / "forms.yml", _FORM_KEYS)
    trade = _read(folder / "trade_words.yml", {"trade_words"})
    spellings, shorts = _divisions(divisions["divisions"], divisions["former"])
    return Vocabulary(
        divisions=MappingProxyType(spellings),
        short_divisions=MappingProxyType(shorts),
        home=tuple(divisions["home"]),
        forms=MappingProxyType(_forms(forms["forms"])),
        branch_words=_longest_first(forms["branch_words"]),
        strong_branch_words=_longest_first(forms["strong_branch_words"]),
        parent_endings=_longest_first(forms["parent_endings"]),
        former_marks=_longest_first(forms["former_marks"]),
        also_marks=_longest_first(forms["also_marks"]),
        later_marks=_longest_first(forms["later_marks"]),
        remarks=frozenset(canonical(word) for word in forms["remarks"]),
        contrasts=tuple(frozenset(group) for group in forms["contrasts"]),
        institutions=_longest_first(forms["institutions"]),
        group_words=_longest_first(forms["group_words"]),
        trade_words=frozenset(canonical(word) for word in trade["trade_words"].split()),
    )


def _read(path: Path, keys: set[str]) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader, in C
    if not isinstance(content, dict) or set(content) != keys:
        found = sorted(content) if isinstance(content, dict) else type(content).__name__
        raise VocabularyError(f"{path.name}: expected the keys {sorted(keys)}, found {found}")
    return content


def _longest_first(words: list[str]) -> tuple[str, ...]:
    return tuple(sorted({canonical(word) for word in words}, key=lambda word: (-len(word), word)))


def _forms(classes: dict[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for form_class, words in classes.items():
        for word in words:
            if word in found:
                raise VocabularyError(f"forms.yml: {word} stands under {found[word]} and {form_class}")
            found[word] = form_class
    return found


def _divisions(
    current: dict[str, list[str]], former: dict[str, str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    codes: dict[str, list[str]] = {}
    shorts: dict[str, str] = {}
    for code, (name, short) in current.items():
        for spelling in {name, short}:
            codes.setdefault(spelling, []).append(code)
        shorts[name] = short
    for name, code in former.items():
        # An old name still borne by a division elsewhere stays with both.
        codes.setdefault(name, []).append(code)
        shorts.setdefault(name, name[:-1] if len(name) > 2 else name)
    ordered = {
        spelling: tuple(sorted(set(found), key=lambda c: (len(c), c))) for spelling, found in codes.items()
    }
    return ordered, shorts
