"""One spelling for what a reader takes to be the same name."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.engine.linkage import canonical, normalise

TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
NAMES = st.text(alphabet="绍兴越城鑫源印染机械有限公司第一二三()ABC12", min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("绍兴鑫源印染有限公司", "绍兴鑫源印染有限公司"),
        ("　绍兴 鑫源\u200b印染\xa0有限公司\ufeff", "绍兴鑫源印染有限公司"),
        ("紹興鑫源印染有限公司", "绍兴鑫源印染有限公司"),
        ("鑫源印染（绍兴）有限公司", "鑫源印染(绍兴)有限公司"),
        ("鑫源印染【绍兴】有限公司", "鑫源印染(绍兴)有限公司"),
        ("鑫源〔绍兴〕ａｂｃ１２３", "鑫源(绍兴)ABC123"),
        ("“鑫源”·印染—有限公司。", "鑫源印染有限公司"),
        ("㈱鑫源", "(株)鑫源"),
        ("甲厂，乙厂；", "甲厂、乙厂"),
    ],
)
def test_canonical(written, meant):
    assert canonical(written) == meant
    assert normalise(pl.Series([written])).to_list() == [meant]


@settings(deadline=None)
@given(TEXTS)
def test_folding_twice_changes_nothing(text):
    assert canonical(canonical(text)) == canonical(text)


@settings(deadline=None)
@given(st.lists(st.none() | TEXTS, max_size=8))
def test_a_column_is_folded_as_its_cells_are(texts):
    folded = normalise(pl.Series("name", texts, dtype=pl.String))
    assert folded.name == "name"
    assert folded.to_list() == [canonical(text) or None if text is not None else None for text in texts]


@settings(deadline=None)
@given(NAMES)
def test_width_and_blanks_never_matter(name):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    assert canonical(" ".join(wide)) == canonical(name)
