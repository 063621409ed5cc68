"""Hand in by machine: durable at once, checked and committed by the worker, told in full when asked."""

from __future__ import annotations

import json

import pytest
from tests.calls import Machine, key_of
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows, workbook

from gongzhi.audit.models import Event
from gongzhi.intake.actions import begin_two_persons, commit
from gongzhi.intake.models import Batch, Submission
from gongzhi.organisation.models import Answer

PLACE = "/api/v1/submissions?resource=9.5&period=2026Q3"


def rows(count: int, **more) -> list[dict[str, object]]:
    return [dict(zip(PRESALE_HEAD, row, strict=True)) for row in presale_rows(count, **more)]


def handed(machine, content, place=PLACE, **headers) -> str:
    answer = machine.post(place, content, **headers)
    assert answer.status_code == 202, answer.content.decode()
    return answer.headers["Location"]


def test_rows_as_json_are_received_checked_committed_and_told_with_their_receipt(machine, work):
    where = handed(machine, rows(3))
    waiting = machine.get(where).json()
    assert (waiting["state"], waiting["outcome"]) == ("received", None)
    work()
    told = machine.get(where).json()
    assert (told["outcome"], told["rows"], told["accepted"]) == ("accepted", 3, 3)
    receipt = machine.get(f"/api/v1/receipts/{told['receipt']['number']}")
    assert receipt.json() == told["receipt"]
    batch = Batch.objects.get()
    assert batch.submission.channel == "api"
    assert batch.submission.received_key == machine.key
    assert Event.objects.get(verb="batch.committed").actor_name == machine.key.name


def test_a_fault_is_told_with_its_cell_and_how_to_mend_it(machine, work):
    bad = rows(4)
    bad[1]["建设单位统一社会信用代码"] = credit_code(1)[:-1] + "0"
    where = handed(machine, bad)
    work()
    told = machine.get(where).json()
    assert (told["outcome"], told["accepted"], told["set_aside"]) == ("partial", 3, 1)
    finding = next(one for one in told["findings"] if one["severity"] == "block")
    assert finding["cell"] == "B3"
    assert finding["message"]
    assert finding["mend"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_its_own_body(machine, work, tmp_path, kind):
    if kind == "csv":
        path = csv_file(tmp_path / "x.csv", PRESALE_HEAD, presale_rows(3), encoding="gb18030")
        where = handed(machine, path.read_bytes(), media="text/csv")
    else:
        path = workbook(tmp_path / "x.xlsx", [PRESALE_HEAD, *presale_rows(3)])
        name = "%E4%B8%89%E5%AD%A3%E5%BA%A6.xlsx"
        where = handed(machine, path.read_bytes(), f"{PLACE}&name={name}", media="application/octet-stream")
    work()
    assert machine.get(where).json()["outcome"] == "accepted"


def test_a_dry_run_tells_the_same_and_keeps_nothing(machine, work):
    bad = rows(3)
    bad[0]["发证日期"] = "不知道"
    tried = machine.post(f"{PLACE}&dry_run=true", bad)
    assert tried.status_code == 200
    assert not Submission.objects.exists()
    where = handed(machine, bad)
    work()
    real = machine.get(where).json()
    for name in ("outcome", "rows", "accepted", "set_aside", "by_code", "findings"):
        assert tried.json()[name] == real[name], name


def test_the_same_key_and_content_is_answered_the_same_and_done_once(machine, work):
    name = {"Idempotency-Key": "2026Q3-first"}
    first = machine.post(PLACE, rows(3), **name)
    work()
    again = machine.post(PLACE, rows(3), **name)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert Submission.objects.count() == 1
    other = machine.post(PLACE, rows(4), **name)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Answer.objects.count() == 1


def test_the_same_file_under_another_key_is_the_same_submission(machine, work):
    first = handed(machine, rows(3))
    assert handed(machine, rows(3)) == first
    work()
    assert handed(machine, rows(3)) == first


def test_the_same_content_in_another_file_is_told_as_the_batch_that_is_there(machine, work):
    first = handed(machine, rows(3))
    work()
    second = handed(machine, rows(3)[::-1])
    work()
    told, before = machine.get(second).json(), machine.get(first).json()
    assert first != second
    assert told["batch"] == before["batch"]
    assert told["receipt"]["number"] == before["receipt"]["number"]
    assert Batch.objects.count() == 1


def test_a_filled_slot_asks_what_the_file_is_and_takes_it_then(machine, work):
    handed(machine, rows(3))
    work()
    where = handed(machine, rows(3, start=10))
    work()
    told = machine.get(where).json()
    assert (told["outcome"], told["refusal"]["code"]) == ("refused", "slot_filled")
    batch = Batch.objects.get().number
    where = handed(machine, rows(3, start=10), f"{PLACE}&adds={batch}")
    work()
    assert machine.get(where).json()["outcome"] == "accepted"


def test_where_two_persons_hand_in_a_machine_waits_for_one_of_them(machine, work, cast):
    begin_two_persons(unit=machine.key.unit, by=cast["liaison"])
    where = handed(machine, rows(3))
    work()
    assert machine.get(where).json()["outcome"] == "awaiting"
    work()
    commit(submission=Submission.objects.get(), by=cast["head"])
    assert machine.get(where).json()["outcome"] == "accepted"


def test_what_a_person_sent_back_is_not_put_to_her_again(machine, work, cast):
    from gongzhi.intake.actions import send_back  # noqa: PLC0415 - of this test alone

    begin_two_persons(unit=machine.key.unit, by=cast["liaison"])
    handed(machine, rows(3))
    work()
    send_back(submission=Submission.objects.get(), reason="请核对面积", by=cast["head"])
    work()
    assert Submission.objects.get().state == "checked"


@pytest.mark.parametrize(
    ("place", "status", "code"),
    [
        ("resource=9.5&period=abcd", 422, "refused"),
        ("resource=9.5&period=2026-09", 422, "refused"),
        ("resource=9.5", 422, "invalid"),
        ("resource=9.5&period=2026Q3&sheet=z", 422, "refused"),
        ("resource=9.5&period=2026Q3&adds=9.5-2026Q3-99", 422, "refused"),
        ("resource=9.5&period=2026Q3&whole=perhaps", 422, "invalid"),
        ("resource=9.5&period=2026Q3&unit=water", 422, "invalid"),
        ("resource=10.1&period=2026Q3", 404, "missing"),
        ("resource=no_such&period=2026Q3", 404, "missing"),
        ("resource=%00&period=2026Q3", 404, "missing"),
    ],
)
def test_a_place_that_does_not_fit_is_told(machine, place, status, code):
    answer = machine.post(f"/api/v1/submissions?{place}", rows(1))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content.decode()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        (b"", "application/json", 415, "media"),
        (b"{", "application/json", 400, "broken"),
        (b"[1]", "application/json", 400, "broken"),
        (b"[]", "application/json", 400, "broken"),
        (b'[{"a": NaN}]', "application/json", 400, "broken"),
        (b'[{"a": 1, "a": 2}]', "application/json", 400, "broken"),
        (b'[{"a": "\\ud800"}]', "application/json", 400, "broken"),
        (b"\xff\xfe\x00", "application/json", 400, "broken"),
        (b"[" * 100_000, "application/json", 400, "broken"),
        (b"x", "image/png", 415, "media"),
        (b"x", "application/octet-stream", 415, "media"),
    ],
)
def test_a_body_that_cannot_be_one_is_told(machine, body, media, status, code):
    answer = machine.post(PLACE, body, media=media)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content.decode()


def test_an_idempotency_key_is_required(machine):
    answer = machine.call("POST", PLACE, json.dumps(rows(1)).encode())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "Idempotency-Key"


def test_a_method_that_is_none_and_an_address_that_is_none(machine):
    answer = machine.call("DELETE", "/api/v1/batches")
    assert (answer.status_code, answer.json()["code"]) == (405, "method")
    assert answer.headers["Allow"] == "GET"
    assert machine.get("/api/v1/no/such").json()["code"] == "missing"


def test_a_body_beyond_the_limit_is_told_before_it_is_read(machine, settings):
    settings.MAX_FILE_BYTES = 10
    answer = machine.post(PLACE, rows(1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_what_is_not_its_units_or_not_in_its_scope_is_not_there(machine, cast, work):
    where = handed(machine, rows(3))
    work()
    number = machine.get(where).json()["receipt"]["number"]
    foreign = Machine(*key_of(cast, unit=cast["peer"].unit))
    narrow = Machine(*key_of(cast, resources=["9.6"]))
    for other in (foreign, narrow):
        nowhere = other.get("/api/v1/submissions/0192f000-0000-7000-8000-000000000000")
        for place in (where, f"/api/v1/receipts/{number}"):
            answer = other.get(place)
            assert (answer.status_code, answer.content) == (404, nowhere.content)
            assert dict(answer.headers) == dict(nowhere.headers)
        assert other.get("/api/v1/submissions").json()["total"] == 0
        assert other.get("/api/v1/batches").json()["total"] == 0
        assert other.post(PLACE, rows(3)).content == nowhere.content
        assert other.get("/api/v1/resources/9.5").content == nowhere.content


def test_a_call_that_comes_twice_does_nothing_the_second_time(machine):
    from tests.calls import authorization  # noqa: PLC0415 - of this test alone

    body = json.dumps(rows(3), ensure_ascii=False).encode()
    signed = authorization(machine.secret, machine.key.kid, "POST", PLACE, body)
    first = machine.post(PLACE, body, authorization=signed)
    again = machine.post(PLACE, body, authorization=signed)
    assert first.status_code == 202
    assert (again.status_code, again.json()["code"]) == (401, "replayed")
    assert again.headers["WWW-Authenticate"] == "TG1"
    for answer in (first, again):
        assert answer.headers["Content-Length"] == str(len(answer.content))  # the connection stays open


def test_a_person_signed_in_has_no_call(client_of):
    answer = client_of("liaison").get("/api/v1/submissions")
    assert (answer.status_code, answer.json()["code"]) == (401, "unsigned")


def test_too_many_calls_are_told_when_to_come_again(home, cast):
    machine = Machine(*key_of(cast, hourly=1))
    assert machine.get("/api/v1/resources").status_code == 200
    answer = machine.get("/api/v1/resources")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert int(answer.headers["Retry-After"]) > 0


def test_while_the_trail_lags_nothing_is_taken_in_and_the_caller_is_told(machine, settings):
    settings.AUDIT_MAX_LAG_SECONDS = -1
    answer = machine.post(PLACE, rows(1))
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["Retry-After"] == "60"
    assert not Submission.objects.exists()
