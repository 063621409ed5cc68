"""The definitions of the product, and the notice's own text where it lies beside the project."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from gongzhi.engine.definitions import Definitions, load

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "definitions"
MISSION = ROOT.parent / "shared" / "mission"
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return load(FOLDER)


@pytest.fixture(scope="session")
def mission() -> Callable[[str], Any]:
    """Reads one file of the notice's checked text; skips where that folder does not lie beside us."""

    def read(name: str) -> Any:
        if not MISSION.is_dir():
            pytest.skip(f"文件原文 {MISSION} 不在本机")
        return yaml.safe_load((MISSION / name).read_text("utf-8"))

    return read


@pytest.fixture(scope="session")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"公开数据 {DATA} 不在本机")
    return DATA
