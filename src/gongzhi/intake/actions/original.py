"""The sender's file, kept sealed as long as its batch: by content, so the same bytes are kept once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from gongzhi.engine.crypto import seal, unseal

CHUNK = 4 * 1024 * 1024


@dataclass(frozen=True)
class Original:
    """A kept file: SM3 of its bytes (hex), their number, and the sealed copy relative to the folder."""

    digest: str
    size: int
    path: str


def digest_of(file: Path) -> tuple[str, int]:
    """SM3 (hex) and size of a file."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.new("sm3")).hexdigest()
    return digest, file.stat().st_size


def keep(file: Path) -> Original:
    """Seal a copy of `file` under its digest, durably; a copy that is already there is left as it is."""
    digest, size = digest_of(file)
    name = f"{digest[:2]}/{digest}.sealed"
    target = settings.ORIGINALS / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(dir=settings.ORIGINALS, prefix="aside-")
        with os.fdopen(descriptor, "wb") as out, file.open("rb") as stream:
            _seal_into(out, stream, digest)
            out.flush()
            os.fsync(out.fileno())
        Path(aside).rename(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return Original(digest, size, name)


def _seal_into(out: BinaryIO, stream: BinaryIO, digest: str) -> None:
    key = settings.KEYS.current("original")
    index = 0
    while chunk := stream.read(CHUNK):
        box = seal(key, chunk, f"original|{digest}|{index}".encode())
        out.write(len(box).to_bytes(4, "big") + box)
        index += 1


@contextmanager
def opened(original: str, digest: str, suffix: str) -> Iterator[Path]:
    """The plain file for the time of the block, readable by this process's owner only, then gone."""
    with tempfile.TemporaryDirectory(dir=settings.HOME.folder("incoming")) as folder:
        path = Path(folder) / f"original{suffix}"
        with path.open("wb") as out:
            for chunk in _chunks(settings.ORIGINALS / original, digest):
                out.write(chunk)
        yield path


def _chunks(sealed: Path, digest: str) -> Iterator[bytes]:
    index = 0
    with sealed.open("rb") as stream:
        while head := stream.read(4):
            box = stream.read(int.from_bytes(head, "big"))
            aad = f"original|{digest}|{index}".encode()
            yield unseal(settings.KEYS, box, aad, purpose="original")
            index += 1
