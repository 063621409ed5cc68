"""The examples of columns: what the product tells people to write is what it takes."""

import datetime as dt

import polars as pl
import pytest

from gongzhi.engine.calendar import parse_period
from gongzhi.engine.checks import Context, check, map_columns, render
from gongzhi.engine.definitions import Field, FieldType, Sheet
from gongzhi.engine.definitions.examples import DAY, example_row
from gongzhi.engine.tables import Column, Table

TIMES = {FieldType.PERIOD, FieldType.YEAR}
LATER = dt.date(2027, 12, 31)
CODES = {FieldType.CREDIT_CODE, FieldType.CODE_OR_ID, FieldType.PERSON_ID}
INVENTED = "EXAMPL"  # in the organisation part of a code: nobody has it


def sheets(definitions):
    return [sheet for resource in definitions.resources.values() for sheet in resource.sheets]


def faults(definitions, sheet: Sheet, field: Field, text: str) -> list[str]:
    """What the check of a file says of this text in this column of the sheet's worked row."""
    row = example_row(sheet, 2) | {field.key: text}
    sheet = sheet.model_copy(update={"checks": ()})  # across columns the worked row is held elsewhere
    columns = tuple(Column(index, one.title) for index, one in enumerate(sheet.fields))
    data = pl.DataFrame({f"c{index}": [row[one.key]] for index, one in enumerate(sheet.fields)})
    table = Table(sheet.title, 0, 1, columns, data, pl.Series([2]))
    own = [one for one in sheet.fields if one.in_period and one.type in TIMES]
    period = parse_period(row[own[0].key] if own else f"{DAY:%Y-%m}")
    context = Context(definitions.findings, LATER, period)
    found = render(check(table, map_columns(table, sheet), sheet, context), definitions.findings)
    return found.filter(pl.col("column") == field.title)["message"].to_list()


def test_an_example_passes_the_checks_of_its_own_column(definitions):
    wrong = [
        (sheet.code, field.title, field.example, told)
        for sheet in sheets(definitions)
        for field in sheet.fields
        if field.example is not None and (told := faults(definitions, sheet, field, field.example))
    ]
    assert wrong == []


def test_an_example_of_a_code_is_invented_and_can_be_nobodys(definitions):
    told = {f.example for sheet in sheets(definitions) for f in sheet.fields if f.type in CODES and f.example}
    assert told
    assert [example for example in sorted(told) if INVENTED not in example] == []


@pytest.mark.parametrize("text", ["9133060200000000XX", "91990000EXAMPL0120"])
def test_a_code_that_is_none_would_be_noticed(definitions, text):
    sheet = definitions.resources["9.5"].sheet()
    assert faults(definitions, sheet, sheet.field("developer_code"), text)
