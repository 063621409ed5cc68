"""The list component: order, keyset paging, columns, addresses, and the workbook of exactly what is shown."""

import io

import openpyxl
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from gongzhi.audit.models import Event
from gongzhi.lists import Column, Mark, listing
from gongzhi.lists.workbook import exported

COLUMNS = (
    Column("verb", "动作", lambda e: e.verb, order="verb"),
    Column("sequence", "序号", lambda e: e.sequence, kind="number", order="sequence"),
    Column("fen", "税款", lambda e: e.detail.get("fen"), kind="wan", unit="万元"),
    Column("at", "时间", lambda e: e.at, kind="instant", order="at"),
    Column("mark", "状态", lambda _: Mark("办结", "good"), kind="mark", hidden=True),
)


@pytest.fixture
def events(db):
    from django.utils import timezone  # noqa: PLC0415  # only here

    now = timezone.now()
    Event.objects.bulk_create(
        Event(
            at=now, verb=f"v{number % 3}", sequence=number if number % 2 else None,
            detail={"fen": number * 1_000_000} if number else {},
        )
        for number in range(25)
    )  # fmt: skip
    return Event.objects.all()


def opened(answer):
    content = io.BytesIO(b"".join(answer.streaming_content))
    for close in answer._resource_closers:  # answer.close() would end the test's database connection too
        close()
    return openpyxl.load_workbook(content).active


def page_of(query: str, rows, **more):
    return listing(RequestFactory().get(f"/x?{query}"), "示例", COLUMNS, rows, order=("id",), size=4, **more)


def walk(query: str, rows) -> list[int]:
    seen = []
    page = page_of(query, rows)
    while True:
        seen += [row.pk for row in page.items]
        if page.next_query is None:
            return seen
        page = page_of(page.next_query, rows)


@pytest.mark.parametrize("sort", ["", "verb", "-verb", "sequence", "-sequence", "at", "-at"])
def test_paging_visits_every_row_once_in_order(events, sort):
    seen = walk(f"sort={sort}", events)
    assert sorted(seen) == sorted(events.values_list("pk", flat=True))
    assert seen == [row.pk for row in page_of(f"sort={sort}", events).every(99)]


@pytest.mark.parametrize("sort", ["", "verb", "-verb", "sequence", "-sequence", "at", "-at"])
def test_paging_goes_back_the_way_it_came(events, sort):
    pages, page = [], page_of(f"sort={sort}", events)
    while page.next_query is not None:
        pages.append([row.pk for row in page.items])
        page = page_of(page.next_query, events)
    for wanted in reversed(pages):
        page = page_of(page.previous_query, events)
        assert [row.pk for row in page.items] == wanted
    assert page.previous_query is None
    assert page.first_query is None


def test_the_first_page_is_whole_when_rows_before_the_place_are_gone(events):
    second = page_of(page_of("", events).next_query, events)
    address = second.previous_query
    Event.objects.filter(pk__lt=second.items[0].pk - 1)._raw_delete(Event.objects.db)
    assert len(page_of(address, Event.objects.all()).items) == 4


def test_empty_values_come_first_going_up_and_last_going_down(events):
    up = [row.sequence for row in page_of("sort=sequence", events).every(99)]
    down = [row.sequence for row in page_of("sort=-sequence", events).every(99)]
    assert up[:13] == [None] * 13
    assert up[13:] == sorted(up[13:])
    assert down[-13:] == [None] * 13


def test_a_row_that_comes_between_two_pages_moves_nothing(events):
    first = page_of("", events)
    Event.objects.filter(pk=first.items[0].pk)._raw_delete(Event.objects.db)
    second = page_of(first.next_query, Event.objects.all())
    assert second.items[0].pk == first.items[-1].pk + 1


@pytest.mark.parametrize("after", ["x", "!!", "W10=", "WyJ4IiwgMV0=", "WyJub3QtYS1kYXRlIiwgMV0=", "bnVsbA=="])
@pytest.mark.parametrize("sort", ["", "at", "sequence"])
def test_an_address_written_by_hand_shows_a_page(events, after, sort):
    assert page_of(f"after={after}&sort={sort}", events).items is not None


def test_unknown_sorts_and_columns_are_ignored(events):
    assert page_of("sort=password", events).ordering == ("id",)
    assert page_of("column=password&column=verb", events).shown == [COLUMNS[0]]


def test_the_address_keeps_filters_sort_and_columns(events):
    page = page_of("unit=water&sort=verb&column=verb&column=at", events)
    assert page.next_query.startswith("unit=water&sort=verb&column=verb&column=at&after=")
    assert ("unit", "water") in page.kept
    assert page.heads[0]["direction"] == "ascending"
    assert "sort=-verb" in page.heads[0]["query"]
    assert "after" not in page.export_query


def test_cells_are_shown_as_a_clerk_writes_them(events):
    page = page_of("", events)
    assert '<td data-label="税款（万元）" class="num">—</td>' in page.lines[0]["cells"]
    assert '<td data-label="税款（万元）" class="num">2.00</td>' in page.lines[2]["cells"]
    negative = Column("x", "x", lambda _: -123_456_789, kind="yuan")
    assert negative.text(None) == "−1,234,567.89"
    assert Column("x", "x", lambda _: "91330602MA2XXXXX0X", kind="code").text(None) == "913306 02MA 2XXX XX0X"


@pytest.mark.parametrize("kind", ["text", "code", "mark"])
@pytest.mark.parametrize("linked", [True, False])
def test_whatever_a_cell_holds_is_escaped(events, kind, linked):
    bad = """<script>alert("x")</script>'"""
    columns = [
        Column(
            "x", bad, lambda _: Mark(bad) if kind == "mark" else bad, kind=kind,
            link=(lambda _: f"/x?{bad}") if linked else None,
        )
    ]  # fmt: skip
    (line, *_) = listing(RequestFactory().get("/x"), "示例", columns, events, order=("id",)).lines
    assert "<script" not in line["cells"]
    shown = linked and kind != "mark"
    assert ("<a href=" in line["cells"]) == shown
    assert line["cells"].count("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#x27;") == 2 + shown


def test_a_card_on_the_phone_names_the_unit_of_a_number(events):
    columns = [Column("rate", "按时率", lambda _: 98.5, kind="number", unit="%")]
    page = listing(RequestFactory().get("/x"), "示例", columns, events, order=("id",))
    text = render_to_string("lists/table.html", {"page": page})
    assert '<td data-label="按时率（%）" class="num">98.5</td>' in text


def test_the_workbook_holds_all_rows_and_only_what_is_shown(events, cast):
    request = RequestFactory().get("/x?export=xlsx&column=verb&column=fen")
    page = listing(request, "示例[1]", COLUMNS, events, order=("id",), size=4, filters=[("单位", "区水利局")])
    before = Event.objects.count()
    answer = exported(request, page, by=cast["liaison"])
    sheet = opened(answer)
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "示例[1]"
    assert "单位：区水利局" in rows[1][0]
    assert "联络员甲" in rows[1][0]
    assert rows[2] == ("动作", "税款（万元）")
    assert len(rows) - 3 == before == page.total
    assert rows[5] == ("v2", 2)
    event = Event.objects.get(verb="list.exported")
    assert event.detail == {"title": "示例[1]", "rows": before, "filters": [["单位", "区水利局"]]}


def test_a_formula_stays_text(db, cast):
    from django.utils import timezone  # noqa: PLC0415  # only here

    Event.objects.create(at=timezone.now(), verb="=1+1")
    request = RequestFactory().get("/x?export=xlsx")
    page = listing(request, "示例", COLUMNS, Event.objects.filter(verb="=1+1"), order=("id",))
    answer = exported(request, page, by=cast["liaison"])
    sheet = opened(answer)
    assert sheet["A4"].data_type == "s"
    assert sheet["A4"].value == "=1+1"


def test_without_the_word_there_is_no_export(events, cast):
    request = RequestFactory().get("/x")
    assert exported(request, page_of("", events), by=cast["liaison"]) is None


def test_what_is_long_or_special_comes_out_as_it_is(db, cast):
    from django.utils import timezone  # noqa: PLC0415  # only here

    texts = ["a<b>&c", "\x02x\x0by", "+1", "-1+2", "@x", "  spaces  ", "a\nb"]
    for text in texts:
        Event.objects.create(at=timezone.now(), verb=text, detail={"fen": -123})
    request = RequestFactory().get("/x?export=xlsx")
    rows = Event.objects.filter(detail__fen=-123)
    sheet = opened(
        exported(request, listing(request, "示例", COLUMNS, rows, order=("id",)), by=cast["liaison"])
    )
    cells = [sheet.cell(row, 1) for row in range(4, sheet.max_row + 1)]
    assert [cell.value for cell in cells] == ["a<b>&c", "xy", "+1", "-1+2", "@x", "  spaces  ", "a\nb"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert sheet["C4"].number_format == "#,##0.00"
    assert sheet.print_title_rows == "$1:$3"


def test_a_list_without_rows_exports_its_head(events, cast):
    request = RequestFactory().get("/x?export=xlsx")
    page = listing(request, "示例", COLUMNS, events.none(), order=("id",))
    rows = list(opened(exported(request, page, by=cast["liaison"])).iter_rows(values_only=True))
    assert rows[2][:2] == ("动作", "序号")
    assert len([row for row in rows if any(row)]) == 3


def test_a_cell_is_dressed_by_what_it_holds():
    words = Column("x", "x", str)
    assert words.dress("短") == words.dress("2026-03-12 10:00 x") == "tight"
    assert words.dress("绍兴示例纺织机械制造有限公司东浦分公司") == "long"
    assert Column("x", "x", str, kind="yuan").dress("1.00") == "num"


def test_a_page_is_sorted_by_its_keys_alone(events):
    """The columns of a row are read for the rows of the page only, not for all that are sorted."""
    page = page_of("sort=verb", events)
    with CaptureQueriesContext(connection) as asked:
        rows = page.items
    assert [row.verb for row in rows] == sorted(row.verb for row in rows)
    sorting, reading = (one["sql"] for one in asked)
    assert "ORDER BY" in sorting
    assert "detail" not in sorting
    assert "detail" in reading
    assert "ORDER BY" not in reading
