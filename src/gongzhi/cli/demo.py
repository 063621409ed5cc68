"""`gongzhi demo`: a district to try everything on, from nothing to a page.

Every step may run twice: what is done is skipped, so that an interrupted demo goes on where it stopped and a
second start only serves.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from gongzhi.engine.calendar import parse_period

from .screen import complain, err, out, table
from .synth import OTHER_DISTRICT, bar, households, make, month

USAGE, INTERRUPTED = 2, 130
SEED, TAXPAYERS = 1, 5_000


def add(commands: Any) -> None:
    command = commands.add_parser("demo", help="造一个演示区，报送、关联、扫描，然后打开网页")
    command.add_argument("--no-serve", action="store_true", help="准备好就结束，不打开网页")
    command.add_argument("--port", type=int, default=8000)
    command.add_argument("--bind", default="127.0.0.1")
    command.add_argument(
        "--taxpayers", type=households, metavar="N", help=f"纳税人户数，默认约 {TAXPAYERS:,}"
    )
    command.add_argument("--seed", type=int, metavar="N", help=f"同一个数造出同样的内容，默认 {SEED}")
    command.add_argument("--until", type=month, metavar="M", help="最后一个月，默认按今天推算")
    command.set_defaults(run=run, long_running=True)


def run(options: argparse.Namespace) -> int:
    from django.conf import settings  # noqa: PLC0415  # settings exist only after setup

    from gongzhi.audit.actions import sealing  # noqa: PLC0415  # models exist only after setup

    home: Path = settings.HOME.path
    if strange := strange_units():
        complain(f"{OTHER_DISTRICT}（没有单位 {'、'.join(strange)}）")
        return USAGE
    if options.until and options.until > (latest := past_month()):
        complain(f"{options.until} 还没有过完，报不了它的数据；最晚可以造到 {latest}")
        return USAGE
    if not mark(home):
        complain(f"{home} 已有正式数据，不能改作演示环境；请用 GONGZHI_HOME 另指定一个文件夹")
        return USAGE
    done = home / "demo-ready.json"
    if not done.exists():
        try:
            with sealing():  # a year of hand-ins: the trail must not wait for the worker that comes later
                summary = prepare(home, options)
        except KeyboardInterrupt:
            complain("已中断。再运行一次会接着做，已完成的不重做")
            return INTERRUPTED
        done.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    remind(home, options)
    summary = json.loads(done.read_text("utf-8"))
    if options.no_serve:
        tell(summary, home)
        return 0
    from . import serve  # noqa: PLC0415  # only when a page is wanted

    return serve.run(options, meanwhile=lambda: tell(summary, home))


def remind(home: Path, options: argparse.Namespace) -> None:
    """A filled home keeps the district that it has; say so when another one was asked for."""
    made = json.loads((home / "synth" / "manifest.json").read_text("utf-8"))
    asked = {"seed": options.seed, "asked": options.taxpayers, "until": options.until}
    if any(value is not None and made[key] != value for key, value in asked.items()):
        complain(
            f"这里已有一个演示区（{made['asked']} 户，种子 {made['seed']}，到 {made['until']}），仍用它；"
            "要另造一个，请用 GONGZHI_HOME 指定别的文件夹"
        )


def strange_units() -> list[str]:
    """Units of the cast that the definitions do not know: another district's folder."""
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # settings exist only after setup
    from gongzhi.organisation.actions import seats as cast  # noqa: PLC0415  # models exist only after setup

    return sorted({seat.unit for seat in cast().values() if seat.unit} - set(in_force().units))


def mark(home: Path) -> bool:
    """Make the home a demo home; False when it holds somebody's real files."""
    from gongzhi.intake.models import Submission  # noqa: PLC0415  # models exist only after setup

    if (home / "demo").exists():
        return True
    if Submission.objects.exists():
        return False
    (home / "demo").write_text("演示\n", encoding="utf-8")
    return True


def prepare(home: Path, options: argparse.Namespace) -> dict[str, Any]:
    """All steps in order, each with its seconds."""
    from django.utils import timezone  # noqa: PLC0415  # settings exist only after setup

    seconds: dict[str, float] = {}
    with timed(seconds, "accounts"):
        people = seats()
    with timed(seconds, "files"):
        folder = synthesised(home, options)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    with timed(seconds, "calendar"):
        open_calendar(manifest)
        make_requests(manifest)
    with timed(seconds, "hand_in"):
        outcomes = hand_in_all(folder, manifest, people)
    review_all_but_last(manifest["until"])
    give_work()
    with timed(seconds, "register"):
        say("建立纳税人登记簿")
        registered = register()
    with timed(seconds, "links"):
        linked = link()
    with timed(seconds, "scan"):
        as_of = min(dt.date.fromisoformat(manifest["as_of"]), timezone.localdate())
        hits = scan(as_of)
    return {
        "as_of": as_of.isoformat(), "files": sum(outcomes.values()), "outcomes": outcomes,
        "taxpayers": registered, "linked": linked, "hits": hits, "seconds": seconds,
    }  # fmt: skip


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    seconds[name] = round(time.monotonic() - start, 1)


def seats() -> dict[str, Any]:
    """The cast, and a liaison for every unit that owes files; unit → the person who hands in for it."""
    from gongzhi.disclosure.actions import accept_agreements  # noqa: PLC0415  # models exist only after setup
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # the same
    from gongzhi.organisation import actions  # noqa: PLC0415  # the same
    from gongzhi.organisation.models import Person  # noqa: PLC0415  # the same

    say("建立演示账号")
    cast = actions.seat_cast()
    for person in cast.values():
        accept_agreements(by=person)  # visitors of a demo see invented data only
    liaisons = {seat.unit: cast[seat.username] for seat in actions.seats().values() if seat.role == "liaison"}
    definitions = in_force()
    owing = {unit.key for one in definitions.resources.values() for unit in definitions.providers(one)}
    for key in sorted(owing - set(liaisons)):
        username = f"l-{key.replace('_', '-')}"[:40]
        found = Person.objects.filter(username=username).first()
        if found is None:
            name = f"{definitions.units[key].name}联络员"[:40]
            found = actions.register(username=username, name=name, unit=key, post="联络员", by=None)
            actions.approve(person=found, by=None)
        actions.grant(person=found, role="liaison", unit=key, basis="演示账号", by=None)
        liaisons[key] = found
    return liaisons


def synthesised(home: Path, options: argparse.Namespace) -> Path:
    """The folder of files; made aside, so that a half-made one is never taken for whole."""
    folder, aside = home / "synth", home / "synth.aside"
    if not (folder / "manifest.json").exists():
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        make(
            seed=SEED if options.seed is None else options.seed,
            taxpayers=options.taxpayers or TAXPAYERS,
            until=options.until or last_month(),
            out=aside,
        )
        aside.rename(folder)
    return folder


def last_month() -> str:
    """The last month whose files are due by now: from the 16th on the one before, else the second before."""
    from django.utils import timezone  # noqa: PLC0415  # settings exist only after setup

    return past_month(until=timezone.localdate() - dt.timedelta(days=15))


def past_month(until: dt.date | None = None) -> str:
    """The last month that is over, today or by then."""
    from django.utils import timezone  # noqa: PLC0415  # settings exist only after setup

    first = (until or timezone.localdate()).replace(day=1)
    return f"{first - dt.timedelta(days=1):%Y-%m}"


def open_calendar(manifest: dict[str, Any]) -> None:
    from django.utils import timezone  # noqa: PLC0415  # settings exist only after setup

    from gongzhi.catalogue.actions import open_periods  # noqa: PLC0415  # models exist only after setup

    say("写下一年的报送义务")
    until = dt.date.fromisoformat(f"{manifest['until']}-01")
    since = until.replace(year=until.year - 1) + dt.timedelta(days=31)
    open_periods(since=since.replace(day=1), until=timezone.localdate())


def make_requests(manifest: dict[str, Any]) -> None:
    """The office's requests to which the files with a request's number reply."""
    from gongzhi.catalogue.actions import ask_for  # noqa: PLC0415  # models exist only after setup
    from gongzhi.catalogue.queries import requested  # noqa: PLC0415  # the same
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # the same
    from gongzhi.organisation.models import Person  # noqa: PLC0415  # the same

    office, resources = Person.objects.get(username="office"), in_force().resources
    for one in manifest["files"]:
        period, number = parse_period(one["period"]), one["resource"]
        if period.kind != "request" or resources[number].proposed:
            continue
        if not requested(one["unit"], number).filter(period=period.code).exists():
            ask_for(unit=one["unit"], resource=number, reason="核实需要（演示）", by=office, on=period.start)


def hand_in_all(folder: Path, manifest: dict[str, Any], people: dict[str, Any]) -> dict[str, int]:
    """Every file through the door that everybody uses, several at a time; outcome → number of files.

    After each month the register is brought up to date, as the worker does, for the checks of what follows.
    """
    from django.utils import timezone  # noqa: PLC0415  # settings exist only after setup

    from .handing import HandIn  # noqa: PLC0415  # models exist only after setup

    now = timezone.now()
    # A year that ends now has late files that have not come yet.
    files = [one for one in manifest["files"] if dt.datetime.fromisoformat(one["received_at"]) <= now]
    with bar() as progress:
        task = progress.add_task("报送文件", total=len(files))
        step: Callable[[], None] = lambda: progress.advance(task)  # noqa: E731 - one word for the display
        door = HandIn(folder / "files", people, workers=max(2, os.cpu_count() or 2))
        outcomes: Counter[str] = Counter()
        for _, month in groupby(files, key=lambda one: one["received_at"][:7]):
            outcomes.update(door.run(list(month), step))
            register()
    return dict(outcomes)


def review_all_but_last(until: str) -> int:
    """The office has looked through what came before the last month; that month waits for the visitor."""
    from gongzhi.intake.actions import accept  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.queries import live  # noqa: PLC0415  # the same
    from gongzhi.organisation.models import Person  # noqa: PLC0415  # the same

    office = Person.objects.get(username="office")
    month = parse_period(until)
    waiting = live().filter(review=None).select_related("slot")
    return accept(
        batches=[one for one in waiting if parse_period(one.slot.period).end < month.start], by=office
    )


def give_work() -> None:
    """Something to do for the visitor, once: an errand for the liaison's unit, a notice to read."""
    from gongzhi.organisation.models import Person  # noqa: PLC0415  # models exist only after setup
    from gongzhi.work.actions import open_item  # noqa: PLC0415  # the same
    from gongzhi.work.actions.giving import PlaceOfWork  # noqa: PLC0415  # the same

    office, liaison = (Person.objects.get(username=name) for name in ("office", "liaison"))
    place = PlaceOfWork(unit=liaison.unit)
    for kind, title, note in (
        ("errand", "核对第三季度预售许可清单", "请按楼盘核对许可证号和面积，不一致的写明原因。"),
        ("reading", "共享数据模板填报说明（修订）", "请报送前阅读“填报说明”工作表。"),
    ):
        open_item(kind=kind, key=f"demo:{kind}", title=title, note=note, place=place, by=office)


def register() -> int:
    """The register as the batches have it so far, and its copy in the lake; how many taxpayers."""
    from gongzhi.registry.actions import put_register, refresh  # noqa: PLC0415  # models exist only after setup
    from gongzhi.registry.models import Taxpayer  # noqa: PLC0415  # the same

    refresh(by=None)
    put_register()
    return Taxpayer.objects.count()


def link() -> dict[str, int]:
    from django.db.models import Sum  # noqa: PLC0415  # settings exist only after setup

    from gongzhi.registry.actions import link_batches  # noqa: PLC0415  # models exist only after setup
    from gongzhi.registry.models import Linking  # noqa: PLC0415  # the same

    say("把每一行对到纳税人")
    link_batches(by=None)
    names = ("rows", "linked", "doubtful", "unlinked")
    return {
        name: count or 0 for name, count in Linking.objects.aggregate(**{n: Sum(n) for n in names}).items()
    }


def scan(as_of: dt.date) -> dict[str, int]:
    """All rules in force as of the day for which truth.json says what must come out; rule → hits."""
    from gongzhi.risk.actions import scan as act  # noqa: PLC0415  # models exist only after setup

    say("按规则比对")
    made = act(as_of=as_of, by=None)
    for rule, text in made.failures.items():
        complain(f"规则 {rule} 没有运行成功：{text}")
    return {rule: counts["hit"] for rule, counts in sorted(made.counts.items())}


def say(text: str) -> None:
    err.print(f"· {text} …")


def tell(summary: dict[str, Any], home: Path) -> None:
    """What stands, and who may sign in."""
    outcomes = summary["outcomes"]
    counts = "，".join(f"{WORDS[name]} {count}" for name, count in outcomes.items() if count)
    out.print(f"[bold]演示环境[/]（{home}，数据均为虚构）")
    out.print(f"文件 {summary['files']} 份：{counts}")
    links = summary["linked"]
    persons = links["rows"] - links["linked"] - links["doubtful"] - links["unlinked"]
    out.print(
        f"纳税人 {summary['taxpayers']:,} 户；行中提到当事方 {links['rows']:,} 次：对上 {links['linked']:,}，"
        f"待认定 {links['doubtful']:,}，登记簿里没有 {links['unlinked']:,}，自然人（不对登记簿）{persons:,}"
    )
    hits = summary["hits"]
    found = "，".join(f"{rule} {count}" for rule, count in hits.items())
    out.print(f"疑点 {sum(hits.values())} 条（截至 {summary['as_of']}）：{found}")
    passwords = json.loads((home / "accounts.json").read_text("utf-8"))
    table("登录账号", ("登录名", "密码", "身份"), accounts(passwords))


WORDS = {"accepted": "全部入库", "partial": "部分入库", "refused": "未入库"}


def accounts(passwords: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    from gongzhi.organisation.actions import seats as cast  # noqa: PLC0415  # models exist only after setup
    from gongzhi.organisation.queries import unit_name  # noqa: PLC0415  # the same

    for seat in cast().values():
        where = f"{unit_name(seat.unit)} " if seat.unit else ""
        yield seat.username, passwords[seat.username], f"{where}{seat.post}"
