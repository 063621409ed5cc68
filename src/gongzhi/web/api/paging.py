"""Pages of a list by keyset: any page costs the same, and nothing is shown twice while rows come in."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import ConfigDict, Field

from .problems import Invalid

T = TypeVar("T", bound=Model)
BAD = Invalid([{"pointer": "cursor", "text": "这个 cursor 不是上一页给出的", "mend": "请从第一页重新开始"}])


class Page(Schema):
    """Which page of a list, and how long."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str, Field(max_length=200, description="上一页答复里的 next；不写为第一页")] = ""
    limit: Annotated[int, Field(ge=1, le=200, description="一页多少条")] = 50


def listed(rows: QuerySet[T], page: Page, shown: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """A page of `rows`, the newest key first: `{items, total, next}`; `next` is None on the last page."""
    total = rows.count()
    rows = rows.order_by("-pk")
    if page.cursor:
        try:
            rows = rows.filter(pk__lt=_opened(page.cursor))
        except (ValueError, ValidationError, OverflowError) as error:
            raise BAD from error
    found = list(rows[: page.limit + 1])
    more = len(found) > page.limit
    found = found[: page.limit]
    following = _closed(found[-1].pk) if more else None
    return {"items": [shown(one) for one in found], "total": total, "next": following}


def _closed(key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(str(key)).encode()).decode().rstrip("=")


def _opened(cursor: str) -> str:
    try:
        text = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(cursor) from error
    if not isinstance(text, str) or len(text) > 40 or not text.isascii() or not text.isprintable():
        raise ValueError(cursor)
    if text.isdecimal() and int(text) >= 2**63:
        raise ValueError(cursor)
    return text
