"""The list of the longest test files names files, and they are collected first."""

from pathlib import Path

import pytest
from tests.longest import LONGEST, rank

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", LONGEST)
def test_it_names_a_file(name):
    assert (ROOT / name).is_file()


def test_they_are_run_before_all_others(request):
    ranks = [rank(item.path.relative_to(ROOT).as_posix()) for item in request.session.items]
    assert ranks == sorted(ranks)
