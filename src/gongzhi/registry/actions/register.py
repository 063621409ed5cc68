"""Make the register from the resources that definitions/registry names; nothing else makes a taxpayer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import polars as pl
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import RegisterSource, Sheet
from gongzhi.engine.idcodes import check_codes, organisation_codes
from gongzhi.engine.lake import REGISTER
from gongzhi.engine.linkage import plain_names
from gongzhi.intake.actions.derived import ops_changed
from gongzhi.intake.models import Batch, LakeFile, OpsFile
from gongzhi.intake.queries import frames, live
from gongzhi.organisation.models import Person
from gongzhi.registry.models import FormerName, Linking, Taxpayer
from gongzhi.registry.queries.joins import links_where

TEXTS = ("name", "kind", "status", "scale", "industry", "address", "street")
PLACED = ("source_batch", "source_part", "source_row")
WRITTEN = (
    "organisation_code", "old_code", *TEXTS, "plain_name", "phone_token", "person_token", "opened_on",
    "closed_on", "origin", *PLACED, "updated_at",
)  # fmt: skip
TOLD = (*TEXTS, "old_code", "phone", "person", "opened_on")
BLANKED = ("kind", "status", "scale", "industry", "address", "street", "old_code", "origin")
FACTS = (*TEXTS, "plain_name", "origin", "organisation_code", "old_code")
NAME = 200  # characters that the register keeps of a name
ORIGIN = ("_batch", "_part", "_row")
MARKED = ""
"""The register of a linking that a decision, or what left the register, has made out of date."""
GONE = "gone"
"""That of a batch that does not count any more, once the register has forgotten what only it told."""


def refresh(*, by: Person | None) -> int:
    """Bring the register up to what the accepted batches say; returns how many taxpayers changed.

    Running it again over the same batches changes nothing, and neither does when it was run before. Every
    other name that a batch that counts tells of a taxpayer, as its name then or as a former one, is a former
    name. What only a batch told that does not count any more does not stand, and a taxpayer that only such
    a batch named is struck: it keeps its id and name for what hangs on it, and is registered no more.
    """
    done = None
    while done is None:
        done = _refreshed(by)
    return done


def _refreshed(by: Person | None) -> int | None:
    """One try; None when another has refreshed it meanwhile, or a batch came or went."""
    made_from, gone = _source(), list(passed().values_list("pk", flat=True))
    rows = _every()
    told = _told(rows)
    known = {taxpayer.code: taxpayer for taxpayer in Taxpayer.objects.all()}
    counting = set(live().values_list("pk", flat=True))
    work = _Work(gone=gone)
    latest = _wanted(rows) if rows.height else rows
    former = _former(told, latest)
    for row in latest.iter_rows(named=True):
        taxpayer = known.pop(row["code"], None)
        if taxpayer is None:
            taxpayer = Taxpayer(code=row["code"])
            _fill(taxpayer, row)
            work.fresh.append(taxpayer)
        else:
            _renew(work, taxpayer, row, counting)
        for name, plain in former.get(row["code"], ()):
            work.names.append(FormerName(taxpayer=taxpayer, name=name, plain_name=plain or ""))
    if gone:
        _strike(work, known.values())
        work.untold = _untold(told)
        work.doubted = _joined_to(work.lost)
    return len(work.fresh) + len(work.changed) if _save(work, by, made_from) else None


@dataclass
class _Work:
    """What a refresh is about to write."""

    gone: list[int]  # linkings of register batches that do not count any more
    fresh: list[Taxpayer] = field(default_factory=list)
    changed: list[Taxpayer] = field(default_factory=list)
    moved: list[Taxpayer] = field(default_factory=list)  # the same facts, told by another row
    lost: list[Taxpayer] = field(default_factory=list)  # of the changed: what they lost may have joined rows
    names: list[FormerName] = field(default_factory=list)
    untold: list[int] = field(default_factory=list)  # former names that no row tells any more
    doubted: set[UUID] = field(default_factory=set)  # batches whose joins may rest on what was lost


def passed() -> QuerySet[Linking]:
    """Linkings of register batches that do not count any more, and that no refresh has taken out yet."""
    return Linking.objects.filter(batch__in=_registers()).exclude(batch__in=live()).exclude(register=GONE)


def _registers() -> QuerySet[LakeFile, UUID]:
    """The batches that hold a table of the register."""
    tables = [source.table for source in in_force().register_sources.values()]
    return LakeFile.objects.filter(role="rows", table__in=tables).values_list("batch", flat=True)


def _renew(work: _Work, taxpayer: Taxpayer, row: dict[str, Any], counting: set[UUID]) -> None:
    source = taxpayer.source_batch
    if _fill(taxpayer, row):
        work.changed.append(taxpayer)
        if source not in counting:
            work.lost.append(taxpayer)
    elif source not in counting:
        _place(taxpayer, row)
        work.moved.append(taxpayer)


def _strike(work: _Work, unnamed: Iterable[Taxpayer]) -> None:
    """Taxpayers of batches that do not count, which no row names any more: registered nowhere."""
    spent = set(Batch.objects.exclude(pk__in=live().values("pk")).values_list("pk", flat=True))
    for taxpayer in unnamed:
        if taxpayer.origin and taxpayer.source_batch in spent:
            for key in (*BLANKED, "phone_token", "person_token"):
                setattr(taxpayer, key, "")
            taxpayer.opened_on = taxpayer.closed_on = None
            taxpayer.updated_at = timezone.now()
            work.changed.append(taxpayer)
            work.lost.append(taxpayer)


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Each name that a row tells of a code, as its name or as a former one, once: `code`, `name`."""
    if not rows.height:
        return pl.DataFrame(schema={"code": pl.String, "name": pl.String})
    pairs = [rows.select("code", pl.col(key).alias("name")) for key in ("name", "former_name")]
    return pl.concat(pairs).drop_nulls().unique().sort("code", "name")


def _former(told: pl.DataFrame, latest: pl.DataFrame) -> dict[str, list[tuple[str, str | None]]]:
    """By code the names that differ from the present one by more than typing, each with its plain form."""
    if not told.height:
        return {}
    named = told.with_columns(plain_names(told["name"]).str.head(NAME).alias("plain"))
    others = named.join(latest.select("code", present="plain_name"), on="code")
    others = others.filter(pl.col("plain").ne_missing(pl.col("present")))
    found: dict[str, list[tuple[str, str | None]]] = {}
    for code, name, plain in others.select("code", "name", "plain").iter_rows():
        found.setdefault(code, []).append((name, plain))
    return found


def _untold(told: pl.DataFrame) -> list[int]:
    """Former names that no row tells any more."""
    pairs = set(told.iter_rows())
    found = FormerName.objects.values_list("pk", "taxpayer__code", "name").iterator(chunk_size=5_000)
    return [pk for pk, code, name in found if (code, name) not in pairs]


def _joined_to(lost: Sequence[Taxpayer]) -> set[UUID]:
    """The batches with rows that were joined to these."""
    subjects = [str(taxpayer.pk) for taxpayer in lost]
    links = links_where(pl.col("subject").is_in(subjects)) if subjects else pl.DataFrame({"_batch": []})
    return {UUID(batch) for batch in links["_batch"].unique()}


Source = tuple[int, frozenset[UUID]]


def _source() -> Source:
    """What a refresh starts from: how often the register has changed, and the batches that count."""
    changed = OpsFile.objects.filter(name=REGISTER).values_list("changed", flat=True).first()
    return changed or 0, frozenset(live().filter(pk__in=_registers()).values_list("pk", flat=True))


@transaction.atomic
def _save(work: _Work, by: Person | None, made_from: Source) -> bool:
    """False when it is no more what it was made from: then nothing is written."""
    OpsFile.objects.get_or_create(name=REGISTER)
    OpsFile.objects.select_for_update().get(name=REGISTER)
    if _source() != made_from:
        return False
    before = FormerName.objects.count()
    Taxpayer.objects.bulk_create(work.fresh, batch_size=500)
    Taxpayer.objects.bulk_update(work.changed, WRITTEN, batch_size=500)
    Taxpayer.objects.bulk_update(work.moved, PLACED, batch_size=500)
    FormerName.objects.bulk_create(work.names, ignore_conflicts=True, batch_size=500)
    FormerName.objects.filter(name=F("taxpayer__name")).delete()  # who bears a name again bore it all along
    _take_out(work)
    if work.fresh or work.changed or FormerName.objects.count() != before:
        ops_changed(name=REGISTER)
    if work.fresh or work.changed:
        detail = {"new": len(work.fresh), "changed": len(work.changed)}
        record("register.refreshed", by=by, subject=("register", ""), detail=detail)
    return True


def _take_out(work: _Work) -> None:
    """Former names that nobody tells any more go, and what may have joined by what was lost waits again."""
    for start in range(0, len(work.untold), 500):
        FormerName.objects.filter(pk__in=work.untold[start : start + 500]).delete()
    doubted = sorted(work.doubted)
    for start in range(0, len(doubted), 500):
        Linking.objects.filter(batch__in=doubted[start : start + 500]).update(register=MARKED)
    if work.lost or work.untold:  # what is open may gain by it: one candidate less, no former name beside
        undecided = Linking.objects.filter(Q(doubtful__gt=0) | Q(unlinked__gt=0), batch__in=live())
        undecided.update(register=MARKED)
    Linking.objects.filter(pk__in=work.gone).update(register=GONE)


def _every() -> pl.DataFrame:
    """Every row of the batches that count, with the register's own column names."""
    parts = [part for source in in_force().register_sources.values() for part in _rows(source)]
    return pl.concat(parts, how="diagonal_relaxed") if parts else pl.DataFrame()


def _wanted(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per code: the latest of the highest source. Where its cell is empty, the one before it tells;
    but the day of deregistration: without it the taxpayer is registered again.
    """
    ordered = rows.sort("_rank", "_latest", "_batch", "_row", nulls_last=False)
    told, rest = pl.col(TOLD).drop_nulls().last(), pl.exclude("code", *TOLD).last()
    latest = ordered.group_by("code", maintain_order=True).agg(told, rest)
    checked = check_codes(latest["code"])
    return latest.with_columns(
        organisation_codes(checked),
        plain_names(latest["name"]).str.head(NAME).alias("plain_name"),
    )


def _rows(source: RegisterSource) -> Iterator[pl.DataFrame]:
    sheet = in_force().tables[source.table][1]
    named = {key: sheet.field(field).column for key, field in source.columns.items()}
    for frame in frames(source.table):
        rows = frame.filter(_where(source, sheet)).filter(pl.col(named["code"]).is_not_null())
        yield rows.select(
            *(pl.col(column).alias(key) for key, column in named.items()),
            *(pl.lit(None, dtype=pl.String).alias(key) for key in _missing(named)),
            *(pl.col(name) for name in ORIGIN),
            _latest(source, sheet),
            pl.lit(source.rank).alias("_rank"),
            pl.lit(source.origin).alias("origin"),
        )


def _where(source: RegisterSource, sheet: Sheet) -> pl.Expr:
    conditions = [pl.col(sheet.field(key).column).is_in(values) for key, values in source.where.items()]
    return pl.all_horizontal(conditions) if conditions else pl.lit(value=True)


def _missing(named: dict[str, str]) -> list[str]:
    every = (
        "old_code",
        "former_name",
        "kind",
        "status",
        "scale",
        "industry",
        "address",
        "street",
        "phone",
        "person",
        "closed_on",
    )
    return [key for key in every if key not in named]


def _latest(source: RegisterSource, sheet: Sheet) -> pl.Expr:
    column = pl.col(sheet.field(source.latest_by).column) if source.latest_by else pl.lit(None)
    return column.cast(pl.Date).alias("_latest")


def _fill(taxpayer: Taxpayer, row: dict[str, Any]) -> bool:
    """Put the row's facts into the taxpayer; True when one of them is new."""
    facts = {key: row[key] or "" for key in FACTS}
    facts |= {f"{key}_token": row[key] or "" for key in ("phone", "person")}
    facts |= {key: row.get(key) for key in ("opened_on", "closed_on")}
    changed = any(getattr(taxpayer, key) != value for key, value in facts.items())
    if changed:
        for key, value in facts.items():
            setattr(taxpayer, key, value)
        _place(taxpayer, row)
        taxpayer.updated_at = timezone.now()
    return changed


def _place(taxpayer: Taxpayer, row: dict[str, Any]) -> None:
    taxpayer.source_batch, taxpayer.source_part = UUID(row["_batch"]), row["_part"]
    taxpayer.source_row = row["_row"]
