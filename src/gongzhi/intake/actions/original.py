"""The sender's file, kept sealed as long as its batch: by content, so the same bytes are kept once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from gongzhi.engine.crypto import SealedFile, file_sm3, open_file, seal_file

ASIDE = "aside-"


@dataclass(frozen=True)
class Original:
    """A kept file: SM3 of its bytes (hex), their number, and the sealed copy relative to the folder."""

    digest: str
    size: int
    path: str


def digest_of(file: Path) -> str:
    """SM3 (hex) of a file."""
    with file.open("rb") as stream:
        return file_sm3(stream).hex()


def keep(file: Path) -> Original:
    """Seal a copy of `file` under its digest, durably; a copy that is already there is left as it is."""
    descriptor, name = tempfile.mkstemp(dir=settings.ORIGINALS, prefix=ASIDE)
    aside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out, file.open("rb") as stream:
            sealed = seal_file(settings.KEYS.current("original"), stream, out)
            out.flush()
            os.fsync(out.fileno())
        return _placed(aside, sealed)
    finally:
        aside.unlink(missing_ok=True)


def _placed(aside: Path, sealed: SealedFile) -> Original:
    kept = Original(sealed.digest, sealed.size, f"{sealed.digest[:2]}/{sealed.digest}.sealed")
    target = settings.ORIGINALS / kept.path
    try:
        os.utime(target)  # it is wanted again: the sweeper must not take it for an orphan
    except FileNotFoundError:
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            _sync_folder(target.parent.parent)
        aside.rename(target)
        _sync_folder(target.parent)
    return kept


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def opened(original: str, digest: str, suffix: str) -> Iterator[Path]:
    """The plain file for the time of the block, readable by this process's owner only, then gone."""
    with tempfile.TemporaryDirectory(dir=settings.HOME.folder("incoming")) as folder:
        path = Path(folder) / f"original{suffix}"
        with path.open("wb") as out, (settings.ORIGINALS / original).open("rb") as sealed:
            for chunk in open_file(settings.KEYS, sealed, digest, purpose="original"):
                out.write(chunk)
        yield path
