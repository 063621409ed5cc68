"""Attachments that are given together with an item: checked like every other, all of them or none."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from gongzhi.audit.models import Event
from gongzhi.work.models import Attachment, Item

from .conftest import UNIT
from .test_attachments import PDF, photo

pytestmark = pytest.mark.django_db
SAID = {
    "kind": "errand",
    "title": "核对清单",
    "note": "按楼盘核对",
    "places": [f"unit:{UNIT}", "unit:health"],
}


def sent(content, name):
    file = io.BytesIO(content)
    file.name = name
    return file


def test_every_place_gets_them_with_images_made_anew(client_of):
    files = [sent(PDF, "清单.pdf"), sent(photo(), "现场.jpg")]
    answer = client_of("office").post("/work/new", SAID | {"attachments": files}, follow=True)
    assert "已交办 2 件" in answer.content.decode()
    for item in Item.objects.all():
        assert [one.name for one in item.attachments.all()] == ["清单.pdf", "现场.jpg"]
        event = Event.objects.get(verb="work.opened", subject=str(item.pk))
        assert event.detail["files"] == [one.digest for one in item.attachments.all()]
    item = Item.objects.get(unit=UNIT)
    liaison = client_of("liaison")
    assert "现场.jpg" in liaison.get(f"/work/{item.pk}").content.decode()
    picture = liaison.get(f"/work/{item.pk}/files/{item.attachments.get(media='image/jpeg').pk}").content
    assert not dict(Image.open(io.BytesIO(picture)).getexif())


def test_one_that_cannot_be_taken_stops_all_and_what_was_typed_stays(client_of):
    files = [
        sent(PDF, "清单.pdf"),
        sent(b"MZ nothing known", "程序.jpg"),
        sent(b"PK\x03\x04broken", "坏.xlsx"),
    ]
    answer = client_of("office").post("/work/new", SAID | {"attachments": files})
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("“程序.jpg”：认不出", "“坏.xlsx”：这个文件打不开", "请重新选择", "核对清单", "按楼盘核对"):
        assert words in page, words
    assert "“清单.pdf”" not in page
    assert not Item.objects.exists()
    assert not Attachment.objects.exists()


def test_what_is_empty_or_too_many_is_told_and_none_is_needed(client_of):
    office = client_of("office")
    page = office.post("/work/new", SAID | {"attachments": [sent(b"", "空.pdf")]}).content.decode()
    assert "有一个文件是空的" in page
    many = [sent(PDF + str(n).encode(), f"{n}.pdf") for n in range(11)]
    assert "一次最多附 10 个附件" in office.post("/work/new", SAID | {"attachments": many}).content.decode()
    assert not Item.objects.exists()
    answer = office.post("/work/new", SAID | {"title": "", "attachments": [sent(PDF, "清单.pdf")]})
    assert "附件没有保留" in answer.content.decode()
    assert "已交办 2 件" in office.post("/work/new", SAID, follow=True).content.decode()
