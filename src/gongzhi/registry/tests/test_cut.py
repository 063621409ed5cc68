"""Linking that is cut anywhere (its process was killed) comes to the same end in the next rounds."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import connection, transaction
from tests.files import PRESALE_HEAD, csv_file, presale_rows

from gongzhi.intake.actions import ask_withdrawal, decide_withdrawal
from gongzhi.intake.models import Batch
from gongzhi.registry.actions import link_new
from gongzhi.registry.models import Doubt, FormerName, Linking, Taxpayer

from .test_joins import HEAD, developer, submit

pytestmark = pytest.mark.django_db
NAMED = {"纳税人名称": "绍兴恒昌置业有限公司", "生产经营地址": "越城区北路9号"}
NEAR, OTHER = "绍兴恒晶置业有限公司", "绍兴恒晟置业有限公司"
FEWEST = 10


class Cut(BaseException):
    """What ends a process ends it anywhere; nothing in the house may catch this."""


@pytest.fixture
def hand_in(tmp_path):
    def handed(resource, period, head, rows, unit, **more):
        path = csv_file(tmp_path / f"{resource}-{period}-{len(more)}.csv", head, rows)
        submit(path, resource, period, unit, **more)
        return Batch.objects.filter(slot__resource=resource).latest("committed_at")

    def register(period, *rows, **more):
        return hand_in("T.1", period, HEAD, rows, "区税务局", **more)

    def presale(period, *names):
        rows = presale_rows(len(names), start=int(period[-1]) * 10)
        for row, name in zip(rows, names, strict=True):
            row[1:3] = [None, name]
        return hand_in("9.5", period, PRESALE_HEAD, rows, "建设交通局")

    hand_in, handed.register, handed.presale = handed, register, presale
    return handed


def new_files(hand_in, cast):
    """A register and two files that name near names: all of it for the first time."""
    hand_in.register("2026-08", developer(0, **NAMED), developer(3))
    hand_in.presale("2026Q2", NEAR, "杭州远方开发有限公司")
    hand_in.presale("2026Q3", NEAR, developer(3)[1])


def registered_since(hand_in, cast):
    """What was in doubt, and what joined nobody, is a former name that the register tells now."""
    new_files(hand_in, cast)
    link_new()
    known = {**NAMED, "曾用名": NEAR, "更新日期": "2026-09-01"}
    hand_in.register("2026-09", developer(0, **known), developer(5, 纳税人名称="杭州远方开发有限公司"))


def register_withdrawn(hand_in, cast):
    """One of two candidates, and whom a row was joined to, were in a batch that is taken back."""
    hand_in.register("2026-08", developer(0, **NAMED))
    wrong = hand_in.register("2026-09", developer(1, 纳税人名称=OTHER), developer(3))
    hand_in.presale("2026Q2", NEAR)
    hand_in.presale("2026Q3", developer(3)[1])
    link_new()
    asked = ask_withdrawal(batch=wrong, reason="误报了外区的数据", by=cast["liaison"])
    decide_withdrawal(withdrawal=asked, grant=True, answer="", by=cast["office"])


def end():
    """All that linking leaves, once there is nothing more to do."""
    for _ in range(4):
        link_new()
    codes = {str(one.pk): one.code for one in Taxpayer.objects.all()}
    doubts = Doubt.objects.filter(open=True).order_by("key")
    return (
        sorted(Linking.objects.values_list("batch__slot__period", "linked", "doubtful", "unlinked")),
        [
            (one.key, one.mentions, sorted(codes[found["entity"]] for found in one.candidates))
            for one in doubts
        ],
        sorted(Taxpayer.objects.values_list("code", "name", "origin")),
        sorted(FormerName.objects.values_list("taxpayer__code", "name")),
    )


@pytest.mark.parametrize("scene", [new_files, registered_since, register_withdrawn])
def test_cut_anywhere_it_comes_to_the_same_end(scene, hand_in, cast):
    scene(hand_in, cast)
    writes, whole = tried(None)
    assert writes > FEWEST
    differ = {at: found for at in range(1, writes + 1) if (found := tried(at)[1]) != whole}
    assert not differ, (whole, differ)


def tried(at):
    """How often a round writes, and its end where it is cut at one of these; nothing of it stays.

    A cut where it reads leaves what the next cut where it writes leaves.
    """
    count = 0

    def counted(execute, sql, params, many, context):
        nonlocal count
        count += sql.startswith(("INSERT", "UPDATE", "DELETE"))
        if count == at:
            count += 1
            raise Cut
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(counted), suppress(Cut):
            link_new()
        transaction.set_rollback(False)  # a cut at the end of a transaction leaves this set
        found = end()
        transaction.set_rollback(True)
    return count, found
