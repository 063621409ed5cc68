"""Rows from the definition alone pass every check, in the product's catalogue and in another district's."""

import re
from dataclasses import replace

import polars as pl
import pytest

from gongzhi.engine.checks import Context, check, map_columns
from gongzhi.engine.tables import Column, Table
from gongzhi.synth.chance import chance
from gongzhi.synth.generic import Wants, fill, fitting
from gongzhi.synth.grid import grid_of, text_of
from gongzhi.synth.words import words
from gongzhi.synth.world import World


def blocking(world, resource, sheet):
    """What a check says against generated rows of the last period."""
    period = world.year.periods(resource)[-1]
    lines = fill(Wants(world, resource, sheet, period), 40, chance(5, sheet.code))
    assert lines
    grid = grid_of(sheet, lines)
    texts = [[text_of(cell) or None for cell in row] for row in grid.rows]
    data = pl.DataFrame(
        {f"c{i}": pl.Series([row[i] for row in texts], dtype=pl.String) for i in range(len(grid.columns))}
    )
    columns = tuple(Column(i, column.heading) for i, column in enumerate(grid.columns))
    rows = pl.Series(range(2, 2 + len(texts)), dtype=pl.UInt32)
    table = Table("表", 0, 1, columns, data, rows)
    findings = world.definitions.findings
    checked = check(table, map_columns(table, sheet), sheet, Context(findings, world.as_of, period))
    kinds = checked.findings.filter(pl.col("severity").is_in(["block", "refuse"]))
    return [(sheet.code, *row) for row in kinds.select("field", "code", "value").unique().iter_rows()]


def test_every_table_of_the_catalogue_is_filled_without_a_fault(world):
    found = [
        fault
        for resource in world.definitions.resources.values()
        for sheet in resource.sheets
        for fault in blocking(world, resource, sheet)
    ]
    assert found == []


def test_another_district_needs_no_code(second, definitions):
    world = World(second, seed=1, taxpayers=40, until="2026-09")
    if not set(second.findings) >= {"required", "code_check_digit"}:
        object.__setattr__(world, "definitions", with_texts(second, definitions))
    found = [
        fault
        for resource in second.resources.values()
        for sheet in resource.sheets
        for fault in blocking(world, resource, sheet)
    ]
    assert found == []
    companies = [one.name for one in world.taxpayers if one.kind == "企业"]
    assert [name for name in companies if "云溪" not in name and "示例" not in name] == []


def with_texts(second, definitions):
    """The other district with the product's texts of findings, which any folder may leave out."""
    return replace(second, findings=definitions.findings)


@pytest.mark.parametrize("pattern", [r"^\d{11}$", r"^[A-T]?\d{2,4}$", r"^\d{1,2}(\.\d{1,2})?$"])
def test_texts_fit_their_pattern(pattern):
    assert re.fullmatch(pattern, fitting(pattern, None, chance(1, pattern)))


def test_a_pattern_that_nothing_fits_is_told():
    with pytest.raises(ValueError, match="give the field an example"):
        fitting("Q{9}", None, chance(1, "odd"))


def test_texts_read_as_a_clerk_writes_them(world):
    """No word with a number stuck on (已核对347), no place left open, nothing from under another heading."""
    texts = {
        (field.title, line.values[field.key])
        for resource in world.definitions.resources.values()
        for sheet in resource.sheets
        for line in fill(
            Wants(world, resource, sheet, world.year.periods(resource)[-1]), 20, chance(5, sheet.code)
        )
        for field in sheet.fields
        if field.type.value == "text" and not field.pattern and not field.masked and line.values[field.key]
    }
    assert len(texts) > 300
    assert [one for one in texts if re.search(r"[{}]", one[1])] == []
    assert [one for one in texts if re.search(r"[一-鿿]\d+$", one[1])] == []
    assert {text for title, text in texts if title == "层数或高度"} <= set(words().under("层数或高度"))
