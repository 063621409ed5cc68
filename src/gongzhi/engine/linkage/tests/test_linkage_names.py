"""Names taken apart."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.engine.linkage import VocabularyError, load_vocabulary, split_name, split_names
from gongzhi.engine.linkage.names import NameParts
from gongzhi.engine.linkage.numbers import numeral, ordinals, with_digits


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("绍兴鑫源印染有限公司", ("绍兴", "3306", "鑫源", "印染", "有限公司", "")),
        ("鑫源印染（绍兴）有限公司", ("绍兴", "3306", "鑫源", "印染", "有限公司", "")),
        ("浙江省绍兴市越城区鑫源印染厂", ("浙江省绍兴市越城区", "330602", "鑫源", "印染", "厂", "")),
        ("绍兴市印染有限公司", ("绍兴市", "3306", "绍兴", "印染", "有限公司", "")),
        ("鑫源印染（浙江绍兴）有限公司", ("浙江绍兴", "3306", "鑫源", "印染", "有限公司", "")),
        ("绍兴县鑫源印染有限公司", ("绍兴县", "330603", "鑫源", "印染", "有限公司", "")),
        ("鑫源印染有限公司绍兴第三分公司", ("", "", "鑫源", "印染", "有限公司", "绍兴3分公司")),
        ("鑫源印染有限公司绍兴市三分公司", ("", "", "鑫源", "印染", "有限公司", "绍兴3分公司")),
        ("鑫源移动绍兴分公司", ("", "", "鑫源移动", "", "", "绍兴分公司")),
        ("鑫源银行绍兴分行", ("", "", "鑫源", "银行", "", "绍兴分行")),
        ("绍兴鑫源大酒店", ("绍兴", "3306", "鑫源", "大酒店", "", "")),
        ("新华印刷有限公司", ("", "", "新华", "印刷", "有限公司", "")),
        ("鑫", ("", "", "鑫", "", "", "")),
        ("绍兴", ("", "", "绍兴", "", "", "")),
    ],
)
def test_parts(vocabulary, name, parts):
    found = split_name(name, vocabulary)
    assert (
        found.division, found.division_code, found.trade_name, found.industry, found.form, found.branch,
    ) == parts  # fmt: skip


def test_a_street_belongs_to_the_division_only_behind_one(vocabulary):
    assert split_name("绍兴市越城区北海街道鑫记小吃店", vocabulary).street == "北海街道"
    assert split_name("绍兴城镇建设有限公司", vocabulary).street == ""


@pytest.mark.parametrize(
    ("name", "former", "also", "later"),
    [
        ("甲乙建设有限公司（原丙丁建筑有限公司）", ("丙丁建筑有限公司",), (), ()),
        ("甲乙建设有限公司（曾用名：丙丁建筑有限公司）", ("丙丁建筑有限公司",), (), ()),
        ("甲乙建设有限公司（原丙丁建筑总公司（驻蚌））", ("丙丁建筑总公司驻蚌",), (), ()),
        ("甲乙路桥厂（原丙丁五厂公司、原戊己公司）", ("丙丁五厂公司", "戊己公司"), (), ()),
        ("甲乙总公司(从属名称:丙丁贸易总公司)", (), ("丙丁贸易总公司",), ()),
        ("甲乙建设有限公司（现更名为丙丁建设有限公司）", (), (), ("丙丁建设有限公司",)),
        ("甲乙仪表厂（普通合伙）", (), (), ()),
    ],
)  # fmt: skip
def test_names_in_brackets(vocabulary, name, former, also, later):
    found = split_name(name, vocabulary)
    assert (found.former, found.also, found.later) == (former, also, later)
    assert found.bare == found.canonical.partition("(")[0]


def test_an_open_bracket_is_read_to_the_end(vocabulary):
    assert split_name("甲乙建设有限公司（原丙丁建筑有限公司", vocabulary).former == ("丙丁建筑有限公司",)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("绍兴第一建筑工程公司", "绍兴1建筑工程公司"),
        ("甲乙公司第三分公司", "甲乙公司三分公司"),
        ("甲乙公司第3分公司", "甲乙公司３分公司"),
        ("第二十一中学", "21中学"),
    ],
)
def test_ordinals_compare_in_any_script(vocabulary, left, right):
    assert split_name(left, vocabulary).ordinals == split_name(right, vocabulary).ordinals != ()


@pytest.mark.parametrize("name", ["三江购物有限公司", "七匹狼实业", "千禧龙", "万二"])
def test_numerals_in_a_trade_name_are_no_ordinals(name):
    assert ordinals(name) == ()
    assert with_digits(name) == name


@settings(deadline=None)
@given(st.integers(1, 999))
def test_numerals(value):
    units = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    text = f"{units[hundreds]}百" if hundreds else ""
    text += f"{units[tens]}十" if tens else ("零" if hundreds and ones else "")
    assert numeral(text + units[ones]) == numeral(str(value)) == value


@settings(deadline=None)
@given(st.text(alphabet="浙江绍兴市越城区鑫源印染机械有限公司第一二厂店分()原、ABC12", max_size=24))
def test_any_text_can_be_taken_apart(vocabulary, text):
    found = split_name(text, vocabulary)
    assert len(found.canonical) - len(found.division) >= min(2, len(found.canonical))


def test_a_column_is_split_as_its_cells_are(vocabulary):
    names = [
        "鑫源印染（绍兴）有限公司",
        "甲乙建设有限公司（原丙丁建筑有限公司）",
        "鑫源印染(绍兴)有限公司",
        None,
    ]
    frame = split_names(pl.Series(names), vocabulary)
    assert len(frame) == 2
    for row in frame.iter_rows(named=True):
        one = split_name(row["canonical"], vocabulary)
        assert row["ordinals"] == ",".join(map(str, one.ordinals))
        for name in set(NameParts._fields) - {"ordinals"}:
            value = getattr(one, name)
            assert row[name] == (list(value) if isinstance(value, tuple) else value)
    assert split_names(pl.Series([], dtype=pl.String), vocabulary).is_empty()


def test_a_vocabulary_with_an_unknown_key_is_refused(tmp_path, vocabulary):
    for name in ("divisions.yml", "forms.yml", "trade_words.yml"):
        (tmp_path / name).write_text("surprise: 1\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"divisions\.yml"):
        load_vocabulary(tmp_path)


def test_a_changed_file_is_read_again(tmp_path):
    folder = Path(__file__).resolve().parents[5] / "definitions" / "linkage"
    for source in folder.iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes())
    first = load_vocabulary(tmp_path)
    assert load_vocabulary(tmp_path) is first
    (tmp_path / "trade_words.yml").write_text("trade_words: 印染\n", encoding="utf-8")
    assert load_vocabulary(tmp_path).trade_words == {"印染"}
