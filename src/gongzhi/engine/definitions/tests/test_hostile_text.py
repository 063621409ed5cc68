"""However a file is damaged, the answer is definitions or a DefinitionError, never another exception."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gongzhi.engine.definitions import DefinitionError, Definitions, load
from gongzhi.engine.definitions.canonical import canonical_text, folder_faults
from gongzhi.engine.definitions.kinds import model_of

DISTRICT2 = Path(__file__).parents[5] / "tests" / "district2" / "definitions"

FILES = sorted(path.relative_to(DISTRICT2).as_posix() for path in DISTRICT2.rglob("*.yml"))
SIGNS = "\n\t\r\0\ufeff\u2028 -:#'\"[]{}|>?%&*甲0"
SPELLED = (
    "  ",
    "- ",
    ": ",
    "&a ",
    "*a",
    "!!int ",
    "null",
    "1e9",
    "2024-02-30",
    "true",
    "<<: ",
    "---\n",
    "...\n",
)
PIECES = st.sampled_from([*SIGNS, *SPELLED])


def faults_of(root):
    try:
        assert isinstance(load(root), Definitions)
    except DefinitionError as error:
        return error.problems or pytest.fail("refused without a reason")
    return ()


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    name=st.sampled_from(FILES),
    place=st.floats(min_value=0, max_value=1),
    removed=st.integers(min_value=0, max_value=12),
    piece=PIECES,
)
@example(name="catalogue/planning/land_permits.yml", place=0.0, removed=0, piece="\x00")
def test_a_damaged_file_loads_or_is_refused(name, place, removed, piece):
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(shutil.copytree(DISTRICT2, Path(scratch) / "definitions"))
        text = (root / name).read_text("utf-8")
        start = int(place * len(text))
        (root / name).write_text(text[:start] + piece + text[start + removed :], "utf-8")
        assert all(problem.line >= 1 for problem in [*faults_of(root), *folder_faults(root)])


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(FILES), data=st.data())
def test_shuffled_keys_come_back_in_order_and_mean_the_same(name, data):
    """Top-level keys of a file in any order have one canonical text."""
    text = (DISTRICT2 / name).read_text("utf-8")
    blocks: list[list[str]] = []
    for line in text.rstrip("\n").split("\n"):
        if line and not line.startswith((" ", "#")):
            blocks.append([])
        if line:
            blocks[-1].append(line)
    shuffled = data.draw(st.permutations(blocks))
    flat = "\n".join(line for block in shuffled for line in block)
    plain = "\n".join(line for line in text.split("\n") if line) + "\n"
    assert canonical_text(flat, model_of(name)) == plain
