"""The search across the house: each room finds what the reader may see of it, a few of each kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.utils import timezone

from gongzhi.editions.queries import FoundResource, in_force, resources_like, units_like
from gongzhi.engine.definitions import Unit
from gongzhi.gate import Sight
from gongzhi.intake import queries as intake
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.queries.marks import batch_mark, state_mark
from gongzhi.intake.queries.pages import matching, owed_resources, period_label
from gongzhi.lists import Mark, Meaning
from gongzhi.registry import queries as registry
from gongzhi.registry.models import Taxpayer
from gongzhi.risk import queries as risk
from gongzhi.risk.models import Hit
from gongzhi.work import queries as work
from gongzhi.work.models import Item

FEW = 5
LONGEST = 60


@dataclass(frozen=True)
class Found:
    """One thing that was found: its name and page, what tells it from others of its name, its state."""

    name: str
    href: str
    about: Sequence[str] = ()
    mark: Mark | None = None
    act: tuple[str, str] | None = None  # words and address of what the reader does with it most

    @property
    def said(self) -> str:
        """What tells it from others, in one line."""
        return " · ".join(part for part in self.about if part)


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `more` is where all of it is listed, when these are not all."""

    title: str
    rows: list[Found]
    more: str = ""


@dataclass(frozen=True)
class Kind:
    """Something that can be looked for by whoever holds one of the duties."""

    key: str
    title: str
    hint: str  # by what it is found
    duties: tuple[str, ...]
    find: Callable[[Sight, str, int], list[Found]]
    listed: str = ""  # the list that takes the same words; empty where the search itself shows all

    def group(self, sight: Sight, text: str, most: int) -> Group:
        found = self.find(sight, text, most + 1)
        shown = self.listed or f"/search?only={self.key}"
        joint = "&" if "?" in shown else "?"
        more = f"{shown}{joint}{urlencode({'q': text})}" if len(found) > most else ""
        return Group(self.title, found[:most], more)


def _taxpayers(sight: Sight, text: str, most: int) -> list[Found]:
    rows = registry.search(registry.visible_to(sight), text).order_by("name", "pk")
    return [_taxpayer(one) for one in rows[:most]]


def _taxpayer(one: Taxpayer) -> Found:
    former = getattr(one, "matched_former", "")
    about = (one.code, one.address or "", f"曾用名 {former}" if former else "")
    return Found(one.name, f"/taxpayers/{one.pk}", about, Mark(one.status) if one.status else None)


def _hits(sight: Sight, text: str, most: int) -> list[Found]:
    rows = risk.search(risk.visible_to(sight), text).order_by("-tax_yuan", "pk")
    return [_hit(one) for one in rows[:most]]


def _hit(one: Hit) -> Found:
    about = (risk.rule_name(one), one.object_name, one.period_label)
    return Found(one.subject_name or "（个人）", f"/hits/{one.pk}", about, Mark(one.state_label))


def _items(sight: Sight, text: str, most: int) -> list[Found]:
    rows = work.search(work.visible_to(sight), text).order_by("-given_at", "pk")
    return [_item(one) for one in rows[:most]]


def _item(one: Item) -> Found:
    text, meaning = work.with_standing(one, timezone.localdate())
    about = (work.kind_of(one).title, one.subject_title, work.place_name(one), f"期限 {one.due}")
    return Found(one.title, f"/work/{one.pk}", about, Mark(text, cast("Meaning", meaning)))


def _batches(sight: Sight, text: str, most: int) -> list[Found]:
    asked = matching(text, "slot__", file="submission__file_name", batch="")
    rows = intake.batches_visible_to(sight).filter(asked).select_related("receipt", "review")
    return [_batch(one) for one in rows.order_by("-committed_at", "-pk")[:most]]


def _batch(one: Batch) -> Found:
    receipt = getattr(one, "receipt", None)  # the other side of Receipt.batch, where there is one
    about = (
        _resource_title(one.slot.resource), period_label(one.slot.period), _unit_name(one.slot.unit),
        f"{one.rows:,} 行", f"回执 {receipt.number}" if receipt else "",
    )  # fmt: skip
    return Found(one.number, one.path, about, batch_mark(one))


def _submissions(sight: Sight, text: str, most: int) -> list[Found]:
    asked = matching(text, "", file="file_name", batch="batch__")
    rows = intake.visible_to(sight).filter(asked).select_related("batch__review")
    return [_submission(one) for one in rows.order_by("-received_at", "-pk")[:most]]


def _submission(one: Submission) -> Found:
    received = timezone.localtime(one.received_at)
    about = (
        f"{one.resource} {_resource_title(one.resource)}", period_label(one.period), _unit_name(one.unit),
        f"{received:%Y-%m-%d %H:%M} 接收",
    )  # fmt: skip
    return Found(one.file_name, f"/submissions/{one.pk}", about, state_mark(one))


def _resources(sight: Sight, text: str, most: int) -> list[Found]:
    if not sight.has("see_definitions"):
        return []
    mine = {one.number for one in owed_resources(sight)}
    return [_resource(one, mine) for one in resources_like(text)[:most]]


def _resource(found: FoundResource, mine: set[str]) -> Found:
    one = found.resource
    providers = "、".join(_unit_name(key) for key in one.providers)
    about = (providers, one.frequency, f"有“{found.column}”一列" if found.column else "")
    act = ("去报送", f"/submit/{one.number}") if one.number in mine else None
    return Found(f"{one.number} {one.title}", f"/definitions/resources/{one.number}", about, act=act)


def _units(sight: Sight, text: str, most: int) -> list[Found]:
    seen = sight.units("see_calendar")
    return [_unit(one) for one in units_like(text) if one.key in seen][:most]


def _unit(one: Unit) -> Found:
    return Found(one.name, f"/units/{one.key}/picture", tuple(dict.fromkeys(one.annex_names)))


def _resource_title(number: str) -> str:
    known = in_force().resources.get(number)
    return known.title if known else number


def _unit_name(key: str) -> str:
    known = in_force().units.get(key)
    return known.name if known else key


_FILES = ("see_own_batches", "see_all_batches")
KINDS = (
    Kind("taxpayers", "纳税人", "名称、统一社会信用代码", ("see_taxpayer",), _taxpayers, "/taxpayers"),
    Kind("hits", "疑点", "企业名称、规则的编号和名称", ("see_hits",), _hits, "/hits?state=all"),
    Kind("items", "工作事项", "标题、所关于的对象", ("do_work", "give_work", "oversee_unit"), _items,
         "/work?view=all"),
    Kind("batches", "入库批次", "批次编号、回执编号", _FILES, _batches, "/batches"),
    Kind("submissions", "报送记录", "文件名", _FILES, _submissions, "/submissions"),
    Kind("resources", "数据资源", "编号、名称、列名", ("see_definitions",), _resources),
    Kind("units", "单位", "名称", ("see_calendar",), _units),
)  # fmt: skip
SEARCHERS = tuple(dict.fromkeys(duty for kind in KINDS for duty in kind.duties))


def kinds_of(sight: Sight) -> list[Kind]:
    """What the reader may look for."""
    return [kind for kind in KINDS if sight.duties & set(kind.duties)]


def search(sight: Sight, text: str, only: str = "") -> list[Group]:
    """What is found in sight, by kind; with `only`, all that is found of one kind that no list shows."""
    kinds = [kind for kind in kinds_of(sight) if only in {"", kind.key}]
    most = len(in_force().resources) + len(in_force().units) if only else FEW
    groups = [kind.group(sight, text, most) for kind in kinds]
    return [group for group in groups if group.rows]
