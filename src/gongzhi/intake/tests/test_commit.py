"""What one slot takes: the same again, additions, corrections, and what it says when it is filled."""

from __future__ import annotations

import datetime as dt

import openpyxl
import polars as pl
import pytest
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows, workbook

from gongzhi.audit.models import Event
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import FieldType
from gongzhi.engine.lake import Lake
from gongzhi.intake.actions import check, commit, receive, withdraw
from gongzhi.intake.actions.orphans import sweep
from gongzhi.intake.actions.place import Place
from gongzhi.intake.actions.receipt import as_json, proof
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.actions.report import bad_rows
from gongzhi.intake.models import SHANGHAI, Batch, LakeFile, Receipt, Slot, Submission
from gongzhi.intake.queries import frames, ledger, live, rows_of
from gongzhi.intake.states import NotPossible, State

PLACE = Place("9.5", "2026Q3", "建设交通局")


ORPHANS = (
    "lake/presale_permits/orphan.parquet", "lake/tmp/half.parquet", "originals/aside-x",
    "originals/00/gone.sealed", "incoming/left/original.csv", "staging/closed/meta.json",
)  # fmt: skip


def received(path, **more):
    place = Place(PLACE.resource, PLACE.period, PLACE.unit, **more)
    return receive(file=path, name=path.name, place=place, by=None, channel="page")


def bad(row):
    """The row with a credit code whose check digit is wrong."""
    code = row[1]
    return [row[0], code[:-1] + ("0" if code[-1] != "0" else "1"), *row[2:]]


def test_good_rows_come_in_and_every_row_is_accounted_for(hand):
    rows = presale_rows(5)
    handed = hand([*rows[:3], bad(rows[3]), rows[4], [""] * 8, ["合计", "", "", "", "", "", 5010, ""]])
    answer = handed.as_json(1000)
    assert answer["outcome"] == "partial"
    assert (answer["rows"], answer["accepted"], answer["set_aside"]) == (5, 4, 1)
    why = [(entry["row"], entry["why"]) for entry in answer["skipped"]]
    assert why == [(1, "header"), (7, "blank"), (8, "total")]
    blocked = [f for f in answer["findings"] if f["severity"] == "block"]
    assert [(f["cell"], f["code"]) for f in blocked] == [("B5", "code_check_digit")]
    assert answer["findings_total"] == sum(answer["by_code"].values())
    ((table, frame),) = rows_of(handed.batch.pk)
    assert (table, frame.height) == ("presale_permits", 4)
    assert frame["_row"].to_list() == [2, 3, 4, 6]


def test_the_answer_has_the_fields_of_the_contract(hand):
    answer = hand(presale_rows(1)).as_json(1000)
    assert answer.keys() >= {
        "submission", "resource", "period", "unit", "outcome", "rows", "accepted", "set_aside", "skipped",
        "findings_total", "by_code", "findings", "repaired", "receipt",
    }  # fmt: skip
    assert (answer["resource"], answer["period"], answer["unit"]) == (
        "9.5", "2026Q3", "construction_transport"
    )  # fmt: skip
    assert answer["findings"][0].keys() == {
        "row", "cell", "column", "value", "code", "severity", "message", "mend", "suggestion"
    }  # fmt: skip


def test_a_long_list_of_findings_shows_the_gravest(hand):
    rows = [[*row[:6], f"{row[6]}平方米", row[7]] for row in presale_rows(20)]
    answer = hand([*rows[:19], bad(rows[19])]).as_json(3)
    assert answer["findings"][0]["code"] == "code_check_digit"
    assert len(answer["findings"]) == 3 < answer["findings_total"]


def test_cells_of_a_workbook_name_their_sheet(hand, tmp_path):
    rows = presale_rows(2)
    handed = hand(workbook(tmp_path / "a.xlsx", [["预售许可"], PRESALE_HEAD, rows[0], bad(rows[1])]))
    cells = [f["cell"] for f in handed.as_json(10)["findings"] if f["severity"] == "block"]
    assert cells == ["数据!B4"]


def test_the_same_bytes_are_the_same_submission(hand):
    first, second = hand(presale_rows(3)), hand(presale_rows(3))
    assert first.submission.pk == second.submission.pk
    one, other = first.as_json(1000), second.as_json(1000)
    assert other == one | {"already": other["already"]}
    assert (one["already"], other["already"]["submission"]) == (None, str(first.submission.pk))
    assert (Submission.objects.count(), Batch.objects.count()) == (1, 1)


def test_a_resaved_reordered_copy_is_the_same_submission(hand, home, tmp_path):
    rows = presale_rows(3)
    first = hand(rows)
    heads = [*reversed(PRESALE_HEAD)]
    copy = workbook(tmp_path / "另存.xlsx", [heads, *([*reversed(row)] for row in reversed(rows))])
    second = hand(copy)
    assert second.submission.pk == first.submission.pk
    assert second.as_json(9)["receipt"] == first.as_json(9)["receipt"]
    assert Batch.objects.count() == 1
    assert {path.name for path in Lake(home / "lake").files()} == {
        name.rpartition("/")[2] for name in LakeFile.objects.values_list("path", flat=True)
    }


def test_a_filled_slot_takes_nothing_without_a_word_and_names_both_choices(hand):
    first = hand(presale_rows(3))
    second = hand(presale_rows(3, start=10))
    assert second.outcome == "refused"
    assert second.batch is None
    refusal = second.as_json(9)["refusal"]
    assert refusal["code"] == "slot_filled"
    assert "补充" in refusal["text"]
    assert "更正" in refusal["text"]
    assert refusal["about"] == str(first.batch.pk)
    assert first.batch.number in refusal["mend"]
    assert Batch.objects.count() == 1
    assert second.as_json(9)["accepted"] == 0


@pytest.mark.parametrize("how", ["adds", "replaces"])
def test_a_refused_file_may_come_again_with_its_choice(hand, how):
    first = hand(presale_rows(3))
    hand(presale_rows(3, start=10))
    again = hand(presale_rows(3, start=10), **{how: first.batch.number})
    assert again.outcome == "accepted"
    assert (again.batch.version, again.batch.kind) == (2, how)
    assert [batch.version for batch in live().order_by("version")] == ([1, 2] if how == "adds" else [2])


def test_a_replaced_batch_cannot_be_replaced_or_added_to(hand):
    first = hand(presale_rows(3))
    hand(presale_rows(2), replaces=str(first.batch.pk))
    for how in ("adds", "replaces"):
        with pytest.raises(Refused) as caught:
            hand(presale_rows(4, start=20), **{how: first.batch.number})
        assert caught.value.code == "replaced_already"
        assert "9.5-2026Q3-02" in caught.value.text


def test_content_is_compared_with_live_batches_only(hand):
    first = hand(presale_rows(3))
    second = hand(presale_rows(2, start=7), replaces=first.batch.number)
    back = hand(presale_rows(3), replaces=second.batch.number)
    assert back.batch.version == 3
    assert back.submission.pk != first.submission.pk
    assert [batch.version for batch in live()] == [3]


def test_one_batch_cannot_take_the_place_of_another_with_the_content_of_a_third(hand):
    first = hand(presale_rows(3))
    second = hand(presale_rows(2, start=7), adds=first.batch.number)
    third = hand(presale_rows(3), replaces=second.batch.number)
    assert third.submission.pk == first.submission.pk  # the same bytes: the earlier answer
    resaved = [[*row[:6], f"{row[6]}.0", row[7]] for row in presale_rows(3)]
    assert hand(resaved, replaces=second.batch.number).as_json(1)["refusal"]["code"] == "same_as_other"
    assert live().count() == 2


def test_a_batch_of_another_place_is_not_found(hand):
    other = hand(presale_rows(3, day="2026-05-05"), period="2026Q2")
    for name in (str(other.batch.pk), other.batch.number, "9.5-2026Q3-01", "nonsense"):
        with pytest.raises(Refused) as caught:
            hand(presale_rows(2), adds=name)
        assert caught.value.code == "unknown_batch"
    assert Submission.objects.count() == 1


def test_the_bad_rows_workbook_adds_by_its_mark(hand, tmp_path):
    rows = presale_rows(4)
    first = hand([*rows[:3], bad(rows[3])])
    path = tmp_path / "待补正.xlsx"
    path.write_bytes(bad_rows(submission=first.submission, by=None))
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    place = next(cell.column for cell in page[1] if cell.value == "建设单位统一社会信用代码")
    page.cell(2, place).value = credit_code(3)
    book.save(path)
    second = hand(path)
    assert second.outcome == "accepted", second.as_json(9)
    assert second.submission.adds_id == first.batch.pk
    assert (second.batch.kind, second.batch.version, second.batch.rows) == ("adds", 2, 1)
    assert pl.concat(frames("presale_permits"))["_row"].len() == 4


def test_event_periods_always_add(hand):
    rows = [[*row[:7], "2026-09-15"] for row in presale_rows(4)]
    place = event_place()
    first = hand_event(hand, place, rows[:2])
    second = hand_event(hand, place, rows[2:])
    assert (first.batch.kind, second.batch.kind) == ("first", "adds")
    assert [batch.version for batch in live().order_by("version")] == [1, 2]


def event_place():
    """A resource that comes by event, with the titles of its required fields."""
    definitions = in_force()
    for resource in definitions.resources.values():
        kind = definitions.frequencies[resource.frequency].period
        if kind == "event" and len(resource.sheets) == 1 and definitions.providers(resource):
            return resource, definitions.providers(resource)[0].key
    raise AssertionError("no resource comes by event")


def hand_event(hand, place, rows):
    resource, unit = place
    fields = resource.sheets[0].fields
    made = {FieldType.CREDIT_CODE: 1, FieldType.NAME: 2, FieldType.CODE_OR_ID: 1, FieldType.CERTIFICATE: 0}

    def value(field, row):
        if field.type is FieldType.ENUM:
            return field.values[0]
        if field.type is FieldType.DATE:
            return row[7]
        if field.type in {FieldType.COUNT, FieldType.MONEY, FieldType.AREA, FieldType.NUMBER}:
            return "100"
        return row[made[field.type]] if field.type in made else f"示例{row[0]}"

    wanted = [f for f in fields if f.required or f.key in resource.sheets[0].key]
    return hand(
        [[value(field, row) for field in wanted] for row in rows],
        resource.number, "2026-09-15", unit, head=[field.title for field in wanted],
    )  # fmt: skip


def test_keys_of_earlier_batches_ask_for_a_reason(hand):
    first = hand(presale_rows(2))
    other = [[*row[:4], "越城区另一路1号", *row[5:]] for row in presale_rows(1)]
    again = hand(other, adds=first.batch.number)
    (finding,) = (f for f in again.as_json(9)["findings"] if f["severity"] == "explain")
    assert finding["code"] == "known_key"
    assert first.batch.number in finding["message"]
    mended = [[*row[:4], "越城区第三路1号", *row[5:]] for row in presale_rows(2)[1:]]
    found = hand(mended, replaces=first.batch.number)
    assert "known_key" not in found.submission.by_code  # what is replaced does not count


STATIONS = ["货运站(场)名称", "货运站(场)统一社会信用代码", "货运站地址"]


def stations(*addresses):
    return [[f"示例{n}号货运站", credit_code(n), address] for n, address in enumerate(addresses, start=1)]


def test_a_register_told_anew_in_each_period_is_not_asked_about_but_twice_in_one_is(hand):
    """9.1 is a register: what stands now stood last quarter. 9.5 tells of permits given: once each."""
    first = hand(stations("甲路1号", "乙路1号"), "9.1", "2026Q2", head=STATIONS)
    anew = hand(stations("甲路1号", "乙路2号"), "9.1", "2026Q3", head=STATIONS)
    assert "known_key" not in anew.submission.by_code
    assert (first.batch.rows, anew.batch.rows) == (2, 2)
    more = stations("甲路3号")
    added = hand(more, "9.1", "2026Q3", head=STATIONS, adds=anew.batch.number)
    assert added.submission.by_code["known_key"] == 1
    permits = presale_rows(2)
    hand(permits, "9.5", "2026Q2")
    again = hand([[*row[:4], "越城区另一路1号", *row[5:]] for row in permits], "9.5", "2026Q3")
    assert again.submission.by_code["known_key"] == 2


def test_whole_or_nothing(hand):
    rows = presale_rows(3)
    handed = hand([*rows[:2], bad(rows[2])], whole=True)
    assert handed.outcome == "refused"
    assert handed.as_json(9)["refusal"]["code"] == "not_whole_file"
    assert not Batch.objects.exists()
    again = hand([*rows[:2], bad(rows[2])])
    assert again.outcome == "partial"


def test_a_dry_run_leaves_nothing(hand, home):
    def everything():
        return {path for path in home.rglob("*") if path.is_file()}

    rows = presale_rows(3)
    tried = hand([*rows[:2], bad(rows[2])], dry_run=True)
    assert tried.as_json(9) | {"findings": [], "skipped": []} == {
        **tried.as_json(0), "skipped": [], "outcome": "partial", "rows": 3, "accepted": 2, "set_aside": 1,
        "submission": None, "receipt": None, "batch": None,
    }  # fmt: skip
    assert everything() == set()
    assert (Submission.objects.count(), Event.objects.count(), Slot.objects.count()) == (0, 0, 0)
    hand(rows)
    before = everything()
    refused = hand(presale_rows(2, start=30), dry_run=True)
    assert (refused.outcome, refused.as_json(0)["refusal"]["code"]) == ("refused", "slot_filled")
    assert everything() == before


def test_a_file_that_waits_is_the_same_submission_with_what_is_said_now(hand, tmp_path):
    first = hand(presale_rows(2))
    path = csv_file(tmp_path / "b.csv", PRESALE_HEAD, presale_rows(3, start=5))
    waiting = received(path)
    assert received(path).pk == waiting.pk
    check(submission=waiting, by=None)
    with pytest.raises(Refused):
        commit(submission=waiting, by=None)
    told = received(path, replaces=first.batch.number)
    assert (told.pk, told.state) == (waiting.pk, State.RECEIVED)
    check(submission=told, by=None)
    assert commit(submission=told, by=None).version == 2
    assert [batch.version for batch in live()] == [2]


def test_a_submission_committed_twice_is_committed_once(hand, tmp_path):
    path = csv_file(tmp_path / "b.csv", PRESALE_HEAD, presale_rows(3))
    submission = received(path)
    check(submission=submission, by=None)
    stale = Submission.objects.get(pk=submission.pk)
    batch = commit(submission=submission, by=None)
    assert commit(submission=stale, by=None) == batch
    assert Slot.objects.get().version == 1


def test_staging_may_be_lost(hand, home, tmp_path):
    submission = received(csv_file(tmp_path / "b.csv", PRESALE_HEAD, presale_rows(3)))
    check(submission=submission, by=None)
    assert [path.name for path in (home / "staging").iterdir()] == [str(submission.pk)]
    sweep(grace=-1)
    assert (home / "staging" / str(submission.pk)).exists()  # it waits for its decision
    for path in (home / "staging" / str(submission.pk)).iterdir():
        path.unlink()
    assert commit(submission=submission, by=None).rows == 3
    assert not list((home / "staging").iterdir())


def test_what_is_given_up_cannot_be_committed(hand, tmp_path):
    submission = received(csv_file(tmp_path / "b.csv", PRESALE_HEAD, presale_rows(3)))
    check(submission=submission, by=None)
    stale = Submission.objects.get(pk=submission.pk)
    withdraw(submission=submission, by=None)
    with pytest.raises(NotPossible):
        commit(submission=stale, by=None)
    with pytest.raises(NotPossible):
        check(submission=stale, by=None)


def test_a_receipt_says_what_came_in_and_proves_itself(hand):
    handed = hand(presale_rows(3))
    receipt = handed.as_json(1)["receipt"]
    assert (receipt["rows"], receipt["accepted"], receipt["set_aside"]) == (3, 3, 0)
    assert receipt["content"] == handed.batch.content
    assert receipt["committed_at"].endswith("+08:00")
    assert proof(receipt) == proof({"number": receipt["number"]}) == []
    assert len(proof(receipt | {"rows": 4})) == 1
    assert proof({"number": "20260101-9.5-2026Q3-01-aaaaaa"})
    Batch.objects.update(rows=2)
    assert proof(receipt) == []  # the receipt speaks of the submission's counts …
    Submission.objects.update(accepted=2)
    assert any("摘要" in wrong for wrong in proof({"number": receipt["number"]}))  # … and notices these
    assert as_json(handed.batch)["number"] == receipt["number"]
    assert Receipt.objects.count() == 1


def test_the_sweeper_takes_orphans_and_nothing_else(hand, home):
    handed = hand(presale_rows(3))
    kept = set(home.rglob("*"))
    for name in ORPHANS:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("x")
    assert sweep() == 0  # all of it may be under way
    assert sweep(grace=-1) == 6
    files = {path for path in home.rglob("*") if path.is_file()}
    assert files == {path for path in kept if path.is_file()}
    assert list(Lake(home / "lake").losses(ledger())) == []
    assert handed.batch.files.count() == LakeFile.objects.count()


def test_a_changed_or_missing_file_of_the_lake_is_told(hand, home):
    handed = hand(presale_rows(3))
    path = home / "lake" / handed.batch.files.get(role="rows").path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert [loss.reason for loss in Lake(home / "lake").losses(ledger())] == ["文件内容与账本不符"]
    path.unlink()
    assert [loss.reason for loss in Lake(home / "lake").losses(ledger())] == ["文件不在"]


def test_a_period_that_has_not_begun_has_nothing_to_hand_in(hand):
    held = dt.datetime(2026, 9, 30, 23, 59, tzinfo=SHANGHAI)
    with pytest.raises(Refused) as refusal:
        hand(presale_rows(1), period="2026Q4", received_at=held)
    assert refusal.value.code == "period_not_begun"
    assert "2026年四季度从 2026-10-01 才开始" in refusal.value.text
    assert not Submission.objects.exists()
    assert hand(presale_rows(1), period="2026Q4", received_at=held + dt.timedelta(minutes=1)).batch
