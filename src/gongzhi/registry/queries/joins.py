"""What linking made of the rows: how many joined and by what, whom they cover, who stayed outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum, Value

from gongzhi.editions.queries import in_force
from gongzhi.engine.crypto import row_hashes
from gongzhi.engine.lake import PLACE, Lake
from gongzhi.intake.models import Batch, LakeFile, Segment
from gongzhi.intake.queries import live
from gongzhi.registry.models import Decision, Taxpayer

METHODS = {
    "code": "统一社会信用代码一致", "organisation_code": "组织机构代码一致", "old_code": "原税务登记号一致",
    "name": "名称一致", "former_name": "曾用名一致", "core_name": "字号和行业一致，区域不冲突",
    "scored": "名称相近，另有地址等佐证", "decision": "人工认定",
}  # fmt: skip

LINKS = {
    "_batch": pl.String, "_part": pl.UInt16, "_row": pl.UInt32, "role": pl.String, "subject": pl.String,
    "method": pl.String, "score": pl.Float64, "status": pl.String, "branch_of": pl.String, "key": pl.String,
    "name": pl.String, "code": pl.String,
}  # fmt: skip
FEW = 64
"""So many files are opened in no time: neither merging them nor looking for them in segments pays."""


@dataclass
class Joined:
    """Mentions of parties in the rows of some batches, by what linking made of them.

    `persons` stand as tokens and are never joined by name; `waiting` batches are not linked yet. `rows` are
    all rows of the batches.
    """

    batches: int = 0
    waiting: int = 0
    rows: int = 0
    mentions: int = 0
    linked: int = 0
    doubtful: int = 0
    unlinked: int = 0
    methods: Counter[str] = field(default_factory=Counter)

    def add(self, other: Joined) -> None:
        """Count the mentions of other batches in."""
        for name in ("batches", "waiting", "rows", "mentions", "linked", "doubtful", "unlinked"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.methods.update(other.methods)

    @property
    def persons(self) -> int:
        return self.mentions - self.linked - self.doubtful - self.unlinked

    @property
    def rate(self) -> float | None:
        """关联率: linked mentions of organisations, 0 to 100; None where none is named."""
        organisations = self.mentions - self.persons
        return 100 * self.linked / organisations if organisations else None

    @property
    def how(self) -> list[tuple[str, int]]:
        """The methods in words, the most frequent first."""
        return [(METHODS.get(method, method), count) for method, count in self.methods.most_common()]


_SUMS = (
    Count("pk"), Count("linking"), Sum("rows"), Sum("linking__rows"), Sum("linking__linked"),
    Sum("linking__doubtful"), Sum("linking__unlinked"),
)  # fmt: skip


def joined(batches: QuerySet[Batch], by: str = "") -> dict[Hashable, Joined]:
    """What linking made of batches (already limited to what may be seen), gathered by a field; else under "".

    By which methods is told of all together only.
    """
    if by:
        return {key: made for (key,), made in joined_by(batches, by).items()}
    together = next(iter(joined_by(batches, Value("")).values()), Joined())
    for methods in batches.order_by().values_list("linking__methods", flat=True).iterator():
        together.methods.update(methods or {})
    return {"": together}


def joined_by(batches: QuerySet[Batch], *fields: str | Value) -> dict[tuple[Hashable, ...], Joined]:
    """The same for each combination of some fields. The database adds up: years of batches are many rows."""
    read = batches.order_by().values_list(*(F(one) if isinstance(one, str) else one for one in fields))
    found = {}
    for row in read.annotate(*_SUMS):
        key, (count, linked, *sums) = row[: len(fields)], row[len(fields) :]
        rows, mentions, joins, doubtful, unlinked = (one or 0 for one in sums)
        found[tuple(key)] = Joined(count, count - linked, rows, mentions, joins, doubtful, unlinked)
    return found


@dataclass(frozen=True)
class Covered:
    """Of the taxpayers that should appear in a table, how many do; `counted` says who they are.

    `confirm` where the office must still say whether that reading is right here.
    """

    should: int
    appear: int
    counted: str
    confirm: bool


def covered(table: str, batches: QuerySet[Batch]) -> Covered | None:
    """How many of the register's taxpayers that belong into a table its rows were joined to.

    None where the definitions do not say who belongs there. A count over the register, never a name.
    """
    target = in_force().coverage.get(table)
    if target is None:
        return None
    wanted = Taxpayer.objects.all()
    wanted = wanted.filter(status__in=target.statuses) if target.statuses else wanted
    wanted = wanted.filter(kind__in=target.kinds) if target.kinds else wanted
    if target.industries:
        wanted = wanted.filter(industry__regex=f"^[A-T]?({'|'.join(target.industries)})")
    should = {str(pk) for pk in wanted.values_list("pk", flat=True)}
    appear = len(should & _subjects(table, target.role, batches))
    return Covered(len(should), appear, target.counted, target.confirm_locally)


def _subjects(table: str, role: str, batches: QuerySet[Batch]) -> set[str]:
    """The taxpayers to which rows of a table were joined as this party."""
    links = links_in(batches.filter(parts__table=table).distinct())
    links = links.filter(pl.col("role") == role, pl.col("status") == "linked")
    return set(links.select(pl.col("subject").unique()).collect()["subject"])


def all_links() -> pl.LazyFrame:
    """The joins of every live batch."""
    return links_in(live())


def links_where(only: pl.Expr) -> pl.DataFrame:
    """The joins of every live batch that fit, few among many: of a subject, of a key.

    Merged joins are looked up first and only the batches that they lead to are asked about, so that it costs
    no more as batches grow in number. A merge makes a new segment: where one came in between, once more.
    """
    links = LakeFile.objects.filter(role="links", batch__in=live().order_by().values("pk"))
    while True:
        segments = _segments()
        if not segments or len(links[: FEW + 1]) <= FEW:
            return all_links().filter(only).collect()
        lake = Lake(settings.LAKE)
        paths = {str(lake.path(path)): path for path in segments}
        merged = pl.scan_parquet(sorted(paths), include_file_paths="_segment").filter(only).collect()
        wanted = Q(batch__linking__segment=None) | Q(batch__in=merged["_batch"].unique().to_list())
        places = list(links.filter(wanted).values_list("batch_id", "path", "batch__linking__segment__path"))
        if _segments() == segments:
            break
    named = [(str(batch), str(lake.path(segment))) for batch, _, segment in places if segment]
    there = pl.DataFrame(named, schema=dict.fromkeys(("_batch", "_segment"), pl.String), orient="row")
    found = [merged.join(there, on=["_batch", "_segment"], how="semi").drop("_segment")]
    own = [lake.path(path) for _, path, segment in places if not segment]
    found += [pl.scan_parquet(own).filter(only).collect()] if own else []
    return pl.concat(found)


def _segments() -> set[str]:
    return set(Segment.objects.values_list("path", flat=True))


def links_in(batches: QuerySet[Batch]) -> pl.LazyFrame:
    """The joins of these batches: from the segments that hold them, else from the file beside each batch.

    One statement tells where each batch's joins lie, so that none is read twice or left out while others are
    merged or linked again.
    """
    lake = Lake(settings.LAKE)
    files = LakeFile.objects.filter(role="links", batch__in=batches.order_by().values("pk"))
    places = list(files.values_list("batch_id", "path", "batch__linking__segment__path"))
    few = len(places) <= FEW
    own = [lake.path(path) for _, path, segment in places if few or not segment]
    paths = {segment: str(lake.path(segment)) for segment in {one[2] for one in places} if segment}
    merged = [(paths[segment], str(batch)) for batch, _, segment in places if segment and not few]
    found = [pl.LazyFrame(schema=LINKS)]
    if merged:
        named = pl.LazyFrame(merged, schema=dict.fromkeys(("_segment", "_batch"), pl.String), orient="row")
        segments = pl.scan_parquet(sorted(paths.values()), include_file_paths="_segment")
        found.append(segments.join(named, on=["_segment", "_batch"], how="semi").drop("_segment"))
    if own:
        found.append(pl.scan_parquet(own))
    return pl.concat(found)


def unlinked(text: str = "") -> pl.LazyFrame:
    """Names and codes that joined nobody, each once: `name`, `code`, how many `mentions`, where last seen.

    `key` is unique, and so is `mark`, by which an address names it. What somebody found to be outside the
    district is left out. With `text` only those whose name or code holds it.
    """
    outside = Decision.objects.filter(verdict="outside", ended_at=None).values_list("key", flat=True)
    frame = all_links().filter(pl.col("status") == "unlinked", ~pl.col("key").is_in(list(outside)))
    if text:
        holds = [pl.col(name).str.contains(text, literal=True) for name in ("name", "code")]
        frame = frame.filter(pl.any_horizontal(holds))
    last = pl.last(*PLACE).name.map(lambda name: name.removeprefix("_"))
    key = pl.concat_str(pl.col("name", "code").fill_null(""), separator="\n").alias("key")
    grouped = frame.sort(PLACE).group_by("name", "code").agg(pl.len().alias("mentions"), last)
    # The links are read once, however often the list asks.
    found = grouped.with_columns(key).collect()
    return found.with_columns(row_hashes(found.select("name", "code")).cast(pl.String).alias("mark")).lazy()


def unlinked_mention(name: str, code: str) -> dict[str, Any] | None:
    """One of them, by its name and code as they were written."""
    said = [pl.col(column).fill_null("") == text for column, text in (("name", name), ("code", code))]
    return next(unlinked().filter(*said).collect().iter_rows(named=True), None)


def unlinked_mentions(marks: Collection[str]) -> list[dict[str, Any]]:
    """Those of them with these marks, the most frequent first."""
    found = unlinked().filter(pl.col("mark").is_in(list(marks)))
    return found.sort("mentions", "key", descending=[True, False]).collect().to_dicts()
