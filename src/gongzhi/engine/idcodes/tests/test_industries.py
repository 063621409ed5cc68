"""The names of industries, as GB/T 4754—2017 prints them."""

import pytest

from gongzhi.engine.idcodes.industries import _names, industry_name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("A", "农、林、牧、渔业"),
        ("01", "农业"),
        ("011", "谷物种植"),
        ("0111", "稻谷种植"),
        ("1751", "化纤织造加工"),
        ("C1751", "化纤织造加工"),
        ("c1751", "化纤织造加工"),
        ("7010", "房地产开发经营"),
        ("7099", "其他房地产业"),  # no class of the standard: by its group
        ("7000", "房地产业"),  # no group either: by its division
        ("T97", "国际组织"),
        ("", ""),
        ("9999", ""),
        ("纺织", ""),
    ],
)
def test_a_code_has_its_name(code, name):
    assert industry_name(code) == name


def test_the_standard_is_whole():
    """20 sections, 97 divisions, 473 groups, 1,381 classes, as the list of 2017 has them."""
    by_length = {length: sum(len(code) == length for code in _names()) for length in (1, 2, 3, 4)}
    assert by_length == {1: 20, 2: 97, 3: 473, 4: 1_381}
