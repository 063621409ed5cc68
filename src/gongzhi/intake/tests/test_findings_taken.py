"""The list of what was found in a file, taken away in Excel: all of it or one kind, as the page tells it."""

import pytest
from tests.files import PRESALE_HEAD, csv_file, person_id, presale_rows, taken

from gongzhi.intake.actions import check, receive
from gongzhi.intake.actions.place import Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission(home, tmp_path):
    rows = presale_rows(3)
    rows[0][1] = "9133"
    rows[1][0] = None
    rows[2][2] = person_id(1)
    path = csv_file(tmp_path / "报送.csv", PRESALE_HEAD, rows)
    place = Place("9.5", "2026Q3", "建设交通局")
    found = receive(file=path, name=path.name, place=place, by=None, channel="page")
    check(submission=found, by=None)
    return found


def test_all_findings_leave_with_what_is_wrong_and_how_to_mend_it(submission, client_of):
    page = client_of("liaison").get(f"/submissions/{submission.pk}").content.decode()
    address = f"/submissions/{submission.pk}/findings"
    assert f"{address}?code=&amp;export=xlsx" in page
    cells = taken(client_of("liaison").get(f"{address}?code=&export=xlsx"))
    assert "检查出的问题" in cells
    assert any("报送.csv" in cell for cell in cells[:4])
    assert {"B2", "A3", "阻断", "“预售证编号”没有填。", "请补填后再报。"} <= set(cells)
    assert cells.index("B2") < cells.index("缺少选填列")
    assert not [cell for cell in cells if person_id(1) in cell]


def test_one_kind_leaves_alone(submission, client_of):
    cells = taken(
        client_of("liaison").get(f"/submissions/{submission.pk}/findings?code=required&export=xlsx")
    )
    assert "A3" in cells
    assert "B2" not in cells
    empty = client_of("liaison").get(f"/submissions/{submission.pk}/findings?code=nothing&export=xlsx")
    assert "A3" not in taken(empty)


def test_nobody_else_takes_them(submission, client_of):
    assert client_of("peer").get(f"/submissions/{submission.pk}/findings?export=xlsx").status_code == 404
