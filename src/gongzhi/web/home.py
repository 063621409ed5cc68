"""The home folder: everything that a run makes lies in it, and nothing of it in the repository."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from gongzhi.engine.crypto import KeyState


class UnsafeHome(Exception):
    """A key file in the home can be read by others."""


class Home:
    """The folder named by GONGZHI_HOME; an empty one is prepared on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Make the folder and its keys; refuse key files that others can read."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder("keys").chmod(0o700)

    def folder(self, name: str) -> Path:
        path = self.path / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def secret(self, name: str) -> bytes:
        """32 random bytes that stay the same for this home; made on first use, readable by the owner only."""
        path = self.path / "keys" / name
        if not path.exists():
            self._write_once(path, secrets.token_bytes(32))
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UnsafeHome(f"密钥文件 {path} 可被他人读取，请改为仅属主可读（chmod 600）")
        return path.read_bytes()

    def versions(self, purpose: str) -> dict[int, KeyState]:
        """The versions of a key by its counter: the newest is active, the others only check."""
        counter = self.path / "keys" / f"{purpose}.version"
        newest = int(counter.read_text("ascii")) if counter.exists() else 1
        return {
            version: "active" if version == newest else "decrypt_only" for version in range(1, newest + 1)
        }

    def renew(self, purpose: str) -> int:
        """Count one version further; in force for every process that starts from now on."""
        newest = max(self.versions(purpose)) + 1
        aside = self.path / "keys" / f"{purpose}.version.{os.getpid()}"
        self._write(aside, str(newest).encode("ascii"))
        aside.replace(self.path / "keys" / f"{purpose}.version")
        return newest

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fsync(file.fileno())

    @staticmethod
    def _write_once(path: Path, content: bytes) -> None:
        """Whole or not at all, also when two processes start in an empty home at the same time."""
        aside = path.with_suffix(f".{os.getpid()}")
        Home._write(aside, content)
        try:
            os.link(aside, path)
        except FileExistsError:
            pass  # another process was first; its key stands
        finally:
            aside.unlink()

    @property
    def demo(self) -> bool:
        """True for homes made by `demo`, `synth` or `bench`: everything in them is stamped 演示."""
        return (self.path / "demo").exists()


_HERE = {"127.0.0.1", "localhost", "::1"}


def database(url: str, home: Home) -> dict[str, Any]:
    """Django's database settings from a URL; SQLite in the home when it is empty.

    SQLite runs in WAL mode with IMMEDIATE transactions: Django's default (DEFERRED) answers a
    read-then-write under load with "database is locked".
    """
    if not url:
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home.path / "gongzhi.sqlite3",
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or unquote(parts.query.removeprefix("host=")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def mail(url: str) -> tuple[str, int, str, str, bool, bool]:
    """Host, port, user, password, TLS from the start, TLS by STARTTLS; empty when no mail is sent.

    `smtps://user:password@host:465` or `smtp://user:password@host:587`; plain SMTP only to this machine.
    Raises ValueError for anything else.
    """
    if not url:
        return "", 25, "", "", False, False
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("GONGZHI_MAIL 应写成 smtps://用户:密码@主机:465 或 smtp://用户:密码@主机:587")
    whole, here = parts.scheme == "smtps", parts.hostname in _HERE
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    port = parts.port or (465 if whole else 587)
    return parts.hostname, port, user, password, whole, not (whole or here)


def hook(url: str) -> str:
    """The gateway's address; https, save on this machine. Raises ValueError."""
    parts = urlsplit(url)
    if url and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise ValueError("GONGZHI_HOOK 应是 https:// 开头的地址")
    return url
