"""三(三): personal data is looked at for a stated duty alone, and who is concerned can see that it was."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from tests.files import credit_code, csv_file

from gongzhi.audit.actions import seal
from gongzhi.audit.queries import verify
from gongzhi.intake.models import Batch, Submission
from gongzhi.organisation.models import Person

pytestmark = pytest.mark.django_db
Clients = Callable[[str], Client]
HEAD = ("统一社会信用代码", "缴费人名称", "项目名称", "企业联系人", "联系方式", "应建面积（平方米）",
        "征收标准（元/平方米）", "征收金额（元）", "通知书编号")  # fmt: skip
CONTACT, PHONE = "欧阳鹮鷟", "13912345678"
WHY = "名称与登记只差一字，核对联系人"


def words(answer) -> str:
    """The page as its reader sees it, without tags and blanks."""
    assert answer.status_code == 200
    return html.unescape(re.sub(r"<[^>]+>|\s", "", answer.content.decode()))


@pytest.fixture
def batch(client_of: Clients, tmp_path: Path) -> Batch:
    """The liaison hands in one fee with a contact's name and phone."""
    row = [credit_code(1), "绍兴示例贸易有限公司", "示例项目", CONTACT, PHONE, 10, 2000, 20000, "T1"]
    path = csv_file(tmp_path / "易地建设费.csv", HEAD, [row])
    client = client_of("liaison")
    with path.open("rb") as file:
        answer = client.post("/submit/9.10", {"file": file, "period": "2026-09-15"})
    submission = Submission.objects.get(pk=answer.headers["Location"].rsplit("/", 1)[1])
    client.post(f"/submissions/{submission.pk}/commit", {})
    return Batch.objects.get(submission=submission)


@pytest.fixture
def chained(settings, tmp_path: Path, django_capture_on_commit_callbacks) -> Callable[[], bool]:
    """Chain what waits, with a witness of this test alone; whether the trail is whole."""

    def done() -> bool:
        settings.AUDIT_WITNESS = tmp_path / "witness.jsonl"
        with django_capture_on_commit_callbacks(execute=True):
            seal()
        return verify().whole

    return done


def test_a_look_from_the_row_to_the_auditor(
    batch: Batch, client_of: Clients, cast: dict[str, Person], settings, chained: Callable[[], bool]
) -> None:
    officer = client_of("officer")
    row = f"/batches/{batch.pk}?part=0&row=2"
    page = officer.get(row)
    assert CONTACT not in words(page)
    assert "已脱敏" in words(page)
    address = re.search(r'href="(/batches/[^"]+/reveal)"', page.content.decode()).group(1)

    # Without a reason nothing opens; with one, what was asked for and nothing else, for five minutes.
    asked = {"purpose": "decide_link", "fields_wanted": ["contact_name"], "reason": ""}
    assert officer.post(address, asked).status_code == 422
    shown = officer.post(address, asked | {"reason": WHY}, follow=True)
    assert CONTACT in words(shown)
    assert PHONE not in words(shown)
    assert cast["officer"].name in words(shown)
    there = shown.redirect_chain[-1][0]
    settings.REVEAL_SECONDS = 0
    assert CONTACT not in words(officer.get(there))

    # Whoever has no such duty finds nothing there.
    for name in ("peer", "head", "street", "grid", "leader", "system", "security", "auditor", "stranger"):
        assert client_of(name).get(address).status_code == 404
        assert client_of(name).get(there).status_code == 404

    # The provider sees that it was looked at, for what and by which unit; the auditor sees by whom.
    use = words(client_of("liaison").get("/reveals/use"))
    assert "认定同一主体" in use
    assert cast["officer"].name not in use
    looks = words(client_of("auditor").get("/reveals"))
    assert cast["officer"].name in looks
    assert WHY in looks
    assert CONTACT not in looks + use
    assert "1" in words(officer.get("/reveals/mine"))

    assert chained()
