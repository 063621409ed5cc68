"""What is told of columns: examples that the product takes, and a meaning that says more than the heading."""

from collections import Counter

import pytest

from gongzhi.engine.checks import example_faults
from gongzhi.engine.definitions import Field, FieldType, Sheet
from gongzhi.engine.definitions.examples import example_row
from gongzhi.engine.documents.meanings import has_own_meaning, meaning

CODES = {FieldType.CREDIT_CODE, FieldType.CODE_OR_ID, FieldType.PERSON_ID}
SHORTEST = 6  # characters of a sentence that says something
INVENTED = "EXAMPL"  # in the organisation part of a code: nobody has it


def sheets(definitions):
    return [sheet for resource in definitions.resources.values() for sheet in resource.sheets]


def faults(definitions, sheet: Sheet, field: Field, text: str) -> list[str]:
    """What the check of a file says of this text in this column of the sheet's worked row."""
    fields = tuple(
        one.model_copy(update={"example": text}) if one.key == field.key else one for one in sheet.fields
    )
    told = example_faults(sheet.model_copy(update={"fields": fields}), definitions.findings)
    return [fault for one, fault in told if one.key == field.key]


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


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("presale_area", "不详"),
        ("presale_area", "1,200"),
        ("issued_on", "不详"),
        ("issued_on", "2026/3/2"),
        ("permit_no", " "),
    ],
)
def test_an_example_of_which_no_worked_row_can_be_made_is_told(definitions, key, text):
    """The worked row is made for every template and every file: a bad one in force would stop both."""
    sheet = definitions.resources["9.5"].sheet()
    assert len(faults(definitions, sheet, sheet.field(key), text)) == 1


def test_no_example_echoes_the_heading_of_its_column(definitions):
    echoes = [
        (sheet.code, field.title, row[field.key])
        for sheet in sheets(definitions)
        for row in [example_row(sheet)]
        for field in sheet.fields
        if field.type is not FieldType.ENUM and field.title in row[field.key]
    ]
    assert echoes == []


# How many columns have no meaning of their own (in the definition, as part of a party, in the notice's words)
# and show the general one of their type. Write help texts and lower a number; none may go up.
WITHOUT_MEANING = {"附件2": 85, "附件4": 87, "税务局": 750}


def test_columns_without_a_meaning_of_their_own_only_become_fewer(definitions):
    found = Counter(
        {"K": "附件4", "T": "税务局"}.get(resource.number[0], "附件2")
        for resource in definitions.resources.values()
        for sheet in resource.sheets
        for field in sheet.fields
        if not has_own_meaning(sheet, field)
    )
    assert dict(found) == WITHOUT_MEANING


def test_every_column_is_told_more_than_its_own_heading(definitions):
    told = [
        (field.title, field.help or meaning(sheet, field))
        for sheet in sheets(definitions)
        for field in sheet.fields
    ]
    assert [one for one in told if len(one[1]) < SHORTEST or "同列名" in one[1]] == []
