"""A copy of the small second district that a test may break."""

import shutil
from pathlib import Path

import pytest

DISTRICT2 = Path(__file__).parents[5] / "tests" / "district2" / "definitions"


class Copy:
    """A definitions folder on which to make one edit at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / name

    def put(self, name: str, text: str) -> None:
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")

    def edit(self, name: str, old: str, new: str) -> int:
        """Replace the first `old`; returns the line on which it stood."""
        text = self.path(name).read_text("utf-8")
        assert old in text, f"{name} has no {old!r}"
        self.path(name).write_text(text.replace(old, new, 1), "utf-8")
        return text[: text.index(old)].count("\n") + 1


@pytest.fixture
def district(tmp_path: Path) -> Copy:
    shutil.copytree(DISTRICT2, tmp_path / "definitions")
    return Copy(tmp_path / "definitions")
