"""Every form that anybody of the cast can reach, filled in badly: a clear answer, and nothing half-done.

A form is found by walking the pages as a person would. Each is sent with nothing, with the same odd value in
every field, and with one odd value in each field while the others are good; afterwards all is undone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone
from tests.cast import NAMES
from tests.files import PRESALE_HEAD, credit_code, csv_file, presale_rows
from tests.walking import Form, Page

from gongzhi.audit.actions import seal
from gongzhi.catalogue.actions import open_periods
from gongzhi.catalogue.models import Obligation
from gongzhi.intake.models import Batch, Submission
from gongzhi.registry.models import Taxpayer
from gongzhi.work.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.long]  # every form of every role takes minutes
Clients = Callable[[str], Client]
UNIT = "construction_transport"
ALL_AT_ONCE = (
    "", "甲\x00乙", "\x01\u202e👩‍👩‍👧\ufffe", "<script>alert(1)</script>", "长" * 10_000, "NaN", "1e308", "²",
    "99999999999999999999", "0001-01-01", "9999-12-31", "//evil.example/x",
)  # fmt: skip
IN_AN_ADDRESS = ("甲\x00乙", "99999999999999999999", "0001-01-01", "9999-12-31", "<script>alert(1)</script>")
ONE_BY_ONE = ("甲\x00乙", "9999-12-31", "99999999999999999999", "长" * 1_001)
FILES = (
    ("空.xlsx", b""),
    ("../../etc/passwd", b"x"),
    ("长" * 300 + ".xlsx", b"PK\x03\x04"),
    ("a\x00.csv", b"x"),
)
UNHURT = {200, 302, 404, 405, 413, 422}
LEFT = {"sign_out"}  # ends the walk
ENGLISH = re.compile(r"[A-Za-z]{3,}(?: [A-Za-z']{2,}){2,}|\['|UUID\(|Decimal\(|\bNone\b")
SAME = {"sort", "column", "export"}  # the same page again, or a file
NOISE = {"sessions", "audit", "axes"}


def post(client: Client, address: str, **data: object) -> None:
    assert client.post(address, data).status_code == 302, (address, data)


@pytest.fixture
def district(client_of: Clients, tmp_path: Path) -> None:
    """Something in every state that a person can bring about: handed in, asked, given, drafted, proposed."""
    today = timezone.localdate()
    liaison, office, system = client_of("liaison"), client_of("office"), client_of("system")
    open_periods(since=today.replace(day=1) - dt.timedelta(days=200), until=today)
    for number in range(1, 4):
        Taxpayer.objects.create(
            code=credit_code(number), name=f"绍兴示例{number}号置业有限公司", origin="bureau",
            plain_name=f"绍兴示例{number}号置业有限公司",
            source_batch="00000000-0000-0000-0000-000000000001", source_part=0, source_row=number,
            updated_at=timezone.now(),
        )  # fmt: skip
    faulty = presale_rows(4, start=50)
    faulty[1][6], faulty[2][0] = "很多", ""
    for number, rows in enumerate((presale_rows(3), presale_rows(3, start=10), presale_rows(3, start=20))):
        handed = handed_in(liaison, csv_file(tmp_path / f"{number}.csv", PRESALE_HEAD, rows))
        post(liaison, f"/submissions/{handed.pk}/commit")
    handed_in(liaison, csv_file(tmp_path / "faulty.csv", PRESALE_HEAD, faulty))
    first, second, _ = Batch.objects.order_by("committed_at")
    post(office, f"/batches/{first.pk}/return", reason="请核对", remarks="")
    post(liaison, f"/batches/{second.pk}/withdrawal", reason="整份报错了，请同意撤回")
    asked(liaison, today)
    given(liaison, office, client_of("street"), today)
    for kind, code in (("list", "letters/chase"), ("rule", "R01"), ("parameters", "exports")):
        post(office, "/editions/draft", kind=kind, code=code)
    post(liaison, "/suggestions/new?page=/calendar&at=日历", text="希望能按月看")
    post(liaison, "/reveals/more", more="20", reason="今天要核对的较多，请增加")
    post(system, "/people/new", username="zhang", name="张三", unit=UNIT, post="经办")


def handed_in(client: Client, path: Path) -> Submission:
    relation = {"relation": "adds"} if Batch.objects.exists() else {}
    with path.open("rb") as file:
        answer = client.post("/submit/9.5", {"file": file, "period": "2026Q3"} | relation)
    assert answer.status_code == 302, answer.content.decode()
    return Submission.objects.get(pk=answer.headers["Location"].rsplit("/", 1)[1])


def asked(liaison: Client, today: dt.date) -> None:
    owed = Obligation.objects.filter(unit=UNIT, resource__in=["9.1", "9.4"]).order_by("pk")[:1]
    for one in owed:
        day = (today + dt.timedelta(days=300)).isoformat()
        said = {"ask-kind": "extend", "ask-wanted": day, "ask-reason": "系统升级"}
        post(liaison, f"/obligations/{one.pk}/ask", **said)


def given(liaison: Client, office: Client, street: Client, today: dt.date) -> None:
    for title in ("核对甲", "核对乙"):
        post(office, "/work/new", kind="errand", title=title, places=[f"unit:{UNIT}"])
    post(street, "/work/new", kind="errand", title="走访", places=["cell:330602001004"])
    item = Item.objects.get(title="核对乙")
    post(liaison, f"/work/{item.pk}/act/take")
    day = (today + dt.timedelta(days=60)).isoformat()
    post(liaison, f"/work/{item.pk}/act/ask_time", wanted=day, note="人手不够")
    post(liaison, "/work/filters", name="我的", query="view=mine")
    post(office, "/work/filters", name="交办的", query="view=given")


def closed(answer: Any) -> Any:
    """The answer with its files closed; `close()` would end the test's database connection too."""
    if answer.streaming:
        for close in answer._resource_closers:
            close()
    return answer


def name_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).url_name or ""
    except Resolver404:
        return ""


def walked(client: Client) -> Iterator[Page]:
    """Pages from the workbench on, two of each kind."""
    waiting, seen, counted = deque(["/"]), {"/"}, Counter[tuple[str, ...]]()
    while waiting:
        address = waiting.popleft()
        answer = closed(client.get(address))
        assert answer.status_code < 500, address
        if "html" not in answer.headers["Content-Type"] or answer.status_code != 200:
            continue
        page = Page(address, answer.content.decode())
        yield page
        for link in (one.split("#")[0] for one in page.links):
            kind = name_of(link), *sorted(set(parse_qs(urlsplit(link).query)) - {"back"})
            if link not in seen and link.startswith("/") and not SAME & set(kind) and counted[kind] < 2:
                seen.add(link)
                counted[kind] += 1
                waiting.append(link)


def good(form: Form) -> dict[str, Any]:
    """What a hurried person would send: what stands there, the first choice, a plain sentence, a file."""
    sent: dict[str, Any] = {}
    for name, values in form.sent.items():
        first = [one for one in form.choices.get(name, ()) if one][:1]
        plain = ["核对清楚，原因说明如下共十个字以上"] if name in form.typed else []
        sent[name] = [one for one in values if one.strip()] or first or plain
    sent |= {name: [SimpleUploadedFile("样例.csv", b"a,b\n1,2\n")] for name in form.files}
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def bad(form: Form) -> Iterator[dict[str, Any]]:
    """All the ways in which the form is filled in."""
    right = good(form)
    names = set(right)
    if not names:
        yield {}
        return
    if form.method == "get":
        yield from ({name: value for name in names} for value in IN_AN_ADDRESS)
        return
    yield from ({}, right)
    yield from ({name: value for name in names} for value in ALL_AT_ONCE)
    for name in form.files or names:  # reading a file takes long
        yield {other: value for other, value in right.items() if other != name}
        if name in form.files:
            yield from (right | {name: SimpleUploadedFile(*file)} for file in FILES)
        else:
            yield from (right | {name: value} for value in ONE_BY_ONE)


def rows() -> dict[str, int]:
    models = (one for one in apps.get_models() if one._meta.app_label not in NOISE)
    return {one._meta.label: one._base_manager.count() for one in models}


class Sending:
    """Sends forms and looks at what comes back; what is wrong is gathered in `faults`."""

    def __init__(self) -> None:
        self.faults: set[tuple[str, ...]] = set()
        self.before: dict[str, int] = {}
        self.sent = 0

    def send(self, client: Client, form: Form, data: dict[str, Any]) -> None:
        self.sent += 1
        where, told = name_of(form.action), str({name: str(value)[:30] for name, value in data.items()})
        cookies = deepcopy(client.cookies)
        with transaction.atomic():
            if form.method == "get":
                answer = client.get(urlsplit(form.action).path, data)
            else:
                answer = client.post(form.action, data)
            self._look(closed(answer), where, told, form.method)
            transaction.set_rollback(True)
        client.cookies = cookies

    def _look(self, answer: Any, where: str, told: str, method: str) -> None:
        if answer.status_code not in UNHURT:
            self.faults.add((where, f"answers {answer.status_code}", told))
        elif answer.status_code == 302:
            if (
                not answer.headers["Location"].startswith(("/", "?"))
                or "//" in answer.headers["Location"][:2]
            ):
                self.faults.add((where, "leads out of the house", answer.headers["Location"]))
        elif "html" in answer.headers.get("Content-Type", ""):
            self._read(answer, where, told)
        if answer.status_code >= 400 and method == "post" and (now := rows()) != self.before:
            changed = str({name for name, count in now.items() if count != self.before[name]})
            self.faults.add((where, "is refused and has written", changed, told))

    def _read(self, answer: Any, where: str, told: str) -> None:
        text = answer.content.decode()
        said = Page("/", text).said
        if answer.status_code == 422 and not any(re.search(r"[一-鿿]{3}", one) for one in said):
            self.faults.add((where, "does not say what is wrong", told))
        self.faults |= {(where, "speaks English", one[:200]) for one in said if ENGLISH.search(one)}
        if "<script>alert(1)" in text:
            self.faults.add((where, "repeats a script", told))


def test_every_form_bears_whatever_is_written_into_it(district: None, client_of: Clients) -> None:
    known: set[tuple[str, ...]] = set()
    sending = Sending()
    for person in NAMES:
        seal()  # acts stop when the trail lags
        client = client_of(person)
        client.raise_request_exception = False
        pages = list(walked(client))
        sending.before = rows()
        for page in pages:
            for form in page.forms:
                fields = sorted(re.sub(r"\d+", "#", name) for name in form.sent)
                kind = (name_of(form.action), form.method, *(fields if form.method == "post" else ()))
                if kind in known or kind[0] in LEFT:
                    continue
                known.add(kind)
                for data in bad(form):
                    sending.send(client, form, data)
    assert not sending.faults
    assert len(known) > 60
    assert sending.sent > 1_000
