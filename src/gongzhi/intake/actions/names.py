"""Whether a name that stands without a code reads as an organisation's or as a person's."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import polars as pl
from django.conf import settings

from gongzhi.engine.linkage import load_vocabulary

_LONGEST_PERSON = 6


def reads_as_organisation(names: pl.Series) -> pl.Series:
    """True for names with a form of organisation (有限公司, 合作社, 学校 …) or of more than six characters.

    In doubt a name is a person's: a token in place of a company's name costs a join, a person's name in
    the lake breaks the law.
    """
    formed = names.str.contains_any(_forms(settings.DEFINITIONS / "linkage"))
    return (formed | (names.str.len_chars() > _LONGEST_PERSON)).fill_null(value=False)


@lru_cache(maxsize=2)
def _forms(folder: Path) -> list[str]:
    vocabulary = load_vocabulary(folder)
    return sorted({*vocabulary.forms, *vocabulary.institutions})
