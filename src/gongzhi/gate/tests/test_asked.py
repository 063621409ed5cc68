"""Numbers in addresses."""

import pytest

from gongzhi.gate import number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("0", 0), ("", None), ("-1", None), ("1.5", None), ("²", None), ("①", None), ("x", None)],
)
def test_only_whole_numbers_are_numbers(text, number):
    assert number_in(text) == number


def test_a_number_without_end_is_none():
    assert number_in("9" * 5_000) is None
