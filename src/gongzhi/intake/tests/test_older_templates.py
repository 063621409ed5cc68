"""Workbooks made under one edition of a template and handed in under another, as people really do."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.db.models import F
from django.utils import timezone

from gongzhi.catalogue.actions import open_periods
from gongzhi.catalogue.models import Obligation
from gongzhi.editions.actions import approve, draft_of, rewrite, submit
from gongzhi.editions.queries import Piece, in_force, in_force_for
from gongzhi.editions.states import NotPossible
from gongzhi.engine.calendar import parse_period, period_of
from gongzhi.engine.definitions.editing import with_about, with_field, without_field
from gongzhi.engine.definitions.examples import example_row
from gongzhi.engine.documents import template
from gongzhi.intake.queries import rows_of

pytestmark = pytest.mark.django_db
NUMBER, UNIT = "11.3", "agriculture"  # half-yearly; no rule reads it
EXTRA = {"key": "inspected", "title": "检疫合格数", "type": "count"}


@pytest.fixture
def publish(cast):
    """publish(change, since=…): the template changed and in force from the half-year that is open now."""

    def published(change, since=None):
        draft = draft_of(piece=Piece("resource", "slaughterhouses"), by=cast["office"])
        ((name, text),) = draft.texts.items()
        draft = rewrite(edition=draft, texts={name: change(text)}, by=cast["office"])
        submit(edition=draft, since=since or this_half().start, reason="试改", by=cast["office"])
        return approve(edition=draft, by=cast["office2"])

    return published


def this_half():
    return period_of("half_year", timezone.localdate())


def now_period():
    return this_half().code


def last_period():
    return this_half().previous().code


@pytest.fixture
def filled(tmp_path):
    """filled(period, rows=…): the template of that period with worked rows from row 3 on, as a file."""

    def made(period, numbers=(2, 3), name="屠宰.xlsx", **values):
        definitions = in_force_for(NUMBER, period)
        resource = definitions.resources[NUMBER]
        book = openpyxl.load_workbook(io.BytesIO(template(resource, definitions.versions[NUMBER])))
        page = book.worksheets[0]
        for line, number in enumerate(numbers, start=3):
            row = example_row(resource.sheets[0], number) | {"month": now_period()} | values
            for column, field in enumerate(resource.sheets[0].fields, start=1):
                page.cell(line, column).value = row[field.key]
        path = tmp_path / name
        book.save(path)
        return path

    return made


def handed_in(hand, path, period):
    return hand(path, resource=NUMBER, period=period, unit=UNIT)


def notices(handed):
    return {notice["code"]: notice["text"] for notice in handed.submission.notices}


def test_a_workbook_of_the_first_edition_is_carried_over_when_columns_were_added_and_renamed(
    publish, filled, hand
):
    path = filled(now_period())
    publish(
        lambda text: with_field(with_field(text, EXTRA), {"title": "头数合计", "aliases": []}, key="heads")
    )
    handed = handed_in(hand, path, now_period())
    assert (handed.batch.rows, handed.submission.set_aside) == (2, 0), handed.as_json(9)
    told = notices(handed)
    assert "第 1 版，这一期按第 2 版" in told["template_carried"]
    assert "头数合计" in told["template_change"] or "检疫合格数" in told["template_change"]
    ((_, frame),) = rows_of(handed.batch.pk)
    assert frame["heads"].null_count() == 0


def test_a_renamed_column_is_known_by_its_key_even_without_the_alias(publish, filled, hand):
    path = filled(now_period())

    def renamed(text):
        text = with_field(text, {"title": "头数合计"}, key="heads")
        kept = "aliases: [屠宰头（羽）数, 屠宰量, 屠宰数量, 屠宰头数]"
        assert kept in text
        return text.replace(kept, "aliases: [数]")

    publish(renamed)
    handed = handed_in(hand, path, now_period())
    ((_, frame),) = rows_of(handed.batch.pk)
    assert frame["heads"].null_count() == 0


def test_a_title_that_went_to_another_column_does_not_mislead(publish, filled, hand):
    path = filled(now_period(), heads="88", own_heads="5")

    def swapped(text):
        text = with_field(text, {"title": "总头数", "aliases": []}, key="heads")
        text = text.replace("aliases: [屠宰头（羽）数]", "aliases: [总数]")
        return with_field(text, {"key": "bought", "title": "屠宰头（羽）数", "type": "count"})

    publish(swapped)
    handed = handed_in(hand, path, now_period())
    ((_, frame),) = rows_of(handed.batch.pk)
    assert frame["heads"].to_list() == [88, 88]
    assert "bought" not in frame.columns or frame["bought"].null_count() == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: without_field(text, "licence_no"), "停用列“定点屠宰证号”"),
        (lambda text: with_field(text, {"type": "text"}, key="licence_no"), "改为文字"),
        (
            lambda text: with_field(text, EXTRA | {"required": True}),
            "新增列“检疫合格数”（整数，必填）",
        ),
    ],
)
def test_what_is_more_than_that_is_told_with_the_new_template_offered(publish, filled, hand, change, said):
    path = filled(now_period())
    publish(change)
    handed = handed_in(hand, path, now_period())
    assert handed.batch is None
    refusal = handed.submission.refusal
    assert refusal["code"] == "template_changed"
    assert "第 1 版，这一期按第 2 版" in refusal["text"]
    assert said in refusal["text"]
    assert "下载第 2 版模板" in refusal["mend"]


def test_both_editions_are_alive_and_the_period_decides(publish, filled, hand):
    publish(lambda text: with_field(text, EXTRA | {"required": True}))
    before, now = last_period(), now_period()
    assert "inspected" not in {f.key for f in in_force_for(NUMBER, before).resources[NUMBER].sheets[0].fields}
    late = handed_in(hand, filled(before, name="上期.xlsx", month=before), before)
    assert late.batch, late.as_json(9)
    assert "template_carried" not in notices(late)
    mine = handed_in(hand, filled(now, name="本期.xlsx", inspected="3"), now)
    assert mine.batch, mine.as_json(9)
    assert late.batch.definitions != mine.batch.definitions
    assert mine.batch.definitions == in_force().digest
    ahead = handed_in(hand, filled(now, (4,), name="新表报旧期.xlsx", month=before, inspected="3"), before)
    assert "第 2 版，这一期按第 1 版" in notices(ahead)["template_carried"]


def test_the_page_says_it_before_anything_is_confirmed(publish, filled, hand, client_of, cast):
    path = filled(now_period())
    publish(lambda text: with_field(text, EXTRA))
    handed = handed_in(hand, path, now_period())
    page = client_of("office").get(f"/submissions/{handed.submission.pk}").content.decode()
    assert '<div class="notice note"><p>文件用的是模板第 1 版' in page
    assert "新增列“检疫合格数”" in page


def test_a_workbook_without_a_mark_we_know_is_read_like_any_other(publish, filled, hand, tmp_path):
    book = openpyxl.load_workbook(filled(now_period()))
    del book["_gongzhi"]
    path = tmp_path / "无标记.xlsx"
    book.save(path)
    publish(lambda text: without_field(text, "licence_no"))
    handed = handed_in(hand, path, now_period())
    assert handed.batch, handed.as_json(9)


def test_a_new_rhythm_begins_where_the_old_one_ends_and_writes_nothing_anew(publish):
    open_periods(since=this_half().start, until=this_half().end)
    owed = Obligation.objects.filter(resource=NUMBER, unit=UNIT).exclude(
        period_end=F("opens")
    )  # beside its stock
    before = {(one.period, one.due, one.definitions) for one in owed}
    assert {code for code, _, _ in before} == {now_period()}

    def quarterly(text):
        return with_about(text, {"frequency": "季后15日内"})

    with pytest.raises(NotPossible, match="改了报送周期"):
        publish(quarterly)
    publish(quarterly, since=this_half().end + dt.timedelta(days=1))
    open_periods(since=this_half().start, until=this_half().end + dt.timedelta(days=200))
    now = {(one.period, one.due, one.definitions) for one in owed.all()}
    assert before <= now
    kinds = [parse_period(code).kind for code, _, _ in now]
    assert kinds.count("half_year") == 1
    assert kinds.count("quarter") == 3
