"""Which rows are no records: each such row is looked at, and a column of data is not, row by row."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gongzhi.engine.tables.header import HeadingSet
from gongzhi.engine.tables.records import RecordRules
from gongzhi.engine.tables.stacked import HeadingWatch

HEADS = ("编号", "名称", "地址", "面积", "日期", "备考")
FULL = ("宅001", "某某置业有限公司", "示例路1号", "12.5", "2026-03-12", "无误")
NO_RECORDS = (
    "合计", "合 计：", "小计（3户）", "本月合计", "全 区 总 计", "合计：12", "共12户", "总数：", "（合计）",
    "合计数", "备注：以上为初步数", "填 表 人：某某", "单 位：某局", "日期：2026-03-12", "（单位：万元）",
    "经办人（签字）：", "注1.不含外地", "※ 以上均为初步数", "以上数据截至三月", "本表一式两份", "说明",
    "注：", "——", "---", "* 含税的合同金额", "示例", "（示例）宅001", "填写示例：", "例如", "某某街道小计",
    "东浦街道总数：", "审核：某某", "以下空白", "（以下无正文）", "此页无正文", "以上共3条",
    "以上合计3条", "（以上共3条）",
)  # fmt: skip


def rules() -> RecordRules:
    headings = HeadingSet(HEADS)
    return RecordRules(HEADS, HeadingWatch([HEADS], headings), (), 2)


def frame(rows: list[tuple[str | None, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={f"g{i}": pl.String for i in range(len(HEADS))}, orient="row")


FILLER = st.sampled_from([None, None, "", " ", "\u3000", "宅001", "12.5", "某局：某某"])
LEADS = st.sampled_from(NO_RECORDS)
SPACED = LEADS.flatmap(lambda text: st.sampled_from([text, f"  {text}", f"{text}\u3000", " ".join(text)]))


@example(lead="（ 以 上 共 3 条 ）", before=0, rest=[None] * 4 + [""] * 2)
@given(lead=SPACED, before=st.integers(0, 2), rest=st.lists(FILLER, min_size=6, max_size=6))
def test_what_is_no_record_is_always_looked_at(lead: str, before: int, rest: list[str | None]) -> None:
    row = (*rest[:before], lead, *rest[before + 1 :])
    rows = [FULL, row, FULL]
    judged = rules()._why(row, 3)
    found = dict(rules().skipped(frame(rows), 2))
    assert found.get(1) == judged


@pytest.mark.parametrize(
    "word", ["示例", "单位", "注", "经", "编", "日期", "本表", "共", "例", "填", "*", "※"]
)
def test_a_column_of_data_is_not_looked_at_row_by_row(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    judge = RecordRules._why

    def counted(self: RecordRules, row: tuple[str | None, ...], number: int) -> str | None:
        looked.append(number)
        return judge(self, row, number)

    monkeypatch.setattr(RecordRules, "_why", counted)
    rows = [(f"{word}号塑{n}", f"{word}某置业有限公司", *FULL[2:]) for n in range(500)]
    assert rules().skipped(frame(rows), 2) == []
    assert len(looked) <= 2  # the row under the heading, and the one behind it


def test_a_masked_name_at_the_beginning_is_no_remark() -> None:
    rows = [FULL, ("*伟", "某某置业有限公司", None, None, None, None), FULL]
    assert rules().skipped(frame(rows), 2) == []
