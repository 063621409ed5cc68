"""The project's own vocabulary, and a small invented register."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from gongzhi.engine.idcodes import make_credit_code, organisation_check
from gongzhi.engine.linkage import Register, Vocabulary, load_vocabulary

ROOT = Path(__file__).resolve().parents[5]


def invented_code(number: int) -> str:
    """A credit code of a region that does not exist, both check digits right."""
    body = f"{number:08d}"
    return make_credit_code(f"91990100{body}{organisation_check(body)}")


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary(ROOT / "definitions" / "linkage")


@pytest.fixture(scope="session")
def code():
    return invented_code


@pytest.fixture
def register_of(vocabulary):
    """Register of (entity, name, …) dicts; former names as (entity, name, from, to)."""

    def make(*entities: dict, former: list[tuple] = ()) -> Register:
        frame = pl.DataFrame(list(entities), infer_schema_length=None)
        earlier = pl.DataFrame(
            list(former),
            schema={"entity": pl.String, "name": pl.String, "valid_from": pl.Date, "valid_to": pl.Date},
            orient="row",
        )
        return Register.of(frame, vocabulary, earlier)

    return make


@pytest.fixture
def rows_of():
    """Rows of dicts with a row number."""

    def make(*rows: dict) -> pl.DataFrame:
        return pl.DataFrame(list(rows), infer_schema_length=None).with_row_index("row")

    return make
