"""The labelled sets of real names as linking tasks: a register, rows without a word of the answer, the truth.

Every register is filled up with the 83,167 real enterprises of the province, so that a wrong taxpayer is
always at hand. Nothing of it is kept in the project: the files are read where they lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from gongzhi.engine.idcodes import check_codes, organisation_codes


@dataclass(frozen=True)
class Task:
    """``truth``: row, entity: the right taxpayer, null where every link is wrong."""

    name: str
    register: pl.DataFrame
    rows: pl.DataFrame
    truth: pl.DataFrame
    former: pl.DataFrame | None = None


def read(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / name, infer_schema=False)


def province(folder: Path) -> pl.DataFrame:
    """entity, name, code of the real names."""
    names = read(folder, "zhejiang_names_codes_1980_2004.csv")
    return names.select(entity="统一社会信用代码", name="企业名称", code="统一社会信用代码").unique("entity")


def labelled(folder: Path) -> list[Task]:
    """All tasks."""
    filling = province(folder)
    return [
        *_gold(folder, filling),
        *_negatives(folder, filling),
        *_branches(folder, filling),
        *_former(folder, filling),
        _short(folder, filling),
    ]


def _filled(entities: pl.DataFrame, filling: pl.DataFrame, without: pl.Series | None = None) -> pl.DataFrame:
    """The set's own entities, then the province's without those, and without the rows' own enterprises."""
    kept = filling.join(entities.select("entity"), on="entity", how="anti")
    if without is not None:
        kept = kept.filter(~pl.col("entity").is_in(without.implode()))
    return pl.concat([entities.unique("entity").select("entity", "name", "code"), kept])


def _rows(names: pl.Series, codes: pl.Series | None = None) -> pl.DataFrame:
    frame = pl.DataFrame({"name": names}).with_row_index("row")
    if codes is None:
        return frame
    checked = check_codes(codes)
    return frame.with_columns(
        code=checked["value"],
        code_kind=checked["kind"].cast(pl.String),
        organisation_code=organisation_codes(checked),
    )


def _truth(entities: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"entity": entities.cast(pl.String)}).with_row_index("row")


def _nobody(rows: int) -> pl.DataFrame:
    return _truth(pl.Series([None] * rows, dtype=pl.String))


_GOLD = (
    ("gold 江西", "gold_pairs_taxA_vs_registry_江西.csv", "list_name list_id registry_name registry_uscc"),
    ("gold 四川/全国", "gold_pairs_四川交通_vs_全国公路.csv", "list_name list_code other_name other_code"),
    (
        "gold 全国/浙江",
        "gold_pairs_全国公路_vs_浙江登记.csv",
        "list_name list_code registry_name registry_uscc",
    ),
)


def _gold(folder: Path, filling: pl.DataFrame) -> list[Task]:
    tasks = []
    for title, file, columns in _GOLD:
        pairs = read(folder, file)
        name, code, other, uscc = (pairs[column] for column in columns.split())
        register = _filled(pl.DataFrame({"entity": uscc, "name": other, "code": uscc}), filling)
        tasks.append(Task(f"{title}, as written", register, _rows(name, code), _truth(uscc)))
        tasks.append(Task(f"{title}, names only", register, _rows(name), _truth(uscc)))
    return tasks


def _negatives(folder: Path, filling: pl.DataFrame) -> list[Task]:
    pairs = read(folder, "hard_negatives_one_char_zhejiang.csv")
    tasks = []
    for here, there in (("a", "b"), ("b", "a")):
        own = pairs[f"uscc_{here}"]
        entities = pairs.select(entity=f"uscc_{there}", name=f"name_{there}", code=f"uscc_{there}")
        # An enterprise may be the left side of one pair and the right of another: it is not its own negative.
        entities = entities.filter(~pl.col("entity").is_in(own.implode()))
        rows = _rows(pairs[f"name_{here}"])
        register = _filled(entities, filling, without=own)
        tasks.append(Task(f"hard negatives {here}→{there}", register, rows, _nobody(len(rows))))
    return tasks


def _branches(folder: Path, filling: pl.DataFrame) -> list[Task]:
    pairs = read(folder, "parent_branch_zhejiang.csv")
    sides = {
        side: pairs.select(entity=f"{side}_uscc", name=side, code=f"{side}_uscc")
        for side in ("parent", "branch")
    }
    tasks = []
    for here, there in (("branch", "parent"), ("parent", "branch")):
        own = sides[here]["entity"]
        entities = sides[there].filter(~pl.col("entity").is_in(own.implode()))
        register = _filled(entities, filling, without=own)
        rows = _rows(sides[here]["name"])
        tasks.append(Task(f"{here}→{there}", register, rows, _nobody(len(rows))))
    both = _filled(pl.concat([sides["parent"], sides["branch"]]), filling)
    own = sides["branch"]
    return [*tasks, Task("branch among both", both, _rows(own["name"]), _truth(own["entity"]))]


def _former(folder: Path, filling: pl.DataFrame) -> list[Task]:
    pairs = read(folder, "pairs_former_names_安徽四川.csv").with_row_index("entity")
    # Where several earlier names are given, the first is the one that was borne last.
    first = pl.col("former_name").str.split("、").list.first()
    pairs = pairs.with_columns(pl.col("entity").cast(pl.String), former_name=first)
    # Some of these live in the province too, under one of the two names: they are not strangers.
    known = pl.concat([pairs["current_name"], pairs["former_name"]])
    filling = filling.filter(~pl.col("name").is_in(known.implode()))
    now = pairs.select("entity", name="current_name", code=pl.lit(None, pl.String))
    before = pairs.select("entity", name="former_name", code=pl.lit(None, pl.String))
    ends = {"valid_from": pl.lit(None, pl.Date), "valid_to": pl.lit(None, pl.Date)}
    earlier = before.select("entity", "name", **ends)
    rows, truth = _rows(pairs["former_name"]), _truth(pairs["entity"])
    return [
        Task("former names, registered", _filled(now, filling), rows, truth, earlier),
        Task("former names, in brackets", _filled(before, filling), _rows(pairs["as_written"]), truth),
        Task("former names, unaided", _filled(now, filling), rows, truth),
    ]


def _short(folder: Path, filling: pl.DataFrame) -> Task:
    pairs = read(folder, "pairs_listed_fullname_shortname_szse.csv")
    entities = pairs.select(entity="stock_code", name="full_name", code=pl.lit(None, pl.String))
    register = _filled(entities, filling)
    return Task("short names", register, _rows(pairs["short_name"]), _truth(pairs["stock_code"]))
