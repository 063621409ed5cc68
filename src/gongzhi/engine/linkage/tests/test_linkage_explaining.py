"""The sentence beside a doubtful pair."""

from __future__ import annotations

import pytest

from gongzhi.engine.linkage import explain


@pytest.mark.parametrize(
    ("left", "right", "more", "sentence"),
    [
        (
            "紹興鑫源印染有限公司",
            "绍兴金源印染有限公司",
            {"row_address": "绍兴市越城区凤凰路370号", "entity_address": "凤凰路370号"},
            "名称相近（相似度 90%）；字号“鑫源”与“金源”一字之差；地址一致。",
        ),
        (
            "绍兴第一建筑公司",
            "绍兴第二建筑公司",
            {},
            "名称相近（相似度 88%）；字号“第一”与“第二”一字之差；"
            "序号不同，不是同一单位；所差的字常用于区分兄弟单位。",
        ),
        (
            "鑫源印染有限公司柯桥分公司",
            "鑫源印染有限公司",
            {},
            "名称相近（相似度 76%）；字号“鑫源”相同；报送的是分支机构“柯桥分公司”，登记的是总机构。",
        ),
        ("鑫源印染厂", "鑫源印染厂", {"phones": ("p", "p")}, "名称相同；字号“鑫源”相同；联系电话一致。"),
    ],
)
def test_sentence(vocabulary, left, right, more, sentence):
    assert explain(left, right, vocabulary, **more).sentence == sentence


def test_edits_and_features(vocabulary):
    found = explain("绍兴鑫源印染有限公司", "绍兴金源印染厂", vocabulary)
    assert found.edits[0] == ("鑫", "金")
    assert found.features["form"] == "differs"
    assert not found.veto
    assert not found.witness
    assert 0 < found.score < 1
    assert explain("绍兴鑫源（集团）有限公司", "紹興鑫源集團有限公司", vocabulary).score == 1.0


def test_a_veto_lowers_the_score_below_any_doubt(vocabulary):
    found = explain("绍兴第一建筑公司", "绍兴第二建筑公司", vocabulary, persons=("q", "q"))
    assert found.veto
    assert found.score < 0.4
