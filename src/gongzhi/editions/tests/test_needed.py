"""What the program reads by name stays, whatever a draft says; what a draft takes away is told."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

import gongzhi
from gongzhi.editions import actions
from gongzhi.editions.models import Edition
from gongzhi.editions.queries import Piece, changes, in_force, problems
from gongzhi.engine.definitions import load_once
from gongzhi.engine.definitions.editing import fields_of, plain, with_one_more, with_value, without_entry
from gongzhi.engine.definitions.needed import PARAMETERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def without(cast):
    """without(piece, list, key, name): a draft that lacks one entry."""

    def made(piece: Piece, attribute: str, key: str, name: str) -> Edition:
        draft = actions.draft_of(piece=piece, by=cast["office"])
        ((file, text),) = draft.texts.items()
        at = next(n for n, one in enumerate(plain(text)[attribute]) if one[key] == name)
        return actions.rewrite(
            edition=draft, texts={file: without_entry(text, attribute, at, name=file)}, by=cast["office"]
        )

    return made


def test_the_list_of_parameters_that_the_program_reads_is_that_of_its_source():
    root = Path(gongzhi.__file__).parent
    files = [one for one in root.rglob("*.py") if "tests" not in one.parts and one.name != "needed.py"]
    named = {name for one in files for name in re.findall(r"[\"']([a-z_]+)[\"']", one.read_text("utf-8"))}
    assert named & set(load_once(settings.DEFINITIONS).parameters) == PARAMETERS


@pytest.mark.parametrize(
    ("piece", "entry", "said"),
    [
        (Piece("parameters", "calendar"), ("parameters", "key", "cutoff_days"), "系统按它办理"),
        (Piece("list", "findings"), ("findings", "code", "out_of_range"), "检查文件时要用它"),
    ],
)
def test_what_the_program_reads_by_name_is_not_taken_away(without, client_of, piece, entry, said):
    draft = without(piece, *entry)
    (fault,) = problems(draft)
    assert "不能去掉" in fault
    assert said in fault
    page = client_of("office").get(f"/editions/{draft.pk}").content.decode()
    assert said in page[page.index("<h2>检查</h2>") :]
    assert "去掉" in page[page.index("<h2>与前一版的不同</h2>") : page.index("<h2>检查</h2>")]


def test_a_unit_stays_although_no_definition_names_it(without, client_of, cast):
    """Its batches and duties are told by its name: without it every list that had one of them stopped."""
    draft = actions.draft_of(piece=Piece("list", "organisation/units"), by=cast["office"])
    ((file, text),) = draft.texts.items()
    said = {"key": "data_bureau", "name": "区数据局", "kinds": ["member"]}
    grown = {file: with_one_more(text, "units", said, name=file)}
    actions.rewrite(edition=draft, texts=grown, by=cast["office"])
    actions.submit(edition=draft, since=timezone.localdate(), reason="机构改革", by=cast["office"])
    actions.approve(edition=draft, by=cast["office2"])
    (fault,) = problems(without(Piece("list", "organisation/units"), "units", "key", "data_bureau"))
    assert fault.startswith("单位“区数据局”不能去掉")


def test_a_wording_asks_only_for_places_that_the_program_fills(cast):
    """A place that nothing fills stopped every hand-in in which the check found something."""
    draft = actions.draft_of(piece=Piece("list", "findings"), by=cast["office"])
    ((file, text),) = draft.texts.items()
    one = next(one for one in plain(text)["findings"] if one["code"] == "out_of_range")
    assert "{column}" in one["message"]
    draft.texts = {file: text.replace(one["message"], one["message"].replace("{column}", "{columns}"))}
    (fault,) = problems(draft)
    assert "{columns} 系统填不了" in fault
    assert "{column}" in fault
    draft.texts = {file: text.replace(one["message"], one["message"].replace("应为", "须为"))}
    assert problems(draft) == []


def test_a_parameter_that_the_program_reads_always_has_a_value(cast):
    draft = actions.draft_of(piece=Piece("parameters", "attachments"), by=cast["office"])
    ((file, text),) = draft.texts.items()
    ended = text.replace("- since: 2021-06-10\n", "- since: 2021-06-10\n        until: 2022-01-31\n")
    draft.texts = {file: ended}
    (fault,) = problems(draft)
    assert "没有取值" in fault


@pytest.mark.parametrize(
    ("value", "told"), [("-5", "小于 0"), ("2.5", "应为整数，单位是工作日"), ("0", ""), ("12", "")]
)
def test_a_value_that_nothing_can_be_reckoned_with_is_told(cast, value, told):
    file = "parameters/calendar.yml"
    draft = actions.draft_of(piece=Piece("parameters", "calendar"), by=cast["office"])
    text = draft.texts[file]
    key = next(one["key"] for one in plain(text)["parameters"] if one["unit"] == "工作日")
    day = timezone.localdate()
    draft.texts = {file: with_value(text, key, since=day, value=Decimal(value), basis="试")}
    found = [fault for fault in problems(draft) if "取值" in fault]
    assert len(found) == bool(told), found
    assert all(told in fault for fault in found)


def test_a_switch_is_on_or_off(cast):
    file = "parameters/calendar.yml"
    draft = actions.draft_of(piece=Piece("parameters", "calendar"), by=cast["office"])
    key = next(one["key"] for one in plain(draft.texts[file])["parameters"] if one["unit"] == "1是0否")
    day = timezone.localdate()
    draft.texts = {file: with_value(draft.texts[file], key, since=day, value=Decimal(2), basis="试")}
    assert any("应为 1（是）或 0（否）" in fault for fault in problems(draft))


def test_the_duty_to_change_definitions_stays_with_some_role(cast):
    draft = actions.draft_of(piece=Piece("list", "roles"), by=cast["office"])
    ((file, text),) = draft.texts.items()
    draft.texts = {file: text.replace("      - approve_definitions\n", "")}
    assert any("以后就没有人能改定义了" in fault for fault in problems(draft)), problems(draft)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("scope: own_cell", "scope: all_units", "的范围不能改"),
        ("clause: 二(二), opens: [business, tax]}", "clause: 二(二), opens: [business]}", "opens 不能减少"),
        ("      - read_audit\n      - verify_integrity\n", "      - verify_integrity\n", "apart 不能减少"),
        ("duties: [do_work, see_tasks, report_visit]", "duties: [do_work, see_hits]", "征管法第八条"),
        ("    duties: [approve_accounts, ", "    duties: [do_work, approve_accounts, ", "三员分立"),
    ],
)
def test_two_of_the_office_cannot_widen_what_the_law_bounds(cast, old, new, told):
    draft = actions.draft_of(piece=Piece("list", "roles"), by=cast["office"])
    ((file, text),) = draft.texts.items()
    assert old in text
    draft.texts = {file: text.replace(old, new, 1)}
    assert any(told in fault for fault in problems(draft)), problems(draft)


def test_values_of_a_parameter_that_went_are_told(cast):
    """A day that is years too early takes the later values away."""
    file = "parameters/rates.yml"
    text = (settings.DEFINITIONS / file).read_text("utf-8")
    key, one = next(
        (one["key"], in_force().parameters[one["key"]])
        for one in plain(text)["parameters"] if len(one["values"]) > 1
    )  # fmt: skip
    new = with_value(text, key, since=dt.date(1999, 1, 1), value=one.values[0].value, basis="试")
    told = changes("parameters", {file: text}, {file: new}, in_force())
    gone = [line for line in told if line.startswith(f"去掉“{one.title}”自")]
    assert len(gone) == len(one.values) - 1
    assert any(line.endswith("改为到 1998-12-31 止") for line in told)


def test_a_column_is_named_once_and_not_like_what_belongs_to_the_sender(client_of, cast):
    draft = actions.draft_of(piece=Piece("resource", "slaughterhouses"), by=cast["office"])
    office, address = client_of("office"), f"/editions/{draft.pk}/columns/new?sheet="
    taken = fields_of(next(iter(draft.texts.values())))[0]["title"]
    for said, told in (
        ({"title": taken}, f"“{taken}”已经是列“{taken}”的列名或别名"),
        ({"title": "检疫数", "aliases": taken}, "的列名或别名"),
        ({"title": "备查经办人"}, "留给填报单位自用"),
        ({"title": "检疫数", "minimum": "10", "maximum": "5"}, "上限不能小于下限"),
    ):
        page = office.post(address, {"type": "number", **said})
        assert page.status_code == 422
        assert told in page.content.decode()
    office.post(address, {"type": "number", "title": "检疫数", "key": "inspected"})
    office.post(f"/editions/{draft.pk}/columns/inspected?sheet=", {"type": "number", "title": "检疫合格数"})
    draft.refresh_from_db()
    column = fields_of(next(iter(draft.texts.values())))[-1]
    assert (column["title"], column.get("aliases")) == ("检疫合格数", None)


def test_an_option_with_a_comma_of_its_own_stays_one_when_its_column_is_changed(client_of, cast):
    """4.2 has an option “重大安全或质量事故、严重环境违法”: a new explanation split it in two."""
    code = in_force().resources["4.2"].code
    draft = actions.draft_of(piece=Piece("resource", code), by=cast["office"])
    columns = fields_of(next(iter(draft.texts.values())))
    old = next(one for one in columns if one["title"] == "取消原因")
    office, address = client_of("office"), f"/editions/{draft.pk}/columns/{old['key']}?sheet="
    said = {key: value for key, value in office.get(address).context["form"].initial.items() if value}
    assert office.post(address, {**said, "help": "照认定文件填"}).status_code == 302
    was = draft.texts
    draft.refresh_from_db()
    (told,) = changes("resource", was, draft.texts, in_force())
    assert told.startswith("“取消原因”的说明：")


def test_a_resource_without_columns_is_told_so_plainly(client_of, cast):
    said = {
        "number": "11.9", "title": "试用信息", "providers": ["agriculture"], "frequency": "每半年",
        "clause": "附件2第11项", "document": "越税领办〔2026〕1号", "since": dt.date(2026, 1, 1),
    }  # fmt: skip
    draft = actions.new_resource(values=said, by=cast["office"])
    assert problems(draft) == ["还没有列，请至少增加一列"]
    page = client_of("office").get(f"/editions/{draft.pk}/template", follow=True).content.decode()
    assert "还不能生成模板：还没有列" in page


def test_a_slip_in_a_value_or_its_day_is_told_at_the_field(client_of, cast):
    """13 for 13%, and 2019 for a rate that has a value from 2026 on (which went without a word)."""
    draft = actions.draft_of(piece=Piece("parameters", "rates"), by=cast["office"])
    office, address = client_of("office"), f"/editions/{draft.pk}/value?parameter=vat_rate_goods"
    said = {"parameter": "vat_rate_goods", "basis": "试", "since": "2027-01-01", "value": "0.13"}
    page = office.post(address, {**said, "value": "13"})
    assert page.status_code == 422
    assert "13% 写 0.13" in page.content.decode()
    page = office.post(address, {**said, "since": "2019-01-01"})
    assert page.status_code == 422
    assert "已有自 2026-01-01 起的取值" in page.content.decode()
    assert office.post(address, {**said, "since": "2026-01-01"}).status_code == 302
    assert office.post(address, said).status_code == 302


def test_every_value_that_comes_with_the_program_can_be_reckoned_with(cast):
    for file in sorted((settings.DEFINITIONS / "parameters").glob("*.yml")):
        draft = actions.draft_of(piece=Piece("parameters", file.stem), by=cast["office"])
        assert problems(draft) == []
