"""Values of parameters that nothing can be reckoned with."""

from __future__ import annotations

from collections.abc import Iterator

from gongzhi.editions.models import Edition
from gongzhi.engine.definitions import understood
from gongzhi.engine.definitions.law import ParametersFile

COUNTED = {"天", "工作日", "月", "年", "期", "行", "日", "户", "小时", "条", "分钟", "个", "点"}
"""Units of which there is no part: the program would cut it off without a word."""
SWITCH = "1是0否"


def odd_values(draft: Edition) -> Iterator[str]:
    """Each value of a draft's parameters that is below nothing, a part of a whole, or neither on nor off.

    Told when it is submitted and not when definitions are loaded: a home that has published one still starts.
    """
    if draft.kind != "parameters":
        return
    for name, text in draft.texts.items():
        for one in understood(name, text.encode(), ParametersFile)[1].parameters:
            for value in (dated.value for dated in one.values):
                if one.unit == SWITCH and value not in {0, 1}:
                    yield f"参数“{one.title}”的取值 {value} 应为 1（是）或 0（否）"
                elif value < 0:
                    yield f"参数“{one.title}”的取值 {value} 小于 0，请核对"
                elif one.unit in COUNTED and value % 1:
                    yield f"参数“{one.title}”的取值 {value} 应为整数，单位是{one.unit}"
