"""The sender's file, kept sealed as long as its batch: by content, so the same bytes are kept once.

A kept file is a row of frames, each `length (4, big endian) | envelope`; an envelope holds up to 4 MiB of the
file, after one byte that says whether they are packed (zstd) or as they are. Packing comes before sealing:
SM4 is slower than packing, and nothing can be packed once it is sealed.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
from django.conf import settings

from gongzhi.engine.crypto import seal, unseal

CHUNK = 4 * 1024 * 1024
ASIDE = "aside-"
_PLAIN, _PACKED = b"\x00", b"\x01"


@dataclass(frozen=True)
class Original:
    """A kept file: SM3 of its bytes (hex), their number, and the sealed copy relative to the folder."""

    digest: str
    size: int
    path: str


def digest_of(file: Path) -> str:
    """SM3 (hex) of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.new("sm3")).hexdigest()


def keep(file: Path) -> Original:
    """Seal a copy of `file` under its digest, durably; a copy that is already there is left as it is."""
    digest = digest_of(file)
    name = f"{digest[:2]}/{digest}.sealed"
    target = settings.ORIGINALS / name
    try:
        os.utime(target)  # it is wanted again: the sweeper must not take it for an orphan
    except FileNotFoundError:
        _keep_new(file, digest, target)
    return Original(digest, file.stat().st_size, name)


def _keep_new(file: Path, digest: str, target: Path) -> None:
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync_folder(target.parent.parent)
    descriptor, aside = tempfile.mkstemp(dir=settings.ORIGINALS, prefix=ASIDE)
    try:
        with os.fdopen(descriptor, "wb") as out, file.open("rb") as stream:
            _seal_into(out, stream, digest)
            out.flush()
            os.fsync(out.fileno())
        Path(aside).rename(target)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _seal_into(out: BinaryIO, stream: BinaryIO, digest: str) -> None:
    key = settings.KEYS.current("original")
    codec = pa.Codec("zstd", compression_level=1)
    index = 0
    while chunk := stream.read(CHUNK):
        packed = codec.compress(chunk, asbytes=True)
        plain = _PACKED + packed if len(packed) < len(chunk) else _PLAIN + chunk
        size = len(chunk).to_bytes(4, "big")
        box = seal(key, size + plain, f"original|{digest}|{index}".encode())
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
    codec = pa.Codec("zstd")
    index = 0
    with sealed.open("rb") as stream:
        while head := stream.read(4):
            box = stream.read(int.from_bytes(head, "big"))
            aad = f"original|{digest}|{index}".encode()
            plain = unseal(settings.KEYS, box, aad, purpose="original")
            size, form, content = int.from_bytes(plain[:4], "big"), plain[4:5], plain[5:]
            yield codec.decompress(content, size, asbytes=True) if form == _PACKED else content
            index += 1
