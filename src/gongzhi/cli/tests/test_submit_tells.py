"""What the terminal tells of a file that was checked."""

from gongzhi.cli import submit


def finding(column, code="missing_optional", cell=None):
    return {"cell": cell, "column": column, "code": code, "message": f"说的是“{column}”。", "mend": "请改。"}


def answer(findings):
    return {
        "already": None, "title": "示例", "period": "2026H1", "outcome": "accepted", "rows": 2, "accepted": 2,
        "set_aside": 0, "skipped": [], "notices": [], "repaired": [], "receipt": None,
        "findings": findings, "findings_total": len(findings),
    }  # fmt: skip


def test_optional_columns_that_are_missing_are_said_once_for_all_sheets(capsys):
    months = [
        finding(column) for _ in range(6) for column in ("建设规模", "计税方法", "分包金额", "项目代码")
    ]
    submit.tell(answer([*months, finding("合同价格", "not_number", "2月!G2")]))
    said = capsys.readouterr().out.replace("\n", "")
    assert "表中没有 4 个选填列，按未提供处理，不影响入库：建设规模、计税方法、分包金额、项目代码" in said
    assert said.count("建设规模") == 1
    assert "2月!G2  说的是“合同价格”。  请改。" in said
    assert "……共" not in said
