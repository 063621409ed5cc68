"""JSON as it was sent: numbers keep their digits, names are said once, texts can be stored."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from .problems import Unfit

MOST_DEPTH = 8


class Number(str):
    """A number as it is written, so that no digit is lost on the way."""

    __slots__ = ()


def _whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is said twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def parsed(content: bytes) -> Any:
    """The value of a JSON text; Unfit (broken) when it is none that can be kept."""
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(
            text,
            parse_float=Number,
            parse_int=Number,
            parse_constant=_no_constant,
            object_pairs_hook=_whole,
        )
        if "\\u" in text:  # half a character or the end of a text, written as an escape
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Unfit("broken") from error
    return value


class Strict(Parser):
    """Bodies are parsed by `parsed`."""

    def parse_body(self, request: HttpRequest) -> Any:
        return parsed(request.body)
