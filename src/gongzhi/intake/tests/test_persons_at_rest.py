"""No person in clear anywhere in the home, whatever the file looked like (security.md T16)."""

from __future__ import annotations

import logging

import openpyxl
import polars as pl
import pytest
from django.conf import settings as configured
from django.db import connection
from tests.files import PRESALE_HEAD, credit_code, csv_file, person_id, presale_rows

from gongzhi.editions.queries import in_force
from gongzhi.engine.lake import Lake
from gongzhi.intake.actions import check, receive
from gongzhi.intake.actions.place import Place
from gongzhi.intake.queries import rows_of, sealed_rows

HEAD = (
    "股权企业", "股权企业统一社会信用代码", "转让方名称", "转让方统一社会信用代码或者身份证号码",
    "受让方名称", "受让方统一社会信用代码或者身份证号码", "股权转让的金额", "变更登记日期", "经办人电话",
)  # fmt: skip
NAMES = ("欧阳鹮鷟", "司徒 䴉鹓", "诸葛鸀鹈", "上官鸑鷤")
PHONE = "13912345678"
COMPANY = "绍兴示例贸易有限公司"


def rows():
    """Persons among organisations: good rows, blanks in names, wrong digits, doubles, a stray cell."""
    wrong = person_id(3)[:-1] + ("1" if person_id(3)[-1] != "1" else "2")
    good = [COMPANY, credit_code(1), NAMES[0], person_id(1), COMPANY, credit_code(2), "12万元", "2026-03-01"]
    return [
        [*good, PHONE],
        [COMPANY, credit_code(1), COMPANY, credit_code(3), NAMES[1], person_id(2), "5", "2026-03-02", PHONE],
        [COMPANY, credit_code(1), NAMES[2], wrong, COMPANY, credit_code(2), "5", "2026-03-03", PHONE],
        [COMPANY, person_id(4), NAMES[3], person_id(5), COMPANY, credit_code(2), "5", "2026-03-04", PHONE],
        [*good, PHONE],
    ]


SECRETS = (
    *NAMES, *(name.replace(" ", "") for name in NAMES), *(person_id(number) for number in range(1, 6)),
    person_id(3)[:-1], PHONE,
)  # fmt: skip


def found_in(content: bytes) -> set[str]:
    return {
        secret
        for secret in SECRETS
        for encoding in ("utf-8", "utf-16-le", "gb18030")
        if secret.encode(encoding) in content
    }


def scan(home):
    """Secrets by file of the home, sealed ones included (they must look like noise)."""
    found = {path: found_in(path.read_bytes()) for path in home.rglob("*") if path.is_file()}
    for path in home.rglob("*.parquet"):
        found[path] |= found_in(pl.read_parquet(path).write_csv().encode())
    return {path: secrets for path, secrets in found.items() if secrets}


def database() -> bytes:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        values = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            values += cursor.fetchall()
    return repr(values).encode()


@pytest.mark.parametrize("form", ["utf-8", "gb18030", "utf-16", "xlsx"])
def test_no_person_stands_in_clear_in_the_home(hand, home, tmp_path, form, caplog):
    path = tmp_path / "变更.csv"
    if form == "xlsx":
        path = merged(tmp_path / "变更.xlsx")
    else:
        csv_file(path, HEAD, [*rows(), [*rows()[0], "", NAMES[3]]], form)
    with caplog.at_level(logging.DEBUG):
        handed = hand(path, "15.1", "2026H1", "市场监管局")
    assert handed.batch, handed.as_json(9)
    assert scan(home) == {}
    assert found_in(database()) == set()
    assert found_in(repr(handed.as_json(1000)).encode()) == set()
    assert found_in(caplog.text.encode()) == set()


def merged(path):
    book = openpyxl.Workbook()
    page = book.active
    for row in [HEAD, *rows()]:
        page.append(list(row))
    page.merge_cells("C2:C3")  # the same person sells twice
    page.merge_cells("D2:D3")
    book.save(path)
    return path


def test_no_person_stands_in_clear_while_a_file_waits(home, db, tmp_path):
    path = csv_file(tmp_path / "a.csv", HEAD, rows())
    place = Place("15.1", "2026H1", "市场监管局")
    submission = receive(file=path, name=path.name, place=place, by=None, channel="page")
    check(submission=submission, by=None)
    assert list((home / "staging" / str(submission.pk)).iterdir())
    assert scan(home) == {}


def test_tokens_stand_where_persons_were_and_the_seal_opens_alone(hand):
    handed = hand(csv_rows := rows()[:2], "15.1", "2026H1", "市场监管局", head=HEAD)
    ((_, frame),) = rows_of(handed.batch.pk)
    assert frame["transferor_code"].str.starts_with("P1-").to_list() == [True, False]
    assert frame["transferor_name"].str.starts_with("P1-").to_list() == [True, False]
    assert frame["transferee_name"].str.starts_with("P1-").to_list() == [False, True]
    assert frame["target_name"].to_list() == [COMPANY, COMPANY]
    opened = sealed_rows(handed.batch, "sealed")
    assert opened["transferor_code"].to_list() == [csv_rows[0][3], None]
    assert opened["transferee_name"].to_list() == [None, "司徒䴉鹓"]
    one = sealed_rows(handed.batch, "sealed", only=[3])
    assert one["transferee_code"].to_list() == [csv_rows[1][5]]
    assert sealed_rows(handed.batch, "beside")["经办人电话"].to_list() == [PHONE, PHONE]


def test_equal_persons_have_equal_tokens_across_files(hand):
    first = hand(rows()[:1], "15.1", "2026H1", "市场监管局", head=HEAD)
    other = [*rows()[0]]
    other[7] = "2026-04-01"
    second = hand([other], "15.1", "2026H1", "市场监管局", head=HEAD, adds=first.batch.number)
    one, two = (next(rows_of(handed.batch.pk))[1] for handed in (first, second))
    assert one["transferor_code"].to_list() == two["transferor_code"].to_list()


def test_the_answer_of_a_check_stays_a_word(hand, request_made):
    head = ("核验请求编号", "纳税人身份证件号码", "子女序号", "确定名单纳税人子女学籍信息核验结果")
    handed = hand(
        [["HY-2026-001", person_id(1), 1, "一致"], ["HY-2026-001", person_id(2), 1, "查无"]],
        "3.2", request_made.period, "education_sports", head=head,
    )  # fmt: skip
    assert handed.outcome == "accepted", handed.as_json(9)
    ((table, frame),) = rows_of(handed.batch.pk)
    assert frame["answer"].to_list() == ["一致", "查无"]
    assert frame["taxpayer_id"].str.starts_with("P1-").all()
    assert in_force().tables[table][0].use == "verify"


def test_a_sensitive_date_in_a_key_is_compared_with_earlier_batches(hand):
    head = ("姓名", "身份证件号码", "入境时间", "出境时间", "就业单位名称", "就业单位统一社会信用代码")
    row = ["Jane Example", "E12345678", "2026-07-01", "", COMPANY, credit_code(1)]
    sheet = in_force().resources["5.1"].sheets[0]
    titles = [field.title for field in sheet.fields if field.required]
    assert set(titles) <= set(head), titles
    first = hand([row], "5.1", "2026Q3", "公安分局", head=head)
    assert first.batch, first.as_json(9)
    again = hand([[*row[:4], "绍兴另一示例贸易有限公司", row[5]]], "5.1", "2026Q3", "公安分局", head=head,
                 adds=first.batch.number)  # fmt: skip
    assert again.submission.by_code.get("known_key") == 1


def test_a_units_own_columns_are_in_no_file_of_the_lake(hand, home):
    """备查 columns stay in the sealed original, from which the marked-up workbook is made; nowhere else."""
    head = (*PRESALE_HEAD, "备查经办人", "天气")
    handed = hand([[*row, "不该入湖的人", "晴"] for row in presale_rows(2)], head=head)
    assert handed.as_json(9)["by_code"]["unknown_column"] == 1, "the weather alone"
    assert set(sealed_rows(handed.batch, "beside").columns) == {"天气", "_row"}
    for path in (home / "lake").rglob("*.parquet"):
        frame = pl.read_parquet(path)
        assert not [name for name in frame.columns if "备查" in name]


def test_columns_beyond_the_template_of_counts_are_dropped_and_told(hand, home):
    head = ("宾馆、酒店统一社会信用代码", "宾馆、酒店名称", "总房间数", "住客姓名")
    handed = hand(
        [[credit_code(1), "绍兴示例酒店有限公司", 20, NAMES[0]]], "5.2", "2026Q3", "公安分局", head=head
    )
    told = [f for f in handed.as_json(9)["findings"] if f["code"] == "over_supply"]
    assert [f["cell"] for f in told] == ["D1"]
    assert "没有入库" in told[0]["message"]
    assert sealed_rows(handed.batch, "beside").is_empty()
    assert not list((home / "lake").rglob("_beside/*"))


def test_households_of_relocation_are_dropped_and_told(hand, home):
    head = ("所涉拆迁地块或房产项目名称", "发放年度", "发放户数", "发放总额", "户主姓名")
    handed = hand([["示例地块", 2026, 12, 100000, NAMES[0]]], "20.4/b", "2026", "塔山街道", head=head)
    assert handed.submission.by_code.get("over_supply") == 1, handed.as_json(9)
    assert not list((home / "lake").rglob("_beside/*"))


def test_an_unmasked_buyer_is_cut_and_told(hand):
    head = ("销售方名称", "销售方统一社会信用代码", "购买方信息(脱敏)", "网签合同编号", "网签日期")
    masked = [COMPANY, credit_code(1), "欧**", "W1", "2026-09-02"]
    handed = hand(
        [masked, [COMPANY, credit_code(1), NAMES[0], "W2", "2026-09-03"]], "9.6", "2026-09", "建设交通局",
        head=head,
    )  # fmt: skip
    answer = handed.as_json(9)
    assert (answer["accepted"], answer["set_aside"]) == (2, 0)
    assert [f["cell"] for f in answer["findings"] if f["code"] == "unmasked"] == ["C3"]
    assert NAMES[0] not in repr(answer)


def test_the_keys_of_tokens_and_seals_are_different():
    keys = configured.KEYS
    assert len({keys.current(purpose).secret for purpose in ("token", "seal", "original")}) == 3
    assert Lake(configured.LAKE).root == configured.LAKE
