"""The tiers of evidence. Each reads the open rows of a run and settles those it can speak for."""

from __future__ import annotations

import polars as pl

from .blocks import candidate_pairs
from .register import valid_on
from .run import CONFLICT, DOUBTFUL, FIRM_KINDS, LINKED, Run

_OLD_KINDS = ("old_tax_number", "old_number", "registration_number")
_NO_CODE = ("empty", "invalid")
_FORMER_SCORE = 0.97
_CORE_SCORE = {"same": 0.95, "kin": 0.92, "missing": 0.9}
# So many namesakes by chance, and an equal core no longer tells by itself.
_NAMESAKES = 0.1
_PLACED = ["same", "none"]
_DOUBT = 0.72
_CORE_CAP = 20
_FEW = 3
_PIECE = 50_000


def by_code(run: Run) -> None:
    """The code itself, then the organisation code inside it. An old number of two readings joins only where
    they do not point to two taxpayers. A name that belongs to somebody else makes it a conflict."""
    coded = run.open.filter(~pl.col("code_kind").is_in(_NO_CODE).fill_null(False))
    exact = (
        coded.filter(pl.col("code").is_not_null())
        .select("row", "code", "code_kind")
        .join(run.register.codes, on="code")
    )
    old = pl.col("code_kind").is_in(_OLD_KINDS)
    exact = exact.select(
        "row", "entity", method=pl.when(old).then(pl.lit("old_code")).otherwise(pl.lit("code"))
    )
    # The last nine of an old number are an organisation code in one of its readings only.
    tail = pl.when(pl.col("code_kind") == "old_number").then(pl.col("code").str.slice(6, 9))
    inside = (
        coded.select("row", organisation_code=pl.coalesce("organisation_code", tail))
        .drop_nulls()
        .join(run.register.organisation_codes, on="organisation_code")
    )
    both_readings = coded.filter(pl.col("code_kind") == "old_number").select("row")
    later = inside.join(exact.select("row").join(both_readings, on="row", how="anti"), on="row", how="anti")
    found = pl.concat([exact, later.select("row", "entity", method=pl.lit("organisation_code"))])
    found = run.allowed(found.unique(["row", "entity"], keep="first", maintain_order=True))
    found = _by_name_among(run, found)
    contradicted = _contradicted(run, found)
    status = (
        pl.when(pl.col("row").is_in(contradicted["row"].implode()))
        .then(pl.lit(CONFLICT))
        .when(pl.len().over("row") == 1)
        .then(pl.lit(LINKED))
        .otherwise(pl.lit(DOUBTFUL))
    )
    found = found.with_columns(status=status, score=pl.lit(1.0))
    run.show(contradicted)
    for method in ("code", "organisation_code", "old_code"):
        run.settle(found.filter(pl.col("method").first().over("row") == method), method)


def _by_name_among(run: Run, found: pl.DataFrame) -> pl.DataFrame:
    """Where a code leads to several (a whole and its parts), the one that bears the row's name."""
    several = found.filter(pl.len().over("row") > 1)
    if several.is_empty():
        return found
    named = several.join(run.open.select("row", "bare"), on="row").join(
        run.register.names.select("bare", "entity"), on=["bare", "entity"]
    )
    sure = named.filter(pl.len().over("row") == 1).select(found.columns)
    return pl.concat([found.join(sure.select("row"), on="row", how="anti"), sure])


def _contradicted(run: Run, found: pl.DataFrame) -> pl.DataFrame:
    """(row, entity): rows whose code says one taxpayer and whose name is that of another, unrelated one."""
    named = found.select("row", coded="entity").join(run.open.select("row", "bare"), on="row")
    own = named.join(run.register.names, left_on=["bare", "coded"], right_on=["bare", "entity"], how="anti")
    others = own.join(
        run.register.names.filter((pl.col("kind") == "name") & (pl.len().over("bare") == 1)), on="bare"
    )
    branches = run.register.branches
    for here, there in (("coded", "entity"), ("entity", "coded")):
        others = others.join(branches, left_on=[here, there], right_on=["entity", "branch_of"], how="anti")
    return others.select("row", "entity")


def by_name(run: Run) -> None:
    """A canonical name borne by one taxpayer only, now or before; then the names given in the row's
    brackets."""
    rows = run.open.filter(pl.col("bare").is_not_null()).select("row", "bare", "day")
    _settle_names(run, rows, run.register.names)
    # What the brackets say is known only once the name is taken apart.
    marked = run.open.filter(pl.col("canonical").str.contains("(", literal=True))
    parts = run.parts(marked)
    proper = parts.select("row", "bare", "day").filter(pl.col("bare") != "")
    _settle_names(run, proper.join(run.open.select("row"), on="row", how="semi"), run.register.names)
    given = (
        parts.select("row", "day", bare=pl.concat_list("later", "also", "former"))
        .explode("bare")
        .drop_nulls("bare")
    )
    _settle_names(
        run, given.join(run.open.select("row"), on="row", how="semi"), run.register.names, former=True
    )


def _settle_names(run: Run, rows: pl.DataFrame, names: pl.DataFrame, former: bool = False) -> None:
    found = rows.join(names, on="bare")
    # Two taxpayers bore the name: the day decides where it can.
    several = pl.col("entity").n_unique().over("row") > 1
    found = found.filter(~several | (pl.col("kind") == "name") | valid_on("day", "valid_from", "valid_to"))
    found = run.allowed(found.unique(["row", "entity"], keep="first")).select("row", "entity", "kind")
    found = run.conflicting(_by_witness(run, found))
    status = (
        pl.when(pl.col("conflict").any().over("row"))
        .then(pl.lit(CONFLICT))
        .when(pl.len().over("row") == 1)
        .then(pl.lit(LINKED))
        .otherwise(pl.lit(DOUBTFUL))
    )
    is_former = pl.lit(former) | (pl.col("kind") == "former")
    found = found.with_columns(status=status, score=pl.when(is_former).then(_FORMER_SCORE).otherwise(1.0))
    by_former = is_former.all().over("row")
    run.settle(found.filter(~by_former), "name")
    run.settle(found.filter(by_former), "former_name")


def _by_witness(run: Run, found: pl.DataFrame) -> pl.DataFrame:
    """Of several of one name, the only one that a second witness (address, phone, person) speaks for."""
    several = found.filter(pl.len().over("row") > 1)
    if several.is_empty():
        return found
    spoken = run.compared(several).filter(pl.col("witness")).select("row", "entity")
    sure = several.join(spoken.filter(pl.len().over("row") == 1), on=["row", "entity"])
    return pl.concat([found.join(sure.select("row"), on="row", how="anti"), sure.select(found.columns)])


def by_core(run: Run) -> None:
    """Trade name and line of business borne by one taxpayer of a compatible division, form set aside. What is
    not settled here stays open for a second witness in :func:`by_score`."""
    rows = run.parts(run.open.filter(pl.col("canonical").is_not_null()))
    rows = rows.filter(pl.col("core").str.len_chars() >= 2).select("row", "core")
    pairs = run.allowed(rows.join(run.register.entities.select("core", "entity"), on="core")).select(
        "row", "entity"
    )
    pairs = pairs.filter(pl.len().over("row") <= _CORE_CAP)
    found = run.compared(pairs).filter(~pl.col("veto") & (pl.col("division") != "differs"))
    found = run.conflicting(_by_witness(run, found)).with_columns(rank=_closeness())
    found = found.filter(pl.col("rank") == pl.col("rank").max().over("row"))
    found = found.with_columns(good=_good_core() & (pl.len().over("row") == 1))
    refused = pl.col("conflict").any().over("row")
    found = found.filter(refused | pl.col("good"))
    status = pl.when(pl.col("conflict")).then(pl.lit(CONFLICT)).otherwise(pl.lit(LINKED))
    weight = pl.col("form").replace_strict(_CORE_SCORE, default=0.8, return_dtype=pl.Float64)
    weight = weight - 0.02 * (pl.col("division") == "missing")
    run.settle(found.with_columns(status=status, score=weight), "core_name")


def _closeness() -> pl.Expr:
    """2: division and form agree as well; 1: the division does; 0: neither is known to."""
    placed = pl.col("division").is_in(_PLACED).cast(pl.Int8)
    return placed + placed * (pl.col("form") == "same")


def _good_core() -> pl.Expr:
    """Whether an equal core is enough by itself: the more likely a namesake, the more must agree beside it.

    浙江甲乙有限公司 and 绍兴甲乙有限公司 are two names to the registrar, so a division inside the other
    is no agreement; only one left out is, where chance would hardly bring forth a namesake.
    """
    placed, missing = pl.col("division").is_in(_PLACED), pl.col("division") == "missing"
    short = pl.col("form") == "missing"
    telling = pl.col("namesakes") <= _NAMESAKES
    alone = (pl.col("form") != "differs") & (placed | (missing & ~short & telling))
    # An address that differs outweighs everything but the full name in another spelling of its form.
    full = placed & (pl.col("form").is_in(["same", "kin"]) | (short & telling))
    return pl.col("witness") | (alone & (full | (pl.col("address") != "differs")))


def by_score(run: Run) -> None:
    """What is left: scored inside blocks. A slip of one character needs a second witness; a trade name with
    another line of business is another firm until a person says otherwise."""
    foreign = pl.col("code_kind").is_in(FIRM_KINDS).fill_null(False)
    rows = run.parts(run.open.filter(pl.col("canonical").is_not_null() & ~foreign))
    # Piece by piece, so that memory does not grow with the rows.
    found = pl.concat(_scored(run, piece) for piece in rows.iter_slices(_PIECE)) if len(rows) else None
    if found is None:
        return
    only = pl.col("sure") & (pl.col("sure").sum().over("row") == 1)
    linked = found.filter(only).with_columns(status=pl.lit(LINKED))
    run.settle(linked, "scored")
    rest = found.join(linked.select("row"), on="row", how="anti")
    run.settle(rest.with_columns(status=pl.lit(DOUBTFUL)), "scored")


def _scored(run: Run, rows: pl.DataFrame) -> pl.DataFrame:
    found = run.compared(run.allowed(candidate_pairs(rows, run.register))).filter(~pl.col("veto"))
    found = found.with_columns(sure=_sure() & (pl.col("division") != "differs"))
    near = (pl.col("score") >= _DOUBT) | (_short() & (pl.col("trade_count") <= _FEW))
    return found.filter(pl.col("sure") | near).select("row", "entity", "sure", "score")


def _short() -> pl.Expr:
    """The trade name is whole; the line of business, and perhaps more, is left out or cut short."""
    left_out = pl.col("industry").is_in(["missing", "part"]) & (pl.col("form") != "differs")
    return (pl.col("trade_name") == "same") & left_out & (pl.col("division") != "differs")


def _sure() -> pl.Expr:
    token = (pl.col("phone") == "same") | (pl.col("person") == "same")
    slip = (pl.col("core_edits") <= 1) & pl.col("witness") & (~pl.col("contrast") | token)
    placed = pl.col("division") == "same"
    # One thing may be left out or cut short without a witness, not two.
    placed |= (pl.col("division") == "missing") & (pl.col("industry") == "part") & (pl.col("form") == "same")
    unique = placed & (pl.col("trade_count") == 1) & (pl.col("address") != "differs")
    return slip | (_short() & (pl.col("witness") | unique))
