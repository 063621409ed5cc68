"""Any table: every row accounted for; the same rows are known again however they come, other rows are not."""

from __future__ import annotations

import random
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.files import PRESALE_HEAD, credit_code, csv_file

from gongzhi.intake.actions.place import Place, draft_of
from gongzhi.intake.actions.reading import prepare

pytestmark = pytest.mark.django_db
FEW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
texts = st.text(st.sampled_from('越山花苑一二三甲乙 ()（）０1Aa,"\n'), max_size=8)
codes = st.one_of(st.integers(0, 99).map(credit_code), st.just(""), st.just("9133"), texts)
rows = st.lists(
    st.tuples(st.integers(0, 40).map("证{}号".format), codes, st.one_of(texts, st.just("绍兴示例有限公司")),
              st.one_of(texts, st.just("示例花苑")), texts, texts,
              st.sampled_from(["", "1200", "1,200.5", "约一千", "-3"]),
              st.sampled_from(["", "2026-08-01", "2026.8.1", "2026年8月1日", "明天"])),
    max_size=12,
)  # fmt: skip


@pytest.fixture
def prepared(home, tmp_path):
    def of(path: Path):
        place = Place("9.5", "2026Q3", "建设交通局")
        return prepare(draft_of(place, name="a", by=None, channel="cli", received_at=None), path)

    return of


@FEW
@given(rows=rows)
def test_every_row_is_accounted_for(prepared, tmp_path, rows):
    found = prepared(csv_file(tmp_path / "a.csv", PRESALE_HEAD, rows))
    if found.refusal and found.refusal["code"] not in {"no_rows", "no_good_row"}:
        return
    lines = {entry["row"] for entry in found.skipped}
    for part in found.parts:
        own = [*part.rows["_row"], *part.set_aside]
        assert len(own) == len(set(own))
        assert not lines & set(own)
        lines |= set(own)
    assert found.rows == found.accepted + found.set_aside
    if found.parts:
        assert len(lines) <= len(rows) + 1
        assert lines >= set(range(1, len(rows) + 2)) - blank(rows)


def blank(rows):
    """Rows without a letter, which a reader may leave out at the end of a file."""
    return {at for at, row in enumerate(rows, start=2) if not any(str(cell).strip() for cell in row)}


good_rows = st.lists(st.integers(0, 300), min_size=1, max_size=8, unique=True).map(
    lambda numbers: [
        [
            f"证{n}号",
            credit_code(n),
            f"绍兴示例{n}号有限公司",
            f"花苑{n}",
            f"路{n}号",
            "住宅",
            100 + n,
            "2026-08-01",
        ]
        for n in numbers
    ]
)


@FEW
@given(rows=good_rows, seed=st.integers(0, 9))
def test_copies_have_the_same_content_and_changed_ones_do_not(prepared, tmp_path, rows, seed):
    first = prepared(csv_file(tmp_path / "a.csv", PRESALE_HEAD, rows)).content
    shuffled = [*rows]
    random.Random(seed).shuffle(shuffled)
    order = list(range(len(PRESALE_HEAD)))
    random.Random(seed).shuffle(order)
    turned = [[row[at] for at in order] for row in (PRESALE_HEAD, *shuffled)]
    encodings = ("utf-8", "gb18030", "utf-16")
    copy = csv_file(tmp_path / "b.csv", turned[0], turned[1:], encodings[seed % 3])
    assert prepared(copy).content == first
    book = openpyxl.Workbook()
    book.active.append(["预售许可情况表"])
    for row in turned:
        book.active.append(row)
    book.save(tmp_path / "c.xlsx")
    assert prepared(tmp_path / "c.xlsx").content == first
    changed = [*rows[:-1], [*rows[-1][:6], rows[-1][6] + 1, rows[-1][7]]]
    assert prepared(csv_file(tmp_path / "d.csv", PRESALE_HEAD, changed)).content != first
    assert prepared(csv_file(tmp_path / "e.csv", PRESALE_HEAD, rows[:-1])).content != first
