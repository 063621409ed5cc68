"""Every refusal of the machine door as `application/problem+json` (RFC 9457), in words that help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/v1/"

# code: (status, title, what is wrong and how to mend it)
WORDS: dict[str, tuple[int, str, str]] = {
    "unsigned": (
        401,
        "调用没有签名，或签名的写法不对",
        "请带上 Authorization: TG1 kid=…, ts=…, nonce=…, sig=…：四项按这个次序，nonce 16至64位，"
        "sig 是64位小写十六进制，详见接口说明。",
    ),
    "stale": (
        401,
        "调用时间不对",
        "ts 与服务器时间相差超过5分钟。请校准时钟后重新签名。",
    ),
    "wrong": (
        401,
        "签名不对",
        "请核对凭据编号和密钥，以及参与签名的方法、路径、查询、正文、时间、随机数是否与发出的一致。",
    ),
    "replayed": (401, "这次调用已经来过", "同一个 nonce 只能用一次。请换一个 nonce 重新签名。"),
    "ended": (401, "凭据已停用", "请改用新的凭据；没有的，请向系统管理员申请。"),
    "expired": (401, "凭据已过有效期", "请改用新的凭据；没有的，请向系统管理员申请轮换。"),
    "elsewhere": (
        401,
        "不能从这个地址调用",
        "这个凭据只能从登记的网络地址使用。地址有变的，请告诉系统管理员。",
    ),
    "too_many": (
        429,
        "这一小时的调用次数用完了",
        "请等到下一个整点再调用；经常不够的，请申请调高限额，或一次多推几行。",
    ),
    "missing": (404, "没有这项内容", "地址或编号可能写错了，或者不在这个凭据的范围内。"),
    "method": (405, "这个地址不能这样调用", "可以用的方法见响应头 Allow。"),
    "length": (
        411,
        "没有写明正文的长度",
        "请带上 Content-Length；不收分块传输（Transfer-Encoding: chunked）的正文。",
    ),
    "too_large": (413, "正文太大", "请分成几次发送。"),
    "media": (415, "正文的类型认不出", "请写明 Content-Type，并用接口说明所列的类型。"),
    "broken": (400, "正文读不出来", "正文应是 UTF-8 编码的 JSON，且同一层没有重复的名称。"),
    "malformed": (400, "请求不完整", "收到的请求有缺失或格式不对，没有执行。"),
    "invalid": (422, "内容不合要求", "请按下面各项改正后重新发送。"),
    "refused": (422, "不能这样报送", "请按说明改正后重新发送。"),
    "key_reused": (
        422,
        "这个 Idempotency-Key 用过了",
        "它属于另一次内容不同的请求。请换一个新的；要重发原来的请求，正文和地址须一字不差。",
    ),
    "busy": (503, "系统正忙", "这次调用没有执行，请一分钟后用同一个 Idempotency-Key 重发。"),
    "failed": (
        500,
        "系统出了点问题",
        "这次调用没有完成，请稍后用同一个 Idempotency-Key 重发；仍不行的，请告诉系统管理员。",
    ),
}


class Invalid(Exception):
    """What was sent does not hold; each of `errors` says where, what is wrong, and how to mend it."""

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


class Unfit(Exception):
    """A call that is refused under a code of `WORDS`, with a detail of its own where there is one."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def problem(
    code: str, *, detail: str = "", errors: Sequence[dict[str, Any]] = (), **headers: str
) -> HttpResponse:
    """The answer for a code of `WORDS`; `errors` say of single places what is wrong and how to mend it."""
    status, title, words = WORDS[code]
    told: dict[str, Any] = {
        "type": f"urn:gongzhi:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail or words,
        "code": code,
    }
    if errors:
        told["errors"] = list(errors)
    response = JsonResponse(
        told, status=status, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False}
    )
    if status == 401:
        response["WWW-Authenticate"] = "TG1"
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def instead_of(request: HttpRequest, code: str) -> HttpResponse | None:
    """A problem where a machine is answered; None where a person is and a page is due."""
    return problem(code) if request.path.startswith(PREFIX) else None
