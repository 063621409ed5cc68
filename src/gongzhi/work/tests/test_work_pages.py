"""The pages of the work, through requests."""

from __future__ import annotations

import io

import pytest

from gongzhi.work import queries
from gongzhi.work.models import Item, SavedFilter
from gongzhi.work.queries import Subject

from .conftest import UNIT

pytestmark = pytest.mark.django_db


def text(answer):
    assert answer.status_code in {200, 422}
    return answer.content.decode()


def test_the_office_gives_and_the_liaison_does(client_of, cast):
    office, liaison = client_of("office"), client_of("liaison")
    assert "请写明事项名称" in text(office.post("/work/new", {"kind": "errand", "places": [f"unit:{UNIT}"]}))
    said = {"kind": "errand", "title": "核对清单", "places": [f"unit:{UNIT}", "unit:natural_resources"]}
    assert "已交办 2 件" in text(office.post("/work/new", said, follow=True))
    item = Item.objects.get(unit=UNIT)
    page = text(liaison.get("/work"))
    assert "核对清单" in page
    assert "/work/new" not in page
    assert "1" in text(liaison.get("/"))
    page = text(liaison.get(f"/work/{item.pk}"))
    assert "签收" in page
    assert f"page=/work/{item.pk}&amp;at=" in page
    assert "&amp;list=work/errand" in page  # what is suggested here is filed under the kind of the item
    page = text(liaison.post(f"/work/{item.pk}/act/take", follow=True))
    assert "办完送审" in page
    page = text(liaison.post(f"/work/{item.pk}/act/submit", {"answer-done_on": "x"}))
    assert "请填写办理情况" in page
    assert "2026-09-15 这样的日期" in page
    said = {"answer-result": "已核对<b>", "answer-done_on": "2026-09-15"}
    page = text(liaison.post(f"/work/{item.pk}/act/submit", said, follow=True))
    assert "待审核" in page
    assert "已核对&lt;b&gt;" in page
    assert "退回的理由" in text(office.post(f"/work/{item.pk}/act/send_back", {"note": ""}))
    assert "已审核通过" in text(office.post(f"/work/{item.pk}/act/accept", {"note": "好"}, follow=True))
    assert Item.objects.get(pk=item.pk).answer == {"result": "已核对<b>", "done_on": "2026-09-15"}


def test_what_is_anothers_is_not_there(client_of, errand):
    item = errand()
    peer = client_of("peer")
    assert peer.get(f"/work/{item.pk}").status_code == 404
    for verb in ("take", "comment", "withdraw", "no-such-verb"):
        assert peer.post(f"/work/{item.pk}/act/{verb}", {"note": "x"}).status_code == 404
    assert client_of("liaison").post(f"/work/{item.pk}/act/no-such-verb").status_code == 404
    assert item.title not in text(peer.get("/work"))
    assert client_of("head").get(f"/work/{item.pk}").status_code == 200
    assert client_of("head").post(f"/work/{item.pk}/act/take").status_code == 404


@pytest.mark.parametrize(
    ("verb", "said", "why"),
    [
        ("forward", {"place": "unit:nobody", "note": "x"}, "请选择转给"),
        ("forward", {"place": "", "note": "x"}, "请选择转给"),
        ("ask_time", {"wanted": "明天", "note": "x"}, "这样的日期"),
        ("merge", {"into": "junk"}, "请从列表中选择"),
        ("attach", {}, "请选择要上传的文件"),
        ("split", {"note": "一个"}, "至少两个"),
        ("withdraw", {"note": "x"}, "不能撤销"),
    ],
)
def test_bad_input_says_what_is_wrong(client_of, errand, verb, said, why):
    item, client = errand(), client_of("liaison")
    client.post(f"/work/{item.pk}/act/take")
    answer = client.post(f"/work/{item.pk}/act/{verb}", said)
    assert answer.status_code == 422
    assert why in answer.content.decode()


def test_a_file_goes_up_and_comes_down(client_of, errand):
    item = errand()
    sent = io.BytesIO(b"%PDF-1.7 test")
    sent.name = "说明.pdf"
    client = client_of("liaison")
    assert "说明.pdf" in text(client.post(f"/work/{item.pk}/act/attach", {"file": sent}, follow=True))
    number = item.attachments.get().pk
    answer = client_of("office").get(f"/work/{item.pk}/files/{number}")
    assert answer.content == b"%PDF-1.7 test"
    assert answer["Content-Disposition"].startswith("attachment")
    assert client_of("peer").get(f"/work/{item.pk}/files/{number}").status_code == 404


def test_several_of_the_list(client_of, cast, errand):
    items = [errand(), errand()]
    query = "&".join(f"chosen={item.pk}" for item in items)
    client = client_of("liaison")
    assert "核对预售清单" in text(client.get(f"/work/together?{query}"))
    assert "没有选中事项" in text(client_of("peer").get(f"/work/together?{query}"))
    said = {"chosen": [str(item.pk) for item in items]}
    assert "请选择怎样办理" in text(client.post("/work/together", said))
    assert "已签收 2 件" in text(client.post("/work/together", {**said, "verb": "take"}, follow=True))


def test_a_filter_is_kept_and_forgotten(client_of):
    client = client_of("liaison")
    assert "已保存筛选“急件”" in text(
        client.post("/work/filters", {"name": "急件", "query": "view=soon"}, follow=True)
    )
    assert "/work?view=soon" in text(client.get("/work"))
    kept = SavedFilter.objects.get()
    assert "已改名为“要紧”" in text(
        client.post(f"/work/filters/{kept.pk}/rename", {"name": "要紧"}, follow=True)
    )
    for verb in ("rename", "open"):
        assert client_of("peer").post(f"/work/filters/{kept.pk}/{verb}", {"name": "x"}).status_code == 404
    assert client_of("peer").post(f"/work/filters/{kept.pk}/drop").status_code == 404
    assert "已删去" in text(client.post(f"/work/filters/{kept.pk}/drop", follow=True))
    assert "起一个" in text(client.post("/work/filters", {"name": " ", "query": ""}, follow=True))


def test_a_kept_filter_shows_the_same_list_again(client_of, errand):
    long = "核" * 60
    errand(title=f"{long}一"), errand(title="别的")
    client = client_of("liaison")
    asked = {"view": "untaken", "q": long, "kind": "errand", "sort": "-due", "column": ["title", "due"]}
    shown = client.get("/work", asked | {"after": "junk", "back": "/x"})
    said = {"name": "长", "query": shown.wsgi_request.GET.urlencode()}
    kept = client.post("/work/filters", said)
    again = client.get(kept["Location"])
    for page in (shown, again):
        found = page.context["page"]
        assert [line.title for line in found.items] == [f"{long}一"]
        assert [one.key for one in found.shown] == ["title", "due"]
        assert found.ordering[0] == "-due"
    assert "after" not in kept["Location"]
    assert again.context["query"] == SavedFilter.objects.get().query


def test_the_list_opens_with_the_filter_that_was_chosen(client_of):
    client = client_of("liaison")
    for name in ("一", "二"):
        client.post("/work/filters", {"name": name, "query": f"view=untaken&q={name}"})
    first, second = SavedFilter.objects.order_by("pk")
    assert client.get("/work").status_code == 200
    for kept in (first, second):
        said = text(client.post(f"/work/filters/{kept.pk}/open", {"opens": "yes"}, follow=True))
        assert f"先看“{kept.name}”" in said
    assert SavedFilter.objects.get(opens=True) == second
    assert client.get("/work")["Location"] == f"/work?{second.query}"
    assert client.get("/work?view=open").status_code == 200
    client.post(f"/work/filters/{second.pk}/open", {"opens": "no"})
    assert client.get("/work").status_code == 200
    assert "已有名为" in text(client.post(f"/work/filters/{first.pk}/rename", {"name": "二"}, follow=True))


def test_what_is_worked_on_elsewhere_leads_there(client_of, errand, monkeypatch):
    item = errand(subject=Subject("unit", "water", ""))
    kind = queries.kind_of(item).model_copy(update={"page": "/units/{subject}/picture"})
    client = client_of("liaison")
    client.post(f"/work/{item.pk}/act/take")
    assert "办完送审</button>" in text(client.get(f"/work/{item.pk}"))
    monkeypatch.setattr(queries, "kind_of", lambda _: kind)
    page = text(client.get(f"/work/{item.pk}"))
    assert 'href="/units/water/picture">到办理的页面' in page
    assert "办完送审</button>" not in page
