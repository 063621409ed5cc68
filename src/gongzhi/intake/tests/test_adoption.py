"""Suggestions are taken over by a tap: the file stays as it came, the rows come in mended."""

import io

import openpyxl
import polars as pl
import pytest
from tests.files import PRESALE_HEAD, credit_code, csv_file, person_id, presale_rows

from gongzhi.audit.models import Event
from gongzhi.intake.actions import adopt, check, commit, receive, report
from gongzhi.intake.actions.place import Place
from gongzhi.intake.actions.reading import tokens
from gongzhi.intake.actions.submission import tell
from gongzhi.intake.queries import findings_of, repaired_of, rows_of
from gongzhi.intake.states import NotPossible, State

CODE = 1


@pytest.fixture
def checked(home, db, tmp_path):
    """checked(rows) → a submission that was read and checked."""

    def made(rows, place=("9.5", "2026Q3", "建设交通局"), head=PRESALE_HEAD, **more):
        path = csv_file(tmp_path / "报送.csv", head, rows)
        submission = receive(file=path, name=path.name, place=Place(*place, **more), by=None, channel="page")
        check(submission=submission, by=None)
        return submission

    return made


def swapped(code):
    """Two neighbours exchanged: the usual slip."""
    at = next(i for i in range(10, 16) if code[i] != code[i + 1])
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def slips(*places):
    rows = presale_rows(5)
    for place in places:
        rows[place][CODE] = swapped(credit_code(place))
    return rows


def lake_codes(batch):
    [(_, frame)] = rows_of(batch.pk)
    return frame.sort("_row")[frame.columns[1]].to_list()


def test_one_suggestion_is_taken_over_and_the_other_row_still_waits(checked):
    submission = checked(slips(1, 3))
    assert (submission.state, submission.set_aside) == (State.CHECKED, 2)
    first = findings_of(submission).filter(pl.col("suggestion").is_not_null()).row(0, named=True)
    assert adopt(submission=submission, by=None, cells=[(0, first["row"], first["field"])]) == 1
    assert submission.state == State.RECEIVED
    check(submission=submission, by=None)
    assert (submission.accepted, submission.set_aside) == (4, 1)
    told = repaired_of(submission).filter(pl.col("code") == "adopted").row(0, named=True)
    assert (told["cell"], told["to"]) == (first["cell"], credit_code(1))
    assert told["from"] == swapped(credit_code(1))


def test_all_suggestions_come_into_the_lake_and_the_event_says_how_many_but_no_value(checked):
    submission = checked(slips(1, 3))
    assert adopt(submission=submission, by=None) == 2
    check(submission=submission, by=None)
    assert submission.by_code.get("code_check_digit") is None
    batch = commit(submission=submission, by=None)
    assert lake_codes(batch) == [credit_code(n) for n in range(5)]
    event = Event.objects.get(verb="submission.adopted")
    assert event.detail["cells"] == 2
    assert submission.adopted == [[0, 3, "developer_code"], [0, 5, "developer_code"]]


def test_a_mended_copy_is_the_same_content(checked, hand):
    submission = checked(slips(1))
    adopt(submission=submission, by=None)
    check(submission=submission, by=None)
    batch = commit(submission=submission, by=None)
    assert hand(presale_rows(5)).batch == batch


def test_a_file_whose_only_row_was_refused_can_be_mended(checked):
    rows = slips(1)[1:2]
    submission = checked(rows)
    assert submission.state == State.REFUSED
    assert adopt(submission=submission, by=None) == 1
    check(submission=submission, by=None)
    assert (submission.state, submission.accepted) == (State.CHECKED, 1)


def test_cells_without_a_suggestion_and_unknown_cells_are_left_alone(checked):
    submission = checked(slips(1))
    assert adopt(submission=submission, by=None, cells=[(0, 2, "developer_code"), (7, 99, "x")]) == 0
    assert submission.state == State.CHECKED
    assert submission.adopted == []


def test_nothing_is_taken_over_once_the_file_is_in(checked):
    submission = checked(slips(1))
    commit(submission=submission, by=None)
    with pytest.raises(NotPossible):
        adopt(submission=submission, by=None)


def test_saying_that_a_file_adds_does_not_lose_what_was_taken_over(checked, hand):
    first = hand(presale_rows(3, start=20)).batch
    submission = checked(slips(1))
    adopt(submission=submission, by=None)
    check(submission=submission, by=None)
    place = Place("9.5", "2026Q3", submission.unit, adds=str(first.pk))
    tell(submission=submission, place=place, by=None)
    assert submission.state == State.RECEIVED
    check(submission=submission, by=None)
    assert (submission.adds_id, submission.accepted) == (first.pk, 5)
    assert commit(submission=submission, by=None).kind == "adds"


HEAD = (
    "转让方证件号码", "转让方姓名", "被投资企业统一社会信用代码", "被投资企业名称", "申报序号", "申报日期",
)  # fmt: skip


def test_a_persons_number_is_mended_without_being_shown_or_stored(checked, home):
    numbers = [person_id(7), person_id(8)]
    mistyped = numbers[1].replace("0", "O", 1)
    company = (credit_code(1), "绍兴示例贸易有限公司")
    rows = [[number, "甲某", *company, f"3330{number[-4:]}", "2026-07-02"] for number in numbers]
    rows[1][0] = mistyped
    submission = checked(rows, ("T.14", "2026-07", "区税务局"), HEAD)
    suggestion = findings_of(submission).filter(pl.col("suggestion").is_not_null())["suggestion"].item()
    assert "*" in suggestion
    assert adopt(submission=submission, by=None) == 1
    check(submission=submission, by=None)
    assert submission.accepted == 2
    batch = commit(submission=submission, by=None)
    [(_, frame)] = rows_of(batch.pk)
    assert frame.sort("_row")["transferor_code"].to_list() == tokens(pl.Series(numbers)).to_list()
    told = repaired_of(submission).filter(pl.col("code") == "adopted").row(0, named=True)
    assert "*" in told["from"]
    assert "*" in told["to"]
    for path in (path for path in home.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not [one for one in (*numbers, mistyped) if one.encode() in content], path


def cells_of(content):
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return {cell.value for row in page.iter_rows() for cell in row}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_was_taken_over_stands_in_the_workbooks_that_go_back(home, db, tmp_path, form):
    """A row with a second fault goes back with its code mended, and comes in with the second one mended."""
    rows = slips(1, 3)
    rows[1][6], rows[3][6] = "很多", "不详细"
    path = csv_file(tmp_path / "报送.csv", PRESALE_HEAD, rows)
    if form == "xlsx":
        path = tmp_path / "报送.xlsx"
        book = openpyxl.Workbook()
        for row in [PRESALE_HEAD, *rows]:
            book.active.append([str(cell) for cell in row])
        book.save(path)
    place = Place("9.5", "2026Q3", "建设交通局")
    submission = receive(file=path, name=path.name, place=place, by=None, channel="page")
    check(submission=submission, by=None)
    assert adopt(submission=submission, by=None, cells=[(0, 3, "developer_code")]) == 1
    check(submission=submission, by=None)
    assert (submission.accepted, submission.set_aside) == (3, 2)
    commit(submission=submission, by=None)
    mended, left = credit_code(1), swapped(credit_code(3))
    for content in (
        report.marked_up(submission=submission, by=None),
        report.bad_rows(submission=submission, by=None),
    ):
        said = cells_of(content)
        assert {mended, left} <= said
        assert swapped(credit_code(1)) not in said


def test_a_persons_number_that_was_taken_over_goes_back_whole_to_its_own_unit(checked):
    number = person_id(8)
    rows = [[number.replace("0", "O", 1), "甲某", "", "绍兴示例贸易有限公司", "33301", "不是日期"]]
    rows.append([person_id(7), "甲某", credit_code(1), "绍兴示例贸易有限公司", "33302", "2026-07-02"])
    submission = checked(rows, ("T.14", "2026-07", "区税务局"), HEAD)
    assert adopt(submission=submission, by=None) == 1
    check(submission=submission, by=None)
    assert submission.set_aside == 1
    assert number in cells_of(report.bad_rows(submission=submission, by=None))
