"""Worked examples: rows as a unit would write them in, results as a tax officer would state them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from gongzhi.engine.definitions import Case, Definitions, Field, FieldType, RuleFolder, Sheet
from gongzhi.engine.lake import Session, Snapshot, column_types, empty

from .compiling import KEY, Compiled, compile_rule
from .formula import explain_formula
from .running import BadResult, evidence, run
from .values import replaced
from .views import LINKS

LINK_COLUMNS = {
    "_batch": pl.String, "_part": pl.UInt16, "_row": pl.UInt32, "role": pl.String, "subject": pl.String,
}  # fmt: skip
_FIRST_ROW = 2  # row 1 of a sheet holds the headings


def run_cases(folder: RuleFolder, definitions: Definitions) -> list[str]:
    """Run a rule's worked examples; returns what did not come out, in Chinese, empty when all did."""
    compiled = compile_rule(folder, definitions)
    return [
        f"规则 {folder.rule.code}，算例“{case.name}”：{failure}"
        for case in folder.cases.cases
        for failure in case_failures(compiled, case, definitions)
    ]


@dataclass(frozen=True)
class Tried:
    """One worked example, run: what came out in words, and what should have and did not."""

    name: str
    day: dt.date
    outcome: tuple[str, ...]
    failures: tuple[str, ...]


_RESULTS = {"hit": "命中", "miss": "未命中", "insufficient": "数据不足"}


def tried(folder: RuleFolder, definitions: Definitions) -> list[Tried]:
    """Every worked example of a rule with its outcome. Raises NotAllowed where the text may not run."""
    compiled = compile_rule(folder, definitions)
    return [_tried(compiled, case, definitions) for case in folder.cases.cases]


def _tried(compiled: Compiled, case: Case, definitions: Definitions) -> Tried:
    broken = tuple(case_failures(compiled, case, definitions))
    try:
        rows = results(compiled, case, definitions).to_dicts()
    except (BadResult, duckdb.Error):
        return Tried(case.name, case.as_of, (), broken)
    outcome = [
        f"{row['subject']}：{_RESULTS.get(row['result'], row['result'])}"
        + (f"，{row['formula_text']}" if row["result"] == "hit" else "")
        for row in rows
    ]
    return Tried(case.name, case.as_of, tuple(outcome), broken)


def results(compiled: Compiled, case: Case, definitions: Definitions) -> pl.DataFrame:
    """What a rule returns for an example, with the column `formula_text` and the count `evidence_rows`."""
    frames = case_frames(compiled.sheets, case)
    parameters = replaced(definitions.parameters, case.parameters)
    with Session(Snapshot(Path("/"), {}), frames, threads=1) as session:
        found = run(compiled, session, case.as_of, parameters)
        proof = evidence(compiled, session, found.filter(pl.col("result") == "hit"))
    texts = [
        explain_formula(compiled.rule, row, case.as_of, parameters) for row in found.iter_rows(named=True)
    ]
    counted = proof.group_by(KEY).len("evidence_rows")
    return found.with_columns(pl.Series("formula_text", texts, dtype=pl.String)).join(
        counted, on=KEY, how="left"
    )


def case_frames(sheets: Mapping[str, Sheet], case: Case) -> dict[str, pl.DataFrame]:
    """The tables of an example as the lake would hold them, and their links."""
    frames = {name: _frame(sheet, case.given.get(name, ())) for name, sheet in sheets.items()}
    links = [row for name, sheet in sheets.items() for row in _links(sheet, case.given.get(name, ()))]
    return frames | {LINKS: pl.DataFrame(links, schema=LINK_COLUMNS, orient="row")}


def _frame(sheet: Sheet, given: tuple[Mapping[str, Any], ...]) -> pl.DataFrame:
    if not given:
        return empty(sheet)
    by_key = {field.key: field for field in sheet.fields}
    rows = []
    for place, row in enumerate(given):
        cells = {by_key[key].column: _value(by_key[key], raw) for key, raw in row.items() if key in by_key}
        origin = {"_batch": sheet.code, "_unit": "", "_period": row.get("_period"), "_part": 0}
        rows.append(cells | origin | {"_row": place + _FIRST_ROW})
    return pl.DataFrame(rows, schema=column_types(sheet))


def _links(sheet: Sheet, given: tuple[Mapping[str, Any], ...]) -> Iterator[tuple[Any, ...]]:
    for place, row in enumerate(given):
        for party in sheet.parties:
            if subject := row.get(f"{party.role}_subject"):
                yield sheet.code, 0, place + _FIRST_ROW, party.role, subject


def _value(field: Field, raw: Any) -> Any:
    """A value as written (money in 元, areas in ㎡, days as ISO text) as the lake holds it."""
    if raw is None:
        return None
    match field.type:
        case FieldType.MONEY:
            return int(Decimal(str(raw)) * 100)
        case FieldType.AREA | FieldType.NUMBER | FieldType.PERCENT:
            return Decimal(str(raw)).quantize(Decimal("0.0001"))
        case FieldType.DATE:
            return raw if isinstance(raw, dt.date) else dt.date.fromisoformat(str(raw))
        case FieldType.YEAR | FieldType.COUNT:
            return int(raw)
        case FieldType.BOOLEAN:
            return bool(raw)
    return str(raw)


STOPPED = "不能运行："
_NO_COLUMN = re.compile(r'(?:have a column named|Referenced column) "([^"]+)"')


def _said(error: duckdb.Error) -> str:
    """The engine's own words without the text of the rule; a column that is not there by its name."""
    if column := _NO_COLUMN.search(str(error)):
        return f"没有叫 {column[1]} 的列"
    return str(error).partition("\n")[0]


def case_failures(compiled: Compiled, case: Case, definitions: Definitions) -> Iterator[str]:
    """What does not come out in one example."""
    try:
        found = results(compiled, case, definitions)
    except BadResult as error:
        yield str(error)
        return
    except duckdb.Error as error:
        yield f"{STOPPED}{_said(error)}"
        return
    rows = found.to_dicts()
    for wanted in case.expect:
        row = _find(rows, wanted)
        if row is None:
            yield f"没有返回 {wanted['subject']} 的结果"
            continue
        yield from _differences(compiled, wanted, row)
        if row["result"] == "hit" and not row["evidence_rows"]:
            yield "命中没有一行证据"
    expected = {id(_find(rows, wanted)) for wanted in case.expect}
    for row in rows:
        if row["result"] != "miss" and id(row) not in expected:
            yield f"多出一条：{row['subject']} {row['object']} {row['result']}"


def _find(rows: list[dict[str, Any]], wanted: Mapping[str, Any]) -> dict[str, Any] | None:
    """The row of a subject, of an object where the example names one; of several, that of its period."""
    named = {key: wanted[key] for key in ("subject", "object") if key in wanted}
    of_it = [row for row in rows if all(row[key] == value for key, value in named.items())]
    of_period = [row for row in of_it if row["period"] == str(wanted.get("period"))]
    return next(iter(of_period or of_it), None)


def _differences(compiled: Compiled, wanted: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[str]:
    sides = {"left": compiled.rule.left.unit, "right": compiled.rule.right.unit}
    for key, value in wanted.items():
        if key in {"subject", "object"}:
            continue
        if key == "says":
            if str(value) not in row["formula_text"]:
                yield f"算式应含“{value}”，实为“{row['formula_text']}”"
            continue
        try:
            got = _stated(key, row, sides)
        except KeyError:
            yield f"规则没有返回 {key}"
            continue
        if not _equal(got, value):
            yield f"{key} 应为 {value}，算得 {got}"


def _stated(key: str, row: Mapping[str, Any], sides: Mapping[str, str]) -> Any:
    """A value of a row in the unit in which examples state it: 元 for money."""
    if key in sides:
        raw, fen = row[f"{key}_value"], sides[key] == "fen"
    elif key.endswith("_yuan"):
        raw, fen = row[f"{key.removesuffix('_yuan')}_fen"], True
    else:
        raw, fen = row[key], False
    return Decimal(raw) / 100 if fen and raw is not None else raw


def _equal(got: Any, wanted: Any) -> bool:
    if got is None or wanted is None or isinstance(got, str):
        return got is wanted if wanted is None else got == str(wanted)
    return Decimal(str(got)) == Decimal(str(wanted))
