"""Two that link or refresh at the same instant: the ledger stays whole, and no decision is lost."""

from __future__ import annotations

import pytest
from django.conf import settings
from tests.files import PRESALE_HEAD, csv_file, presale_rows
from tests.threads import at_once, raised

from gongzhi.engine.lake import Lake
from gongzhi.intake.actions.orphans import sweep
from gongzhi.intake.models import LakeFile
from gongzhi.intake.queries import ledger
from gongzhi.registry.actions import decide, link, link_batches, link_new, refresh, register
from gongzhi.registry.models import Doubt, Linking, Taxpayer
from gongzhi.web.home import Home

from .test_joins import HEAD, developer, submit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def served(tmp_path, settings, unshared_database):
    """A home of its own."""
    settings.HOME = Home(tmp_path / "home")
    settings.LAKE, settings.ORIGINALS = (settings.HOME.folder(name) for name in ("lake", "originals"))


@pytest.fixture
def files(tmp_path):
    """A register of some developers and a presale that two of its rows name, one in doubt."""
    rows = [developer(n) for n in range(3)]
    rows[0][HEAD.index("纳税人名称")] = "绍兴恒昌置业有限公司"
    submit(csv_file(tmp_path / "登记.csv", HEAD, rows), "T.1", "2026-08", "区税务局")
    rows = presale_rows(3)
    rows[0][1:3] = [None, "绍兴恒晶置业有限公司"]
    submit(csv_file(tmp_path / "预售.csv", PRESALE_HEAD, rows), "9.5", "2026Q3", "建设交通局")


def whole():
    """One links file a batch, as it was written, and nothing else once the sweeper has been."""
    lake = Lake(settings.LAKE)
    assert list(lake.losses(ledger())) == []
    links = LakeFile.objects.filter(role="links")
    assert links.count() == links.values("batch").distinct().count() == Linking.objects.count() == 2
    sweep(grace=-1)
    left = {path.relative_to(lake.root).as_posix() for path in lake.files()}
    assert left == {stored.path for stored in ledger()}


def test_the_terminal_and_the_worker_link_at_once(files):
    for _ in range(5):
        assert raised(at_once(link_new, lambda: link_batches(by=None, every=True), link_new)) == []
        link_new()
        whole()
    assert Linking.objects.get(batch__slot__resource="9.5").linked == 2
    assert Doubt.objects.filter(open=True).count() == 1


def test_two_that_refresh_at_once_make_each_taxpayer_once(files):
    assert raised(at_once(*[lambda: refresh(by=None)] * 3)) == []
    assert Taxpayer.objects.count() == 3


def test_a_batch_that_comes_while_the_register_is_made_is_in_it(files, tmp_path, monkeypatch):
    read = register.frames

    def slowly(table):
        yield from read(table)
        if not Taxpayer.objects.exists() and table == "taxpayer_register":
            monkeypatch.setattr(register, "frames", read)
            newer = [developer(1, 纳税人状态="非正常", 更新日期="2026-09-01")]
            submit(csv_file(tmp_path / "九月.csv", HEAD, newer), "T.1", "2026-09", "区税务局")
            refresh(by=None)

    monkeypatch.setattr(register, "frames", slowly)
    refresh(by=None)
    assert sorted(Taxpayer.objects.values_list("status", flat=True)) == ["正常", "正常", "非正常"]


def test_a_decision_made_while_its_batch_is_linked_is_not_lost(files, cast, monkeypatch):
    link_new()
    joining = link.link

    def slowly(*given):
        found = joining(*given)
        monkeypatch.setattr(link, "link", joining)
        hers = Taxpayer.objects.get(name__contains="恒昌")
        decide(doubt=Doubt.objects.get(open=True), taxpayer=hers, by=cast["officer"])
        return found

    monkeypatch.setattr(link, "link", slowly)
    link_batches(by=None, every=True)
    link_new()
    assert Linking.objects.get(batch__slot__resource="9.5").linked == 3
    assert not Doubt.objects.filter(open=True).exists()
    whole()


def test_what_another_linked_meanwhile_under_an_older_register_is_linked_again(files, monkeypatch):
    link_new()
    joining = link.link

    def slowly(*given):
        monkeypatch.setattr(link, "link", joining)
        link_batches(by=None, every=True)
        Linking.objects.update(register="older")
        return joining(*given)

    monkeypatch.setattr(link, "link", slowly)
    link_batches(by=None, every=True)
    assert link_new() == 2
    assert set(Linking.objects.values_list("round", "register")) == {(3, link.register_digest())}
    whole()
