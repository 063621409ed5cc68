"""Merged links: the pages say the same as before, whatever becomes of batches, files and merges meanwhile."""

from __future__ import annotations

import polars as pl
import pytest
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.audit.actions import record
from gongzhi.cli import verify
from gongzhi.engine.lake import Lake
from gongzhi.gate import sight_of
from gongzhi.intake.actions.orphans import sweep
from gongzhi.intake.models import Batch, LakeFile, Segment
from gongzhi.registry import queries
from gongzhi.registry.actions import link_batches, merge, merge_links
from gongzhi.registry.models import Linking, Taxpayer
from gongzhi.registry.queries import joins
from gongzhi.web.home import Home

from .test_joins import developer, register, submit

pytestmark = pytest.mark.django_db
PERIODS = ("2025Q3", "2025Q4", "2026Q1", "2026Q2")


@pytest.fixture
def lake(tmp_path, settings):
    """A home in which more than one file is many."""
    settings.HOME = Home(tmp_path / "home")
    settings.LAKE, settings.ORIGINALS = (settings.HOME.folder(name) for name in ("lake", "originals"))
    return Lake(settings.LAKE)


@pytest.fixture
def merging(monkeypatch):
    monkeypatch.setattr(joins, "FEW", 0)
    monkeypatch.setattr(merge, "FEW", 0)


@pytest.fixture
def batches(lake, merging, tmp_path):
    """Rows of two registered developers and of one whom nobody knows, in four periods; nothing merged."""
    register(tmp_path, [developer(0), developer(1)])
    for number, period in enumerate(PERIODS):
        handed(tmp_path, period, start=0, area=1_000 * number)
    link_batches(by=None)
    return list(Batch.objects.filter(slot__resource="9.5").order_by("committed_at"))


def handed(folder, period, *, start, area, **more):
    day = f"{period[:4]}-{3 * int(period[-1]):02d}-15"
    rows = [[f"{row[0]}{period}", *row[1:]] for row in presale_rows(3, start=start, day=day)]
    for row in rows:
        row[PRESALE_HEAD.index("预售建筑面积")] = 12_000 + area
    submit(csv_file(folder / f"{period}{area}.csv", PRESALE_HEAD, rows), "9.5", period, "建设交通局", **more)


def said(cast):
    """All that pages tell of links: of every taxpayer, of names that joined nobody, of who appears."""
    sight = sight_of(cast["officer"])
    told = [queries.mentions_of(one, sight) for one in Taxpayer.objects.order_by("code")]
    nobody = queries.unlinked().sort("key").collect().to_dicts()
    return told, nobody, joins._subjects("presale_permits", "developer", Batch.objects.all())


def from_own_files(cast, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(joins, "FEW", 1_000)
        return said(cast)


def test_pages_say_the_same_before_and_after_merging_and_read_the_segment(batches, cast, lake):
    before = said(cast)
    assert [mention.total for mention in before[0][0] if mention.title.startswith("9.5")] == [4]
    assert before[1][0]["mentions"] == 4
    assert len(before[2]) == 2
    assert merge_links() == 5
    assert merge_links() == 0
    (segment,) = Segment.objects.all()
    assert (segment.rows, segment.linkings.count()) == (14, 5)
    subjects = lake.read(segment.path)["subject"].drop_nulls()
    assert subjects.is_sorted()
    for file in LakeFile.objects.filter(role="links"):
        lake.path(file.path).unlink()  # now only the segment can tell
    assert said(cast) == before


def test_few_batches_stay_in_their_own_files(batches, monkeypatch):
    monkeypatch.setattr(merge, "FEW", 5)
    assert merge_links() == 0
    assert not Segment.objects.exists()


def test_a_batch_linked_again_speaks_for_itself(batches, cast, tmp_path, monkeypatch):
    merge_links()
    stale = Segment.objects.get()
    assert said(cast)[1]
    register(tmp_path, [developer(2)], "2026-09")
    link_batches(by=None)
    assert said(cast)[1] == []  # the segment still holds the names that joined nobody
    assert said(cast) == from_own_files(cast, monkeypatch)
    assert stale.linkings.count() == 1
    assert merge_links() == 6
    assert said(cast) == from_own_files(cast, monkeypatch)
    (merged,) = Segment.objects.all()
    assert (merged.rows, merged == stale) == (15, False)


def test_withdrawn_and_replaced_batches_are_not_shown_and_their_rows_left_behind(
    batches, cast, tmp_path, monkeypatch
):
    merge_links()
    Batch.objects.filter(pk__in=[batches[0].pk, batches[2].pk]).update(withdrawn_at=timezone.now())
    handed(tmp_path, PERIODS[1], start=0, area=7_000, replaces=str(batches[1].pk))
    shown = {row.place[0] for mention in said(cast)[0][0] for row in mention.rows}
    assert shown
    assert not shown & {str(one.pk) for one in batches[:3]}
    link_batches(by=None)
    assert said(cast) == from_own_files(cast, monkeypatch)
    merge_links()
    assert said(cast) == from_own_files(cast, monkeypatch)
    merged = Segment.objects.get()
    assert merged.rows == sum(merged.linkings.values_list("rows", flat=True)) == 8
    assert not Linking.objects.exclude(segment=merged).filter(segment__isnull=False).exists()


@pytest.mark.parametrize("known", [True, False])
def test_a_merge_that_is_cut_off_before_the_ledger_leaves_an_orphan_alone(
    batches, cast, lake, monkeypatch, known
):
    if known:
        merge_links()
        Linking.objects.filter(batch=batches[0]).update(segment=None)
    before, kept = said(cast), set(Segment.objects.values_list("path", flat=True))

    def killed(segments):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(merge, "_give_up", killed)
        with pytest.raises(SystemExit):
            merge_links()
    assert set(Segment.objects.values_list("path", flat=True)) == kept
    orphan = {f"_segments/{path.name}" for path in lake.path("_segments/x").parent.iterdir()} - kept
    assert len(orphan) == 1
    assert said(cast) == before
    sweep(grace=-1)
    assert not lake.path(orphan.pop()).exists()
    assert verify.lake()["whole"]
    assert said(cast) == before
    assert merge_links() > 0
    assert said(cast) == before


def test_what_is_linked_again_while_it_is_merged_is_not_named_by_the_segment(
    batches, cast, tmp_path, monkeypatch
):
    real = Lake.write

    def write(self, name, frame, **more):
        stored = real(self, name, frame, **more)
        if name.startswith("_segments"):
            with monkeypatch.context() as patch:
                patch.setattr(Lake, "write", real)
                register(tmp_path, [developer(2)], "2026-09")
                link_batches(by=None)
        return stored

    with monkeypatch.context() as patch:
        patch.setattr(Lake, "write", write)
        patch.setattr(merge, "_waiting", iter([merge._waiting(), []]).__next__)
        assert merge_links() == 1  # the register's first file alone is as it was
    assert said(cast)[1] == []
    assert said(cast) == from_own_files(cast, monkeypatch)


def test_a_segment_is_in_the_ledger_and_a_page_may_finish_reading_one_that_is_given_up(
    batches, lake, tmp_path
):
    merge_links()
    first = Segment.objects.get()
    reading = joins.all_links()
    sweep(grace=-1)
    assert verify.lake()["whole"]
    for one in batches[:3]:
        Batch.objects.filter(pk=one.pk).update(withdrawn_at=timezone.now())
        record("batch.withdrawn", by=None, subject=("batch", one.pk))
    handed(tmp_path, "2024Q4", start=0, area=9_000)
    link_batches(by=None)
    merge_links()
    assert not Segment.objects.filter(pk=first.pk).exists()
    sweep()
    assert reading.collect().height == 14
    sweep(grace=-1)
    assert not lake.path(first.path).exists()
    kept = Segment.objects.get()
    lake.path(kept.path).unlink()
    assert [loss["path"] for loss in verify.lake()["losses"]] == [kept.path]


def test_long_segments_are_left_alone_until_half_of_them_is_out_of_use(batches, tmp_path, monkeypatch):
    merge_links()
    first = Segment.objects.get()
    monkeypatch.setattr(merge, "MOST_ROWS", 14)
    handed(tmp_path, "2024Q4", start=0, area=9_000)
    link_batches(by=None)
    assert merge_links() == 1
    assert Segment.objects.count() == 2
    Batch.objects.filter(pk__in=[one.pk for one in batches[:3]]).update(withdrawn_at=timezone.now())
    handed(tmp_path, "2024Q3", start=0, area=9_000)
    link_batches(by=None)
    merge_links()
    assert not Segment.objects.filter(pk=first.pk).exists()
    assert Segment.objects.get().rows == 2 + 3 * 3


def test_where_links_lie_is_asked_in_one_statement(batches, django_assert_num_queries):
    merge_links()
    with django_assert_num_queries(1):
        joins.all_links().collect()


def test_a_lookup_asks_about_the_batches_that_it_leads_to_alone(batches):
    merge_links()
    subject = str(Taxpayer.objects.order_by("code").last().pk)
    before = joins.all_links().filter(pl.col("subject") == subject).collect().sort("_batch", "_row")
    for file in LakeFile.objects.filter(role="links"):
        Lake(joins.settings.LAKE).path(file.path).unlink()
    assert joins.links_where(pl.col("subject") == subject).sort("_batch", "_row").equals(before)
    assert joins.links_where(pl.col("subject") == "nobody").is_empty()


def test_a_merge_during_a_lookup_leaves_nothing_out_and_doubles_nothing(batches, tmp_path, monkeypatch):
    merge_links()
    handed(tmp_path, "2024Q4", start=0, area=9_000)
    link_batches(by=None)
    wanted = pl.col("subject") == str(Taxpayer.objects.order_by("code").first().pk)
    before = joins.links_where(wanted)
    real, merged = pl.scan_parquet, []

    def slow(*paths, **more):
        if not merged:
            merged.append(0)
            merged[0] = merge_links()
        return real(*paths, **more)

    monkeypatch.setattr(pl, "scan_parquet", slow)
    after = joins.links_where(wanted)
    assert merged[0] > 0
    assert before.height == 6  # five presales, and the row of the register itself
    assert after.sort("_batch", "_row").equals(before.sort("_batch", "_row"))
