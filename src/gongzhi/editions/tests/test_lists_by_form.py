"""Every list is changed in the browser by its own form; what cannot be is refused in Chinese."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from gongzhi.editions import actions
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece, in_force
from gongzhi.editions.tests.test_kinds import sent
from gongzhi.engine.definitions import Measure
from gongzhi.engine.definitions.editing import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast):
    """draft(code, kind="list"): a draft of a piece, by the office."""

    def drafted(code: str, kind: str = "list") -> Edition:
        return actions.draft_of(piece=Piece(kind, code), by=cast["office"])

    return drafted


@pytest.fixture
def office(client_of) -> Client:
    return client_of("office")


def saved(office: Client, draft: Edition, query: str, said: dict[str, object], *, status: int = 302) -> str:
    """Open a form, say something else in it, send it."""
    address = f"/editions/{draft.pk}/entry{query}"
    page = office.get(address)
    assert page.status_code == 200
    answer = office.post(address, {**sent(page.context["form"]), **said})
    assert answer.status_code == status, answer.content.decode()[-3_000:]
    return answer.content.decode()


def value_of(draft: Edition) -> dict:
    return plain(next(iter(Edition.objects.get(pk=draft.pk).texts.values())))


def faults(office: Client, draft: Edition) -> str:
    page = office.get(f"/editions/{draft.pk}").content.decode()
    return page[page.find("<h2>检查</h2>") :][:600]


class TestUnits:
    CODE = "organisation/units"

    def test_a_unit_is_added_with_a_member_chosen_its_day_and_its_document(self, office, draft):
        made = draft(self.CODE)
        member = {"members__0__unit": "justice", "members__0__since": "2026-03-01"}
        said = {"key": "data_bureau", "name": "区数据局", "kinds": ["member"], **member}
        said["members__0__document"] = "越税领办〔2026〕2号"
        saved(office, made, "?list=units&at=new", said)
        (written,) = value_of(made)["units"][-1]["members"]
        assert str(written.pop("since")) == "2026-03-01"
        assert written == {"unit": "justice", "document": "越税领办〔2026〕2号"}
        assert "已经核对" in faults(office, made)
        assert "区数据局" in office.get(f"/editions/{made.pk}").content.decode()

    def test_a_member_whose_days_end_before_they_begin_is_refused(self, office, draft):
        made = draft(self.CODE)
        said = {"key": "banks", "name": "各银行", "kinds": ["partner"], "members_open": "on"}
        said |= {"members__0__unit": "justice", "members__0__document": "越税领办〔2026〕2号"}
        said |= {"members__0__since": "2026-03-01", "members__0__until": "2026-02-01"}
        page = saved(office, made, "?list=units&at=new", said, status=422)
        assert "“到哪天止” 早于 “从哪天起”" in page

    def test_a_wrong_key_is_refused_in_chinese_and_a_taken_name_by_the_checks(self, office, draft):
        made = draft(self.CODE)
        page = saved(
            office,
            made,
            "?list=units&at=new",
            {"key": "区数据局", "name": "区数据局", "kinds": ["member"]},
            status=422,
        )
        assert "写法不对" in page
        saved(office, made, "?list=units&at=new", {"key": "second", "name": "区司法局", "kinds": ["member"]})
        assert "单位名称“区司法局”已被前面的单位使用" in faults(office, made)

    def test_a_unit_that_others_name_is_not_taken_out(self, office, draft):
        made = draft(self.CODE)
        at = next(n for n, one in enumerate(value_of(made)["units"]) if one["key"] == "justice")
        office.post(f"/editions/{made.pk}/entry/remove?list=units&at={at}")
        assert "justice" in faults(office, made)
        assert "引用了它" in faults(office, made)


class TestCells:
    CODE = "organisation/cells"

    def test_a_community_is_added_by_its_code_and_name_alone(self, office, draft):
        made = draft(self.CODE)
        saved(office, made, "?list=cells&at=new", {"code": "330602001099", "name": "新河社区"})
        assert value_of(made)["cells"][-1] == {
            "code": "330602001099", "name": "新河社区", "level": 3, "parent": "330602001",
        }  # fmt: skip
        assert "已经核对" in faults(office, made)

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("3306020010", "区划代码是"),
            ("330602999001", "没有上级网格 330602999"),
            ("330602001", "已经是“塔山街道”"),
        ],
    )
    def test_a_code_that_cannot_be_is_refused(self, office, draft, code, said):
        page = saved(
            office, draft(self.CODE), "?list=cells&at=new", {"code": code, "name": "新河社区"}, status=422
        )
        assert said in page

    def test_the_list_turns_its_pages_and_is_searched_and_taken_away(self, office, draft):
        made = draft(self.CODE)
        page = office.get(f"/editions/{made.pk}/entries").content.decode()
        assert "共 370 条，本页 50 条" in page
        assert "下一页" in page
        found = office.get(f"/editions/{made.pk}/entries?find=鲁迅故里").content.decode()
        assert "共 1 条" in found
        answer = office.get("/definitions/other/organisation/cells?find=鲁迅故里&export=cells")
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        assert "鲁迅故里社区" in [cell.value for row in sheet.iter_rows() for cell in row]


def test_a_role_keeps_its_second_factor_and_loses_it_only_by_choice(office, draft):
    made = draft("roles")
    at = next(n for n, one in enumerate(value_of(made)["roles"]) if one["key"] == "leader")
    query = f"?list=roles&at={at}"
    before = value_of(made)
    saved(office, made, query, {})
    assert value_of(made) == before
    page = office.get(f"/editions/{made.pk}/entry{query}")
    data = sent(page.context["form"])
    data.pop("second_factor")
    office.post(f"/editions/{made.pk}/entry{query}", {**data, "quota__day": "20"})
    assert value_of(made) == before  # a limit has three numbers
    office.post(f"/editions/{made.pk}/entry{query}", data)
    role = value_of(made)["roles"][at]
    assert role["second_factor"] is False
    assert "quota" not in role


def test_a_source_of_the_register_is_chosen_table_first_then_its_columns(office, draft):
    made = draft("registry/sources")
    first = office.get(f"/editions/{made.pk}/entry?list=coverage&at=new")
    assert "先选一张表" in first.content.decode()
    saved(
        office, made, "?list=coverage&at=new&table=presale_permits",
        {"role": "operator", "industries": "70", "counted": "登记簿中行业为房地产业的纳税人"}
        | {"role": in_force().tables["presale_permits"][1].parties[0].role},
    )  # fmt: skip
    assert value_of(made)["coverage"][-1]["table"] == "presale_permits"
    assert "已经核对" in faults(office, made)


def test_what_a_file_says_of_itself_has_a_form(office, draft):
    made = draft("organisation/posts")
    saved(office, made, "", {"succession": "由接任者自然更替。"})
    assert value_of(made)["succession"] == "由接任者自然更替。"
    district = draft("district")
    page = saved(office, district, "", {"office": "government_office"})
    assert page == ""
    assert value_of(district)["office"] == "government_office"
    assert office.get(f"/editions/{draft('findings').pk}/entry").status_code == 404


def test_a_parameter_is_added_by_its_form(office, draft):
    made = draft("calendar", "parameters")
    said = {
        "key": "visit_days", "title": "走访反馈的期限", "unit": "天", "values__0__since": "2026-12-01",
        "values__0__value": "5", "values__0__basis": "越政办发〔2021〕45号二(三)",
    }  # fmt: skip
    saved(office, made, "?list=parameters&at=new", said)
    assert value_of(made)["parameters"][-1]["values"][0]["value"] == 5
    assert "已经核对" in faults(office, made)


def test_a_resource_that_is_not_scored_says_so(office, draft, cast):
    made = draft("slaughterhouses", "resource")
    page = office.get(f"/editions/{made.pk}/about")
    office.post(f"/editions/{made.pk}/about", {**sent(page.context["form"]), "unscored": "on"})
    assert value_of(made)["scored"] is False
    assert "计入评分" in office.get(f"/editions/{made.pk}").content.decode()


class TestScoreItems:
    CODE = "assessment/items"

    def test_the_notice_names_none_so_each_is_proposed_and_together_they_are_a_hundred(self):
        items = in_force().score_items.values()
        assert all(one.proposed and one.clause == "三(四)" for one in items)
        assert sum(one.marks for one in items) == 100

    def test_no_measure_is_of_money(self):
        assert {one.value for one in Measure} == {"timely", "reported", "first_pass", "rows_passed", "filled"}

    def test_one_is_added_shown_with_the_sum_and_in_force_once_a_second_person_approves(
        self, office, draft, client_of
    ):
        made = draft(self.CODE)
        said = {
            "key": "reported", "title": "报送齐全", "kinds": ["provider"], "measure": "reported",
            "marks": "10",
            "clause": "三(四)", "document": "越政办发〔2021〕45号", "since": "2026-12-01",
        }  # fmt: skip
        saved(office, made, "?list=items&at=new", said)
        page = office.get(f"/editions/{made.pk}").content.decode()
        assert "满分合计 110 分" in page
        assert "新增“报送齐全”" in page
        office.post(f"/editions/{made.pk}/submit", {"since": str(timezone.localdate()), "reason": "增加一项"})
        client_of("office2").post(f"/editions/{made.pk}/approve")
        assert in_force().score_items["reported"].measure is Measure.REPORTED
        shown = client_of("liaison").get(f"/definitions/other/{self.CODE}").content.decode()
        assert "满分合计 110 分" in shown
        assert "报送率" in shown

    def test_the_same_measure_twice_for_one_kind_of_unit_is_refused(self, office, draft):
        made = draft(self.CODE)
        said = {
            "key": "again", "title": "再评按时", "kinds": ["provider"], "measure": "timely", "marks": "10",
            "clause": "三(四)", "document": "越政办发〔2021〕45号", "since": "2026-12-01",
        }  # fmt: skip
        page = saved(office, made, "?list=items&at=new", said, status=422)
        assert "“按时报送”和“再评按时”对同一类单位评同一个指标" in page
        assert "不得" in saved(office, made, "?list=items&at=new", {**said, "marks": "200"}, status=422)


@pytest.mark.parametrize(
    "address",
    ["/definitions?export=rules", "/definitions?export=resources", "/definitions?export=others",
     "/definitions/parameters?export=xlsx", "/editions?export=published",
     "/definitions/parameters/cutoff_days?export=xlsx",
     "/definitions/resources/9.5?export=presale_permits"],
)  # fmt: skip
def test_every_list_is_taken_away_as_a_workbook(office, address):
    answer = office.get(address)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.active.max_row >= 3
