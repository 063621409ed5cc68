"""Attachments: their kind is told by what they hold, images are made anew, all is kept sealed."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from gongzhi.audit.actions import record
from gongzhi.engine.crypto import open_file, seal_file
from gongzhi.organisation.models import Person
from gongzhi.work.models import Attachment, Item
from gongzhi.work.queries import largest_attachment, most_at_once

from .pdf import refuse_active
from .refused import BadFiles, Refused
from .trail import duty_of, locked, moved

IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ENDINGS = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf",
    _OFFICE["word/document.xml"]: ".docx", _OFFICE["xl/workbook.xml"]: ".xlsx",
}  # fmt: skip
_ACTIVE = ("vbaproject", "macrosheets/", "activex/")
_PIXELS = 50_000_000  # what a phone takes, with room; more is a bomb or a plan that belongs into a PDF
_MEMBERS = 5_000
_ALLOWED = "可以上传图片（jpg、png、webp）、PDF、Word（docx）、Excel（xlsx）"


@dataclass(frozen=True)
class Kept:
    """What is kept of a file that somebody sent."""

    name: str
    media: str
    content: bytes
    taken_at: datetime | None = None


@dataclass(frozen=True)
class Sent:
    """A file as somebody sent it; its name is never believed."""

    name: str
    file: BinaryIO


@transaction.atomic
def attach(*, item: Item, name: str, file: BinaryIO, by: Person) -> Attachment:
    """Keep a file with an item; the same content again is the same attachment.

    Refused when it is too large, empty, or of a kind that is not taken; the name is never believed.
    """
    now = locked(item, "attach", by)
    found, new = add(now, understood(Sent(name, file)), by)
    if new:
        moved(now, "attach", by, note=found.name)
        detail = {"digest": found.digest}
        record("work.attached", by=by, subject=("work", now.pk), duty=duty_of(now, "assignee"), detail=detail)
    return found


def all_understood(files: Sequence[Sent]) -> list[Kept]:
    """What is to be kept of several files; BadFiles names every one that cannot be taken, and why."""
    if len(files) > (most := most_at_once()):
        raise BadFiles(f"一次最多附 {most} 个附件，现在是 {len(files)} 个；更多的请交办以后再上传")
    found, wrong = list[Kept](), list[str]()
    for one in files:
        try:
            found.append(understood(one))
        except Refused as error:
            wrong.append(f"“{one.name}”：{error}")
    if wrong:
        raise BadFiles("；".join(wrong))
    return found


def understood(sent: Sent) -> Kept:
    """What is to be kept of a file: told by what it holds; Refused when it is not taken."""
    content = _whole(sent.file)
    title = PurePath(sent.name.replace("\\", "/")).stem.strip()[:100] or "附件"
    if content.startswith(b"%PDF-"):
        refuse_active(content)
        media, taken = "application/pdf", None
    elif content.startswith(b"PK\x03\x04"):
        media, taken = _office(content), None
    else:
        media, content, taken = _image(content)
    return Kept(title + _ENDINGS[media], media, content, taken)


def add(item: Item, kept: Kept, by: Person) -> tuple[Attachment, bool]:
    """Keep it sealed with an item; the same content again is the same attachment."""
    digest, path = _sealed(kept.content)
    return Attachment.objects.get_or_create(
        item=item, digest=digest,
        defaults={
            "name": kept.name, "media": kept.media, "size": len(kept.content),
            "path": path, "taken_at": kept.taken_at, "by": by, "at": timezone.now(),
        },
    )  # fmt: skip


def _whole(file: BinaryIO) -> bytes:
    most = largest_attachment()
    content = file.read(most * 1024 * 1024 + 1)
    if not content:
        raise Refused("这个文件是空的，请核对后重新选择")
    if len(content) > most * 1024 * 1024:
        raise Refused(f"附件请不超过 {most} MB；照片可以先缩小，扫描件可以分开上传")
    return content


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
    except zipfile.BadZipFile as error:
        raise Refused(f"这个文件打不开，可能没有传完整。{_ALLOWED}") from error
    if len(names) > _MEMBERS or any(part in name.lower() for name in names for part in _ACTIVE):
        raise Refused("不收带宏或控件的文件，请另存为不带宏的格式再上传")
    for part, media in _OFFICE.items():
        if part in names:
            return media
    raise Refused(_ALLOWED)


def _image(content: bytes) -> tuple[str, bytes, datetime | None]:
    """Plain pixels, written anew: nothing that a decoder does not read survives (decision 0010)."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(IMAGES)) as image:
            if image.width * image.height > _PIXELS:
                raise Refused("图片的尺寸太大，请缩小后再上传")
            taken, kind = _taken(image), image.format or "JPEG"
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGB" if kind == "JPEG" else "RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(f"认不出这个文件。{_ALLOWED}") from error
    plain.info.clear()
    out = io.BytesIO()
    plain.save(out, format=kind, **({"quality": 88} if kind != "PNG" else {}))
    return IMAGES[kind], out.getvalue(), taken


def _taken(image: Image.Image) -> datetime | None:
    """When the photo says it was taken; a camera knows no time zone, so it is read as the district's."""
    said = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
    try:
        return timezone.make_aware(datetime.strptime(str(said), "%Y:%m:%d %H:%M:%S"))  # noqa: DTZ007  # made aware here
    except ValueError:
        return None


def _sealed(content: bytes) -> tuple[str, str]:
    """Digest and place of the sealed copy, durable before the row is written."""
    descriptor, name = tempfile.mkstemp(dir=settings.ATTACHMENTS, prefix="aside-")
    aside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            sealed = seal_file(settings.KEYS.current("attachment"), io.BytesIO(content), out)
            out.flush()
            os.fsync(out.fileno())
        path = f"{sealed.digest[:2]}/{sealed.digest}.sealed"
        target = settings.ATTACHMENTS / path
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            aside.rename(target)
            _synced(target.parent)
            _synced(settings.ATTACHMENTS)
    finally:
        aside.unlink(missing_ok=True)
    return sealed.digest, path


def _synced(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def opened(*, attachment: Attachment, by: Person) -> Iterator[bytes]:
    """The plain bytes of an attachment; that somebody opened it stands in the trail."""
    with transaction.atomic():
        duty = duty_of(attachment.item, "assignee")
        record("work.attachment_opened", by=by, subject=("work", attachment.item_id), duty=duty)
    with (settings.ATTACHMENTS / attachment.path).open("rb") as sealed:
        yield b"".join(open_file(settings.KEYS, sealed, attachment.digest, purpose="attachment"))
