"""Attachments: told by their content, images made anew, kept sealed, opened with a trace."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.conf import settings
from PIL import ExifTags, Image

from gongzhi.audit.models import Event
from gongzhi.work import actions
from gongzhi.work.actions import Refused
from gongzhi.work.models import Attachment

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"x" * 100


def photo(form: str = "JPEG", place: bool = True) -> bytes:
    image = Image.new("RGB", (40, 20), "navy")
    exif = image.getexif()
    exif[ExifTags.Base.Make] = "SECRET-CAMERA"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:09:01 10:20:30"
    if place:
        exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (30.0, 0.0, 0.0)
    out = io.BytesIO()
    image.save(out, form, exif=exif)
    return out.getvalue()


def package(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for part in parts:
            file.writestr(part, "x")
    return out.getvalue()


@pytest.fixture
def kept(errand, cast):
    item = errand()

    def attach(content: bytes, name: str = "现场.jpg") -> Attachment:
        return actions.attach(item=item, name=name, file=io.BytesIO(content), by=cast["liaison"])

    return attach


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_all_but_its_moment(kept, cast, form):
    one = kept(photo(form), "C:\\家里\\门口.exe")
    assert f"{one.taken_at:%Y-%m-%d}" == "2026-09-01"
    with actions.opened(attachment=one, by=cast["office"]) as content:
        again = Image.open(io.BytesIO(content))
        assert (again.size, again.format) == ((40, 20), form)
        assert not dict(again.getexif())
        assert b"SECRET-CAMERA" not in content
    assert one.name.startswith("门口.")
    assert "exe" not in one.name


@pytest.mark.parametrize(
    ("content", "ending"),
    [(PDF, ".pdf"), (package("word/document.xml"), ".docx"), (package("xl/workbook.xml"), ".xlsx")],
)
def test_documents_are_told_by_what_they_hold(kept, cast, content, ending):
    one = kept(content, "说明.jpg")
    assert one.name == "说明" + ending
    with actions.opened(attachment=one, by=cast["office"]) as plain:
        assert plain == content
    assert content not in (settings.ATTACHMENTS / one.path).read_bytes()
    assert Event.objects.filter(verb="work.attachment_opened").count() == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "是空的"),
        (b"<html><script>alert(1)</script>", "认不出"),
        (b"MZ\x90\x00" + b"0" * 50, "认不出"),
        (b"\xff\xd8\xff\xe0broken", "认不出"),
        (b"PK\x03\x04broken", "打不开"),
        (package("xl/workbook.xml", "xl/vbaProject.bin"), "宏"),
        (package("AndroidManifest.xml"), "可以上传"),
        (b"%PDF-" + b"0" * (20 * 1024 * 1024), "不超过 20 MB"),
    ],
)
def test_what_is_not_taken_says_why(kept, content, why):
    with pytest.raises(Refused, match=why):
        kept(content)
    assert not Attachment.objects.exists()


def test_a_picture_of_too_many_points_is_not_unpacked(kept):
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")
    with pytest.raises(Refused, match="尺寸太大"):
        kept(out.getvalue())


def test_the_same_file_twice_is_one(kept):
    assert kept(PDF) == kept(PDF, "又一次.pdf")
    assert Attachment.objects.count() == 1
