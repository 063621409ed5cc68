"""A scan finds, renews, clears and brings back; running it again changes nothing."""

import datetime as dt
from decimal import Decimal
from importlib import import_module
from uuid import uuid4

import pytest
from django.utils import timezone

from gongzhi.audit.models import Event
from gongzhi.editions.queries import in_force
from gongzhi.engine.rules import on_day
from gongzhi.registry.actions import link_batches
from gongzhi.registry.models import Linking, Taxpayer
from gongzhi.risk.actions import Refused, exclude, scan
from gongzhi.risk.models import Evidence, Hit, Run, Step

from .conftest import FILINGS, GRANTS, REGISTER, filing, firm, grant

scan_module = import_module("gongzhi.risk.actions.scan")  # the package gives the function by this name
BUREAU, LAND = "区税务局", "区自然资源和规划分局"


def test_a_hit_says_whom_what_and_how_much(scanned):
    made = scanned()
    (hit,) = Hit.objects.all()
    assert made.counts == {"R17": {"hit": 1, "miss": 1, "insufficient": 0}}
    assert (made.found, made.changed, made.cleared, made.failures) == (1, 0, 0, {})
    assert hit.taxpayer == Taxpayer.objects.get(code=firm(2)[0])
    assert (hit.subject_name, hit.object, hit.period) == (firm(2)[1], "B2", "2024-01-05")
    assert (hit.left_value, hit.right_value, hit.tax_yuan) == (630_000, 0, 630_000)
    assert "＝630,000 元，已申报 0 元" in hit.formula
    assert (hit.state, hit.grade) == ("open", "high")
    assert Event.objects.get(verb="risk.scanned").detail["found"] == 1


def test_the_same_scan_again_changes_nothing(scanned):
    first = scanned()
    before = (list(Hit.objects.values()), list(Evidence.objects.values()), Step.objects.count())
    assert scanned() == first
    assert (list(Hit.objects.values()), list(Evidence.objects.values()), Step.objects.count()) == before
    assert Run.objects.count() == Event.objects.filter(verb="risk.scanned").count() == 1


def test_a_new_batch_updates_the_hit_and_does_not_double_it(scanned, submit):
    scanned()
    (before,) = Hit.objects.all()
    submit("T.30", BUREAU, FILINGS, [filing(2, "B2", 130_000, "S2")], period="2024-03")
    made = scanned()
    (hit,) = Hit.objects.all()
    assert hit.pk == before.pk
    assert (hit.right_value, hit.tax_yuan, made.changed, made.found) == (130_000, 500_000, 1, 0)
    assert list(hit.evidence.filter(side="right").values_list("field", "value"))[1:3] == [
        ("contract_number", "B2"),
        ("due", "130000.00"),
    ]


def test_what_is_no_longer_found_clears_itself_and_comes_back_with_a_trail(scanned, submit):
    scanned()
    paid = submit("T.30", BUREAU, FILINGS, [filing(2, "B2", 630_000, "S2")], period="2024-03")
    assert scanned().cleared == 1
    (hit,) = Hit.objects.all()
    assert (hit.state, hit.cleared_at is not None) == ("cleared", True)
    submit("T.30", BUREAU, FILINGS, [filing(2, "B2", 30_000, "S2")], period="2024-03", replaces=str(paid.pk))
    scanned()
    hit.refresh_from_db()
    assert (hit.state, hit.cleared_at, hit.tax_yuan) == ("open", None, 600_000)
    assert list(hit.steps.values_list("verb", flat=True)) == ["find", "clear", "find_again", "change"]


def test_scanning_one_rule_leaves_the_hits_of_others(scanned):
    scanned()
    scanned("R01")
    assert Hit.objects.get().state == "open"


def test_a_rule_that_fails_is_named_and_its_hits_stay(scanned, submit, monkeypatch):
    scanned()
    submit("T.30", BUREAU, FILINGS, [filing(2, "B2", 630_000, "S2")], period="2024-03")
    broken = in_force().rules["R17"]
    text = broken.sql.replace("transferee_subject AS subject", "no_such_column AS subject", 1)
    monkeypatch.setitem(vars(broken), "sql", text)
    made = scanned()
    assert list(made.failures) == ["R17"]
    assert "no_such_column" in made.failures["R17"]
    assert Hit.objects.get().state == "open"
    monkeypatch.undo()
    assert scanned().cleared == 1  # a run with failures is never taken for done


def test_a_batch_that_is_not_linked_stops_the_scan(district):
    Linking.objects.filter(batch=district["grants"]).delete()
    with pytest.raises(Refused, match="1 个批次没有与纳税人关联"):
        scan(as_of=timezone.localdate(), rules=["R17"], by=None)


def test_an_earlier_day_does_not_rewrite_the_hits_of_a_later_one(scanned):
    scanned()
    with pytest.raises(Refused, match="不能再按更早的"):
        scan(as_of=timezone.localdate() - dt.timedelta(days=1), rules=["R17"], by=None)


@pytest.mark.parametrize("asked", [{"rules": ["R99"]}, {"rules": [], "engine": "abacus"}])
def test_an_unknown_rule_or_engine_is_refused(home, db, asked):
    with pytest.raises(Refused):
        scan(as_of=timezone.localdate(), by=None, **asked)


def test_three_rules_on_one_taxpayer_make_it_high(scanned):
    made = scanned()
    (hit,) = Hit.objects.all()
    for rule in ("R40", "R52"):
        Hit.objects.create(
            rule=rule, subject=hit.subject, taxpayer=hit.taxpayer, left_unit="fen", right_unit="fen",
            formula="", first_run=made, last_run=made, found_at=timezone.now(), changed_at=timezone.now(),
            tax_yuan=Decimal("10000"), state="open",
        )  # fmt: skip
    Hit.objects.filter(pk=hit.pk).update(tax_yuan=Decimal("9999.99"))
    scanned("R01")
    assert set(Hit.objects.values_list("grade", flat=True)) == {"high"}
    Hit.objects.filter(rule="R40").update(state="cleared")
    scanned("R03")
    assert dict(Hit.objects.filter(state="open").values_list("rule", "grade")) == {
        "R17": "low",
        "R52": "middle",
    }


def test_an_unregistered_party_is_named_by_its_code_and_name(scanned, submit):
    submit("16.2", LAND, GRANTS, [grant(7, "B7")], period="2024-02")
    link_batches(by=None)
    scanned()
    hit = Hit.objects.get(object="B7")
    assert (hit.taxpayer, hit.subject, hit.subject_name) == (None, f"code:{firm(7)[0]}", firm(7)[1])


def test_a_person_stands_as_a_word_and_a_token(scanned, submit):
    from tests.files import person_id  # noqa: PLC0415  # beside its use

    row = grant(8, "B8")
    row[1], row[2] = person_id(8), "示例人"
    submit("16.2", LAND, GRANTS, [row], period="2024-02")
    scanned()
    hit = Hit.objects.get(object="B8")
    assert hit.subject.startswith("person:P1-")
    assert (hit.taxpayer, hit.subject_name) == (None, "自然人（已脱敏）")
    assert person_id(8) not in str(list(Evidence.objects.values()))


def test_exclusion_needs_a_reason_and_an_open_hit(scanned, cast):
    scanned()
    (hit,) = Hit.objects.all()
    with pytest.raises(Refused, match="请写明"):
        exclude(hit=hit, reason="  ", by=cast["officer"])
    exclude(hit=hit, reason="属于免税情形，已核对批文", by=cast["officer"])
    hit.refresh_from_db()
    assert (hit.state, hit.excluded_by, hit.exclusion) == (
        "excluded",
        cast["officer"],
        "属于免税情形，已核对批文",
    )
    event = Event.objects.get(verb="hit.excluded")
    assert (event.actor, event.duty, event.subject) == (str(cast["officer"].pk), "decide_hits", str(hit.pk))
    with pytest.raises(Refused, match="已排除，不能再排除"):
        exclude(hit=hit, reason="再来一次", by=cast["officer"])


def test_an_excluded_hit_stays_excluded_until_the_time_has_passed(scanned, submit, cast):
    scanned()
    exclude(hit=Hit.objects.get(), reason="属于免税情形", by=cast["officer"])
    submit("T.30", BUREAU, FILINGS, [filing(2, "B2", 1_000, "S2")], period="2024-03")
    scanned()
    assert Hit.objects.get().state == "excluded"
    months = int(on_day(in_force().parameters["repeat_months"], timezone.localdate()))
    Hit.objects.update(excluded_at=timezone.now() - dt.timedelta(days=31 * (months + 1)))
    submit("T.30", BUREAU, FILINGS, [filing(2, "B2", 2_000, "S3")], period="2024-04")
    scanned()
    assert Hit.objects.get().state == "open"


def test_without_any_file_a_scan_finds_nothing(home, db):
    made = scan(as_of=timezone.localdate(), by=None)
    assert set(made.counts) == set(in_force().rules)
    assert made.found == 0


def test_two_units_of_a_register_do_not_make_two_subjects(scanned, submit):
    """The register hands in a firm again next month: still one subject, one hit."""
    submit("T.1", BUREAU, REGISTER, [[*firm(2), "正常", "越城区示例路2号", "2024-02-01"]], period="2024-02")
    scanned()
    assert Hit.objects.count() == 1
    assert uuid4() not in Hit.objects.values_list("pk", flat=True)


ENDLESS = (
    "SELECT count(*) AS n FROM range(10000000) AS a, range(10000000) AS b WHERE a.range * b.range % 7 = 3"
)


def test_a_rule_that_takes_too_long_fails_alone(scanned, client_of, monkeypatch, settings):
    settings.RULE_SECONDS = 3
    real = scan_module.run

    def run(compiled, session, *more):
        return session.rows(ENDLESS) if compiled.rule.code == "R22" else real(compiled, session, *more)

    monkeypatch.setattr(scan_module, "run", run)
    made = scanned("R17", "R22", "R29")
    assert set(made.failures) == {"R22"}
    assert "超过每条规则 3 秒的时限" in made.failures["R22"]
    assert set(made.counts) == {"R17", "R29"}
    assert Hit.objects.get().rule == "R17"
    assert Event.objects.get(verb="risk.scanned").detail["failed"] == ["R22"]
    page = client_of("officer").get("/hits").content.decode()
    assert "R22 有契税缴纳记录而无房产土地税源" in page
    assert "超过每条规则 3 秒的时限" in page


def test_a_rule_that_is_stopped_is_run_again_by_the_next_scan(scanned, monkeypatch, settings):
    settings.RULE_SECONDS = 0.2
    monkeypatch.setattr(scan_module, "run", lambda compiled, session, *_: session.rows(ENDLESS))
    first = scanned()
    monkeypatch.undo()
    settings.RULE_SECONDS = 300
    second = scanned()
    assert first.failures
    assert second != first
    assert second.failures == {}
