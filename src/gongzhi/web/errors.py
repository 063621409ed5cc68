"""Error answers in Chinese: what happened and what to do next.

An answer here holds nothing that differs from one request to the next (no token, no path, no time): what
one may not see answers byte for byte like what does not exist.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from gongzhi.audit.actions import Behind
from gongzhi.editions.queries import in_force
from gongzhi.engine.definitions import DefinitionError, District
from gongzhi.engine.lake import disk_is_full

from .api.problems import instead_of

log = logging.getLogger(__name__)
PIECE = 2**20
MISSING = (
    "没有这个页面",
    "地址可能写错了，或者这项内容不在您的职责范围内。",
    "可以从菜单或工作台重新进入；如果工作需要查看，请向本单位联系人申请授权。",
)
REFUSED = ("没有权限", "这项操作不在您的职责范围内，没有执行。", "如果工作需要，请向安全管理员申请授权。")
MALFORMED = ("请求不完整", "收到的请求有缺失或格式不对，没有执行。", "请返回上一页刷新后重试。")
NOT_OPENED = (
    "这个地址不能直接打开",
    "它只接收页面上的表单和按钮送来的内容，这次没有执行任何操作。",
    "请从菜单或工作台进入原来的页面，在页面上填写或点按钮。",
)
STALE = (
    "页面停留太久了",
    "为了安全，这次提交没有执行，数据没有改动。",
    "请返回上一页，刷新后重新提交；浏览器里已填写的内容可先复制下来。",
)
LOCKED = (
    "登录暂时锁定",
    "连续5次输错，这个登录名在您这边的网络上锁定15分钟。",
    "请15分钟后再试；忘记密码的，请系统管理员开通重设链接。",
)
BARRED = (
    "登录暂时锁定",
    "从您这边的网络登录，短时间内输错的次数太多，先停一会儿。",
    "请过十分钟再试；不是您输错的，请告诉安全管理员。",
)
WAITING = (
    "登录已锁定",
    "这个登录名一小时内输错的次数太多，已锁定。",
    "请与安全管理员联系，核实是本人后解除。",
)
BUSY = (
    "系统正忙",
    "审计记录正在补写，暂时不能办理，您刚才的操作没有执行。",
    "请一分钟后再试；若仍不行，请告诉系统管理员“后台作业未运行”。",
)
FAILED = (
    "系统出了点问题",
    "您刚才的操作没有完成，数据没有改动。",
    "请稍后再试；若仍不行，请把现在的时间和所做的操作告诉系统管理员。",
)
FULL = (
    "存储空间已满",
    "服务器的磁盘写满了，您刚才的操作没有完成，数据没有改动。",
    "请告诉系统管理员“磁盘写满”；腾出空间后请再做一次，已填写的内容可先复制下来。",
)
UNREADABLE = (
    "目录与规则读不出来",
    "系统的定义文件有错误，暂时不能使用，数据没有改动。",
    "请告诉系统管理员“定义文件有错误”，用 gongzhi definitions check 可以找出在哪一处。",
)
BARE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>'
    '<h1>{title}</h1><p>{text}</p><p>{then}</p><p><a href="/">回到首页</a></p></html>'
)
"""What is left to say when not even the template can be drawn."""


def _page(request: HttpRequest, words: tuple[str, str, str], status: int) -> HttpResponse:
    title, text, then = words
    context = {"title": title, "text": text, "next": then, "quiet": True}
    return render(request, "errors/page.html", context, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, MISSING, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, REFUSED, 403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return instead_of(request, "malformed") or _page(request, MALFORMED, 400)


def not_opened(request: HttpRequest) -> HttpResponse:
    return _page(request, NOT_OPENED, 405)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, STALE, 403)


def locked_out(request: HttpRequest, *_: Any) -> HttpResponse:
    response = _page(request, LOCKED, 429)
    response["Retry-After"] = str(15 * 60)
    return response


def barred(request: HttpRequest, seconds: int) -> HttpResponse:
    """Too many failures: from an address (for so many seconds) or with a name (0: until lifted)."""
    response = _page(request, BARRED if seconds else WAITING, 429)
    if seconds:
        response["Retry-After"] = str(seconds)
    return response


def busy(request: HttpRequest) -> HttpResponse:
    return _told_to_wait(_page(request, BUSY, 503))


def _told_to_wait(response: HttpResponse) -> HttpResponse:
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """The last answer: without the request, whose user or session may be what is broken."""
    fault = sys.exc_info()[1]
    if isinstance(fault, Behind):
        return _told_to_wait(_last_page(BUSY, 503))
    if fault and disk_is_full(fault):
        _read_out(request)
        return instead_of(request, "busy") or _last_page(FULL, 507)
    if told := instead_of(request, "failed"):
        return told
    return _last_page(UNREADABLE if isinstance(fault, DefinitionError) else FAILED, 500)


def _read_out(request: HttpRequest) -> None:
    """Take what is still being sent: a browser that cannot send to the end shows no answer."""
    with suppress(OSError):
        while request.read(PIECE):
            pass


def _last_page(words: tuple[str, str, str], status: int) -> HttpResponse:
    title, text, then = words
    context = {"title": title, "text": text, "next": then, "quiet": True, "district": _district()}
    try:
        page: str = render_to_string("errors/page.html", context)
    except Exception:
        log.exception("the error page cannot be drawn")
        page = BARE.format(title=title, text=text, then=then)
    return HttpResponse(page, status=status)


def _district() -> District | None:
    """Whose platform it is; None when the definitions or the database that holds them are what is broken."""
    try:
        return in_force().district
    except Exception:
        log.exception("the definitions cannot be read for the error page")
        return None
