"""Public lists as they lie on the web, through the same door as every department's file.

The numbers were read off the files by hand; the comment at each says which rows they are. The lists are not
part of this project: where the folder is not there, these tests are skipped.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from tests.files import csv_file

from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.desk import HandedIn
from gongzhi.intake.actions.place import Place
from gongzhi.intake.models import Batch
from gongzhi.intake.queries import rows_of
from gongzhi.registry.actions import link_batches, refresh
from gongzhi.registry.models import Doubt, Linking, Taxpayer
from gongzhi.web.home import Home

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LISTS, ENTERPRISES = DATA / "04_gov_lists", DATA / "03_enterprises"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the real lists are not at {DATA}"),
]
NEW, GONE = ENTERPRISES / "新办企业_苏赣皖_2019.csv", ENTERPRISES / "注销企业_2019.csv"
SHAOXING = ENTERPRISES / "shaoxing_registrations_dev.csv"
YUECHENG = ENTERPRISES / "yuecheng_registrations_dev.csv"
PRESALE = LISTS / "商品房预售_成都龙泉驿_住建蓉e办.csv"
GRADES = LISTS / "纳税信用A级_江西2018_gb18030.csv"
SCHOOLS = LISTS / "全国高等学校名单_20250620_教育部.xls"


class Expected(NamedTuple):
    """What a person counts in the file: rows, those set aside by reason and cell, repairs by kind."""

    file: Path
    resource: str
    period: str
    unit: str
    rows: int
    aside: dict[str, list[str]]
    repaired: dict[str, int]


EXPECTED = [
    # 3,484 enterprises. 高安市… in line 3453 stands word for word in line 3452 as well. 登记状态 says
    # 存续（在营、开业、在册） in every line, which is 新办; one address has spaces in brackets.
    Expected(
        NEW, "15.3", "2019-09", "市场监管局", 3_484, {"duplicate_row": ["B3453"]},
        {"value_form": 3_484, "heading": 2, "form": 1},
    ),
    # 45 self-employed units, every line 注销 with a right code and no two alike.
    Expected(GONE, "15.3", "2019-07", "市场监管局", 45, {}, {"heading": 2}),
    # 4,065 lines; 9 and 10, 8 and 11 are each the same line twice. Full-width digits and letters in three
    # addresses and one scope (２８９号, Ｆ型针), one address with a full-width space at its end.
    Expected(
        SHAOXING, "15.3", "2026-07", "市场监管局", 4_065, {"duplicate_row": ["B10", "B11"]},
        {"heading": 4, "width": 4, "blanks": 1},
    ),
    # 637 lines of the district, all different.
    Expected(YUECHENG, "15.3", "2026-08", "市场监管局", 637, {}, {"heading": 4, "width": 1}),
    # 63 permits; three are sales of finished houses, whose 预售日期 is the word 现房. No code at all.
    Expected(
        PRESALE, "9.5", "2022Q4", "建设交通局", 63, {"not_date": ["G28", "G39", "G44"]}, {"heading": 7}
    ),
    # 4,938 taxpayers of grade A. 17 stand twice, word for word. Line 1243 has a comma too many, so that its
    # year is a name. Five numbers have 14, 16 or 17 places, five an organisation code whose check digit is
    # wrong, four a credit code whose own is. 37 offices end in full-width blanks or brackets.
    Expected(
        GRADES, "T.49", "2018", "区税务局", 4_938,
        {
            "duplicate_row": [
                "A781", "A1821", "A1823", "A1824", "A2318", "A2341", "A2342", "A2345", "A2346", "A2384",
                "A2459", "A3080", "A3134", "A3522", "A3834", "A4233", "A4743",
            ],
            "not_whole": ["C1243"],
            "code_check_digit": ["A1868", "A4272", "A4392", "A4843"],
            "code_organisation_check": ["A1941", "A2036", "A3590", "A4500", "A4626"],
            "code_length": ["A3090", "A3097", "A3101", "A3520", "A4601"],
        },
        {"heading": 2, "width": 37},
    ),
    # 2,919 schools, numbered through; 31 lines between them name a province. Blanks in one name and two
    # 主管部门.
    Expected(SCHOOLS, "3.1/a", "2025Q2", "education_sports", 2_919, {}, {"heading": 2, "blanks": 3}),
]  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: object) -> Path:
    made = Home(tmp_path / "home")
    settings.HOME = made
    settings.LAKE, settings.ORIGINALS = made.folder("lake"), made.folder("originals")
    return made.path


def submit(file: Path, resource: str, period: str, unit: str, **more: str) -> HandedIn:
    place = Place(resource, period, unit, **more)
    return hand_in(file=file, name=file.name, place=place, by=None, channel="cli")


def short(cell: str) -> str:
    return cell.rpartition("!")[2]


@pytest.mark.parametrize("expected", EXPECTED, ids=[one.file.stem for one in EXPECTED])
def test_a_real_list_comes_in_as_counted_by_hand(expected: Expected) -> None:
    handed = submit(expected.file, expected.resource, expected.period, expected.unit)
    answer = handed.as_json(1_000)
    aside: dict[str, list[str]] = {}
    for finding in answer["findings"]:
        if finding["severity"] == "block":
            aside.setdefault(finding["code"], []).append(short(finding["cell"]))
    assert aside == expected.aside
    count = sum(map(len, expected.aside.values()))
    assert (answer["rows"], answer["accepted"], answer["set_aside"]) == (
        expected.rows, expected.rows - count, count,
    )  # fmt: skip
    assert Counter(handed.repaired["code"].to_list()) == expected.repaired
    assert sum(frame.height for _, frame in rows_of(handed.batch.pk)) == expected.rows - count


def test_old_numbers_come_in_and_are_told() -> None:
    """988 lines have fifteen places: four hold a wrong organisation code, 984 are told (one is a double)."""
    lines = list(csv.reader(io.StringIO(GRADES.read_bytes().decode("gb18030"))))[1:]
    by_length = Counter(len(line[0].strip()) for line in lines)
    assert (by_length[18], by_length[15]) == (3_945, 988)
    findings = submit(GRADES, "T.49", "2018", "区税务局").findings
    old = findings.filter(pl.col("code").is_in(["old_number", "old_tax_number"]))["value"]
    assert Counter(old.str.len_chars().to_list()) == {15: 984}


def test_the_same_permits_as_json_are_the_same_permits() -> None:
    """The JSON has its columns in another order, prices inside and one column more: the rows are the same."""
    first = submit(PRESALE, "9.5", "2022Q4", "建设交通局")
    again = submit(PRESALE.with_suffix(".json"), "9.5", "2022Q4", "建设交通局")
    assert again.submission == first.submission
    assert again.as_json(1)["receipt"] == first.as_json(1)["receipt"]
    assert Batch.objects.count() == 1


UNFIT = [
    # Listed companies are no candidates for listing; market credit of builders, transporters, water works
    # and geological works, and permits to make cosmetics, are nothing that the notice asks for.
    ("A股列表_深交所.xlsx", "2.1"),
    ("水利建设市场信用_安徽_含原名_前2of3_gb18030.csv", "10.1"),
    ("地灾防治项目市场信用_四川_gb18030.csv", "16.8"),
    ("公路建设市场信用_全国_gb18030_excel坏码.csv", "9.2"),
    ("交通建设信用_四川_gb18030_证照号混杂.csv", "9.2"),
    ("化妆品生产许可_nmpa_135.json", "11.3"),
]


@pytest.mark.parametrize(("name", "number"), UNFIT, ids=[name for name, _ in UNFIT])
def test_a_list_that_no_resource_asks_for_is_turned_away(name: str, number: str) -> None:
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # needs the settings of the test

    definitions = in_force()
    resource = definitions.resources[number]
    periods = {"quarter": "2026Q1", "half_year": "2026H1", "year": "2026", "month": "2026-03"}
    period = periods.get(definitions.frequencies[resource.frequency].period, "2026-03-02")
    handed = submit(LISTS / name, number, period, definitions.providers(resource)[0].key)
    assert (handed.outcome, handed.as_json(1)["accepted"]) == ("refused", 0)
    assert handed.as_json(1)["refusal"]["code"] in {"wrong_template", "missing_column"}
    assert resource.title in handed.as_json(1)["findings"][0]["message"]


def test_destroyed_text_is_turned_away() -> None:
    handed = submit(ENTERPRISES / "registrations_mojibake_raw_lines.txt", "15.3", "2026-05", "市场监管局")
    assert handed.as_json(1)["refusal"]["code"] == "damaged_text"
    assert not Batch.objects.exists()


@pytest.fixture
def register(tmp_path: Path) -> None:
    """The bureau's register out of the 4,065 registrations of 绍兴 (4,063 different)."""
    rows = pl.read_csv(SHAOXING, infer_schema=False).unique(maintain_order=True)
    head = ("统一社会信用代码（纳税人识别号）", "纳税人名称", "纳税人状态", "生产经营地址", "更新日期")
    made = [
        [row["统一社会信用代码"], row["企业名称"], "正常", row["注册地址"], "2026-08-01"]
        for row in rows.iter_rows(named=True)
    ]
    handed = submit(csv_file(tmp_path / "登记.csv", head, made), "T.1", "2026-08", "区税务局")
    assert handed.outcome == "accepted", handed.as_json(5)["findings"]
    refresh(by=None)


# Rows that came in, joined, doubtful, left over, against a register of the 4,063 registrations of 绍兴.
# Counted apart from the product, with sets of the files' own codes and names (width, blanks and brackets put
# aside): no code, no organisation code inside a code or an old number, and no name of the enterprises of
# 江苏, 江西 and 安徽, of the closed ones, of the permits of 成都, of the taxpayers of 江西 and of the schools
# is one of the register's; all codes of 绍兴 and of 越城 are. So what joins is nothing or everything.
# Doubtful are four taxpayers of 江西: each has an old number, which decides nothing, and but for the place
# the name of a registered enterprise: lines 161 and 4694 (浙江上虞, 浙江诸暨农村商业银行), 1006 (绍兴中远海运
# 国际货运), 4768 (嵊州市第四建筑工程).
JOINED = [
    (3_483, 0, 0, 3_483),
    (45, 0, 0, 45),
    (4_063, 4_063, 0, 0),
    (637, 637, 0, 0),
    (60, 0, 0, 60),
    (4_906, 0, 4, 4_902),
    (2_919, 0, 0, 2_919),
]


DOUBTFUL = {
    "江西大余农村商业银行股份有限公司", "江西中远海运国际货运有限公司", "吉安农村商业银行股份有限公司",
    "吉安市第四建筑工程有限公司",
}  # fmt: skip


def joined(handed: HandedIn) -> tuple[int, int, int, int]:
    link_batches(by=None)
    linking = Linking.objects.get(batch=handed.batch)
    return linking.rows, linking.linked, linking.doubtful, linking.unlinked


@pytest.mark.parametrize(
    ("expected", "counted"), list(zip(EXPECTED, JOINED, strict=True)), ids=[one.file.stem for one in EXPECTED]
)
def test_what_is_registered_joins_and_nothing_else(
    register: None, expected: Expected, counted: tuple[int, int, int, int]
) -> None:
    assert Taxpayer.objects.count() == 4_063
    handed = submit(expected.file, expected.resource, expected.period, expected.unit)
    assert joined(handed) == counted
    assert counted[0] == expected.rows - sum(map(len, expected.aside.values()))
    doubts = set(Doubt.objects.filter(open=True).values_list("name", flat=True))
    assert doubts == (DOUBTFUL if counted[2] else set())
    assert Taxpayer.objects.count() == 4_063, "a mention makes no taxpayer"


def test_the_register_joins_by_name_where_codes_are_gone(register: None, tmp_path: Path) -> None:
    """The 637 as a department sends them that knows no codes: presale permits by name alone."""
    names = pl.read_csv(YUECHENG, infer_schema=False)["企业名称"].to_list()
    head = ("预售证编号", "建设单位名称", "建设项目名称")
    rows = [[f"示例售许字{n}号", name, "示例花苑"] for n, name in enumerate(names)]
    handed = submit(csv_file(tmp_path / "预售.csv", head, rows), "9.5", "2026Q3", "建设交通局")
    # Counted with a set: the 637 names are all different, each is one of the register's 4,063.
    assert len(set(names)) == 637
    assert joined(handed) == (637, 637, 0, 0)
