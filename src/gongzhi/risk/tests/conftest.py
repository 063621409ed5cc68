"""A small district: two firms in the register, land granted to both, deed tax filed by one."""

from __future__ import annotations

import pytest
from django.utils import timezone
from tests.files import credit_code, csv_file, workbook

from gongzhi.intake.actions import hand_in
from gongzhi.intake.actions.place import Place
from gongzhi.registry.actions import link_batches, refresh
from gongzhi.risk.actions import scan
from gongzhi.web.home import Home

REGISTER = ("统一社会信用代码（纳税人识别号）", "纳税人名称", "纳税人状态", "生产经营地址", "更新日期")
GRANTS = (
    "合同编号", "受让方统一社会信用代码或身份证号码", "受让方名称", "土地坐落", "土地面积", "成交金额",
    "合同签订日期", "城市基础设施配套费", "供地方式",
)  # fmt: skip
FILINGS = (
    "纳税人识别号（身份证件号码）", "纳税人名称（姓名）", "合同编号", "权属转移方式", "计税依据", "应纳税额",
    "申报日期", "申报序号",
)  # fmt: skip


def firm(number):
    return credit_code(number), f"绍兴示例{number}号置业有限公司"


def grant(number, contract, price=20_000_000, fee=1_000_000):
    code, name = firm(number)
    return [contract, code, name, f"越城区示例路{number}号", 10_000, price, "2024-01-05", fee, "出让"]


def filing(number, contract, due, voucher="S1", filed="2024-02-01"):
    code, name = firm(number)
    return [code, name, contract, "国有土地使用权出让", due, due, filed, voucher]


@pytest.fixture
def home(tmp_path, settings):
    """An empty home: lake, originals, staging and incoming of this test alone."""
    made = Home(tmp_path / "home")
    settings.HOME = made
    settings.LAKE, settings.ORIGINALS = made.folder("lake"), made.folder("originals")
    return made.path


@pytest.fixture
def submit(home, db, tmp_path):
    """submit(resource, unit, head, rows, period, sheet=…, replaces=…) → the committed batch."""

    def handed(resource, unit, head, rows, period="2024-01", *, sheet=None, **more):
        path = tmp_path / f"{resource}-{period}.{'xlsx' if sheet else 'csv'}"
        if sheet:
            workbook(path, [["土地出让情况表"], list(head), *rows], sheet)
        else:
            csv_file(path, head, rows)
        handed = hand_in(
            file=path, name=path.name, place=Place(resource, period, unit, **more), by=None, channel="cli"
        )
        assert handed.outcome == "accepted", handed.as_json(20)["findings"]
        return handed.submission.batch

    return handed


@pytest.fixture
def district(submit):
    """Firm 1 paid in full, firm 2 never filed: one hit of the land grant rule, worth 630,000 元."""
    rows = [[*firm(number), "正常", f"越城区示例路{number}号", "2024-01-01"] for number in (1, 2)]
    submit("T.1", "区税务局", REGISTER, rows)
    grants = submit("16.2", "区自然资源和规划分局", GRANTS, [grant(1, "B1"), grant(2, "B2")], sheet="出让")
    filings = submit("T.30", "区税务局", FILINGS, [filing(1, "B1", 630_000)], period="2024-02")
    refresh(by=None)
    link_batches(by=None)
    return {"grants": grants, "filings": filings}


@pytest.fixture
def scanned(district):
    """scanned(rule, …) → a run as of today, everything linked before."""

    def run(*rules, by=None):
        link_batches(by=None)
        return scan(as_of=timezone.localdate(), rules=rules or ("R17",), by=by)

    return run
