"""What addresses and small forms say."""

import pytest
from django.http import QueryDict

from gongzhi.gate import number_in, text_in


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("0", 0), ("", None), ("-1", None), ("1.5", None), ("²", None), ("①", None), ("x", None)],
)
def test_only_whole_numbers_are_numbers(text, number):
    assert number_in(text) == number


def test_a_number_without_end_is_none():
    assert number_in("9" * 5_000) is None


def test_a_text_is_read_without_what_no_database_takes():
    assert text_in(QueryDict("reason=%E7%94%B2%00%E4%B9%99"), "reason") == "甲乙"
    assert text_in(QueryDict(""), "reason") == ""
