"""Attachments: told by their content, images made anew, kept sealed, opened with a trace."""

from __future__ import annotations

import io
import zipfile
import zlib

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


def pdf(*parts: bytes) -> bytes:
    """A PDF of these objects, as far as anything looks at it."""
    return b"%PDF-1.7\n" + b"\n".join(parts) + b"\n%%EOF\n"


def packed(objects: bytes, kind: bytes = b"/ObjStm") -> bytes:
    """An object stream."""
    head = b"7 0 obj\n<< /Type " + kind + b" /Filter /FlateDecode >>\nstream\r\n"
    return head + zlib.compress(objects) + b"\nendstream\nendobj"


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
        (package("xl/workbook.xml", "xl/macrosheets/sheet1.xml"), "宏"),
        (package("word/document.xml", "word/activeX/activeX1.xml"), "控件"),
        (package("AndroidManifest.xml"), "可以上传"),
        (pdf(b"<< /S /JavaScript /JS (app.alert) >>"), "脚本"),
        (pdf(b"<< /S /J#61vaScript /JS (app.alert) >>"), "脚本"),
        (pdf(b"<< /S /Launch /F (calc.exe) >>"), "启动程序"),
        (pdf(b"<< /Type /EmbeddedFile >>"), "附件"),
        (pdf(b"<< /Encrypt 5 0 R >>"), "加密"),
        (pdf(packed(b"<< /S /JavaScript >>")), "脚本"),
        (pdf(packed(b"<< /S /JavaScript >>", b"/Obj#53tm")), "脚本"),
        (pdf(b"1 0 obj << /Type /ObjStm >> stream\nnothing packed\nendstream endobj"), "读不出"),
        (pdf(packed(bytes(65 * 1024 * 1024))), "内容太多"),
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


def test_an_ordinary_pdf_with_packed_objects_and_pictures_is_taken(kept):
    page = b"4 0 obj << /Filter /FlateDecode >> stream\n" + zlib.compress(b"(/JavaScript)") + b"\nendstream"
    content = pdf(
        b"1 0 obj << /OpenAction [3 0 R /XYZ null null 0] >> endobj", page, packed(b"<< /Type /Page >>")
    )
    assert kept(content).size == len(content)


def test_the_same_file_twice_is_one(kept):
    assert kept(PDF) == kept(PDF, "又一次.pdf")
    assert Attachment.objects.count() == 1
