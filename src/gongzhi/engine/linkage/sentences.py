"""The Chinese that a person reads beside a proposed link: one clause per feature, joined to one sentence."""

from __future__ import annotations

# Feature → its value → what to say. Values that are not listed say nothing worth reading.
CLAUSES: dict[str, dict[str, str]] = {
    "name": {
        "same": "名称相同",
        "close": "名称相近（相似度 {similarity}）",
        "differs": "名称差别较大（相似度 {similarity}）",
    },
    "trade_name": {
        "same": "字号“{left_trade}”相同",
        "close": "字号“{left_trade}”与“{right_trade}”一字之差",
        "differs": "字号“{left_trade}”与“{right_trade}”不同",
    },
    "industry": {
        "missing": "一方未写行业",
        "part": "行业写法详略不同",
        "group": "一方为集团或控股公司，另一方不是",
        "differs": "行业“{left_industry}”与“{right_industry}”不同",
    },
    "form": {
        "kin": "组织形式写法不同（{left_form}、{right_form}）",
        "missing": "一方未写组织形式",
        "differs": "组织形式不同（{left_form}、{right_form}）",
    },
    "division": {
        "within": "区划“{left_division}”与“{right_division}”为上下级",
        "missing": "一方未写区划",
        "undivided": "一方为不冠区划的集团名称",
        "differs": "区划“{left_division}”与“{right_division}”不同",
    },
    "branch": {
        "row_is_part": "报送的是分支机构“{left_branch}”，登记的是总机构",
        "entity_is_part": "登记的是分支机构“{right_branch}”，报送的是总机构",
        "differs": "分支机构不同（{left_branch}、{right_branch}）",
    },
    "ordinals": {"missing": "一方带有序号，另一方没有", "differs": "序号不同，不是同一单位"},
    "contrast": {"true": "所差的字常用于区分兄弟单位"},
    "address": {
        "same": "地址一致",
        "near": "地址同在一处但门牌房号不一致或该处企业众多",
        "differs": "地址不同",
    },
    "phone": {"same": "联系电话一致", "differs": "联系电话不同"},
    "person": {"same": "相关人员一致", "differs": "相关人员不同"},
}
JOINT, STOP = "；", "。"


def sentence(facts: dict[str, str], words: dict[str, str]) -> str:
    """One sentence from features and the words of both names; features are told in the order of CLAUSES."""
    clauses = [
        texts[facts[feature]].format_map(words)
        for feature, texts in CLAUSES.items()
        if facts.get(feature) in texts
    ]
    return JOINT.join(clauses) + STOP
