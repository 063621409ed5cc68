"""JSON as it was sent: numbers keep their digits, names are said once, texts can be stored."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from .problems import Unfit


class Number(str):
    """A number as it is written, so that no digit is lost on the way."""

    __slots__ = ()


def _whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        again = next(name for name in names if names.count(name) > 1)
        raise Unfit("broken", f"同一个对象里有两个“{again[:40]}”，请只保留一个。")
    return found


def _no_constant(name: str) -> Any:
    raise Unfit("broken", f"{name} 不是 JSON 的值；没有值的请写 null，或不写这一列。")


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
        raise Unfit("broken", _where(error)) from error
    return value


def _where(error: Exception) -> str:
    """Up to where a text is JSON; empty where that cannot be said."""
    if isinstance(error, UnicodeDecodeError):
        return f"第 {error.start + 1} 个字节起不是 UTF-8。请用 UTF-8 编码的 JSON。"
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.lineno} 行第 {error.colno} 个字符起不是 JSON，可能没有发完，或少了引号、逗号。"
    return ""


class Strict(Parser):
    """Bodies are parsed by `parsed`."""

    def parse_body(self, request: HttpRequest) -> Any:
        return parsed(request.body)
