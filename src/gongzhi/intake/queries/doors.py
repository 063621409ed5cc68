"""The further doors as they stand: what was looked at last, what waits, what is wrong; never a secret.

Who signs in where, with what, and on which machine stays in the deployment's settings. Names of files may
hold a person's: of a file its unit, resource and period are told, not what its sender called it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from gongzhi.intake.models import FolderFile, Look

FOLDER = "folder"
_SHOWN = 50
_LATE = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Waiting:
    """A file that lies in the folder and has no answer yet."""

    place: str
    since: dt.datetime
    tries: int


@dataclass(frozen=True)
class Folder:
    """The watched folder. `late`: the worker has not looked for longer than it should."""

    look: Look | None
    late: bool
    last: FolderFile | None
    waiting: tuple[Waiting, ...]
    waiting_count: int
    outcomes: tuple[tuple[str, int], ...]

    @property
    def last_place(self) -> str:
        return _place(self.last.path) if self.last else ""


_OUTCOMES = {
    "accepted": "已入库", "partial": "部分入库", "awaiting": "待复核", "sent_back": "已退回经办",
    "refused": "未收", "returned": "办公室已退回",
    "withdrawn": "已放弃", "taken_back": "批次已撤回", "received": "待检查", "checked": "待确认",
}  # fmt: skip


def folder(now: dt.datetime) -> Folder:
    """How the watched folder stands."""
    look = Look.objects.filter(door=FOLDER).first()
    open_ones = FolderFile.objects.filter(told="").order_by("seen_at")
    told = Counter(FolderFile.objects.exclude(told="").values_list("told", flat=True))
    return Folder(
        look=look,
        late=look is None or now - look.at > _LATE,
        last=FolderFile.objects.exclude(submission=None).order_by("-seen_at").first(),
        waiting=tuple(Waiting(_place(one.path), one.seen_at, one.tries) for one in open_ones[:_SHOWN]),
        waiting_count=open_ones.count(),
        outcomes=tuple((_OUTCOMES.get(key, key), count) for key, count in sorted(told.items())),
    )


def _place(path: str) -> str:
    """The folders that say where a file belongs: unit, resource, period."""
    return " / ".join(path.split("/")[:-1][:3]) or "（不在单位的文件夹里）"
