"""A second person of the office, and a resource on the way from draft to force."""

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.editions.actions import approve, draft_of, rewrite, submit
from gongzhi.editions.queries import Piece
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
