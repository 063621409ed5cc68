"""二(二): a liaison hands a file in, mends what is wrong, keeps the receipt (through the pages)."""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows, workbook

from gongzhi.audit.queries import of_subject
from gongzhi.catalogue.actions import open_periods
from gongzhi.catalogue.models import Obligation
from gongzhi.intake.models import Batch, Submission
from gongzhi.organisation.models import Grant, Person

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Client]


def upload(client: Client, path: Path, resource: str = "9.5", **fields: str) -> Submission:
    """Hand a file in, for 9.5 and the third quarter unless told otherwise; the submission of its page."""
    with path.open("rb") as file:
        answer = client.post(f"/submit/{resource}", {"file": file, "period": "2026Q3", **fields})
    assert answer.status_code == 302, answer.content.decode()
    return Submission.objects.get(pk=answer.headers["Location"].rsplit("/", 1)[1])


def page_of(client: Client, address: str) -> str:
    """The page as its reader sees it, without tags and blanks."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(re.sub(r"<[^>]+>|\s", "", answer.content.decode()))


def take_in(client: Client, submission: Submission, **said: str) -> Submission:
    """Press the page's button; the submission as it is then."""
    client.post(f"/submissions/{submission.pk}/commit", said)
    submission.refresh_from_db()
    return submission


@pytest.fixture
def first(client_of: Clients, tmp_path: Path) -> Batch:
    """The third quarter of 9.5 with three rows in."""
    client = client_of("liaison")
    path = workbook(tmp_path / "首批.xlsx", [PRESALE_HEAD, *presale_rows(3)])
    return take_in(client, upload(client, path)).batch


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """Title, header in row 2, four good rows, one with a wrong check digit, one without a date, a total."""
    rows = presale_rows(6)
    rows[4][1] = str(rows[4][1])[:-1] + ("0" if str(rows[4][1])[-1] != "0" else "1")
    rows[5][7] = "2026年13月1日"
    title = ["商品房预售信息（三季度）"]
    total = ["合计", None, None, None, None, None, 6_015, None]
    return workbook(tmp_path / "预售.xlsx", [title, PRESALE_HEAD, *rows, total])


def test_the_page_names_every_fault_and_takes_the_good_rows(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    page = client.get(f"/submissions/{submission.pk}").content.decode()

    assert (submission.rows, submission.accepted, submission.set_aside) == (6, 4, 2)
    assert "数据!B7" in page
    assert "数据!H8" in page
    assert "校验码" in page
    assert "合计行 1 行" in page
    page = client.post(f"/submissions/{submission.pk}/commit", follow=True).content.decode()
    batch = Batch.objects.get()
    assert "已入库 4 行" in page
    assert "改好的待补正行" in page
    assert f"/receipts/{batch.receipt.number}" in page
    receipt = client.get(f"/receipts/{batch.receipt.number}").content.decode()
    assert batch.rows == 4
    assert batch.number == "9.5-2026Q3-01"
    assert batch.content in receipt
    assert "待补正 2 行" in receipt


def test_bad_rows_come_back_alone_and_add_to_the_batch(
    client_of: Clients, messy: Path, tmp_path: Path
) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    client.post(f"/submissions/{submission.pk}/commit")
    first = Batch.objects.get()

    content = client.get(f"/submissions/{submission.pk}/bad-rows").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book[book.sheetnames[0]]
    heads = [cell.value for cell in page[1]]
    good = presale_rows(6)
    for line in (2, 3):
        number = int(page.cell(line, 1).value) - 3  # the row in the sender's file
        page.cell(line, heads.index(PRESALE_HEAD[1]) + 1).value = good[number][1]
        page.cell(line, heads.index(PRESALE_HEAD[7]) + 1).value = good[number][7]
    mended = tmp_path / "补正.xlsx"
    book.save(mended)
    again = upload(client, mended)
    client.post(f"/submissions/{again.pk}/commit")

    again.refresh_from_db()
    assert again.adds == first
    assert sorted(Batch.objects.values_list("rows", flat=True)) == [2, 4]


def test_the_marked_up_workbook_is_the_senders_own(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    content = client.get(f"/submissions/{submission.pk}/marked-up").content
    page = openpyxl.load_workbook(io.BytesIO(content))["数据"]

    assert page["A1"].value == "商品房预售信息（三季度）"
    assert page["B7"].comment is not None
    assert page["B3"].comment is None


def test_the_same_file_twice_is_one_submission(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    assert upload(client, messy).pk == upload(client, messy).pk


def test_an_accepted_file_meets_the_obligation(client_of: Clients, messy: Path) -> None:
    open_periods(since=dt.date(2026, 1, 1), until=dt.date(2026, 12, 31))
    owed = Obligation.objects.filter(unit="construction_transport", resource="9.5", period="2026Q3")
    client = client_of("liaison")
    submission = upload(client, messy)
    assert owed.get().received_at is None
    client.post(f"/submissions/{submission.pk}/commit")
    assert owed.get().received_at == submission.received_at


def test_everything_leaves_its_trail(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    client.post(f"/submissions/{submission.pk}/commit")
    verbs = [event.verb for event in of_subject("submission", submission.pk)]
    assert verbs == ["submission.received", "submission.checked", "batch.committed"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.xlsx", b"", "空"),
        ("坏.xlsx", b"PK\x03\x04 not a workbook at all", "未入库"),
        ("别的.csv", "姓名,电话\n甲,1".encode(), "商品房预售信息"),
    ],
)
def test_bad_input_gets_a_clear_answer(
    client_of: Clients, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    client = client_of("liaison")
    path = tmp_path / name
    path.write_bytes(content)
    with path.open("rb") as file:
        answer = client.post("/submit/9.5", {"file": file, "period": "2026Q3"}, follow=True)
    assert answer.status_code == 200
    assert said in re.sub(r"\s", "", answer.content.decode())
    assert not Batch.objects.exists()


def test_another_units_submission_is_not_there(client_of: Clients, messy: Path) -> None:
    submission = upload(client_of("liaison"), messy)
    peer = client_of("peer")
    for page in ("", "/findings", "/marked-up", "/bad-rows"):
        assert peer.get(f"/submissions/{submission.pk}{page}").status_code == 404
    assert peer.post(f"/submissions/{submission.pk}/commit").status_code == 404
    assert client_of("office").get(f"/submissions/{submission.pk}").status_code == 200


def test_the_page_says_what_was_read(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    said = "取“数据”表，表头在第2行。没有当作数据的：合计行1行、标题行1行。"
    assert said in page_of(client, f"/submissions/{submission.pk}")
    take_in(client, submission)
    assert said in page_of(client, f"/submissions/{submission.pk}")


def test_optional_columns_that_are_not_there_are_told_in_one_line(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    assert submission.by_code["missing_optional"] > 1
    page = page_of(client, f"/submissions/{submission.pk}")
    assert page.count("预售套数") == 1
    each = page_of(client, f"/submissions/{submission.pk}?code=missing_optional")
    assert f"共{submission.by_code['missing_optional']}处" in each


def test_findings_are_paged_by_plain_links(client_of: Clients, tmp_path: Path) -> None:
    rows = presale_rows(251)
    for row in rows[1:]:
        row[7] = "2026年13月1日"
    client = client_of("liaison")
    submission = upload(client, workbook(tmp_path / "多.xlsx", [PRESALE_HEAD, *rows]))
    seen: list[str] = []
    code = next(code for code, count in submission.by_code.items() if count == 250)
    address = f"/submissions/{submission.pk}?code={code}"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r"数据!H(\d+)", page)
        following = re.search(r'href="([^"#]+)#findings"[^>]*rel="next"', page)
        address = html.unescape(following[1]) if following else ""
    assert [int(row) for row in seen] == list(range(3, 253))


@pytest.mark.parametrize("query", ["code=nothing", "from=x", "from=999999", "code=%00&from=-1"])
def test_a_wrong_address_of_findings_is_answered(client_of: Clients, messy: Path, query: str) -> None:
    client = client_of("liaison")
    submission = upload(client, messy)
    assert client.get(f"/submissions/{submission.pk}?{query}").status_code == 200
    assert client.get(f"/submissions/{submission.pk}/findings?{query}").status_code == 200


def test_a_second_file_for_a_filled_period_is_asked_about(
    client_of: Clients, tmp_path: Path, first: Batch
) -> None:
    client = client_of("liaison")
    more = workbook(tmp_path / "再报.xlsx", [PRESALE_HEAD, *presale_rows(2, start=10)])
    submission = upload(client, more)
    page = page_of(client, f"/submissions/{submission.pk}")
    assert "2026年三季度已有入库批次，这一份是" in page
    assert "补充：追加在已入库的后面" in page
    assert f"更正：整批替换{first.number}（3行" in page

    refused = client.post(f"/submissions/{submission.pk}/commit", follow=True).content.decode()
    assert "补充" in refused
    assert "更正" in refused
    assert Batch.objects.count() == 1

    added = take_in(client, submission, relation=f"adds:{first.pk}")
    assert (added.state, added.adds, added.batch.kind) == ("committed", first, "adds")
    assert Batch.objects.filter(replaced_by=None).count() == 2


def test_a_correction_replaces_the_batch_that_it_names(
    client_of: Clients, tmp_path: Path, first: Batch
) -> None:
    client = client_of("liaison")
    mended = workbook(tmp_path / "更正.xlsx", [PRESALE_HEAD, *presale_rows(3, day="2026-09-01")])
    submission = upload(client, mended, relation="replaces")
    assert submission.replaces == first
    new = take_in(client, submission).batch
    first.refresh_from_db()
    assert first.replaced_by == new
    assert f"（更正，替换{first.number}）" in page_of(client, f"/receipts/{new.receipt.number}")
    assert f"已由{new.number}更正" in page_of(client, f"/batches/{first.pk}")
    assert "2026-09-01" in page_of(client, f"/batches/{new.pk}")


def test_only_the_only_batch_needs_no_name(client_of: Clients, tmp_path: Path, first: Batch) -> None:
    client = client_of("liaison")
    more = workbook(tmp_path / "补.xlsx", [PRESALE_HEAD, *presale_rows(2, start=10)])
    take_in(client, upload(client, more, relation="adds"))
    third = workbook(tmp_path / "三.xlsx", [PRESALE_HEAD, *presale_rows(1, start=30)])
    with third.open("rb") as file:
        fields = {"file": file, "period": "2026Q3", "relation": "replaces"}
        page = client.post("/submit/9.5", fields).content.decode()
    assert "2026年三季度已有 2 批，请选择要更正的一批" in page
    with third.open("rb") as file:
        fields = {"file": file, "period": "2026Q2", "relation": "replaces", "batch": str(first.pk)}
        page = client.post("/submit/9.5", fields).content.decode()
    assert "不属于2026年二季度" in page


def test_the_same_rows_in_another_file_come_in_once(client_of: Clients, tmp_path: Path, first: Batch) -> None:
    client = client_of("liaison")
    same = csv_file(tmp_path / "同.csv", PRESALE_HEAD, presale_rows(3)[::-1])
    submission = upload(client, same)
    assert f"内容与已入库的{first.number}完全相同" in page_of(client, f"/submissions/{submission.pk}")
    answer = client.post(f"/submissions/{submission.pk}/commit")
    assert answer.headers["Location"] == f"/receipts/{first.receipt.number}"
    assert Batch.objects.count() == 1


def test_all_or_nothing(client_of: Clients, messy: Path) -> None:
    client = client_of("liaison")
    submission = upload(client, messy, whole="on")
    assert submission.state == "refused"
    page = page_of(client, f"/submissions/{submission.pk}")
    assert "未入库" in page
    assert "改好的文件" in page


def test_an_event_is_handed_in_by_its_day_as_often_as_it_happens(client_of: Clients, tmp_path: Path) -> None:
    head = ("统一社会信用代码", "缴费人名称", "项目名称", "征收金额（元）", "缴费通知书编号")
    client = client_of("liaison")
    for number in (1, 2):
        row = [
            credit_code(number),
            f"绍兴示例{number}号置业有限公司",
            "示例花苑",
            "1,200.50",
            f"人防{number}",
        ]
        path = workbook(tmp_path / f"{number}.xlsx", [head, row])
        submission = upload(client, path, "9.10", period="2026-09-15")
        assert "已有入库批次" not in page_of(client, f"/submissions/{submission.pk}")
        take_in(client, submission)
    assert [batch.kind for batch in Batch.objects.order_by("version")] == ["first", "adds"]
    owed = Obligation.objects.get()  # nobody asked: the file itself says what was owed and by when
    assert (owed.period, owed.due.isoformat()) == ("2026-09-15", "2026-09-21")  # Sunday the 20th is worked
    assert owed.received_at == Submission.objects.earliest("received_at").received_at
    page = page_of(client, f"/batches/{Batch.objects.latest('committed_at').pk}")
    assert "征收金额（元）" in page
    assert "1,200.50" in page
    with path.open("rb") as file:
        answer = client.post("/submit/9.10", {"file": file, "period": "九月的一天"})
    assert "看不懂“九月的一天”" in answer.content.decode()


def test_a_json_file_is_as_good_as_a_workbook(client_of: Clients, tmp_path: Path) -> None:
    path = tmp_path / "导出.json"
    rows = [dict(zip(PRESALE_HEAD, row, strict=True)) for row in presale_rows(3)]
    path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    client = client_of("liaison")
    submission = take_in(client, upload(client, path))
    assert (submission.state, submission.accepted) == ("committed", 3)


def test_a_workbook_with_several_sheets_opens_sheet_by_sheet(
    client_of: Clients, cast: dict[str, Person], tmp_path: Path
) -> None:
    Person.objects.filter(pk=cast["liaison"].pk).update(unit="education_sports")
    Grant.objects.filter(person=cast["liaison"]).update(unit="education_sports")
    cast["liaison"].refresh_from_db()
    path = workbook(
        tmp_path / "办学.xlsx",
        [["机构名称", "办学类别", "登记日期"], ["示例一小", None, "2026-07-01"]],
        "办学",
    )
    book = openpyxl.load_workbook(path)
    book.create_sheet("学籍")
    for row in (["学校名称", "在籍学生人数", "统计日期"], ["示例一小", 1200, "2026-09-01"]):
        book["学籍"].append(row)
    book.save(path)
    client = client_of("liaison")
    submission = take_in(client, upload(client, path, "3.1"))
    assert "取了2张表：“办学”表，表头在第1行；“学籍”表，表头在第1行。" in page_of(
        client, f"/submissions/{submission.pk}"
    )
    batch = submission.batch
    first, second = (page_of(client, f"/batches/{batch.pk}?part={part}") for part in (0, 1))
    assert "学生学籍人数（1行）" in first
    assert "2026-07-01" in first
    assert "1,200" in second


def test_the_way_back_keeps_the_filters(client_of: Clients, first: Batch) -> None:
    client = client_of("liaison")
    listed = client.get("/batches?state=live&q=9.5").content.decode()
    address = re.search(rf'href="(/batches/{first.pk}[^"]+)"', listed)[1].replace("&amp;", "&")
    assert f'href="/batches?state=live&amp;q=9.5#r-{first.pk}"' in client.get(address).content.decode()
    elsewhere = client.get(f"/batches/{first.pk}?back=//example.org/batches%3Fstate=live").content.decode()
    assert 'href="/batches"' in elsewhere
    assert "example.org" not in elsewhere.split("print-foot")[0]


def test_lists_are_filtered_and_exported_as_shown(client_of: Clients, messy: Path, first: Batch) -> None:
    client = client_of("liaison")
    upload(client, messy)
    assert "首批.xlsx" in page_of(client, "/submissions?state=committed")
    assert "预售.xlsx" not in page_of(client, "/submissions?state=committed")
    assert "预售.xlsx" in page_of(client, "/submissions?q=商品房预售&state=checked")
    assert "没有符合条件的报送" in page_of(client, "/submissions?q=没有这样的")
    assert "没有符合条件的批次" in page_of(client, "/batches?state=replaced")

    answer = client.get("/submissions?state=committed&export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet["A1"].value == "报送记录"
    assert "状态：已入库" in sheet["A2"].value
    assert [cell.value for cell in sheet["C"]][3:] == ["2026年三季度"]


def test_a_suggestion_is_taken_over_with_one_tap(client_of: Clients, tmp_path: Path) -> None:
    client, rows = client_of("liaison"), presale_rows(4)
    code = credit_code(2)
    rows[2][1] = code[:11] + code[12] + code[11] + code[13:]
    submission = upload(client, workbook(tmp_path / "八月.xlsx", [PRESALE_HEAD, *rows]))
    page = client.get(f"/submissions/{submission.pk}").content.decode()
    [cell] = re.findall(r'name="cell" value="([^"]+)"', page)
    answer = client.post(f"/submissions/{submission.pk}/adopt", {"cell": cell}, follow=True)
    assert "已采用 1 处建议值" in answer.content.decode()
    submission.refresh_from_db()
    assert (submission.accepted, submission.set_aside) == (4, 0)
    assert take_in(client, submission).state == "committed"
    for wrong in ("", "x", "0:1", "0:x:y", "9:9:nothing"):
        answer = client.post(f"/submissions/{submission.pk}/adopt", {"cell": wrong}, follow=True)
        assert answer.status_code == 200
