"""The office returns a batch: a reason, and remarks to rows and cells, a line each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django import forms

from gongzhi.engine.definitions import Field
from gongzhi.gate import number_in

NEAR = 0.5
NAMED = 5
LONGEST = 200


@dataclass(frozen=True)
class Part:
    """One table of a batch: its sheet in the sender's workbook, its title in the definitions, its columns,
    and the rows that came in.
    """

    number: int
    sheet: str
    title: str
    fields: Sequence[Field]
    rows: Collection[int] = ()

    @property
    def name(self) -> str:
        return self.sheet or self.title

    @property
    def columns(self) -> dict[str, str]:
        return {one.title: one.key for one in self.fields}


class ReturnForm(forms.Form):
    """A line of the remarks is row，column，what is wrong; without a column it is about the row.

    Where the batch has several tables, the table comes first; left out, the first one is meant.
    """

    reason = forms.CharField(
        label="退回的理由",
        max_length=300,
        required=False,
        help_text="理由和下面要补正的行，至少写一样。",
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
    remarks = forms.CharField(
        label="要补正的行",
        required=False,
        max_length=6_000,
        help_text="一行写一处：原表行号，列名（可不写），问题。例如：12，建筑面积，与规划许可不符",
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )

    def __init__(self, *args: Any, parts: Sequence[Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # one of the two is needed: neither label says 可不填
            field.sometimes = True  # type: ignore[attr-defined]  # read by components/field.html
        self.parts = parts or (Part(0, "", "", ()),)
        if len(parts) > 1:
            names = "、".join(f"“{one.name}”" for one in parts)
            self.fields["remarks"].help_text += (
                f"。这一批有 {len(parts)} 张表（{names}），在行号前写明哪一张，"
                f"如：{parts[1].name}，12，问题；不写的算第一张"
            )

    def clean_remarks(self) -> list[dict[str, Any]]:
        lines = [line.strip() for line in self.cleaned_data["remarks"].splitlines()]
        found, faults = [], []
        for number, line in enumerate(lines, 1):
            try:
                found += [self._remark(line)] if line else []
            except forms.ValidationError as error:
                faults.append(f"第 {number} 行{error.message}")
        if faults:
            raise forms.ValidationError(faults)
        return found

    def _remark(self, line: str) -> dict[str, Any]:
        pieces = [piece.strip() for piece in line.replace(",", "，").split("，")]
        part = self.parts[0]
        if not pieces[0].isdecimal() and len(self.parts) > 1:
            part, pieces = self._part(pieces[0]), pieces[1:]
        row = number_in(pieces[0]) if pieces else None
        if len(pieces) < 2 or row is None or not pieces[-1]:
            raise forms.ValidationError("看不懂，请写成“12，建筑面积，与规划许可不符”")
        if row not in part.rows:
            raise forms.ValidationError(_no_row(row, part))
        column, text = pieces[1], "，".join(pieces[2:])
        if len(text or column) > LONGEST:
            raise forms.ValidationError(f"的问题请不超过 {LONGEST} 字，长的写在退回的理由里")
        if not text:  # about the row
            return {"part": part.number, "row": row, "field": "", "text": column}
        if column not in part.columns:
            raise forms.ValidationError(_unknown(column, part))
        return {"part": part.number, "row": row, "field": part.columns[column], "text": text}

    def _part(self, name: str) -> Part:
        """The table of that name: of its sheet, else of its title."""
        for names in ({one.sheet: one for one in self.parts}, {one.title: one for one in self.parts}):
            if name in names:
                return names[name]
        known = "、".join(f"“{one.name}”" for one in self.parts)
        raise forms.ValidationError(f"：没有“{name}”这张表，这一批的表是{known}")


def _no_row(row: int, part: Part) -> str:
    """What is said of a row that did not come in: a link to it would open nothing."""
    span = f"，入库的在 {min(part.rows)} 至 {max(part.rows)} 行之间" if part.rows else ""
    return f"：入库的行里没有原表第 {row} 行{span}，行号请看批次页的“原表行号”一列"


def _unknown(column: str, part: Part) -> str:
    """What is said of a name that is no column: which ones are near, and how to write of the row instead."""
    near = [one.title for one in part.fields if _nearness(column, one) >= NEAR]
    near = sorted(near, key=lambda title: -SequenceMatcher(None, column, title).ratio())[:NAMED]
    if near:
        names, word = near, "相近的列是"
    else:
        names, word = [one.title for one in part.fields], "这张表的列是"
    told = "、".join(f"“{one}”" for one in names)
    return f"：没有“{column}”这一列，{word}{told}；只说这一行、不说哪一列的，问题里请不用逗号"


def _nearness(column: str, field: Field) -> float:
    """How near a written name comes to a column: to its title, or to a name that it is also known by."""
    names = (field.title, *field.aliases)
    held = any(column in one or one in column for one in names)
    return 1.0 if held else max(SequenceMatcher(None, column, one).ratio() for one in names)
