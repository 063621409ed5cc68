"""Join the rows of batches to taxpayers, and keep the joins beside each batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Party, Sheet, Use
from gongzhi.engine.idcodes import check_codes_or_ids, organisation_codes
from gongzhi.engine.lake import Lake
from gongzhi.engine.linkage import Links, Register, link, load_vocabulary, row_keys
from gongzhi.intake.actions.derived import put_beside
from gongzhi.intake.models import Batch, uuid7
from gongzhi.intake.queries import live, rows_of
from gongzhi.organisation.models import Person
from gongzhi.registry.models import Decision, FormerName, Linking, Taxpayer
from gongzhi.registry.queries.joins import LINKS

from .queue import ask, review, stale
from .register import MARKED, passed, refresh

AT_ONCE = 40
Standing = tuple[int, str] | None
"""Round and register of a linking; None where there is none yet."""


def link_batches(*, by: Person | None, every: bool = False) -> int:
    """Link batches that wait (or, with `every`, all) against the register; returns how many were linked.

    A batch waits when it has no linking yet, or when the register or a decision about its rows changed
    since: a new name or code in the register may join what found nobody before.
    """
    digest = register_digest()
    waiting = [batch.pk for batch in live().order_by("committed_at") if every or _waits(batch, digest)]
    return _link_all(waiting, digest, by)


def link_new() -> int:
    """Link what waits for it; cheap when there is none.

    A batch that was never linked or counted, and one of the register that counts no more, refreshes the
    register, and then all that may gain or lose by it is linked. A decision made or undone marks the batches
    that hold its mention: these alone are linked again.
    """
    if live().filter(Q(linking=None) | Q(linking__methods=None)).exists() or passed().exists():
        refresh(by=None)
        return link_batches(by=None)
    marked = live().filter(linking__register=MARKED).order_by("committed_at")
    waiting = list(marked.values_list("pk", flat=True))
    if not waiting and stale():
        review()
    return _link_all(waiting, register_digest(), None) if waiting else 0


def _link_all(waiting: list[UUID], digest: str, by: Person | None) -> int:
    # Before the decisions are read: one that is made meanwhile marks its batches, and these are not kept.
    standing = {
        pk: (number, under)
        for pk, number, under in Linking.objects.values_list("batch_id", "round", "register")
    }
    register, decisions = build_register(), _decisions()
    for start in range(0, len(waiting), AT_ONCE):
        batches = {pk: standing.get(pk) for pk in waiting[start : start + AT_ONCE]}
        _link(batches, register, decisions, digest, by)
    review()
    return len(waiting)


def _waits(batch: Batch, digest: str) -> bool:
    linking = Linking.objects.filter(batch=batch).first()
    if linking is None or linking.methods is None or linking.register == MARKED:
        return True
    return linking.register != digest and (linking.unlinked > 0 or linking.doubtful > 0)


def register_digest() -> str:
    """Identity of the register and of the decisions: what a linking was made under."""
    parts = hashlib.new("sm3")
    for row in Taxpayer.objects.order_by("pk").values_list("pk", "updated_at").iterator(chunk_size=5_000):
        parts.update(f"{row[0]}{row[1].timestamp()}".encode())
    # A former name may come without another fact of its taxpayer.
    parts.update(f"{FormerName.objects.count()}".encode())
    for decision in Decision.objects.order_by("pk").values_list("pk", "verdict", "ended_at"):
        parts.update(repr(decision).encode())
    return parts.hexdigest()


def build_register() -> Register:
    """The register as the linkage engine reads it."""
    columns = (
        "name", "code", "organisation_code", "address", "phone_token", "person_token", "old_code",
    )  # fmt: skip
    registered = Taxpayer.objects.exclude(origin="").values_list("pk", *columns)
    rows = [[str(row[0]), *row[1:]] for row in registered.iterator(chunk_size=5_000)]
    schema = ("entity", *columns)
    entities = pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")
    blank = pl.col(pl.String).replace("", None)
    former = [
        (str(taxpayer), name, start, end)
        for taxpayer, name, start, end in FormerName.objects.values_list(
            "taxpayer_id", "name", "valid_from", "valid_until"
        )
    ]
    names = pl.DataFrame(
        former,
        schema={"entity": pl.String, "name": pl.String, "valid_from": pl.Date, "valid_to": pl.Date},
        orient="row",
    )
    vocabulary = load_vocabulary(settings.DEFINITIONS / "linkage")
    return Register.of(entities.with_columns(blank), vocabulary, names)


def _decisions() -> pl.DataFrame:
    live_ones = Decision.objects.filter(ended_at=None).exclude(taxpayer=None).order_by("decided_at")
    rows = [(d.key, str(d.taxpayer_id), d.verdict) for d in live_ones]
    return pl.DataFrame(rows, schema=dict.fromkeys(("key", "entity", "verdict"), pl.String), orient="row")


def _link(
    batches: dict[UUID, Standing], register: Register, decisions: pl.DataFrame, digest: str, by: Person | None
) -> None:
    mentions = pl.concat([pl.DataFrame(schema=_MENTION), *(part for pk in batches for part in _mentions(pk))])
    mentions = mentions.with_row_index("row").with_columns(pl.col("row").cast(pl.UInt32))
    organisations = mentions.filter(~pl.col("is_person"))
    found = link(organisations.drop("role", "_batch", "_part", "_row", "is_person"), register, decisions)
    joined = _joined(mentions, found)
    # Asked before the joins are kept: broken off in between, the batches still wait and nothing is lost.
    ask(joined, found)
    for pk, standing in batches.items():
        _keep(pk, joined.filter(pl.col("_batch") == str(pk)), digest, standing)
    with transaction.atomic():
        counts = dict(joined.group_by("status").len().iter_rows())
        record(
            "batches.linked", by=by, subject=("register", digest), detail={"batches": len(batches), **counts}
        )


_MENTION = {
    "_batch": pl.String, "_part": pl.UInt16, "_row": pl.UInt32, "role": pl.String, "code": pl.String,
    "code_kind": pl.String, "organisation_code": pl.String, "name": pl.String, "address": pl.String,
    "phone_token": pl.String, "person_token": pl.String, "is_person": pl.Boolean,
}  # fmt: skip


def _mentions(batch: UUID) -> Iterator[pl.DataFrame]:
    """The parties of a batch's rows, one row per party that has a code or a name."""
    tables = in_force().tables
    for table, frame in rows_of(batch):
        resource, sheet = tables[table]
        if resource.use is Use.VERIFY:
            continue
        for party in sheet.parties:
            yield _of_party(frame, sheet, party)


def _of_party(frame: pl.DataFrame, sheet: Sheet, party: Party) -> pl.DataFrame:
    def column(key: str | None) -> pl.Series:
        name = sheet.field(key).column if key else None
        return (
            frame[name]
            if name and name in frame.columns
            else pl.Series([None] * frame.height, dtype=pl.String)
        )

    code, name = column(party.code), column(party.name)
    person = code.str.contains(r"^P\d+-").fill_null(value=False) | name.str.contains(r"^P\d+-").fill_null(
        value=False
    )
    checked = check_codes_or_ids(code.set(person, None))
    rows = pl.DataFrame(
        {
            "_batch": frame["_batch"],
            "_part": frame["_part"],
            "_row": frame["_row"],
            "role": pl.Series([party.role] * frame.height, dtype=pl.String),
            "code": pl.select(pl.when(person).then(code).otherwise(checked["value"])).to_series(),
            "code_kind": checked["kind"].cast(pl.String),
            "organisation_code": organisation_codes(checked),
            "name": name,
            "address": column(party.address),
            "phone_token": column(party.phone),
            "person_token": pl.Series([None] * frame.height, dtype=pl.String),
            "is_person": person,
        },
        schema=_MENTION,
    )
    return rows.filter(pl.col("code").is_not_null() | pl.col("name").is_not_null())


def _joined(mentions: pl.DataFrame, found: Links) -> pl.DataFrame:
    """Each mention with its subject: a taxpayer, an unregistered code, a person's token, or nobody."""
    both = mentions.join(found.links, on="row", how="left")
    key = row_keys(both["name"], both["code"]).alias("key")
    provisional = pl.col("code_kind") == "credit_code"
    subject = (
        pl.when(pl.col("is_person")).then(pl.lit("person:") + pl.coalesce("code", "name"))
        .when(pl.col("status") == "linked").then(pl.col("entity"))
        .when(provisional & (pl.col("status") != "conflict")).then(pl.lit("code:") + pl.col("code"))
    )  # fmt: skip
    status = pl.when(pl.col("is_person")).then(pl.lit("person")).otherwise(pl.col("status")).alias("status")
    return both.with_columns(key, subject.alias("subject"), status).select(*LINKS, "row").cast(LINKS)  # type: ignore[arg-type]  # names to types


def _keep(batch: UUID, links: pl.DataFrame, digest: str, standing: Standing) -> None:
    """The links file beside the batch, and the counts of its linking, if that is as it stood at the outset.

    Else another has linked the batch meanwhile, or a decision has marked it: what stands is left, and the
    batch is marked to be linked again where it was linked under anything else than this.
    """
    lake = Lake(settings.LAKE)
    stored = lake.write(f"_links/{batch}-{uuid7()}", links.drop("row", strict=False))
    with transaction.atomic():
        Batch.objects.select_for_update().get(pk=batch)  # a first linking has no row yet that could be held
        now = Linking.objects.select_for_update().filter(batch=batch).first()
        if (now and (now.round, now.register)) != standing:
            lake.discard([stored])
            Linking.objects.filter(batch=batch).exclude(register=digest).update(register=MARKED)
            return
        put_beside(batch=batch, role="links", table="_links", stored=stored)
        made = {"register": digest, "round": standing[0] + 1 if standing else 1, **_counts(links)}
        Linking.objects.update_or_create(batch_id=batch, defaults=made)


def _counts(links: pl.DataFrame) -> dict[str, Any]:
    counts = dict(links.group_by("status").len().iter_rows())
    linked = links.filter(pl.col("status") == "linked")
    return {
        "linked_at": timezone.now(),
        "rows": links.height,
        "linked": counts.get("linked", 0),
        "doubtful": counts.get("doubtful", 0) + counts.get("conflict", 0),
        "unlinked": counts.get("unlinked", 0),
        "methods": dict(linked.group_by("method").len().sort("method").iter_rows()),
        "taxpayers": linked["subject"].n_unique(),
        "segment": None,  # it holds the round before
    }
