"""Read the taxpayer file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import Q, QuerySet

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Sensitivity, Sheet
from gongzhi.engine.idcodes import classify
from gongzhi.engine.lake import Lake
from gongzhi.engine.linkage import explain, load_vocabulary
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch, LakeFile
from gongzhi.intake.queries import live

from .models import Doubt, Linking, Taxpayer


def visible_to(sight: Sight) -> QuerySet[Taxpayer]:
    """The register for those whose duty it is; nobody else's eyes."""
    return Taxpayer.objects.all() if sight.has("see_taxpayer") else Taxpayer.objects.none()


def doubts_visible_to(sight: Sight) -> QuerySet[Doubt]:
    """Open doubts for those who decide them."""
    return Doubt.objects.filter(open=True) if sight.has("decide_links") else Doubt.objects.none()


def search(taxpayers: QuerySet[Taxpayer], text: str) -> QuerySet[Taxpayer]:
    """By credit code, organisation code, old number, or a part of a present or former name."""
    wanted = text.strip()
    found = classify(wanted)
    if found.valid and found.value:
        by_code = Q(code=found.value) | Q(old_code=found.value)
        if found.organisation_code:
            by_code |= Q(organisation_code=found.organisation_code)
        return taxpayers.filter(by_code)
    return taxpayers.filter(Q(name__contains=wanted) | Q(former_names__name__contains=wanted)).distinct()


@dataclass(frozen=True)
class Candidate:
    """A taxpayer that a doubtful mention may be, with what speaks for and against in one sentence."""

    taxpayer: Taxpayer
    score: float
    sentence: str


def candidates_of(doubt: Doubt) -> list[Candidate]:
    """The candidates of a doubt, best first."""
    return candidates_of_all([doubt])[doubt.pk]


def candidates_of_all(doubts: Sequence[Doubt]) -> dict[int, list[Candidate]]:
    """The candidates of each of some doubts, best first, found together."""
    wanted = {entry["entity"] for doubt in doubts for entry in doubt.candidates}
    known = {str(pk): taxpayer for pk, taxpayer in Taxpayer.objects.in_bulk(list(wanted)).items()}
    vocabulary = load_vocabulary(settings.DEFINITIONS / "linkage")
    found: dict[int, list[Candidate]] = {doubt.pk: [] for doubt in doubts}
    for doubt in doubts:
        for entry in doubt.candidates:
            taxpayer = known.get(entry["entity"])
            if taxpayer is not None:
                said = explain(doubt.name, taxpayer.name, vocabulary, entity_address=taxpayer.address or None)
                found[doubt.pk].append(Candidate(taxpayer, entry["score"], said.sentence))
    return found


@dataclass(frozen=True)
class Mention:
    """Rows of one table that name a taxpayer."""

    table: str
    title: str
    role: str
    rows: list[dict[str, Any]]
    total: int


MENTIONS_SHOWN = 5


def mentions_of(taxpayer: Taxpayer, sight: Sight) -> list[Mention]:
    """What was handed in about a taxpayer, by table: the latest rows, where they stand and how they joined.

    Tables with tax detail are shown to those whose duty opens them only.
    """
    links = _links().filter(pl.col("subject") == str(taxpayer.pk)).collect()
    if links.is_empty():
        return []
    tables = in_force().tables
    shown = []
    for (table, role), part in _with_table(links).group_by(["table", "role"], maintain_order=True):
        if table in tables and _open_to(tables[str(table)][1], sight):
            resource, sheet = tables[str(table)]
            latest = part.sort(["_batch", "_row"], descending=True).head(MENTIONS_SHOWN)
            party = next((p.title for p in sheet.parties if p.role == role), str(role))
            rows = [_told(row) for row in latest.to_dicts()]
            shown.append(Mention(str(table), f"{resource.number} {sheet.title}", party, rows, part.height))
    return sorted(shown, key=lambda mention: mention.title)


def _with_table(links: pl.DataFrame) -> pl.DataFrame:
    """Links with the lake table that their part of the batch fills."""
    files = LakeFile.objects.filter(role="rows", batch__in=links["_batch"].unique().to_list())
    rows = [
        (str(batch), part, table) for batch, part, table in files.values_list("batch_id", "part", "table")
    ]
    schema = {"_batch": pl.String, "_part": pl.UInt16, "table": pl.String}
    return links.join(pl.DataFrame(rows, schema=schema, orient="row"), on=["_batch", "_part"], how="left")


METHODS = {
    "code": "统一社会信用代码一致", "organisation_code": "组织机构代码一致", "old_code": "原税务登记号一致",
    "name": "名称一致", "former_name": "曾用名一致", "core_name": "字号和行业一致，区域不冲突",
    "scored": "名称相近，另有地址等佐证", "decision": "人工认定",
}  # fmt: skip


@dataclass
class Joined:
    """Mentions of parties in the rows of some batches, by what linking made of them.

    `persons` stand as tokens and are never joined by name; `waiting` batches are not linked yet.
    """

    batches: int = 0
    waiting: int = 0
    mentions: int = 0
    linked: int = 0
    doubtful: int = 0
    unlinked: int = 0
    methods: Counter[str] = field(default_factory=Counter)

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

    def add(self, linking: Linking | None) -> None:
        self.batches += 1
        if linking is None:
            self.waiting += 1
            return
        self.mentions += linking.rows
        self.linked, self.doubtful = self.linked + linking.linked, self.doubtful + linking.doubtful
        self.unlinked += linking.unlinked
        self.methods.update(linking.methods or {})


def joined(batches: QuerySet[Batch], by: Callable[[Batch], Hashable]) -> dict[Hashable, Joined]:
    """What linking made of batches (already limited to what may be seen), gathered by what `by` gives."""
    found: dict[Hashable, Joined] = {}
    for batch in batches.select_related("slot", "linking"):
        found.setdefault(by(batch), Joined()).add(getattr(batch, "linking", None))
    return found


@dataclass(frozen=True)
class Covered:
    """Of the taxpayers that should appear in a table, how many do; `counted` says who they are."""

    should: int
    appear: int
    counted: str


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
    return Covered(len(should), len(should & _subjects(table, target.role, batches)), target.counted)


def _subjects(table: str, role: str, batches: QuerySet[Batch]) -> set[str]:
    """The taxpayers to which rows of a table were joined as this party."""
    lake = Lake(settings.LAKE)
    holding = batches.filter(parts__table=table)
    files = LakeFile.objects.filter(role="links", batch__in=holding).values_list("path", flat=True)
    paths = [lake.path(path) for path in files]
    if not paths:
        return set()
    links = pl.scan_parquet(paths).filter(pl.col("role") == role, pl.col("status") == "linked")
    return set(links.select(pl.col("subject").unique()).collect()["subject"])


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A link as the page shows it."""
    method = METHODS.get(row["method"], row["method"])
    score = f"（{row['score']:.2f}）" if row["score"] and row["score"] < 1 else ""
    place = {"batch": row["_batch"], "part": row["_part"], "row": row["_row"]}
    return place | {"name": row["name"], "how": f"{method}{score}"}


def _open_to(sheet: Sheet, sight: Sight) -> bool:
    secret = any(field.sight is Sensitivity.TAX for field in sheet.fields)
    return sight.has("see_tax_detail") or not secret


def _links() -> pl.LazyFrame:
    """The joins of every live batch."""
    lake = Lake(settings.LAKE)
    files = LakeFile.objects.filter(role="links", batch__in=live()).values_list("path", flat=True)
    paths = [lake.path(path) for path in files]
    nothing = {"subject": pl.String, "status": pl.String}
    return pl.scan_parquet(paths) if paths else pl.LazyFrame(schema=nothing)


def unlinked(text: str = "") -> pl.LazyFrame:
    """Names and codes that joined nobody, each once: `name`, `code`, how many `mentions`, where last seen.

    `key` is unique. With `text` only those whose name or code holds it.
    """
    shape = {name: pl.String for name in ("name", "code", "_batch")} | {"_part": pl.UInt16, "_row": pl.UInt32}
    links = _links()
    there = links.collect_schema().names()
    frame = links.filter(pl.col("status") == "unlinked").with_columns(
        pl.lit(None, kind).alias(name) for name, kind in shape.items() if name not in there
    )
    if text:
        holds = [pl.col(name).str.contains(text, literal=True) for name in ("name", "code")]
        frame = frame.filter(pl.any_horizontal(holds))
    last = pl.last("_batch", "_part", "_row").name.map(lambda name: name.removeprefix("_"))
    key = pl.concat_str(pl.col("name", "code").fill_null(""), separator="\n").alias("key")
    grouped = frame.group_by("name", "code").agg(pl.len().alias("mentions"), last).with_columns(key)
    return grouped.collect().lazy()  # the links are read once, however often the list asks
