"""Scripts of the peers of the intake benchmark: the same checks, bad cells as row and field, Parquet out.

Each reads the CSV its fastest documented way, checks everything without a cap, writes the rows without a
fault to Parquet, and prints seconds and the cells that it found. Check digits, which no peer has, are given
to all of them as one vectorised function. None makes texts or suggestions, repairs, hashes or keeps a ledger.
"""

from __future__ import annotations

PRELUDE = r"""
import json, re, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
CSV, OUT = sys.argv[1:3]
FIELDS = ["number", "code", "name", "third", "signed", "ends", "amount", "area", "kind", "phone", "heads", "address"]
PERSON = sys.argv[3] == "person"
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
INSIDE = np.array([3, 7, 9, 10, 5, 8, 4, 2])
ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
VALUE, WORTH = np.full(256, 99), np.full(256, 99)
for at, letter in enumerate(LETTERS): VALUE[ord(letter)] = at
for at, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"): WORTH[ord(letter)] = at
def letters(texts):
    texts = np.asarray(texts, dtype=object)
    whole = np.fromiter((len(t) == 18 and t.isascii() for t in texts), bool, len(texts))
    joined = "".join(texts[whole]).encode()
    return whole, np.frombuffer(joined, np.uint8).reshape(-1, 18)
def right_code(texts):
    whole, rows = letters(texts)
    value, worth = VALUE[rows], WORTH[rows[:, 8:17]]
    inside = -(worth[:, :8] @ INSIDE) % 11
    good = (value < 99).all(1) & (-(value[:, :17] @ WEIGHTS) % 31 == value[:, 17])
    good &= np.where(inside == 10, ord("X"), inside + 48) == rows[:, 16]
    out = np.zeros(len(whole), bool); out[whole] = good
    return out
def right_id(texts):
    import pandas as pd
    whole, rows = letters(texts)
    digits = rows[:, :17].astype(int) - 48
    good = ((digits >= 0) & (digits < 10)).all(1)
    good &= np.frombuffer(b"10X98765432", np.uint8)[(digits @ ID_WEIGHTS) % 11] == rows[:, 17]
    born = ["%d%d%d%d-%d%d-%d%d" % tuple(d) for d in digits[:, 6:14].tolist()]
    good &= pd.to_datetime(pd.Series(born), format="%Y-%m-%d", errors="coerce").notna().to_numpy()
    out = np.zeros(len(whole), bool); out[whole] = good
    return out
KINDS = ["新签", "续签", "变更", "终止"]
NUMBER, DECIMAL = r"^HT\d{12}$", r"^-?\d+(\.\d{1,2})?$"
PHONE = r"^(1[3-9]\d{9}|0\d{2,3}-?[2-9]\d{6,7})$"
def done(seconds, cells):
    print(json.dumps({"seconds": seconds, "cells": sorted(set((int(r) + 2, f) for r, f in cells))}))
"""

PANDAS = r"""
import pandas as pd
def load():
    frame = pd.read_csv(CSV, dtype=str, keep_default_na=False); frame.columns = FIELDS
    return frame
def day(s): return pd.to_datetime(s, format="%Y-%m-%d", errors="coerce")
def prepared(frame):
    frame["code_right"] = right_code(frame["code"])
    if PERSON: frame["third_right"] = right_id(frame["third"])
    frame["signed_day"], frame["ends_day"] = day(frame["signed"]), day(frame["ends"])
    for name in ("amount", "heads", "area"): frame[name + "_value"] = pd.to_numeric(frame[name], errors="coerce")
    return frame
FIRST, LAST = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-03-31")
"""

PANDERA = r"""
import pandera.pandas as pa
begin = time.perf_counter()
frame = load()
def col(*checks, **rest): return pa.Column(str, checks=list(checks), **rest)
def fn(f): return pa.Check(f, ignore_na=False)
third = fn(lambda s: pd.Series(right_id(s), s.index)) if PERSON else fn(lambda s: pd.to_numeric(s, errors="coerce") >= 0)
schema = pa.DataFrameSchema({
    "number": col(pa.Check.str_matches(NUMBER), unique=True, report_duplicates="exclude_first"),
    "code": col(fn(lambda s: pd.Series(right_code(s), s.index))),
    "name": col(pa.Check.str_length(1, 60)),
    "third": col(third),
    "signed": col(fn(lambda s: day(s).notna()), fn(lambda s: day(s).isna() | day(s).between(FIRST, LAST))),
    "ends": col(fn(lambda s: day(s).notna())),
    "amount": col(fn(lambda s: pd.to_numeric(s, errors="coerce") >= 0)),
    "area": col(fn(lambda s: pd.to_numeric(s, errors="coerce") >= 0)),
    "kind": col(pa.Check.isin(KINDS)),
    "phone": col(pa.Check.str_matches(PHONE)),
    "heads": col(fn(lambda s: pd.to_numeric(s, errors="coerce").between(0, 1000))),
    "address": col(),
}, checks=fn(lambda f: ~(day(f["ends"]) < day(f["signed"]))))
cells = []
try:
    schema.validate(frame, lazy=True)
except pa.errors.SchemaErrors as error:
    cases = error.failure_cases
    whole = cases["schema_context"] == "DataFrameSchema"
    cells = list(zip(cases["index"][~whole], cases["column"][~whole])) + [(r, "ends") for r in set(cases["index"][whole])]
bad = {int(row) for row, _ in cells}
frame[~frame.index.isin(bad)].to_parquet(OUT)
done(time.perf_counter() - begin, cells)
"""

GREAT_EXPECTATIONS = r"""
import logging; logging.disable(logging.CRITICAL)
import great_expectations as gx, great_expectations.expectations as gxe
begin = time.perf_counter()
frame = prepared(load())
context = gx.get_context(mode="ephemeral")
batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
suite = context.suites.add(gx.ExpectationSuite(name="s"))
rules = [
    ("number", gxe.ExpectColumnValuesToMatchRegex(column="number", regex=NUMBER)),
    ("number", gxe.ExpectColumnValuesToBeUnique(column="number")),
    ("code", gxe.ExpectColumnValuesToBeInSet(column="code_right", value_set=[True])),
    ("name", gxe.ExpectColumnValueLengthsToBeBetween(column="name", min_value=1, max_value=60)),
    ("third", gxe.ExpectColumnValuesToBeInSet(column="third_right", value_set=[True])) if PERSON else
    ("third", gxe.ExpectColumnValuesToMatchRegex(column="third", regex=DECIMAL)),
    ("signed", gxe.ExpectColumnValuesToNotBeNull(column="signed_day")),
    ("signed", gxe.ExpectColumnValuesToBeBetween(column="signed_day", min_value=FIRST, max_value=LAST)),
    ("ends", gxe.ExpectColumnValuesToNotBeNull(column="ends_day")),
    ("ends", gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="ends_day", column_B="signed_day", or_equal=True,
        ignore_row_if="either_value_is_missing")),
    ("amount", gxe.ExpectColumnValuesToNotBeNull(column="amount_value")),
    ("amount", gxe.ExpectColumnValuesToBeBetween(column="amount_value", min_value=0)),
    ("area", gxe.ExpectColumnValuesToNotBeNull(column="area_value")),
    ("area", gxe.ExpectColumnValuesToBeBetween(column="area_value", min_value=0)),
    ("kind", gxe.ExpectColumnValuesToBeInSet(column="kind", value_set=KINDS)),
    ("phone", gxe.ExpectColumnValuesToMatchRegex(column="phone", regex=PHONE)),
    ("heads", gxe.ExpectColumnValuesToBeBetween(column="heads_value", min_value=0, max_value=1000)),
]
for _, rule in rules: suite.add_expectation(rule)
run = context.validation_definitions.add(gx.ValidationDefinition(name="v", data=batch, suite=suite))
found = run.run(batch_parameters={"dataframe": frame}, result_format={"result_format": "COMPLETE"})
wanted = {json.dumps([r.expectation_type, {k: v for k, v in r.configuration.kwargs.items() if k != "batch_id"}],
          default=str, sort_keys=True): f for f, r in rules}
cells = []
for result in found.results:
    kwargs = {k: v for k, v in result.expectation_config.kwargs.items() if k != "batch_id"}
    field = wanted.get(json.dumps([result.expectation_config.type, kwargs], default=str, sort_keys=True))
    cells += [(row, field) for row in result.result.get("unexpected_index_list") or []]
bad = {int(row) for row, _ in cells}
frame[~frame.index.isin(bad)][FIELDS].to_parquet(OUT)
done(time.perf_counter() - begin, cells)
"""

POINTBLANK = r"""
import polars as pl, pointblank as pb
begin = time.perf_counter()
frame = pl.read_csv(CSV, infer_schema=False).fill_null(""); frame.columns = FIELDS
to_day = lambda name: pl.col(name).str.to_date("%Y-%m-%d", strict=False)
extra = [pl.Series("code_right", right_code(frame["code"].to_numpy()))]
if PERSON: extra.append(pl.Series("third_right", right_id(frame["third"].to_numpy())))
typed = frame.with_columns(extra).with_columns(
    to_day("signed").alias("signed_day"), to_day("ends").alias("ends_day"),
    *(pl.col(n).cast(pl.Float64, strict=False).alias(n + "_value") for n in ("amount", "area", "heads")),
    pl.col("name").str.len_chars().alias("name_length"))
from datetime import date
v = (pb.Validate(typed)
    .col_vals_regex("number", NUMBER).rows_distinct(["number"])
    .col_vals_expr(pl.col("code_right")).col_vals_between("name_length", 1, 60))
names = ["number", "number", "code", "name"]
v = v.col_vals_expr(pl.col("third_right")) if PERSON else v.col_vals_regex("third", DECIMAL)
v = (v.col_vals_not_null("signed_day").col_vals_between("signed_day", date(2026, 1, 1), date(2026, 3, 31), na_pass=True)
    .col_vals_not_null("ends_day").col_vals_expr(~(pl.col("ends_day") < pl.col("signed_day")).fill_null(False))
    .col_vals_not_null("amount_value").col_vals_ge("amount_value", 0, na_pass=True)
    .col_vals_not_null("area_value").col_vals_ge("area_value", 0, na_pass=True)
    .col_vals_in_set("kind", KINDS).col_vals_regex("phone", PHONE)
    .col_vals_between("heads_value", 0, 1000))
names += ["third", "signed", "signed", "ends", "ends", "amount", "amount", "area", "area", "kind", "phone", "heads"]
v = v.interrogate(get_first_n=10**9, extract_limit=10**9)
cells = []
for step, field in enumerate(names, start=1):
    part = v.get_data_extracts(i=step, frame=True)
    if part is not None and part.height: cells += [(row, field) for row in (part["_row_num_"] - 1).to_list()]
bad = pl.Series(sorted({int(row) for row, _ in cells}), dtype=pl.UInt32)
frame.with_row_index("at").filter(~pl.col("at").is_in(bad.implode())).drop("at").write_parquet(OUT)
done(time.perf_counter() - begin, cells)
"""

FRICTIONLESS = r"""
import frictionless, pandas as pd
from frictionless import Check, Checklist, Resource, Schema, errors
begin = time.perf_counter()
class Digits(Check):
    type = "digits"
    Errors = [errors.CellError]
    def validate_row(self, row):
        code = row["code"] or ""
        if not CODES[row.row_number - 2]:
            yield errors.CellError.from_row(row, note="check digit", field_name="code")
        if PERSON and not IDS[row.row_number - 2]:
            yield errors.CellError.from_row(row, note="check digit", field_name="third")
        signed, ends = row["signed"], row["ends"]
        if signed and not (FIRST <= signed <= LAST):
            yield errors.CellError.from_row(row, note="period", field_name="signed")
        if signed and ends and ends < signed:
            yield errors.CellError.from_row(row, note="order", field_name="ends")
from datetime import date
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
frame = load()
CODES, IDS = right_code(frame["code"]), right_id(frame["third"]) if PERSON else None
text = lambda name, **constraints: {"name": name, "type": "string", "constraints": constraints}
schema = Schema.from_descriptor({"fields": [
    text("number", pattern=NUMBER.strip("^$"), required=True, unique=True), text("code"),
    text("name", required=True, maxLength=60),
    text("third") if PERSON else {"name": "third", "type": "number"},
    {"name": "signed", "type": "date"}, {"name": "ends", "type": "date"},
    {"name": "amount", "type": "number", "constraints": {"minimum": 0}},
    {"name": "area", "type": "number", "constraints": {"minimum": 0}},
    text("kind", enum=KINDS), text("phone", pattern=PHONE.strip("^$")),
    {"name": "heads", "type": "integer", "constraints": {"minimum": 0, "maximum": 1000}}, text("address")]})
import os
os.chdir(os.path.dirname(CSV))
copy = "f_" + os.path.basename(CSV)
frame.to_csv(copy, index=False)
resource = Resource(path=copy, schema=schema)
report = resource.validate(Checklist(checks=[Digits()]), limit_errors=10**9)
cells = [(row - 2, field) for row, field in report.flatten(["rowNumber", "fieldName"])]
bad = {int(row) for row, _ in cells}
frame[~frame.index.isin(bad)].to_parquet(OUT)
done(time.perf_counter() - begin, cells)
"""

SCRIPTS = {
    "pointblank": PRELUDE + POINTBLANK,
    "pandera": PRELUDE + PANDAS + PANDERA,
    "great_expectations": PRELUDE + PANDAS + GREAT_EXPECTATIONS,
    "frictionless": PRELUDE + PANDAS + FRICTIONLESS,
}
