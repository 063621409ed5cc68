"""Bytes changed at random: our own inspectors refuse or find nothing wrong, and do nothing else."""

from __future__ import annotations

import mmap
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gongzhi.engine.tables import Limits, Unreadable
from gongzhi.engine.tables.container import Package
from gongzhi.engine.tables.encoding import Text, open_text
from gongzhi.engine.tables.header import HeadingSet
from gongzhi.engine.tables.html_rows import html_grids
from gongzhi.engine.tables.json_rows import json_grids
from gongzhi.engine.tables.ole import inspect_ole
from gongzhi.engine.tables.package import inspect_package
from gongzhi.engine.tables.quoting import quoting
from gongzhi.engine.tables.tests.packages import GOOD, ole

LIMITS = Limits(unpacked_bytes=64 << 20)
ROUNDS = 400


def in_memory(data: bytes) -> int:
    fd = os.memfd_create("broken")
    os.write(fd, data)
    return fd


def mapped(data: bytes) -> mmap.mmap:
    fd = in_memory(data)
    try:
        return mmap.mmap(fd, 0, prot=mmap.PROT_READ)
    finally:
        os.close(fd)


def zip_way(data: bytes) -> None:
    inspect_package(Package(mapped(data), LIMITS), LIMITS)


def ole_way(data: bytes) -> None:
    inspect_ole(mapped(data))


@contextmanager
def text_of(data: bytes) -> Iterator[Text]:
    """Opened, and closed after: a child that reads ends with its one file, the tests go on."""
    fds = {in_memory(data)}
    try:
        text = open_text(*fds)
        fds.add(text.fd)
        yield text
    finally:
        for fd in fds:
            os.close(fd)


def text_way(data: bytes) -> None:
    with text_of(data) as text:
        quoting(text.data, text.start, b",", b"\n")


def json_way(data: bytes) -> None:
    with text_of(data) as text:
        for grid in json_grids(text, LIMITS):
            list(grid.frames(0))


def html_way(data: bytes) -> None:
    with text_of(data) as text:
        for grid in html_grids(text, LIMITS):
            list(grid.frames(0))


JSON = '[{"纳税人名称": "甲", "金额": 1.5, "备": [1, {"a": null}]}, {"纳税人名称": "乙"}]'.encode()
HTML = "<table><tr><td rowspan=2 colspan=3>甲<td>乙</tr><tr><td>&#20013;&amp;</td></tr></table>".encode()
CSV = '纳税人名称,金额\n"甲,""公司""",1\n"乙\n公司",2\n'.encode()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, cut out, doubled or cut off."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        place, size = chance.randrange(len(out)), chance.randint(1, 8)
        kind = chance.randrange(4)
        if kind == 0:
            out[place : place + 1] = bytes([chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))])
        elif kind == 1:
            del out[place : place + size]
        elif kind == 2:
            out[place:place] = out[place : place + size]
        else:
            out = out[: max(1, len(out) - size)]
        if not out:
            return b"x"
    return bytes(out)


@pytest.mark.parametrize(
    ("way", "data"),
    [(zip_way, GOOD), (ole_way, ole("Workbook")), (text_way, CSV), (json_way, JSON), (html_way, HTML)],
    ids=["zip", "ole", "text", "json", "html"],
)
def test_damaged_bytes_end_in_a_refusal_or_in_nothing(way: Callable[[bytes], None], data: bytes):
    chance = random.Random(20210610)
    refused = 0
    for round_number in range(ROUNDS):
        broken = damaged(data, chance)
        try:
            way(broken)
        except Unreadable:
            refused += 1
        except UnicodeEncodeError:
            assert way is json_way  # a lone surrogate; the dispatcher turns it into a refusal
        except Exception as fault:
            pytest.fail(f"round {round_number}: {fault!r} from {broken!r}")
    assert 0 < refused <= ROUNDS


def test_headings_never_stumble_over_odd_text():
    chance = random.Random(7)
    alphabet = "纳税人（）()【】/、:： \u3000\u200b\n元万A1*_-"
    wanted = HeadingSet(["纳税人（元）", "万元"])
    for _ in range(2_000):
        wanted.matches(["".join(chance.choices(alphabet, k=chance.randint(0, 12))) for _ in range(3)])
