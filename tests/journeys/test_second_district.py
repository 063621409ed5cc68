"""Another district is another folder: the invented one of tests/district2, driven on the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.files import credit_code

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def gongzhi(tmp_path: Path) -> Any:
    """The command in a home and a definitions folder of its own. Texts of findings and the words that take
    names apart are the product's and come from the first folder; everything else is the district's.
    """
    folder = tmp_path / "definitions"
    shutil.copytree(ROOT / "tests" / "district2" / "definitions", folder)
    shutil.copy(ROOT / "definitions" / "findings.yml", folder / "findings.yml")
    shutil.copytree(ROOT / "definitions" / "linkage", folder / "linkage")
    places = {"GONGZHI_HOME": str(tmp_path / "home"), "GONGZHI_DEFINITIONS": str(folder)}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GONGZHI", "DJANGO"))}
    environment = kept | places | {"PYTHONPATH": str(ROOT / "src")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gongzhi.cli", *arguments]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


def test_template_hand_in_and_calendar_know_only_the_folder(gongzhi: Any, tmp_path: Path) -> None:
    assert gongzhi("template", "1.1", "-o", "t.xlsx").returncode == 0
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    page = book[book.sheetnames[0]]
    heads = [str(cell.value).split("（")[0] for cell in page[1]]
    values = {
        "许可证号": ["云地（2026）1号", "云地（2026）2号"],
        "统一社会信用代码": [credit_code(1), credit_code(2)[:-1] + "?"],
        "用地单位名称": ["云溪示例一号实业有限公司", "云溪示例二号实业有限公司"],
        "用地面积": [15, 30],
        "发证日期": ["2026-08-03", "2026-08-04"],
    }
    for column, head in enumerate(heads, start=1):
        for line, value in enumerate(values.get(head, [])):
            page.cell(3 + line, column).value = value
    book.save(tmp_path / "filled.xlsx")

    unit = "planning"
    done = gongzhi(
        "submit", "filled.xlsx", "--resource", "1.1", "--period", "2026-08", "--unit", unit, "--json"
    )
    answer = json.loads(done.stdout)
    assert done.returncode == 3, done.stderr
    assert (answer["accepted"], answer["set_aside"]) == (1, 1)

    listed = json.loads(gongzhi("calendar", "--as-of", "2026-09-30", "--unit", unit, "--json").stdout)
    august = next(item for item in listed["items"] if item["period"] == "2026-08")
    assert august["due"] == "2026-09-10"
    assert not {item["resource"] for item in listed["items"]} - {"1.1"}
    assert json.loads(gongzhi("verify", "--json").stdout)["whole"]


def test_the_demo_of_another_folder_is_refused_in_words(gongzhi: Any, tmp_path: Path, migrated: Any) -> None:
    migrated(tmp_path / "home")
    for command in (("demo", "--no-serve"), ("synth", "--taxpayers", "5", "--out", "made")):
        done = gongzhi(*command)
        assert done.returncode == 2
        assert "造不出这个定义文件夹的演示数据" in done.stderr.replace("\n", "")
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "home" / "demo").exists()
