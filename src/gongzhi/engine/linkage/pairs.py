"""What speaks for and against one row being about one taxpayer, feature by feature."""

from __future__ import annotations

import numpy as np
import polars as pl
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Levenshtein
from rapidfuzz.process import cpdist

from .vocabulary import Vocabulary

# Columns of a side that compare() reads.
SIDE = (
    "bare", "core", "trade_name", "industry", "form", "form_class", "division", "division_code", "street",
    "branch", "ordinals", "place", "house", "rooms", "phone_token", "person_token",
)  # fmt: skip
FEATURES = (
    "name_similarity", "core_edits", "trade_name", "industry", "form", "division", "branch", "ordinals",
    "contrast", "address", "phone", "person",
)  # fmt: skip
_KIN = ("limited", "joint_stock", "company", "joint_operation")
# A place shared by more firms than this (集群注册, office towers) tells nothing about one of them.
_CROWD = 4


def compare(
    pairs: pl.DataFrame, rows: pl.DataFrame, entities: pl.DataFrame, vocabulary: Vocabulary
) -> pl.DataFrame:
    """Features of the pairs (``row``, ``entity``): FEATURES, ``veto``, ``witness``, ``score`` (0–1).

    ``rows`` and ``entities`` hold SIDE; ``entities`` also ``trade_count``, ``place_count``, ``house_count``.
    """
    left = rows.select("row", *SIDE)
    right = entities.select(
        "entity",
        *(pl.col(column).alias(f"{column}_e") for column in SIDE),
        "trade_count",
        "namesakes",
        "place_count",
        "house_count",
    )
    both = pairs.join(left, on="row", how="left", maintain_order="left").join(
        right, on="entity", how="left", maintain_order="left"
    )
    both = both.with_columns(_distances(pairs, rows, entities)).with_columns(
        trade=_trade(),
        trades=_industry(vocabulary),
        forms=_form(),
        divisions=_division(vocabulary),
        branches=_branch(),
        numbers=_presence("ordinals"),
        address=_address(),
        phone=_token("phone_token"),
        person=_token("person_token"),
    )
    both = both.with_columns(contrast=_contrast(both, vocabulary)).with_columns(
        veto=_veto(), witness=_witness()
    )
    return both.with_columns(score=_score()).select(
        "row", "entity", "name_similarity", "core_edits", "contrast", "address", "phone", "person", "veto",
        "witness", "score", "trade_count", "namesakes", trade_name="trade", industry="trades", form="forms",
        division="divisions", branch="branches", ordinals="numbers",
    )  # fmt: skip


def _distances(
    pairs: pl.DataFrame, rows: pl.DataFrame, entities: pl.DataFrame
) -> tuple[pl.Series, pl.Series]:
    """(name_similarity, core_edits) of the pairs; each text becomes a Python string once, however many pairs
    it stands in.
    """
    if pairs.is_empty():
        return pl.Series("name_similarity", [], pl.Float64), pl.Series("core_edits", [], pl.Int64)
    left, right = _Texts(pairs, rows, "row"), _Texts(pairs, entities, "entity")
    similar = cpdist(left.of("bare"), right.of("bare"), scorer=fuzz.ratio, dtype=np.float32, workers=-1)
    edits = cpdist(left.of("core"), right.of("core"), scorer=OSA.distance, dtype=np.int32, workers=-1)
    return (
        pl.Series("name_similarity", (similar / 100).astype(np.float64)),
        pl.Series("core_edits", edits.astype(np.int64)),
    )


class _Texts:
    """The texts of one side of the pairs, by reference."""

    def __init__(self, pairs: pl.DataFrame, side: pl.DataFrame, key: str) -> None:
        self._side = side.join(pairs.select(pl.col(key).unique()), on=key, how="semi").with_row_index("at")
        self._at = pairs.join(self._side.select(key, "at"), on=key, how="left", maintain_order="left")[
            "at"
        ].to_numpy()

    def of(self, column: str) -> list[str]:
        texts = np.empty(len(self._side), dtype=object)
        texts[:] = self._side[column].to_list()
        return list(texts[self._at])


def _presence(column: str) -> pl.Expr:
    here, there = pl.col(column), pl.col(f"{column}_e")
    return (
        pl.when(here == there)
        .then(pl.lit("same"))
        .when((here == "") | (there == ""))
        .then(pl.lit("missing"))
        .otherwise(pl.lit("differs"))
    )


def _trade() -> pl.Expr:
    return (
        pl.when(pl.col("trade_name") == pl.col("trade_name_e"))
        .then(pl.lit("same"))
        .when((pl.col("core_edits") <= 1) & (pl.col("industry") == pl.col("industry_e")))
        .then(pl.lit("close"))
        .otherwise(pl.lit("differs"))
    )


def _group(column: str, vocabulary: Vocabulary) -> pl.Expr:
    return pl.col(column).str.contains_any(list(vocabulary.group_words))


def _industry(vocabulary: Vocabulary) -> pl.Expr:
    here, there = pl.col("industry"), pl.col("industry_e")
    group = _group("core", vocabulary) != _group("core_e", vocabulary)
    inside = here.str.contains(there, literal=True) | there.str.contains(here, literal=True)
    return (
        pl.when(here == there)
        .then(pl.lit("same"))
        .when(group)
        .then(pl.lit("group"))
        .when((here == "") | (there == ""))
        .then(pl.lit("missing"))
        .when(inside)
        .then(pl.lit("part"))
        .otherwise(pl.lit("differs"))
    )


def _form() -> pl.Expr:
    here, there = pl.col("form_class"), pl.col("form_class_e")
    return (
        pl.when((here == there) & (here.is_in(_KIN[:1]) | (pl.col("form") == pl.col("form_e"))))
        .then(pl.lit("same"))
        .when((here == "") | (there == ""))
        .then(pl.lit("missing"))
        .when(here.is_in(_KIN) & there.is_in(_KIN))
        .then(pl.lit("kin"))
        .otherwise(pl.lit("differs"))
    )


def _division(vocabulary: Vocabulary) -> pl.Expr:
    here, there = pl.col("division_code"), pl.col("division_code_e")
    undivided = (pl.col("division") == "") & _group("core", vocabulary)
    undivided |= (pl.col("division_e") == "") & _group("core_e", vocabulary)
    streets = (pl.col("street") != "") & (pl.col("street_e") != "") & (pl.col("street") != pl.col("street_e"))
    same_text = (pl.col("division") == pl.col("division_e")) & (pl.col("division") != "")
    return (
        pl.when(streets)
        .then(pl.lit("differs"))
        .when(same_text | ((here == there) & (here != "")))
        .then(pl.lit("same"))
        .when((pl.col("division") == "") & (pl.col("division_e") == ""))
        .then(pl.lit("none"))
        .when(undivided)
        .then(pl.lit("undivided"))
        .when((here == "") | (there == ""))
        .then(pl.lit("missing"))
        .when(here.str.starts_with(there) | there.str.starts_with(here))
        .then(pl.lit("within"))
        .otherwise(pl.lit("differs"))
    )


def _branch() -> pl.Expr:
    here, there = pl.col("branch"), pl.col("branch_e")
    return (
        pl.when((here == "") & (there == ""))
        .then(pl.lit("none"))
        .when(here == there)
        .then(pl.lit("same"))
        .when(there == "")
        .then(pl.lit("row_is_part"))
        .when(here == "")
        .then(pl.lit("entity_is_part"))
        .otherwise(pl.lit("differs"))
    )


def _address() -> pl.Expr:
    crowd = pl.col("house_count").fill_null(0) > _CROWD
    same_house = (pl.col("house") == pl.col("house_e")).fill_null(False)
    other_room = (pl.col("rooms") != "") & (pl.col("rooms_e") != "") & (pl.col("rooms") != pl.col("rooms_e"))
    return (
        pl.when(pl.col("place").is_null() | pl.col("place_e").is_null())
        .then(pl.lit("missing"))
        .when((pl.col("place") == pl.col("place_e")) & (pl.col("place_count") <= _CROWD))
        .then(pl.lit("same"))
        .when(same_house & ~other_room & ~crowd)
        .then(pl.lit("same"))
        .when(same_house | (pl.col("place") == pl.col("place_e")))
        .then(pl.lit("near"))
        .otherwise(pl.lit("differs"))
    )


def _token(column: str) -> pl.Expr:
    here, there = pl.col(column), pl.col(f"{column}_e")
    return (
        pl.when(here.is_null() | there.is_null())
        .then(pl.lit("missing"))
        .when(here == there)
        .then(pl.lit("same"))
        .otherwise(pl.lit("differs"))
    )


def _contrast(both: pl.DataFrame, vocabulary: Vocabulary) -> pl.Series:
    """Whether the one character in which two cores differ is of the kind that tells sisters apart."""
    answer = [False] * len(both)
    one = both.with_row_index("at").filter(pl.col("core_edits") == 1).select("at", "core", "core_e")
    for at, here, there in one.iter_rows():
        edits = [step for step in Levenshtein.opcodes(here, there) if step.tag != "equal"]
        changed = {here[step.src_start : step.src_end] for step in edits}
        changed |= {there[step.dest_start : step.dest_end] for step in edits}
        changed.discard("")
        answer[at] = any(changed <= group for group in vocabulary.contrasts)
    return pl.Series("contrast", answer, dtype=pl.Boolean)


def _veto() -> pl.Expr:
    return (pl.col("numbers") != "same") | ~pl.col("branches").is_in(["none", "same"])


def _witness() -> pl.Expr:
    return (pl.col("phone") == "same") | (pl.col("person") == "same") | (pl.col("address") == "same")


def _score() -> pl.Expr:
    longest = pl.max_horizontal(pl.col("core").str.len_chars(), pl.col("core_e").str.len_chars()).clip(1)
    core = 1 - (pl.col("core_edits") / longest).clip(0, 1)
    name = 0.5 * core + 0.3 * pl.col("name_similarity")
    name += 0.1 * (pl.col("trade") == "same") + 0.05 * pl.col("forms").is_in(["same", "kin"])
    name += 0.05 * pl.col("divisions").is_in(["same", "within", "none"])
    name -= 0.15 * (pl.col("divisions") == "differs") + 0.05 * (pl.col("address") == "differs")
    witnessed = name + 0.6 * (1 - name) * pl.col("witness")
    same = (pl.col("bare") == pl.col("bare_e")) & (pl.col("bare") != "")
    return pl.when(same).then(1.0).when(_veto()).then(0.3 * name).otherwise(witnessed).clip(0, 1)
