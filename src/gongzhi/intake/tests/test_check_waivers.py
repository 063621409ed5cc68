"""A check that is not asked of a unit: asked, agreed until a day, a hint while it holds, no more."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.audit.models import Event
from gongzhi.catalogue.states import NotPossible
from gongzhi.editions.queries import in_force
from gongzhi.intake import actions, queries
from gongzhi.intake.actions import check, receive
from gongzhi.intake.actions.place import Place
from gongzhi.intake.forms import CheckWaiverForm
from gongzhi.intake.models import CheckWaiver
from gongzhi.intake.states import State
from gongzhi.work.models import Message

UNIT, OTHER = "construction_transport", "education_sports"


def today():
    return timezone.localdate()


@pytest.fixture
def asked(cast, db):
    """asked(code, field) → what the liaison asked for 9.5."""

    def made(code="out_of_period", field="issued_on", days=30, **more):
        said = {
            "unit": UNIT,
            "resource": "9.5",
            "reason": "按核准日登记",
            "until": today() + dt.timedelta(days),
        }
        return actions.ask_check_waiver(code=code, field=field, by=cast["liaison"], **(said | more))

    return made


@pytest.fixture
def granted(asked, cast):
    def made(*args, **more):
        waiver = asked(*args, **more)
        return actions.decide_check_waiver(waiver=waiver, grant=True, answer="同意", by=cast["office"])

    return made


def outside():
    """Rows whose day lies outside the period."""
    return presale_rows(3, day="2026-02-15")


def of(handed, code):
    return [one for one in handed.findings.to_dicts() if one["code"] == code]


class TestWhatItDoes:
    def test_what_was_to_be_explained_is_a_hint_that_names_it(self, hand, granted):
        before = of(hand(outside(), dry_run=True), "out_of_period")
        assert {one["severity"] for one in before} == {"explain"}
        waiver = granted()
        after = of(hand(outside()), "out_of_period")
        assert len(after) == len(before)
        assert {one["severity"] for one in after} == {"hint"}
        assert f"第{waiver.pk}号" in after[0]["message"]
        assert f"{waiver.until}" in after[0]["message"]
        assert not any(place in after[0]["message"] for place in "{}")

    def test_a_row_that_was_set_aside_comes_in_with_its_value(self, hand, granted):
        rows = presale_rows(3)
        rows[1][6] = -5
        assert hand(rows, dry_run=True).submission.set_aside == 1
        granted("out_of_range", "presale_area")
        handed = hand(rows)
        assert (handed.submission.accepted, handed.submission.set_aside) == (3, 0)
        _, kept = next(queries.rows_of(handed.batch.pk))
        assert [str(one) for one in kept["presale_area_sqm"].to_list()].count("-5.0000") == 1

    def test_another_unit_and_another_column_are_asked_as_before(self, hand, granted):
        granted("out_of_period", "issued_on", unit=UNIT)
        assert queries.waivers_of(OTHER, "9.5", today()) == {}
        rows = presale_rows(3)
        rows[1][6] = -5
        assert hand(rows, dry_run=True).submission.set_aside == 1

    def test_it_ends_by_itself(self, hand, granted):
        waiver = granted()
        CheckWaiver.objects.filter(pk=waiver.pk).update(until=today() - dt.timedelta(1))
        assert {one["severity"] for one in of(hand(outside()), "out_of_period")} == {"explain"}

    def test_a_file_that_waits_is_checked_anew(self, home, tmp_path, cast, asked):
        path = csv_file(tmp_path / "报送.csv", PRESALE_HEAD, outside())
        place = Place("9.5", "2026Q3", UNIT)
        submission = receive(file=path, name=path.name, place=place, by=cast["liaison"], channel="page")
        check(submission=submission, by=cast["liaison"])
        assert submission.state == State.CHECKED
        actions.decide_check_waiver(waiver=asked(), grant=True, answer="", by=cast["office"])
        submission.refresh_from_db()
        assert submission.state == State.RECEIVED
        check(submission=submission, by=cast["liaison"])
        assert not queries.asked_of(submission)


class TestWhatItMayNot:
    @pytest.mark.parametrize(
        "code",
        [
            "over_supply", "person_id_in_code", "person_id_in_text", "person_check_digit", "code_check_digit",
            "not_number", "example_row", "nonsense",
        ],
    )  # fmt: skip
    def test_a_wall_of_the_law_or_what_could_not_be_kept(self, asked, code):
        with pytest.raises(NotPossible, match="不能暂免"):
            asked(code, "")

    def test_only_checks_that_are_made_of_the_resource_and_of_the_column_are_offered(self, asked):
        resources = in_force().resources
        presale, own = resources["9.5"], queries.waivable(resources["9.5"])
        assert {"out_of_period", "required", "known_key", "presale_without_planning"} <= set(own)
        assert not {"phone_form", "completion_without_permit", "stock_not_carried"} & set(own)
        assert "issued_on" in {one.key for one in own["out_of_period"]}
        assert {one.type.value for one in own["out_of_period"]} <= {"date", "period", "year"}
        with pytest.raises(NotPossible, match="不查这一列"):
            asked(field="presale_area")
        for number, resource in resources.items():
            for code in {"order", "total", "product", "any_of", "needs"} & set(queries.waivable(resource)):
                assert code in {one.kind for sheet in resource.sheets for one in sheet.checks}, number
        assert len(CheckWaiverForm(resource=presale).fields["code"].choices) == len(own)

    def test_every_waivable_finding_lets_the_row_in_or_asks(self):
        waivable = {code for code, one in in_force().findings.items() if one.waivable}
        assert waivable
        assert not {code for code in waivable if "person" in code or "supply" in code or "masked" in code}

    def test_a_personal_column(self, asked):
        resource = next(
            one for one in in_force().resources.values()
            if any(field.personal for sheet in one.sheets for field in sheet.fields) and not one.proposed
        )  # fmt: skip
        unit = in_force().providers(resource)[0].key
        field = next(field.key for sheet in resource.sheets for field in sheet.fields if field.personal)
        with pytest.raises(NotPossible, match="个人信息"):
            asked("required", field, unit=unit, resource=resource.number)

    def test_no_reason_no_end_not_one_s_own(self, asked, cast):
        with pytest.raises(NotPossible, match="为什么"):
            asked(reason=" ")
        with pytest.raises(NotPossible, match="之间"):
            asked(days=-1)
        with pytest.raises(NotPossible, match="之间"):
            asked(days=4_000)
        with pytest.raises(NotPossible, match="不提供"):
            asked(unit=OTHER)
        waiver = asked()
        with pytest.raises(NotPossible, match="还没有决定"):
            asked()
        with pytest.raises(NotPossible, match="另一个人"):
            actions.decide_check_waiver(waiver=waiver, grant=True, answer="", by=cast["liaison"])
        longer = waiver.until + dt.timedelta(1)
        with pytest.raises(NotPossible, match="不能晚于"):
            actions.decide_check_waiver(waiver=waiver, grant=True, answer="", by=cast["office"], until=longer)
        assert not queries.waivers_of(UNIT, "9.5", today())


def test_every_act_leaves_its_event(asked, cast):
    waiver = asked()
    actions.decide_check_waiver(waiver=waiver, grant=True, answer="", by=cast["office"])
    actions.end_check_waiver(waiver=waiver, by=cast["liaison"])
    verbs = Event.objects.filter(subject_kind="check_waiver").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["check_waiver.asked", "check_waiver.granted", "check_waiver.ended"]
    waiver.refresh_from_db()
    assert waiver.ended_at
    assert not queries.waivers_of(UNIT, "9.5", today())


def heard(person):
    return [text for one in Message.objects.filter(person=person) for text, _ in one.lines]


def test_a_unit_hears_when_the_office_ends_what_held(asked, granted, cast):
    actions.end_check_waiver(waiver=granted(), by=cast["office"])
    assert "本单位的暂免一项检查（9.5 商品房预售信息），办公室已提前结束，恢复检查" in heard(cast["liaison"])
    before = heard(cast["liaison"])
    actions.end_check_waiver(waiver=asked(), by=cast["liaison"])
    assert heard(cast["liaison"]) == before


def test_a_wrong_day_keeps_the_answer_and_a_second_tab_is_told(client_of, asked):
    waiver, office, second = asked(), client_of("office"), client_of("office2")
    at = f"/check-waivers/{waiver.pk}/decide"
    for day, why in (("2026-13-01", "请写成 2026-12-31 这样的日期"), ("2999-01-01", "也不能晚于申请的日期")):
        answer = office.post(at, {"grant": "yes", "answer": "先试行", "until": day})
        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert "先试行" in answer.content.decode()
    office.post(at, {"grant": "yes", "answer": "先试行", "until": ""})
    late = second.post(at, {"grant": "no", "answer": "不合适", "until": ""})
    assert "这件申请已同意" in late.content.decode()
    waiver.refresh_from_db()
    assert (waiver.state, waiver.answer) == ("granted", "先试行")


def test_the_pages_ask_decide_publish_and_end(client_of, hand, cast):
    liaison, office, peer = client_of("liaison"), client_of("office"), client_of("peer")
    handed = hand(outside(), by=cast["liaison"])
    page = liaison.get(f"/submissions/{handed.submission.pk}?code=out_of_period").content.decode()
    address = "/submit/9.5/check-waiver?code=out_of_period&field=issued_on"
    assert address.replace("&", "&amp;") in page or address in page
    assert "selected" in liaison.get(address).content.decode()
    said = {"code": "out_of_period", "field": "issued_on", "reason": "", "until": "2026-13-01"}
    refused = liaison.post("/submit/9.5/check-waiver", said)
    assert (refused.status_code, "请写明理由" in refused.content.decode()) == (422, True)
    said |= {"reason": "按核准日登记", "until": (today() + dt.timedelta(30)).isoformat()}
    liaison.post("/submit/9.5/check-waiver", said)
    waiver = CheckWaiver.objects.get()
    assert peer.get(f"/check-waivers/{waiver.pk}").status_code == 404
    assert "按核准日登记" in office.get("/check-waivers").content.decode()
    office.post(f"/check-waivers/{waiver.pk}/decide", {"grant": "yes", "answer": "", "until": ""})
    published = peer.get("/check-waivers").content.decode()
    assert "按核准日登记" in published
    assert peer.post(f"/check-waivers/{waiver.pk}/end").status_code == 404
    office.post(f"/check-waivers/{waiver.pk}/end")
    assert "按核准日登记" not in peer.get("/check-waivers").content.decode()
    assert "已提前结束" in peer.get("/check-waivers?state=over").content.decode()
    assert "按核准日登记" in peer.get("/check-waivers?state=over").content.decode()
