"""What a machine's builder reads: the document in Chinese, the page, refusals that name the place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.calls import authorization
from tests.files import PRESALE_HEAD, presale_rows

from gongzhi.intake.models import Push, Submission
from gongzhi.intake.states import OUTCOMES
from gongzhi.web.api.problems import WORDS
from gongzhi.web.api.schemas import Told
from gongzhi.web.api.surface import api
from gongzhi.work.models import Announcement

PAGE = (Path(__file__).parents[4] / "docs" / "handbook" / "接口.md").read_text("utf-8")
ROWS = "/api/v1/resources/9.5/rows"
SUBMIT = "/api/v1/submissions?resource=9.5&period=2026Q3"
CHINESE = re.compile("[一-鿿]")


def document():
    return json.loads(json.dumps(api.get_openapi_schema(), default=str))


def a_row():
    return dict(zip(PRESALE_HEAD, presale_rows(1)[0], strict=True))


def test_every_description_of_the_document_is_chinese():
    def walk(value, path=""):
        if isinstance(value, dict):
            for name in ("description", "summary"):
                if isinstance(value.get(name), str) and "responses" not in path:
                    assert CHINESE.search(value[name]) or value[name] == "TG1", (path, value[name])
            for name, under in value.items():
                walk(under, f"{path}/{name}")
        elif isinstance(value, list):
            for number, under in enumerate(value):
                walk(under, f"{path}/{number}")

    found = document()
    walk(found)
    assert all(schema["description"] for schema in found["components"]["schemas"].values())


def test_the_webhook_is_in_the_document_and_is_what_goes_out(machine, work, settings):
    from gongzhi.engine.doors import Doors, Hook, Secret  # noqa: PLC0415  # for this test alone

    hook = Hook(unit="建设交通局", address="https://machine.example.cn/", secret=Secret(environment="X"))
    settings.DOORS = Doors(hooks=(hook,))
    machine.post(SUBMIT, [a_row()])
    work()
    said = Announcement.objects.get().said
    told = document()["webhooks"]["outcome"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(said) == set(told["properties"]) == set(told["required"])
    Told(**said)
    assert set(told["properties"]["outcome"]["enum"]) == set(OUTCOMES) - {"received", "checked"}
    shown = re.search(r'```json\n(\{"event".*?\})\n```', PAGE, re.DOTALL)[1]
    assert set(json.loads(shown)) == set(said)


def test_the_page_names_every_code_of_a_refusal():
    assert {code for code in WORDS if f"`{code}`" not in PAGE} == set()


@pytest.mark.parametrize("address", [f"{ROWS}?dry_run=true", f"{ROWS}/seal?dry_run=true"])
def test_what_a_route_does_not_know_is_not_done_as_if_it_were_not_said(machine, address):
    body = {"period": "2026Q3"} | ({} if "seal" in address else {"rows": [a_row()]})
    answer = machine.post(address, body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "dry_run")
    assert not Push.objects.exists()


def test_a_name_that_is_said_twice_is_told(machine):
    answer = machine.post(f"{SUBMIT}&resource=9.6", [a_row()])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "resource")
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'[{"a": 1, "a": 2}]', "两个“a”"),
        (b'[{"a": 1},\n{"a": ', "第 2 行第"),
        (b'[{"a": NaN}]', "NaN 不是 JSON 的值"),
        ('[{"列": 1}]'.encode("gb18030"), "第 4 个字节起不是 UTF-8"),
    ],
)
@pytest.mark.parametrize("address", [SUBMIT, ROWS])
def test_json_that_is_broken_is_told_where(machine, address, body, told):
    answer = machine.call("POST", address, body, idempotency_key="1")
    assert (answer.status_code, answer.json()["code"]) == (400, "broken")
    assert told in answer.json()["detail"]


def test_a_cell_that_holds_an_object_is_one_fault(machine):
    answer = machine.post(ROWS, {"period": "2026Q3", "rows": [a_row() | {"预售/证": {"a": 1}}]})
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["text"]) == ("/rows/0/预售~1证", "应是文字、数字、true、false 或 null")


def test_a_limit_is_named(machine):
    answer = machine.get("/api/v1/batches?limit=0")
    assert answer.json()["errors"][0]["text"] == "太小，不得小于1"
    answer = machine.call("POST", SUBMIT, b"[]", idempotency_key="")
    assert "1至64个可见的 ASCII 字符" in answer.json()["errors"][0]["mend"]


def test_a_body_in_pieces_is_told_that_its_length_is_missing(machine):
    signed = authorization(machine.secret, machine.key.kid, "POST", ROWS, b"")
    answer = machine.client.generic(
        "POST", ROWS, b"", HTTP_AUTHORIZATION=signed, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH=""
    )
    assert (answer.status_code, answer.json()["code"]) == (411, "length")


def test_a_column_says_how_it_is_written(machine):
    (table,) = machine.get("/api/v1/resources/9.5").json()["tables"]
    column = table["row"]["properties"]
    assert "2026-09-15" in column["发证日期"]["description"]
    assert "。；" not in json.dumps(column, ensure_ascii=False)
