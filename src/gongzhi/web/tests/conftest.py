"""A home of its own, and machines that call the door."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.calls import Machine, key_of

from gongzhi.intake.actions.committing import take_in_waiting
from gongzhi.intake.actions.inbox import gather
from gongzhi.intake.actions.submission import check_waiting
from gongzhi.web.home import Home


@pytest.fixture
def home(tmp_path, settings):
    """An empty home: lake, originals, staging and incoming of this test alone."""
    made = Home(tmp_path / "home")
    settings.HOME = made
    settings.LAKE, settings.ORIGINALS = made.folder("lake"), made.folder("originals")
    return made.path


@pytest.fixture
def machine(home, cast) -> Machine:
    """The business system of the liaison's unit."""
    return Machine(*key_of(cast))


@pytest.fixture
def work() -> Callable[[], None]:
    """One round of the worker, as far as submissions are concerned."""

    def done() -> None:
        gather()
        check_waiting()
        take_in_waiting()

    return done
