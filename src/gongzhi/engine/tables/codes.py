"""Every code that reading can give; each has its Chinese text in the definitions."""

from __future__ import annotations

# Why a file is refused, with the details that its text may use.
REFUSALS: dict[str, tuple[str, ...]] = {
    "empty_file": (),
    "empty_workbook": (),
    "file_too_large": ("bytes", "limit"),
    "not_a_table": ("kind",),
    "web_archive": (),
    "binary_workbook": (),
    "encrypted": (),
    "macros": (),
    "corrupt": ("reason",),
    "bad_container": ("reason",),
    "zip_bomb": ("part",),
    "xml_entities": ("part",),
    "xml_encoding": ("part",),
    "stray_cell": ("cell",),
    "repeated_cell": ("cell",),
    "too_many_rows": ("limit",),
    "too_many_columns": ("columns", "limit"),
    "too_many_sheets": ("sheets", "limit"),
    "too_many_errors": ("limit",),
    "too_many_tables": ("limit",),
    "cell_too_long": ("cell",),
    "nul_bytes": ("line",),
    "mixed_encoding": ("line",),
    "unknown_encoding": ("line",),
    "damaged_text": ("line", "lines"),
    "broken_quotes": ("line",),
    "broken_text": ("reason",),
    "broken_json": ("reason", "line"),
    "json_repeated_key": ("key",),
    "json_too_deep": (),
    "no_table": ("sheets",),
    "no_rows": ("sheet", "row"),
    "too_slow": (),
    "too_big": (),
    "reader_died": ("reason",),
}

# What is said of a file that was read. Which of cell, before, after each fills is told in the comment.
NOTICES: frozenset[str] = frozenset(
    {
        "encoding",  # before: the encoding
        "separator",  # before: its name
        "text_formulas",
        "extension_mismatch",  # before: the ending, after: the format found, in words
        "damaged_characters",  # before: the first line that holds one
        "other_sheet",  # before: a sheet that was not read
        "hidden_sheet_left",  # before: a hidden sheet with the same table, which was not read
        "hidden_sheet_read",  # before: the sheet
        "hidden_rows_read",  # cell: first:last row
        "hidden_columns_read",  # cell: first:last column
        "merged_filled",  # cell: the merged range, after: the value filled down
        "date_cell",  # cell: the first date cell of a column, after: its text
        "formula_without_value",  # cell
        "error_value",  # cell, before: the error
        "extra_cell",  # cell without a heading above, before: its text
        "more_of_these",  # before: a code that was said too often to list all, after: how often
        "nested_value",  # before: the column that holds lists or objects
        "embedded_ignored",
        "external_links_ignored",
    }
)

# Why a row is no record.
SKIPS: frozenset[str] = frozenset(
    {
        "blank",
        "title",
        "note",
        "header",
        "repeated_header",
        "column_numbers",
        "total",
        "group",
        "example",
    }
)
