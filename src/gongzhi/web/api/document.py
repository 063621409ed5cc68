"""The OpenAPI 3.1 document of the machine door, and the API object that writes it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from .parsing import Strict
from .problems import MEDIA_TYPE, PREFIX, Invalid, Unfit, problem
from .schemas import Problem
from .submitting import ANY, MEDIA
from .words import reworded

REFUSALS: dict[Any, Any] = {
    frozenset({400, 401, 404, 405, 411, 413, 415, 422, 429, 500, 503}): Problem,
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ROWS = {
    "schema": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        },
        "description": "每一行是一个对象：列名和值",
    }
}
FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {media: _ROWS if media == "application/json" else _BINARY for media in (*MEDIA, ANY)},
    }
}
_SIGNATURE = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "TG1 kid=…, ts=…, nonce=…, sig=…：对方法、路径、查询、正文摘要等七行的 HMAC-SM3",
}
WORDS = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请去掉",
    "string_too_long": "太长，至多{max_length}个字符",
    "string_too_short": "太短，至少{min_length}个字符",
    "string_pattern_mismatch": "写法不对",
    "string_type": "应是文字",
    "bool_parsing": "应是 true 或 false",
    "bool_type": "应是 true 或 false",
    "int_parsing": "应是整数",
    "int_type": "应是整数",
    "greater_than_equal": "太小，不得小于{ge}",
    "less_than_equal": "太大，不得大于{le}",
    "too_long": "项数太多，至多{max_length}项",
    "too_short": "没有内容",
    "list_type": "应是列表",
    "dict_type": "应是对象：列名和值",
    "model_attributes_type": "应是对象",
    "model_type": "应是对象",
}
MENDS = {"Idempotency-Key": "每个 POST 都要带，写1至64个可见的 ASCII 字符，例如随机生成的 UUID"}
_A_CELL_OF_A_KIND = 4  # rows, number of the row, column, kind that it is not


class Api(NinjaAPI):
    """Writes its document with the signature and with refusals as problems; answers faults in Chinese."""

    def __init__(self, **more: Any) -> None:
        super().__init__(parser=Strict(), **more)
        self.add_exception_handler(ValidationError, _not_valid)
        self.add_exception_handler(HttpError, _not_read)
        for kind in (Invalid, Unfit):
            self.add_exception_handler(kind, _told)

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """What is not ours to word goes on to the door (not there, busy) or stops the call."""
        if isinstance(exc, ValidationError | HttpError | Invalid | Unfit):
            return super().on_exception(request, exc)
        raise exc

    def get_openapi_schema(self, **more: Any) -> Any:
        document = super().get_openapi_schema(**{"path_prefix": PREFIX.lstrip("/")} | more)
        document["components"]["securitySchemes"] = {"TG1": _SIGNATURE}
        document["security"] = [{"TG1": []}]
        for methods in document["paths"].values():
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in answer.get("content", {}):
                        answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
        return reworded(document)


def _told(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, Invalid):
        return problem("invalid", errors=error.errors)
    return problem(error.code, detail=error.detail)


def _not_read(request: HttpRequest, error: Any) -> HttpResponse:
    """ninja says so when the parser has refused the body."""
    told = error.__cause__
    return problem("broken", detail=told.detail if isinstance(told, Unfit) else "")


def _not_valid(request: HttpRequest, error: Any) -> HttpResponse:
    """Each place that does not fit its schema, once."""
    places: dict[str, dict[str, Any]] = {}
    for fault in error.errors:
        pointer, text = _place(fault)
        mend = MENDS.get(pointer, "请对照接口说明改正")
        places.setdefault(pointer, {"pointer": pointer, "text": text, "mend": mend})
    return problem("invalid", errors=[*places.values()][:100])


def _place(fault: dict[str, Any]) -> tuple[str, str]:
    """Where a fault is, and what is wrong there; a cell that is of no kind is one fault, not one a kind."""
    kind, *path = (str(part) for part in fault["loc"])
    text = WORDS.get(fault["type"], "内容不合要求").format(**fault.get("ctx", {}))
    if kind != "body":
        return path[-1] if path else kind, text
    path = path[1:]  # the name of the view's parameter
    if path[:1] == ["rows"] and len(path) == _A_CELL_OF_A_KIND and fault["type"] != "missing":
        path, text = path[:-1], "应是文字、数字、true、false 或 null"
    return "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in path), text
