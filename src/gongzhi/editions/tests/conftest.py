"""A second person of the office, and a resource on the way from draft to force."""

import datetime as dt
import shutil

import pytest
from django.utils import timezone

from gongzhi.editions.actions import approve, draft_of, rewrite, submit
from gongzhi.editions.queries import Piece, counting
from gongzhi.engine.definitions import load_once
from gongzhi.organisation.models import Person


@pytest.fixture
def second(cast) -> Person:
    """办公室复核: holds the office's role as well."""
    return cast["office2"]


@pytest.fixture
def publish(cast, second):
    """publish(kind, code, change): the piece with `change(text)`, approved, in force from `since`."""

    def published(kind, code, change, since=None):
        draft = draft_of(piece=Piece(kind, code), by=cast["office"])
        texts = {name: change(text) for name, text in draft.texts.items()}
        draft = rewrite(edition=draft, texts=texts, by=cast["office"])
        since = since or timezone.localdate()
        assert isinstance(since, dt.date)
        submit(edition=draft, since=since, reason="试改", by=cast["office"])
        return approve(edition=draft, by=second)

    return published


@pytest.fixture
def release(tmp_path, settings):
    """A later release of the folder: release(name, change)."""
    root = tmp_path / "definitions"

    def made(name, change):
        if not root.exists():
            shutil.copytree(settings.DEFINITIONS, root)
        before = (root / name).read_text("utf-8") if (root / name).exists() else ""
        (root / name).write_text(change(before), "utf-8")
        settings.DEFINITIONS = root
        load_once.cache_clear()
        counting.folder.cache_clear()

    yield made
    load_once.cache_clear()


CHECK = """key: trial_check
title: 试用核对
document: 越政办发〔2021〕45号
clause: 附件2第11项
since: 2021-06-10
table: slaughterhouses
severity: explain
compares:
  kind: seasonal
  measure: sum
  field: inspected
  years: 5
  recent: 12
  at_least: 3
  deviations: 5
  share: 1.5
  finding: unlike_season
  examples:
    - says: 与往年相近
      period: 2025H1
      value: 46
      earlier: {2022H1: 40, 2023H1: 44, 2024H1: 52}
    - says: 十倍于往年
      period: 2025H1
      value: 440
      earlier: {2022H1: 40, 2023H1: 44, 2024H1: 52}
      unlike: true
"""


@pytest.fixture
def trial_check():
    """A check that reads a column which 11.3 does not have yet."""
    return CHECK
