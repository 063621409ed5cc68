"""One linking run: the rows still open, what is settled, and the pairs to show."""

from __future__ import annotations

import polars as pl

from .addresses import split_addresses
from .decisions import DIFFERENT, SAME, checked, key_expression
from .names import split_canonical
from .pairs import FEATURES, SIDE, compare
from .register import CREDIT, Register
from .text import normalise

ROW_COLUMNS = ("code", "code_kind", "organisation_code", "name", "address", "phone_token", "person_token")
LINK_SCHEMA: dict[str, type[pl.DataType]] = {
    "row": pl.UInt32,
    "entity": pl.String,
    "method": pl.String,
    "score": pl.Float64,
    "status": pl.String,
}
LINKED, DOUBTFUL, UNLINKED, CONFLICT = "linked", "doubtful", "unlinked", "conflict"
# Kinds of code that name one organisation by themselves; a name does not override one of these.
FIRM_KINDS = ("credit_code", "old_tax_number", "organisation_code")
_SHOWN = 10


class Run:
    """Rows are taken out of ``open`` as they are settled; nothing is decided twice."""

    def __init__(self, rows: pl.DataFrame, register: Register, decisions: pl.DataFrame | None) -> None:
        self.register = register
        self.open = _prepared(rows)
        self._all = self.open
        self._settled: list[pl.DataFrame] = []
        self._pairs: list[pl.DataFrame] = []
        self._wide: pl.DataFrame | None = None
        decided = checked(decisions)
        self._refused = (
            self._keys(decided)
            .join(decided.filter(pl.col("verdict") == DIFFERENT).select("key", "entity"), on="key")
            .select("row", "entity")
        )
        self._decide(decided.filter(pl.col("verdict") == SAME))

    def _keys(self, decided: pl.DataFrame) -> pl.DataFrame:
        """(row, key) of the rows that somebody decided about."""
        if decided.is_empty():
            return pl.DataFrame(schema={"row": pl.UInt32, "key": pl.String})
        keys = self.open.select("row", key_expression("canonical", "code"))
        return keys.join(decided.select("key").unique(), on="key", how="semi")

    def _decide(self, decided: pl.DataFrame) -> None:
        """A person said who it is. An entity that has left the register, or two answers, is a conflict."""
        found = self._keys(decided).join(decided.select("key", "entity"), on="key")
        known = pl.col("entity").is_in(self.register.entities["entity"].implode())
        status = pl.when(known & (pl.len().over("row") == 1)).then(pl.lit(LINKED)).otherwise(pl.lit(CONFLICT))
        self.settle(found.with_columns(status=status, score=pl.lit(1.0)), "decision")

    def allowed(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """The pairs that no person has refused."""
        return (
            pairs if self._refused.is_empty() else pairs.join(self._refused, on=["row", "entity"], how="anti")
        )

    def settle(self, found: pl.DataFrame, method: str) -> None:
        """Take rows out of ``open``. ``found``: row, entity, score, status; a row that is not linked may
        stand there with several entities, which become its candidates."""
        if found.is_empty():
            return
        linked = pl.col("status") == LINKED
        links = (
            found.sort("score", descending=True)
            .unique("row", keep="first")
            .select(
                pl.col("row"),
                pl.when(linked).then(pl.col("entity")).alias("entity"),
                pl.lit(method).alias("method"),
                pl.col("score").cast(pl.Float64),
                pl.col("status"),
            )
        )
        self._settled.append(links)
        self._pairs.append(found.filter(~linked).select("row", "entity").drop_nulls())
        self.open = self.open.join(links.select("row"), on="row", how="anti")

    def show(self, pairs: pl.DataFrame) -> None:
        """Further pairs (row, entity) to list among the candidates."""
        self._pairs.append(pairs.select("row", "entity"))

    def parts(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the parts of their names and their places (the columns of pairs.SIDE)."""
        missing = rows if self._wide is None else rows.join(self._wide, on="row", how="anti")
        if not missing.is_empty() or self._wide is None:
            more = self._split(missing)
            self._wide = more if self._wide is None else pl.concat([self._wide, more])
        return self._wide.join(rows.select("row"), on="row", how="semi")

    def _split(self, rows: pl.DataFrame) -> pl.DataFrame:
        names = split_canonical(rows["canonical"].drop_nulls().unique(), self.register.vocabulary)
        wide = rows.drop("bare").join(names, on="canonical", how="left", maintain_order="left")
        texts = [name for name in SIDE if name in names.columns]
        wide = wide.with_columns(pl.col(name).fill_null("") for name in texts)
        return wide.hstack(split_addresses(wide["address"]))

    def conflicting(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """The pairs with a Boolean ``conflict``: the row bears a firm's valid code, the entity another
        one."""
        rows = self._all.select("row", "code", "code_kind", "organisation_code")
        held = self.register.entities.select("entity", code_e="code", organisation_code_e="organisation_code")
        both = pairs.join(rows, on="row", how="left").join(held, on="entity", how="left")
        # Only like is compared with like: an old registration number says nothing against a credit code.
        credit = (pl.col("code").str.len_chars() == CREDIT) & (pl.col("code_e").str.len_chars() == CREDIT)
        other = pl.coalesce(
            pl.col("organisation_code") != pl.col("organisation_code_e"),
            pl.when(credit).then(pl.col("code") != pl.col("code_e")),
        )
        firm = pl.col("code_kind").is_in(FIRM_KINDS).fill_null(False)
        return both.with_columns(conflict=firm & other.fill_null(False)).select(*pairs.columns, "conflict")

    def compared(self, pairs: pl.DataFrame) -> pl.DataFrame:
        rows = self.parts(self._all.join(pairs.select("row").unique(), on="row", how="semi"))
        entities = self.register.entities
        return compare(pairs.select("row", "entity"), rows, entities, self.register.vocabulary)

    def finish(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Links for every row in the order they came, and the candidates of those that a person must see."""
        rest = self.open.select(
            "row",
            pl.lit(None, pl.String).alias("entity"),
            pl.lit("none").alias("method"),
            pl.lit(0.0).alias("score"),
            pl.lit(UNLINKED).alias("status"),
        )
        links = pl.concat([*self._settled, rest]).select(
            pl.col(name).cast(kind) for name, kind in LINK_SCHEMA.items()
        )
        links = self._all.select("row").join(links, on="row", how="left", maintain_order="left")
        links = links.join(self._wholes(links), on="row", how="left", maintain_order="left")
        return links, self._candidates(links)

    def _candidates(self, links: pl.DataFrame) -> pl.DataFrame:
        unsettled = links.filter(pl.col("status").is_in([DOUBTFUL, CONFLICT])).select("row")
        pairs = (
            pl.concat(self._pairs)
            if self._pairs
            else pl.DataFrame(schema={"row": pl.UInt32, "entity": pl.String})
        )
        pairs = (
            pairs.unique()
            .join(unsettled, on="row", how="semi")
            .join(self.register.entities.select("entity"), on="entity", how="semi")
        )
        compared = self.compared(pairs).sort(["row", "score", "entity"], descending=[False, True, False])
        first = compared.filter(pl.int_range(pl.len()).over("row") < _SHOWN)
        return first.select("row", "entity", "score", why=pl.struct(*FEATURES))

    def _wholes(self, links: pl.DataFrame) -> pl.DataFrame:
        """(row, branch_of) for rows that name a part of a registered whole and joined nothing."""
        loose = links.filter(pl.col("status") == UNLINKED).select("row")
        rows = self._all.join(loose, on="row", how="semi").filter(pl.col("canonical").is_not_null())
        parents = self.register.names.filter(pl.col("kind") == "name").select(
            parent="bare", branch_of="entity"
        )
        alone = parents.filter(pl.len().over("parent") == 1)
        named = self.parts(rows).filter(pl.col("parent") != "").select("row", "parent")
        return named.join(alone, on="parent").select("row", "branch_of")


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    columns = [
        pl.col(name).cast(pl.String) if name in rows.columns else pl.lit(None, pl.String).alias(name)
        for name in ROW_COLUMNS
    ]
    day = pl.col("day").cast(pl.Date) if "day" in rows.columns else pl.lit(None, pl.Date).alias("day")
    frame = rows.select(pl.col("row").cast(pl.UInt32), *columns, day)
    if frame["row"].n_unique() != len(frame):
        raise ValueError("a row number stands twice among the rows to link")
    inside = pl.when(pl.col("code_kind") == "credit_code").then(pl.col("code").str.slice(8, 9))
    frame = frame.with_columns(
        canonical=normalise(frame["name"]), organisation_code=pl.coalesce("organisation_code", inside)
    ).drop("name")
    bracketed = pl.col("canonical").str.contains("(", literal=True)
    bare = pl.col("canonical").str.replace_all("(", "", literal=True).str.replace_all(")", "", literal=True)
    return frame.with_columns(bare=pl.when(bracketed).then(bare).otherwise(pl.col("canonical")))
