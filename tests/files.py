"""Files as departments send them, made for tests. Every name and code in them is invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from gongzhi.engine.idcodes import make_credit_code, make_person_id, organisation_check


def credit_code(number: int) -> str:
    """The n-th invented credit code, right in both check digits."""
    body = f"MA2Y{number:04d}"
    return make_credit_code(f"91330602{body}{organisation_check(body)}")


def person_id(number: int) -> str:
    """The n-th invented person's id: right check digit, a region that does not exist."""
    return make_person_id(f"99000019000101{number:03d}")


def csv_file(
    path: Path, head: Sequence[str], rows: Sequence[Sequence[object]], encoding: str = "utf-8"
) -> Path:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def workbook(path: Path, rows: Sequence[Sequence[object]], sheet: str = "数据") -> Path:
    """A workbook with these rows, headings and titles included."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


PRESALE_HEAD = (
    "预售证编号", "建设单位统一社会信用代码", "建设单位名称", "建设项目名称", "房屋座落地址",
    "预售商品房类别", "预售建筑面积", "发证日期",
)  # fmt: skip


def presale_rows(count: int, *, start: int = 0, day: str = "2026-08-15") -> list[list[object]]:
    """Good rows of resource 9.5."""
    return [
        [
            f"示例售许字（2026）第{number:03d}号",
            credit_code(number),
            f"绍兴示例{number}号置业有限公司",
            f"示例花苑{number}期",
            f"越城区示例路{number + 1}号",
            "住宅",
            1_000 + number,
            day,
        ]
        for number in range(start, start + count)
    ]


def taken(answer: Any) -> list[str]:
    """The texts of all cells of a workbook that a page gave."""
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return [str(cell) for row in rows for cell in row if cell is not None]
