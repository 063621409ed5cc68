"""More than may be handed in is cut at the door: it lies nowhere in the home and in no copy handed on."""

from __future__ import annotations

import io

import openpyxl
import polars as pl
import pytest
from django.db import connection
from tests.files import credit_code, csv_file, person_id

from gongzhi.intake.actions import check, hand_in, receive, report
from gongzhi.intake.actions.place import Place
from gongzhi.intake.queries import rows_of

COMPANY = "绍兴示例置业有限公司"
NAMES = ("欧阳鹮鷟", "司徒䴉鹓", "诸葛鸀鹈")
IDS = tuple(person_id(number) for number in (11, 12, 13))
PHONE = "13912345678"
SECRETS = (*NAMES, *IDS, PHONE)
SOLD = ("销售方名称", "销售方统一社会信用代码", "购买方信息(脱敏)", "网签合同编号", "网签日期")
HOTEL = (
    "宾馆、酒店统一社会信用代码",
    "宾馆、酒店名称",
    "登记入住人数",
    "住客姓名",
    "住客身份证号码",
    "住客电话",
)
HOUSES = ("所涉拆迁地块或房产项目名称", "发放年度", "发放户数", "发放总额", "户主姓名", "户主身份证号码")


def found_in(content: bytes) -> set[str]:
    return {one for one in SECRETS if one.encode() in content or one.encode("utf-16-le") in content}


def kept(home) -> dict[str, set[str]]:
    """Secrets by file of the home and in the database."""
    found = {path.name: found_in(path.read_bytes()) for path in home.rglob("*") if path.is_file()}
    for path in home.rglob("*.parquet"):
        found[path.name] |= found_in(pl.read_parquet(path).write_csv().encode())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = found_in(repr(cursor.fetchall()).encode())
    return {name: secrets for name, secrets in found.items() if secrets}


def read_back(content: bytes) -> str:
    """All that a workbook says: cells and comments."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    return "\n".join(f"{cell.value} {cell.comment.text if cell.comment else ''}" for cell in cells)


def workbook(path, head, rows, more=()):
    book = openpyxl.Workbook()
    for page, lines in (
        (book.active, [head, *rows]),
        *((book.create_sheet(name), rows) for name, rows in more),
    ):
        for row in lines:
            page.append(list(row))
    book.save(path)
    return path


def sold(*buyers):
    return [
        [COMPANY, credit_code(1), buyer, f"W{number}", f"2026-09-{number:02d}"]
        for number, buyer in enumerate(buyers, 1)
    ]


BUYERS = ("欧**", NAMES[0], IDS[0], f"张* {IDS[1]}", f"司*{PHONE}")
CASES = {
    "buyer": ("9.6", "2026-09", "建设交通局", SOLD, sold(*BUYERS)),
    "buyer_column": (
        "9.6", "2026-09", "建设交通局", (*SOLD, "买受人身份证号码"), [[*sold("欧**")[0], IDS[0]]],
    ),
    "guests": (
        "5.2", "2026Q3", "公安分局", HOTEL,
        [[credit_code(1), "绍兴示例酒店有限公司", 20, NAMES[0], IDS[0], PHONE]],
    ),
    "households": ("20.4/b", "2026", "塔山街道", HOUSES, [["示例地块", 2026, 12, 100000, NAMES[0], IDS[0]]]),
    "household_list": (
        "20.4", "2026", "塔山街道", ("所涉拆迁地块或房产项目名称", "户主姓名", "身份证号码", "补偿金额"),
        [["示例地块", name, number, 100000] for name, number in zip(NAMES, IDS, strict=True)],
    ),
}  # fmt: skip


@pytest.fixture(params=[*CASES])
def case(request):
    return CASES[request.param]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_it_lies_nowhere_and_the_finding_says_how_to_send_it_right(home, db, tmp_path, case, form):
    resource, period, unit, head, rows = case
    make = csv_file if form == "csv" else workbook
    path = make(tmp_path / f"报送.{form}", head, rows)
    handed = hand_in(file=path, name=path.name, place=Place(resource, period, unit), by=None, channel="cli")
    told = [one for one in handed.as_json(99)["findings"] if one["code"] in {"over_supply", "unmasked"}]
    assert told
    assert all("已删去" in one["message"] for one in told)
    assert all("请" in one["mend"] for one in told)
    assert kept(home) == {}
    assert found_in(repr(handed.as_json(99)).encode()) == set()
    copy = report.marked_up(submission=handed.submission, by=None)
    assert not [secret for secret in SECRETS if secret in read_back(copy)]


def test_not_in_staging_either_nor_in_the_copy_of_a_file_that_was_only_tried(home, db, tmp_path, case):
    resource, period, unit, head, rows = case
    path = csv_file(tmp_path / "报送.csv", head, rows)
    place = Place(resource, period, unit)
    tried = hand_in(file=path, name=path.name, place=place, by=None, channel="cli", dry_run=True)
    copy = report.marked_up_file(file=path, submission=tried.submission, findings=tried.findings)
    assert not [secret for secret in SECRETS if secret in read_back(copy)]
    submission = receive(file=path, name=path.name, place=place, by=None, channel="page")
    check(submission=submission, by=None)
    assert kept(home) == {}


def test_the_rest_of_the_row_comes_in(hand):
    resource, period, unit, head, rows = CASES["buyer"]
    handed = hand(rows, resource, period, unit, head=head)
    assert (handed.outcome, handed.submission.accepted) == ("accepted", 5)
    assert handed.submission.by_code["unmasked"] == 4
    [(_, frame)] = rows_of(handed.batch.pk)
    assert frame.sort("_row")["buyer"].is_null().to_list() == [False, True, True, True, True]
    assert frame["contract_no"].null_count() == 0


def test_a_list_of_households_does_not_come_in_as_rows_without_a_count(hand):
    _, period, unit, head, rows = CASES["household_list"]
    for place in ("20.4", "20.4/b"):
        handed = hand(rows, place, period, unit, head=head)
        assert handed.outcome == "refused"
        told = [one for one in handed.as_json(99)["findings"] if one["code"] == "over_supply"]
        assert any("住户只报户数和总额" in one["mend"] for one in told)


def test_a_guest_list_does_not_come_in_as_rows_without_a_count(hand):
    head = ("宾馆、酒店统一社会信用代码", "宾馆、酒店名称", "房型", "住客姓名")
    rows = [[credit_code(1), "绍兴示例酒店有限公司", "标准间", name] for name in NAMES]
    assert hand(rows, "5.2", "2026Q3", "公安分局", head=head).outcome == "refused"


def test_another_sheet_of_the_workbook_is_not_handed_on(home, db, tmp_path):
    resource, period, unit, head, rows = CASES["guests"]
    guests = [("姓名", "证件"), *zip(NAMES, IDS, strict=True)]
    path = workbook(tmp_path / "报送.xlsx", head[:3], [row[:3] for row in rows], [("住客", guests)])
    place = Place(resource, period, unit)
    handed = hand_in(file=path, name=path.name, place=place, by=None, channel="cli")
    assert handed.outcome == "accepted", handed.as_json(9)
    assert kept(home) == {}
    copy = read_back(report.marked_up(submission=handed.submission, by=None))
    assert "绍兴示例酒店有限公司" in copy
    assert not [secret for secret in SECRETS if secret in copy]


def test_an_id_in_a_column_of_names_is_not_taken_in(hand):
    head = ("宾馆、酒店统一社会信用代码", "宾馆、酒店名称", "登记入住人数")
    rows = [
        [credit_code(1), "绍兴示例酒店（11010519491231002X）", 3],
        [credit_code(2), "绍兴示例酒店有限公司", 3],
    ]
    handed = hand(rows, "5.2", "2026Q3", "公安分局", head=head)
    assert (handed.submission.accepted, handed.submission.by_code["person_id_in_text"]) == (1, 1)
