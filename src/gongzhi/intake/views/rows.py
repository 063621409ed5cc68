"""Accepted rows: which tables there are, the rows of one table or of one batch, and one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import Field, FieldType, Sensitivity, Sheet
from gongzhi.engine.documents import parted
from gongzhi.gate import needs, number_in, sight_of
from gongzhi.intake.forms import ListFilter, RowsFilter
from gongzhi.intake.models import LakeFile
from gongzhi.intake.queries import listed
from gongzhi.intake.queries.pages import unit_choices
from gongzhi.intake.queries.rows import NUMERIC, head_of, period_label, sheet_of, shown
from gongzhi.lists import Column, back_to, listing
from gongzhi.lists.workbook import exported
from gongzhi.organisation.queries import myself

SHOWN_AT_FIRST = 10
"""Columns of a wide table that are shown before the reader chooses."""

TABLES = (
    Column("title", "表", lambda t: t["title"], link=lambda t: f"/rows/{t['table']}", order="title"),
    Column("resource", "资源", lambda t: t["resource"], order="resource"),
    Column("rows", "入库行数", lambda t: t["total"], "number", order="total"),
    Column("units", "单位数", lambda t: t["units"], "number", order="units"),
    Column("batches", "批数", lambda t: t["batches"], "number", order="batches"),
    Column("first", "最早期间", lambda t: period_label(t["first"]), order="first"),
    Column("last", "最近期间", lambda t: period_label(t["last"]), order="last"),
)


@needs("see_own_batches", "see_all_batches")
def tables(request: HttpRequest) -> HttpResponseBase:
    """The tables that hold accepted rows in sight."""
    sight = sight_of(request.user)
    chosen = ListFilter(request.GET, states=(), units=unit_choices(sight))
    found = listed.tables_of(listed.live_rows_visible_to(sight), chosen.values)
    page = listing(
        request, "入库明细", TABLES, found, guarded=False,
        order=("-total", "table"), identity=lambda t: t["table"],
        filters=chosen.words, empty="没有符合条件的表" if chosen.words else "还没有入库的数据",
        empty_next="可以放宽上面的条件。" if chosen.words else "报送的文件确认入库后，可以在这里逐行查看。",
    )  # fmt: skip
    context = {"page": page, "chosen": chosen}
    return exported(request, page, by=myself(request)) or render(request, "intake/tables.html", context)


@needs("see_own_batches", "see_all_batches")
def table_rows(request: HttpRequest, table: str) -> HttpResponseBase:
    """The rows of every batch of a table that counts now."""
    files = listed.live_rows_visible_to(sight_of(request.user)).filter(table=table)
    if table not in in_force().tables or not files.exists():
        raise Http404
    more = {"back": back_to(request, "/rows"), "back_label": "入库明细"}
    return _rows(request, files, in_force().tables[table][1], more)


@needs("see_own_batches", "see_all_batches")
def batch_rows(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The rows of one part of a batch, whether it counts or was corrected since."""
    files = listed.rows_visible_to(sight_of(request.user)).filter(batch=pk)
    part = request.GET.get("part", "0")
    chosen = get_object_or_404(files, part=number_in(part) or 0)
    more = {"back": f"/batches/{pk}", "back_label": f"批次 {chosen.batch.number}", "part": part}
    return _rows(request, files.filter(pk=chosen.pk), sheet_of(chosen.batch, chosen.table), more)


@needs("see_own_batches", "see_all_batches")
def batch_row(request: HttpRequest, pk: UUID, part: int, row: int) -> HttpResponse:
    """One row: every value with its cell in the sender's file, and the taxpayers that it was joined to."""
    sight = sight_of(request.user)
    file = get_object_or_404(listed.rows_visible_to(sight), batch=pk, part=part)
    sheet = sheet_of(file.batch, file.table)
    fields = listed.opened_fields(sheet, sight, [file.batch.slot.unit])
    found = listed.one_row(file, row, sheet, fields)
    if found is None:
        raise Http404
    context = {
        "found": found,
        "unit": in_force().units[file.batch.slot.unit],
        "resource": in_force().resources[file.batch.slot.resource],
        "period": period_label(file.batch.slot.period),
        "closed": len(sheet.fields) - len(fields),
        "back": back_to(request, f"/rows/{file.table}"),
        "back_label": sheet.title,
    }
    return render(request, "intake/row.html", context)


def _rows(
    request: HttpRequest, files: QuerySet[LakeFile], sheet: Sheet, more: dict[str, Any]
) -> HttpResponseBase:
    sight = sight_of(request.user)
    slots = list(files.order_by().values_list("batch__slot__unit", "batch__slot__period").distinct())
    units = {unit for unit, _ in slots}
    fields = listed.opened_fields(sheet, sight, units)
    chosen = RowsFilter(request.GET, fields=fields, units=_units(units), periods=_periods(slots))
    columns = _columns(fields, one_batch="part" in more)
    read = _lake_columns(columns, request.GET)
    rows = listed.accepted_rows(_within(files, chosen), sheet, read, chosen.conditions)
    page = listing(
        request, sheet.title, columns, rows, order=listed.ORDER, filters=chosen.words, identity=_identity,
        exportable=listed.may_take_away(sight, units),
        guarded=any(one.sight is not Sensitivity.OPEN for one in fields),
        empty="没有符合条件的行", empty_next="可以放宽上面的条件。",
    )  # fmt: skip
    context = {
        "page": page, "chosen": chosen, "sheet": sheet, "chips": _chips(request, chosen),
        "carried": _carried(chosen, more), "closed": len(sheet.fields) - len(fields),
    }  # fmt: skip
    return exported(request, page, by=myself(request)) or render(request, "intake/rows.html", context | more)


def _carried(chosen: RowsFilter, more: dict[str, Any]) -> list[tuple[str, str]]:
    """What a further condition leaves as it is."""
    part = [("part", more["part"])] if "part" in more else []
    return [*part, *(("where", one.text) for one in chosen.stated)]


def _within(files: QuerySet[LakeFile], chosen: RowsFilter) -> QuerySet[LakeFile]:
    """Unit and period are facts of the batch: what is not asked for is not read."""
    if unit := chosen.chosen("unit"):
        files = files.filter(batch__slot__unit=unit)
    if period := chosen.chosen("period"):
        files = files.filter(batch__slot__period=period)
    return files


def _units(units: set[str]) -> list[tuple[str, str]]:
    return sorted(((unit, in_force().units[unit].name) for unit in units), key=lambda pair: pair[1])


def _periods(slots: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(code, period_label(code)) for code in sorted({period for _, period in slots}, reverse=True)]


def _identity(row: dict[str, Any]) -> str:
    return f"{row['_batch']}-{row['_part']}-{row['_row']}"


def _columns(fields: Sequence[Field], *, one_batch: bool) -> list[Column]:
    """Where a row stands, whose it is, then its columns; of a wide table the first ones."""

    units = in_force().units

    def address(row: dict[str, Any]) -> str:
        return f"/batches/{row['_batch']}/rows/{row['_part']}/{row['_row']}"

    if one_batch:
        first = [Column("source", "原表行", lambda r: f"第 {r['_row']} 行", link=address, order="_row")]
    else:
        first = [
            Column("source", "出处", lambda r: f"{r['number']}\xa0第\xa0{r['_row']}\xa0行", link=address),
            Column("unit", "单位", lambda r: units[r["_unit"]].name, order="_unit"),
            Column("period", "期间", lambda r: period_label(r["_period"]), order="_period"),
        ]
    return [*first, *(_column(one, at >= SHOWN_AT_FIRST) for at, one in enumerate(fields))]


def _column(field: Field, hidden: bool) -> Column:
    kind: Any = "text"
    if field.type in NUMERIC:
        kind = "yuan" if field.type is FieldType.MONEY else "number"
    elif field.type in {FieldType.CREDIT_CODE, FieldType.CODE_OR_ID, FieldType.DATE}:
        kind = "day" if field.type is FieldType.DATE else "code"

    title, unit = parted(field.title, head_of(field).unit)
    return Column(field.key, title, _value_of(field), kind, order=field.column, unit=unit, hidden=hidden)


def _value_of(field: Field) -> Callable[[dict[str, Any]], Any]:
    """What gives the value of a row; chosen once, for an export asks it three million times."""
    column = field.column

    def number(row: dict[str, Any]) -> Any:
        held = row[column]
        return held if held is None or held != int(held) else int(held)

    def words(row: dict[str, Any]) -> Any:
        held = row[column]
        return None if held is None else shown(field, held)

    if field.type is FieldType.DATE:
        return itemgetter(column)
    return number if field.type in NUMERIC else words


def _lake_columns(columns: Sequence[Column], asked: QueryDict) -> list[str]:
    """The lake's columns behind those that are shown; the others are not read."""
    keys = asked.getlist("column")
    shown_now = (one for one in columns if (one.key in keys if keys else not one.hidden))
    return [one.order for one in shown_now if one.order and not one.order.startswith("_")]


def _chips(request: HttpRequest, chosen: RowsFilter) -> list[dict[str, str]]:
    """Each condition in words, with the address of the list without it."""
    found = []
    for one in chosen.stated:
        query = request.GET.copy()
        for name in ("field", "how", "value", "after", "before", "export"):
            query.pop(name, None)
        query.setlist("where", [other.text for other in chosen.stated if other is not one])
        title, words = one.words
        found.append({"text": f"{title} {words}", "without": f"{request.path}?{query.urlencode()}"})
    return found
