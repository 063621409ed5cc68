"""Run the rules in force over a snapshot of the lake as of a day, and bring the hits up to what they find."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from uuid import UUID

import duckdb
import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Definitions, RuleFolder
from gongzhi.engine.lake import Session, Snapshot, TooLong
from gongzhi.engine.rules import LINKS, BadResult, Compiled, compile_rule, evidence, explain_formula, run
from gongzhi.intake.models import LakeFile
from gongzhi.intake.queries import live, snapshot
from gongzhi.organisation.models import Person
from gongzhi.risk.models import Hit, Run
from gongzhi.risk.queries.scans import end_of

from .hits import Found, bring_up_to_date, grade
from .refused import Refused

ENGINES = ("duckdb",)
LINK_SHAPE = {
    "_batch": pl.String, "_part": pl.UInt16, "_row": pl.UInt32, "role": pl.String, "subject": pl.String,
    "name": pl.String,
}  # fmt: skip
Progress = Callable[[str, int, int], None]
_TOO_LONG = (
    "超过每条规则 {seconds:g} 秒的时限，已停止，这条规则原有的疑点不变。请检查规则是否把表两两相乘，"
    "或由系统管理员放宽时限（GONGZHI_RULE_SECONDS）。"
)


def scan(
    *,
    as_of: dt.date,
    by: Person | None,
    rules: Sequence[str] = (),
    engine: str = "duckdb",
    progress: Progress | None = None,
) -> Run:
    """Run `rules` (all in force when empty) over the batches received by the end of `as_of`.

    Hits are updated, not doubled; what is no longer found is cleared. The same rules over the same batches
    on the same day give the run that there is already. A rule that fails, or takes longer than a rule may
    (settings.RULE_SECONDS), is named in `failures` and its hits stay; the others go on. Refused when a
    batch is not linked yet, or hits of a later day exist already.
    """
    made = None
    while made is None:
        made = _scanned(as_of, by, rules, engine, progress)
    return made


def _scanned(
    as_of: dt.date, by: Person | None, rules: Sequence[str], engine: str, progress: Progress | None
) -> Run | None:
    """One try; None when another scan was entered meanwhile, whose hits this one does not know."""
    started, before = timezone.now(), _newest()
    definitions = in_force()
    chosen = _chosen(definitions, as_of, rules)
    if engine not in ENGINES:
        raise Refused(f"没有接入这个计算引擎：{engine}")
    compiled = [compile_rule(folder, definitions) for folder in chosen]
    taken = _snapshot(definitions, compiled, as_of)
    if done := _same_as_before(taken, definitions, compiled, as_of):
        return done
    found, failures = _find(definitions, compiled, taken, as_of, progress)
    return _enter(
        Run(
            as_of=as_of,
            rules=[one.rule.code for one in compiled],
            whole=not rules,
            snapshot=taken.digest,
            definitions=definitions.digest,
            engine=engine,
            started_at=started,
            started_by=by,
            failures=failures,
        ),
        found,
        definitions,
        before,
    )


def _newest() -> UUID | None:
    """The scan that was entered last."""
    entered = Run.objects.exclude(finished_at=None).order_by("-finished_at", "-pk")
    return entered.values_list("pk", flat=True).first()


def _chosen(definitions: Definitions, as_of: dt.date, rules: Sequence[str]) -> list[RuleFolder]:
    if strange := [code for code in rules if code not in definitions.rules]:
        raise Refused(f"没有这条规则：{'、'.join(strange)}")
    later = Run.objects.exclude(finished_at=None).filter(as_of__gt=as_of).order_by("-as_of").first()
    if later:
        raise Refused(f"已经扫描到 {later.as_of}，不能再按更早的 {as_of} 改写疑点")
    wanted = rules or sorted(definitions.rules)
    folders = [definitions.rules[code] for code in dict.fromkeys(wanted)]
    return [
        one
        for one in folders
        if one.rule.since <= as_of and (one.rule.until is None or as_of <= one.rule.until)
    ]


def _snapshot(definitions: Definitions, compiled: Sequence[Compiled], as_of: dt.date) -> Snapshot:
    """The batches that count at the end of the day, and what linking made of their rows."""
    end = end_of(as_of)
    tables = {table for one in compiled for table in one.rule.tables}
    batches = live(end).filter(files__role="rows", files__table__in=tables).distinct()
    if waiting := batches.filter(linking=None).count():
        raise Refused(f"还有 {waiting} 个批次没有与纳税人关联，请先运行关联")
    rows = snapshot(definitions, sorted(tables), end)
    links = LakeFile.objects.filter(role="links", batch__in=batches).order_by("path")
    return Snapshot(
        settings.LAKE,
        {**rows.files, LINKS: list(links.values_list("path", flat=True))},
        {**rows.empties, LINKS: pl.DataFrame(schema=LINK_SHAPE)},
    )


def _same_as_before(
    taken: Snapshot, definitions: Definitions, compiled: Sequence[Compiled], as_of: dt.date
) -> Run | None:
    """The latest run, when it was this one and none of its rules failed."""
    latest = Run.objects.exclude(finished_at=None).first()
    if latest is None or latest.failures:
        return None
    made_of = (latest.as_of, latest.snapshot, latest.definitions, latest.rules)
    asked = (as_of, taken.digest, definitions.digest, [one.rule.code for one in compiled])
    return latest if made_of == asked else None


def _find(
    definitions: Definitions,
    compiled: Sequence[Compiled],
    taken: Snapshot,
    as_of: dt.date,
    progress: Progress | None,
) -> tuple[list[Found], dict[str, str]]:
    found, failures = [], {}
    with Session(taken) as session:
        for place, one in enumerate(compiled):
            if progress:
                progress(f"{one.rule.code} {one.rule.name}", place, len(compiled))
            try:
                with session.limited(settings.RULE_SECONDS):
                    found.append(_run_one(definitions, one, session, as_of))
            except TooLong:
                failures[one.rule.code] = _TOO_LONG.format(seconds=settings.RULE_SECONDS)
            except (BadResult, duckdb.Error) as error:
                failures[one.rule.code] = str(error)[:500]
    return found, failures


def _run_one(definitions: Definitions, compiled: Compiled, session: Session, as_of: dt.date) -> Found:
    results = run(compiled, session, as_of, definitions.parameters)
    hits = results.filter(pl.col("result") == "hit")
    texts = [
        explain_formula(compiled.rule, row, as_of, definitions.parameters)
        for row in hits.iter_rows(named=True)
    ]
    counts = dict(results.group_by("result").len().iter_rows())
    return Found(
        rule=compiled.rule,
        hits=hits.with_columns(pl.Series("formula", texts, dtype=pl.String)),
        evidence=evidence(compiled, session, hits),
        names=_names(session, hits),
        counts={key: counts.get(key, 0) for key in ("hit", "miss", "insufficient")},
    )


def _names(session: Session, hits: pl.DataFrame) -> dict[str, str]:
    """Names under which files mention the subjects and objects of hits; persons have none."""
    wanted = pl.concat([hits["subject"], hits["object"]]).unique().rename("subject").to_frame()
    session.put("wanted", wanted)
    rows = session.rows(
        f"SELECT l.subject, min(l.name) AS name FROM {LINKS} AS l JOIN wanted USING (subject)"  # noqa: S608  # a constant
        " WHERE l.name IS NOT NULL AND l.subject NOT LIKE 'person:%' GROUP BY l.subject"
    )
    session.drop("wanted")
    return dict(rows.iter_rows())


@transaction.atomic
def _enter(made: Run, found: Sequence[Found], definitions: Definitions, before: UUID | None) -> Run | None:
    """The hits as the rules found them, the run and its event, together; None where another came between."""
    Run.objects.select_for_update().filter(pk__in=[before] if before else []).first()
    if _newest() != before:
        return None
    made.save()
    for one in found:
        bring_up_to_date(made, one, definitions)
    grade(definitions, made.as_of)
    made.counts = {one.rule.code: one.counts for one in found}
    made.finished_at = timezone.now()
    made.save()
    detail = {
        "as_of": made.as_of.isoformat(),
        "rules": made.rules,
        "found": made.found,
        "changed": made.changed,
        "cleared": made.cleared,
        "failed": sorted(made.failures),
        "open": Hit.objects.filter(state="open").count(),
    }
    record("risk.scanned", by=made.started_by, subject=("run", made.pk), duty="run_scan", detail=detail)
    return made
