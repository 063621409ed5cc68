"""Make the register from the resources that definitions/registry names; nothing else makes a taxpayer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import polars as pl
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import RegisterSource, Sheet
from gongzhi.engine.idcodes import check_codes, organisation_codes
from gongzhi.engine.lake import REGISTER
from gongzhi.engine.linkage import plain_names
from gongzhi.intake.actions.derived import ops_changed
from gongzhi.intake.models import LakeFile, OpsFile
from gongzhi.intake.queries import frames, live
from gongzhi.organisation.models import Person
from gongzhi.registry.models import FormerName, Taxpayer

TEXTS = ("name", "kind", "status", "scale", "industry", "address", "street")
WRITTEN = (
    "organisation_code", "old_code", *TEXTS, "plain_name", "phone_token", "person_token", "opened_on",
    "closed_on", "origin", "source_batch", "source_part", "source_row", "updated_at",
)  # fmt: skip
FACTS = (*TEXTS, "plain_name", "origin", "organisation_code", "old_code")
NAME = 200  # characters that the register keeps of a name
ORIGIN = ("_batch", "_part", "_row")


def refresh(*, by: Person | None) -> int:
    """Bring the register up to what the accepted batches say; returns how many taxpayers changed.

    Running it again over the same batches changes nothing. Former names are kept: those that the source
    states, and the name that a taxpayer bore before it changed, unless a correction says that it never did.
    """
    done = None
    while done is None:
        done = _refreshed(by)
    return done


def _refreshed(by: Person | None) -> int | None:
    """One try; None when another has refreshed it meanwhile, or a batch came or went."""
    made_from = _source()
    wanted = _wanted()
    if wanted.is_empty():
        return 0
    known = {taxpayer.code: taxpayer for taxpayer in Taxpayer.objects.all()}
    counting = set(live().values_list("pk", flat=True))
    fresh, changed, names = [], [], []
    for row in wanted.iter_rows(named=True):
        taxpayer = known.get(row["code"])
        if taxpayer is None:
            taxpayer = Taxpayer(code=row["code"])
            _fill(taxpayer, row)
            fresh.append(taxpayer)
        elif (before := (taxpayer.name, taxpayer.plain_name, taxpayer.source_batch)) and _fill(taxpayer, row):
            changed.append(taxpayer)
            if before[0] != taxpayer.name and before[2] in counting:
                names.append(FormerName(taxpayer=taxpayer, name=before[0], plain_name=before[1]))
        if row["former_name"] and row["former_name"] != taxpayer.name:
            plain = row["plain_former"] or ""
            names.append(FormerName(taxpayer=taxpayer, name=row["former_name"], plain_name=plain))
    return len(fresh) + len(changed) if _save(fresh, changed, names, by, made_from) else None


Source = tuple[int, frozenset[UUID]]


def _source() -> Source:
    """What a refresh starts from: how often the register has changed, and the batches that count."""
    changed = OpsFile.objects.filter(name=REGISTER).values_list("changed", flat=True).first()
    tables = [source.table for source in in_force().register_sources.values()]
    files = LakeFile.objects.filter(role="rows", table__in=tables, batch__in=live())
    return changed or 0, frozenset(files.values_list("batch_id", flat=True))


@transaction.atomic
def _save(
    fresh: list[Taxpayer],
    changed: list[Taxpayer],
    names: list[FormerName],
    by: Person | None,
    made_from: Source,
) -> bool:
    """False when it is no more what it was made from: then nothing is written."""
    OpsFile.objects.get_or_create(name=REGISTER)
    OpsFile.objects.select_for_update().get(name=REGISTER)
    if _source() != made_from:
        return False
    before = FormerName.objects.count()
    Taxpayer.objects.bulk_create(fresh, batch_size=500)
    Taxpayer.objects.bulk_update(changed, WRITTEN, batch_size=500)
    FormerName.objects.bulk_create(names, ignore_conflicts=True, batch_size=500)
    FormerName.objects.filter(name=F("taxpayer__name")).delete()  # who bears a name again bore it all along
    if fresh or changed or FormerName.objects.count() > before:
        ops_changed(name=REGISTER)
    if fresh or changed:
        detail = {"new": len(fresh), "changed": len(changed)}
        record("register.refreshed", by=by, subject=("register", ""), detail=detail)
    return True


def _wanted() -> pl.DataFrame:
    """One row per code: the latest of the highest source, with the register's own column names."""
    parts = [part for source in in_force().register_sources.values() for part in _rows(source)]
    if not parts:
        return pl.DataFrame()
    every = pl.concat(parts, how="diagonal_relaxed")
    order = ["_rank", "_latest", "_batch", "_row"]
    latest = every.sort(order, nulls_last=False).unique("code", keep="last", maintain_order=True)
    checked = check_codes(latest["code"])
    return latest.with_columns(
        organisation_codes(checked),
        plain_names(latest["name"]).str.head(NAME).alias("plain_name"),
        plain_names(latest["former_name"]).str.head(NAME).alias("plain_former"),
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
    """Put the row's facts into the taxpayer; True when one of them is new. An empty cell erases nothing,
    but the day of deregistration: without it the taxpayer is registered again.
    """
    facts = {key: row[key] for key in FACTS if row[key]}
    facts |= {f"{key}_token": row[key] for key in ("phone", "person") if row[key]}
    if row.get("opened_on"):
        facts["opened_on"] = row["opened_on"]
    facts["closed_on"] = row["closed_on"]
    changed = any(getattr(taxpayer, key) != value for key, value in facts.items())
    if changed:
        for key, value in facts.items():
            setattr(taxpayer, key, value)
        taxpayer.source_batch, taxpayer.source_part = row["_batch"], row["_part"]
        taxpayer.source_row, taxpayer.updated_at = row["_row"], timezone.now()
    return changed
