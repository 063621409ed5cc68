"""The shapes of the doors file: a watched folder, SQL sources, addresses for outcomes."""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field as Also
from pydantic import StringConstraints, model_validator

from gongzhi.engine.definitions.strict import Key, Strict, Title

Absolute = Annotated[str, StringConstraints(pattern=r"^/\S(.*\S)?$", max_length=400)]
Statement = Annotated[str, StringConstraints(min_length=8, max_length=20_000)]
Name = Annotated[str, StringConstraints(pattern=r"^[^\W\d][\w$]{0,63}(\.[^\W\d][\w$]{0,63})?$")]
HERE = {"127.0.0.1", "localhost", "::1"}
_READS = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)


class NoSecret(Exception):
    """A password or signing secret cannot be had; the text (Chinese) says where it was looked for."""


class Secret(Strict):
    """Where a password lies: an environment variable, or a file that its owner alone can read."""

    environment: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")] | None = None
    file: Absolute | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.environment is None) == (self.file is None):
            raise ValueError("写 environment（环境变量名）或 file（文件路径）其中一个")
        return self

    def value(self) -> str:
        """The secret itself, read anew each time; raises NoSecret."""
        found = os.environ.get(self.environment, "") if self.environment else self._kept()
        if not found:
            raise NoSecret(f"没有读到口令：{self.environment or self.file} 是空的或不存在")
        return found

    def _kept(self) -> str:
        path = Path(str(self.file))
        try:
            mode = path.stat().st_mode
            if not stat.S_ISREG(mode) or mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise NoSecret(f"口令文件 {path} 可被他人读取，请改为仅属主可读（chmod 600）")
            return path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NoSecret(f"口令文件 {path} 读不出来（{type(error).__name__}）") from error


class Watched(Strict):
    """前置机: the folder below which units put their files."""

    path: Absolute


class Database(Strict):
    """前置库: where it is and who reads it. `host` may be the folder of a Unix socket."""

    kind: Literal["postgresql", "mysql"]
    host: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    port: Annotated[int, Also(gt=0, lt=65_536)] | None = None
    name: Title
    user: Title
    password: Secret | None = None
    tls: bool = True  # verified; without it passwords and rows are readable on the way
    authority: Absolute | None = None  # certificate of who signed the server's, where it is not a public one

    @property
    def encrypted(self) -> bool:
        """Whether the way leaves this machine and is to be encrypted."""
        return self.tls and self.host not in HERE and not self.host.startswith("/")


class Source(Strict):
    """One query whose rows a unit hands in for one resource, period by period.

    Either `query` (one SELECT, with `:period_start` and `:period_end` where wanted, both days inclusive), or
    `table` with `columns` (heading → column of the table) and, for the rows of a period alone, `day`. Column
    names of a query are its headings; `columns` renames them.
    """

    name: Key
    unit: Title
    resource: Title
    database: Database
    query: Statement | None = None
    table: Name | None = None
    columns: dict[Title, Title] = {}
    day: Title | None = None
    since: dt.date  # periods that ended before are not asked for
    wait_days: Annotated[int, Also(ge=0, le=366)] = 1  # after the period's end
    rows_at_most: Annotated[int, Also(gt=0, le=1_000_000)] = 100_000
    seconds: Annotated[int, Also(gt=0, le=3_600)] = 300

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.query is None) == (self.table is None):
            raise ValueError("写 query（一条 SELECT）或 table（表名）其中一个")
        if self.query is not None and (not _READS.match(self.query) or ";" in self.query):
            raise ValueError("query 应是一条以 SELECT 或 WITH 开头的查询，不带分号")
        if self.query is not None and self.day:
            raise ValueError("day 只与 table 同用；query 里请写 :period_start、:period_end")
        if self.table is not None and not self.columns:
            raise ValueError("用 table 时要写 columns：表头 → 表里的列名")
        return self


class Hook(Strict):
    """结果回传: where a unit's own system hears what became of what it handed in."""

    unit: Title
    address: Annotated[str, StringConstraints(max_length=400)]
    secret: Secret

    @model_validator(mode="after")
    def _safe(self) -> Self:
        parts = urlsplit(self.address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
            raise ValueError("address 应是 https:// 开头的地址")
        if not parts.hostname or parts.username or parts.query or parts.fragment:
            raise ValueError("address 只写主机和路径，不带用户名、参数和片段")
        return self


class Doors(Strict):
    """All further doors of a site; none of them without its file."""

    folder: Watched | None = None
    sources: tuple[Source, ...] = ()
    hooks: tuple[Hook, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for word, names in (
            ("sources 的 name", (one.name for one in self.sources)),
            ("hooks 的 unit", (one.unit for one in self.hooks)),
        ):
            if again := _repeated(names):
                raise ValueError(f"{word}“{again}”重复")
        return self

    def source(self, name: str) -> Source:
        """The source of this name; KeyError."""
        return {one.name: one for one in self.sources}[name]


def _repeated(names: Iterable[str]) -> str:
    return next((name for name, times in Counter(names).items() if times > 1), "")
