"""From a file to a preparation: read in the cage, map, check, cut persons out, hash the content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings

from gongzhi.catalogue.queries import is_stock
from gongzhi.editions.queries import in_force, in_force_for
from gongzhi.engine.calendar import Period, parse_period
from gongzhi.engine.checks import (
    Checked,
    Context,
    adopt,
    best_match,
    check,
    render,
    repaired_cells,
)
from gongzhi.engine.checks.adopting import ADOPTED
from gongzhi.engine.checks.canonical import canonical_rows
from gongzhi.engine.crypto import content_hash, person_tokens, sm3
from gongzhi.engine.definitions import Definitions, Field, FieldType, Resource, Sheet
from gongzhi.engine.lake import column_types, cut_persons, is_person, may_name_person, seal_rows
from gongzhi.engine.tables import Reading, Unreadable, read
from gongzhi.intake.models import Submission
from gongzhi.intake.queries import FINDINGS, REPAIRED, known_keys, place_of_box, waivers_of

from .comparing import Comparing, trends
from .names import reads_as_organisation
from .notices import filled, not_taken, notices_of
from .older import TemplateChanged, brought_over, every_sheet
from .preparation import Part, Prepared, counted, known
from .taking import Taken, guarded, headings_of, left_out, meant, sheets_of, take

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class _Checked:
    sheet: Sheet
    part: Part
    checked: Checked
    repaired: pl.DataFrame
    hashing: Future[pl.Series]


def prepare(submission: Submission, file: Path) -> Prepared:
    """Read and check a file for its submission; one that cannot be read gives a refusal, never an error."""
    definitions = in_force_for(submission.resource, submission.period)
    resource = definitions.resources[submission.resource]
    try:
        reading = read(file, headings=headings_of(every_sheet(resource.number)))
    except Unreadable as error:
        return _refused(definitions, error.code, error.details)
    if reading.mark and reading.mark.resource not in {resource.number, resource.code}:
        other = definitions.resources.get(reading.mark.resource)
        return _wrong_template(definitions, resource, other.title if other else reading.mark.resource)
    try:
        reading = brought_over(reading, submission, sheets_of(submission))
    except TemplateChanged as changed:
        return _refused(definitions, "template_changed", {"title": resource.title, **changed.places})
    names = "、".join(table.sheet for table in reading.tables)
    reading = meant(reading, submission)
    if submission.only_sheet and not reading.tables:
        places = {"sheet": submission.only_sheet, "sheets": names}
        return _refused(definitions, "no_such_sheet", places)
    taken = take(reading, submission)
    left = left_out(reading, taken, submission)
    if not taken:
        return _wrong_template(definitions, resource, _nearest(definitions, reading))
    rest: dict[str, Any] = {
        "notices": [*not_taken(definitions, resource, left), *notices_of(definitions, reading, taken)],
        "adds": reading.mark.adds if reading.mark else None,
    }
    del reading  # the text of each table is let go once it is checked: with a million rows it counts
    comparing = Comparing(submission, definitions, [one.sheet for one in taken])
    checked = _checked_tables(submission, definitions, taken, comparing)
    rest["notices"] += comparing.notices
    return _decided(definitions, submission, Prepared(**rest, **checked))


def _checked_tables(
    submission: Submission, definitions: Definitions, taken: list[Taken], comparing: Comparing
) -> dict[str, Any]:
    """Parts, findings, repairs and the content hash of all tables; `taken` is used up.

    Rows are hashed and findings put into words while others are checked and written; only what asks for
    the content or the texts waits for them.
    """
    context = _context(submission, definitions, comparing)
    checked = []
    with _hand() as hand:
        for index in range(len(taken)):
            checked.append(_check(submission, context, index, taken.pop(0), hand))
            comparing.came_in(checked[-1].sheet, checked[-1].part.rows)
        telling = hand.submit(_told, definitions, [one.checked for one in checked])
        hashing = hand.submit(_content, [(one.part.letter, one.hashing) for one in checked])
    return {
        "parts": [one.part for one in checked],
        "by_code": counted(one.checked.findings for one in checked),
        "telling": telling,
        "trends": trends(definitions, [one.checked for one in checked]),
        "repaired": pl.concat([one.repaired for one in checked]),
        "hashing": hashing,
    }


@contextmanager
def _hand() -> Iterator[ThreadPoolExecutor]:
    """Two threads beside this one, which go on after the block until their work is done."""
    hand = ThreadPoolExecutor(2)
    try:
        yield hand
    finally:
        hand.shutdown(wait=False)


def _wrong_template(definitions: Definitions, resource: Resource, other: str) -> Prepared:
    near = f"它像是《{other}》" if other else "也不像目录中的其他资源"
    return _refused(definitions, "wrong_template", {"title": resource.title, "near": near})


def _nearest(definitions: Definitions, reading: Reading) -> str:
    """Title of the resource whose headings fit best; empty when none fits."""
    matches = (best_match(definitions.resources.values(), table) for table in reading.tables)
    return next((match.resource.title for match in matches if match), "")


def _context(
    submission: Submission, definitions: Definitions, comparing: Comparing
) -> Callable[[int, Sheet], Context]:
    as_of = submission.received_at.astimezone(SHANGHAI).date()
    period: Period | None = parse_period(submission.period)
    resource = definitions.resources[submission.resource]
    if period and period.kind == "day" and is_stock(resource):
        period = None  # a register's stock has been entered in all the years before
    waived = waivers_of(submission.unit, submission.resource, as_of)

    def of(index: int, sheet: Sheet) -> Context:
        kept = comparing.keepers(sheet, _keeper)
        kept |= {sheet.field(key).column: _keeper(sheet, sheet.field(key)) for key in sheet.key}
        known = known_keys(submission, resource, sheet)
        past = comparing.past(index, sheet)
        return Context(definitions.findings, as_of, period, known, kept, past, waived)

    return of


def tokens(values: pl.Series) -> pl.Series:
    """Persons' ids and names as the lake keeps them."""
    return person_tokens(settings.KEYS.current("token"), values)


def _keeper(sheet: Sheet, field: Field) -> Callable[[pl.Series], pl.Series]:
    """How the lake keeps a key column, so that it can be compared with earlier batches."""
    if field.type is FieldType.CODE_OR_ID:
        return lambda values: _tokens_where(is_person(values), values)
    if may_name_person(sheet, field):
        return lambda names: _tokens_where(~reads_as_organisation(names), names)
    worded = field.type in {FieldType.ENUM, FieldType.PERIOD, FieldType.DATE}
    return tokens if field.personal and not worded else lambda values: values


def _tokens_where(persons: pl.Series, values: pl.Series) -> pl.Series:
    persons = values.set(~persons, None)
    return pl.select(pl.when(persons.is_not_null()).then(tokens(persons)).otherwise(values)).to_series()


def _check(
    submission: Submission,
    context: Callable[[int, Sheet], Context],
    index: int,
    taken: Taken,
    hand: ThreadPoolExecutor,
) -> _Checked:
    sheet, told = guarded(taken.sheet), context(index, taken.sheet)
    checked = check(taken.table, taken.mapping, sheet, told)
    cells = {(row, field) for part, row, field in submission.adopted if part == index}
    adopted = pl.DataFrame(schema=ADOPTED)
    if cells:
        table, adopted = adopt(taken.table, taken.mapping, sheet, checked, cells)
        taken = replace(taken, table=table)
        checked = check(table, taken.mapping, sheet, told)
    hashing = hand.submit(canonical_rows, checked.accepted)
    part = _part(submission, index, taken, checked)
    repaired = _repairs(pl.concat([adopted, repaired_cells(checked)]), index)
    # What was accepted lives on in the part; only what was found is put into words later.
    return _Checked(taken.sheet, part, checked.found_alone(), repaired, hashing)


def _part(submission: Submission, index: int, taken: Taken, checked: Checked) -> Part:
    """What enters the lake of one table, persons cut out."""
    cut = cut_persons(checked.accepted, taken.sheet, tokens, reads_as_organisation)
    types = {name: kind for name, kind in column_types(taken.sheet).items() if name in cut.rows.columns}
    return Part(
        table=taken.sheet.code,
        letter=taken.sheet.letter,
        index=index,
        sheet=taken.table.sheet,
        header_row=taken.table.header_row,
        columns=tuple(column.header for column in taken.table.columns),
        rows=cut.rows.cast(types),  # type: ignore[arg-type]  # a mapping of names to types is one
        set_aside=tuple(checked.set_aside.to_list()),
        skipped=tuple({"row": skipped.row, "why": skipped.why} for skipped in taken.table.skipped),
        boxes=_boxes(submission, index, {"sealed": cut.originals, "beside": checked.beside}),
        letters={key: taken.table.columns[at].letter for key, at in taken.mapping.columns.items()},
    )


def _boxes(submission: Submission, index: int, rows: dict[str, pl.DataFrame]) -> dict[str, bytes]:
    """Sealed: persons cut out of the rows, and columns that nobody knows, which may hold persons as well."""
    key = settings.KEYS.current("seal")
    return {
        role: seal_rows(key, frame, place_of_box(submission.pk, role, index))
        for role, frame in rows.items()
        if frame.height and frame.width > 1
    }


def _told(definitions: Definitions, checked: Sequence[Checked]) -> pl.DataFrame:
    """The findings of all tables in words."""
    frames = (
        render(one, definitions.findings).with_columns(pl.lit(index, dtype=pl.UInt16).alias("_part"))
        for index, one in enumerate(checked)
    )
    return pl.concat([frame.select(list(FINDINGS)).cast(FINDINGS) for frame in frames])  # type: ignore[arg-type]  # as above


def _repairs(repaired: pl.DataFrame, index: int) -> pl.DataFrame:
    part = pl.lit(index, dtype=pl.UInt16).alias("_part")
    return repaired.with_columns(part).select(list(REPAIRED)).cast(REPAIRED)  # type: ignore[arg-type]  # as above


def _content(checked: Sequence[tuple[str, Future[pl.Series]]]) -> str:
    """One hash over the sheets' own, each under its letter: rows cannot change tables unseen."""
    by_letter: dict[str, list[pl.Series]] = {}
    for letter, hashing in checked:
        by_letter.setdefault(letter, []).append(hashing.result())
    digests = {letter: content_hash(pl.concat(found)) for letter, found in by_letter.items()}
    if len(digests) == 1:
        return next(iter(digests.values())).hex()
    return sm3(b"".join(letter.encode() + digest for letter, digest in sorted(digests.items()))).hex()


def _decided(definitions: Definitions, submission: Submission, prepared: Prepared) -> Prepared:
    """A file is turned away when it says so itself, holds no row, or must come in whole and does not."""
    refusing = [code for code in prepared.by_code if definitions.findings[code].severity == "refuse"]
    if refusing:
        turned = prepared.findings.filter(pl.col("code").is_in(refusing))
        code, text, mend = turned.select("code", "message", "mend").row(0)
        return replace(prepared, refusal={"code": code, "text": text, "mend": mend})
    if not prepared.rows:
        return _with_refusal(definitions, prepared, "no_rows", {})
    if not prepared.accepted:
        return _with_refusal(definitions, prepared, "no_good_row", {"rows": str(prepared.rows)})
    if submission.whole and prepared.set_aside:
        return _with_refusal(definitions, prepared, "not_whole_file", {"set_aside": str(prepared.set_aside)})
    return prepared


def failed(times: int) -> Prepared:
    """The outcome for a file whose check broke off so many times."""
    return _refused(in_force(), "check_failed", {"times": str(times)})


def _refused(definitions: Definitions, code: str, places: dict[str, str]) -> Prepared:
    """A file that could not be read or taken: no rows, one finding."""
    nothing = Prepared(
        parts=(),
        by_code={},
        telling=known(pl.DataFrame(schema=FINDINGS)),
        repaired=pl.DataFrame(schema=REPAIRED),
        notices=(),
        hashing=known(""),
    )
    return _with_refusal(definitions, nothing, code, places)


def _with_refusal(
    definitions: Definitions, prepared: Prepared, code: str, places: dict[str, str]
) -> Prepared:
    finding = definitions.findings[code]
    text, mend = filled(finding.message, places), filled(finding.mend, places)
    row = {
        "_part": 0,
        "code": code,
        "severity": "refuse",
        "title": finding.title,
        "message": text,
        "mend": mend,
    }
    findings = pl.concat([pl.DataFrame([row], schema=FINDINGS), prepared.findings])
    refusal = {"code": code, "text": text, "mend": mend}
    return replace(prepared, by_code=counted([findings]), telling=known(findings), refusal=refusal)
