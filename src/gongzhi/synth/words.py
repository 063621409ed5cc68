"""The words of which names, addresses and texts are made (words.yml)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

Trade = tuple[str, str, str, int, str]  # code, name, word in the enterprise's name, weight, tag


class Other(BaseModel):
    """A kind of taxpayer that is neither an enterprise nor self-employed, and how its name is made."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str
    prefix: str
    weight: int
    tag: str
    name: str
    goods: tuple[str, ...]
    industry: tuple[str, str]


class Words(BaseModel):
    """All of words.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
    brand_first: tuple[str, ...]
    brand_second: tuple[str, ...]
    brand_third: tuple[str, ...]
    prefixes: dict[str, int]
    forms: dict[str, int]
    roads: tuple[str, ...]
    projects: tuple[str, ...]
    industries: tuple[Trade, ...]
    shops: tuple[Trade, ...]
    others: tuple[Other, ...]
    subjects: dict[str, tuple[str, ...]]
    said: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    texts: tuple[str, ...]
    stems: str
    branches: str

    def under(self, title: str) -> tuple[str, ...]:
        """What is written under a heading, as far as anything of its own is."""
        return next((texts for words, texts in self.said if any(word in title for word in words)), self.texts)


@lru_cache(maxsize=1)
def words() -> Words:
    return Words.model_validate(yaml.safe_load(Path(__file__).with_name("words.yml").read_text("utf-8")))
