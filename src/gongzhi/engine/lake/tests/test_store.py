"""Batches on disk: the order of durable steps, what a failed attempt leaves, what the sweeper takes."""

import errno
import os
from dataclasses import replace

import polars as pl
import pytest

from gongzhi.engine.lake import Damaged, Lake, Loss

FRAME = pl.DataFrame({"a": ["x", None], "_row": pl.Series([2, 3], dtype=pl.UInt32)})


@pytest.fixture
def lake(tmp_path):
    root = tmp_path / "lake"
    root.mkdir()
    return Lake(root)


@pytest.fixture
def steps(monkeypatch):
    """The calls that make a file durable, in order, with what they were called on."""
    seen = []

    def watch(module, name, told):
        real = getattr(module, name)

        def seen_call(*args, **more):
            seen.append((name, told(*args)))
            return real(*args, **more)

        monkeypatch.setattr(module, name, seen_call)

    watch(os, "fsync", lambda fd: os.path.basename(os.readlink(f"/proc/self/fd/{fd}")))
    watch(os, "rename", lambda source, target: os.path.basename(target))
    watch(os, "mkdir", lambda path, *_: os.path.basename(path))
    return seen


def test_a_file_is_durable_before_it_has_its_name_and_its_name_before_it_returns(lake, steps):
    stored = lake.write("table/one-0", FRAME)
    assert steps == [
        ("mkdir", "table"), ("fsync", "lake"),  # the new folder's own entry
        ("mkdir", "tmp"), ("fsync", "lake"),
        ("fsync", "table-one-0.parquet"), ("rename", "one-0.parquet"), ("fsync", "table"),
    ]  # fmt: skip
    assert (stored.path, stored.rows) == ("table/one-0.parquet", 2)
    assert lake.read(stored.path).equals(FRAME)
    assert list(lake.losses([stored])) == []


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_failed_step_leaves_nothing_under_the_name_and_is_not_tried_again(lake, monkeypatch, step):
    calls = []

    def fails(*args, **more):
        calls.append(args)
        raise OSError(errno.EIO, "EIO")

    lake.write("table/first-0", FRAME)
    monkeypatch.setattr(os, step, fails)
    with pytest.raises(OSError, match="EIO"):
        lake.write("table/two-0", FRAME)
    assert len(calls) == 1
    assert [path.name for path in lake.files()] == ["first-0.parquet"]


def test_what_reads_back_otherwise_than_it_was_written_is_refused(lake, monkeypatch):
    monkeypatch.setattr(
        "gongzhi.engine.lake.store.pq.read_metadata", lambda path: type("M", (), {"num_rows": 1})
    )
    with pytest.raises(Damaged):
        lake.write("table/one-0", FRAME)
    assert list(lake.files()) == []


def test_names_cannot_leave_the_lake(lake):
    with pytest.raises(ValueError, match="outside"):
        lake.write_bytes("../gone", b"x")


def test_the_sweeper_takes_what_is_old_and_unknown(lake):
    known = lake.write("table/one-0", FRAME)
    orphan = lake.write_bytes("_sealed/two-0.sealed", b"x")
    old = lake.path(orphan.path).stat().st_mtime
    assert lake.sweep({known.path}, old) == []
    assert lake.sweep({known.path}, old + 1) == [orphan.path]
    assert lake.sweep({known.path}, old + 1) == []


@pytest.mark.parametrize("path", ["../elsewhere.parquet", "/etc/passwd", "a\0b"])
def test_a_ledger_that_names_a_file_outside_the_lake_is_told(lake, path):
    stored = lake.write("presale/b-0", FRAME)
    (loss,) = lake.losses([replace(stored, path=path), stored])
    assert loss == Loss(path, "账本上的路径不在数据湖内")


def test_losses_are_told_and_nothing_is_mended(lake):
    stored = lake.write("table/one-0", FRAME)
    lake.discard([stored])
    lake.discard([stored])  # twice is once
    assert list(lake.losses([stored])) == [Loss(stored.path, "文件不在")]
