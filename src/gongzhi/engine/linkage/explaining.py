"""Why one row and one taxpayer would, or would not, be the same: for the queue of doubtful joins."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from rapidfuzz.distance import Levenshtein

from .addresses import split_addresses
from .names import NameParts, split_name
from .pairs import SIDE, compare
from .sentences import sentence
from .vocabulary import Vocabulary

_CLOSE = 0.7


@dataclass(frozen=True)
class Explanation:
    """``features``: feature → same, close, missing, differs … (see :mod:`pairs`); ``edits``: the spans in
    which the canonical names differ, as (left, right) texts, for colouring; ``sentence``: one Chinese
    sentence."""

    left: NameParts
    right: NameParts
    features: dict[str, str]
    name_similarity: float
    score: float
    veto: bool
    witness: bool
    edits: tuple[tuple[str, str], ...]
    sentence: str


def explain(
    row_name: str,
    entity_name: str,
    vocabulary: Vocabulary,
    *,
    row_address: str | None = None,
    entity_address: str | None = None,
    phones: tuple[str | None, str | None] = (None, None),
    persons: tuple[str | None, str | None] = (None, None),
) -> Explanation:
    """Compare one pair feature by feature. ``phones`` and ``persons``: the tokens of (row, taxpayer)."""
    left, right = split_name(row_name, vocabulary), split_name(entity_name, vocabulary)
    rows = _side(left, row_address, phones[0], persons[0]).with_columns(row=pl.lit(0, pl.UInt32))
    counts = {name: pl.lit(1) for name in ("trade_count", "namesakes", "place_count", "house_count")}
    entities = _side(right, entity_address, phones[1], persons[1]).with_columns(entity=pl.lit("0"), **counts)
    found = compare(rows.select("row").with_columns(entity=pl.lit("0")), rows, entities, vocabulary).row(
        0, named=True
    )
    features = {
        name: str(found[name])
        for name in (
            "trade_name", "industry", "form", "division", "branch", "ordinals", "address", "phone", "person",
        )
    }  # fmt: skip
    features["contrast"] = str(found["contrast"]).lower()
    similarity = float(found["name_similarity"])
    alike = "same" if left.bare == right.bare else "close" if similarity >= _CLOSE else "differs"
    words = {"similarity": f"{similarity:.0%}"} | _words("left", left) | _words("right", right)
    return Explanation(
        left=left,
        right=right,
        features=features | {"name": alike},
        name_similarity=similarity,
        score=float(found["score"]),
        veto=bool(found["veto"]),
        witness=bool(found["witness"]),
        edits=_edits(left.bare, right.bare),
        sentence=sentence(features | {"name": alike}, words),
    )


def _words(side: str, parts: NameParts) -> dict[str, str]:
    texts = {
        "trade": parts.trade_name,
        "industry": parts.industry,
        "form": parts.form,
        "branch": parts.branch,
    }
    return {f"{side}_{key}": text for key, text in (texts | {"division": parts.division}).items()}


def _side(parts: NameParts, address: str | None, phone: str | None, person: str | None) -> pl.DataFrame:
    texts = {
        name: ",".join(map(str, parts.ordinals)) if name == "ordinals" else getattr(parts, name)
        for name in SIDE
        if hasattr(parts, name)
    }
    frame = pl.DataFrame(
        {**{name: [text] for name, text in texts.items()}, "phone_token": [phone], "person_token": [person]},
        schema_overrides={"phone_token": pl.String, "person_token": pl.String},
    )
    return frame.hstack(split_addresses(pl.Series([address], dtype=pl.String)))


def _edits(left: str, right: str) -> tuple[tuple[str, str], ...]:
    blocks = [block for block in Levenshtein.opcodes(left, right) if block.tag != "equal"]
    return tuple((left[b.src_start : b.src_end], right[b.dest_start : b.dest_end]) for b in blocks)
