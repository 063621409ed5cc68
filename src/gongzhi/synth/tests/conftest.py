"""Small districts, made once."""

from pathlib import Path

import pytest

from gongzhi.engine.definitions import load
from gongzhi.synth.district import build, write_district

ROOT = Path(__file__).parents[4]
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def definitions():
    return load(ROOT / "definitions")


@pytest.fixture(scope="session")
def second():
    return load(ROOT / "tests" / "district2" / "definitions")


@pytest.fixture(scope="session")
def world(definitions):
    return build(definitions, seed=3, taxpayers=200)


@pytest.fixture(scope="session")
def written(definitions, tmp_path_factory):
    """(folder, counts) of a written district."""
    out = tmp_path_factory.mktemp("district")
    return out, write_district(build(definitions, seed=3, taxpayers=200), out)


@pytest.fixture
def data():
    if not DATA.is_dir():
        pytest.skip(f"公开数据 {DATA} 不在本机")
    return DATA
