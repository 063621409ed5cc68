"""Headers of every answer, the clocks of a session, and the answer when the trail lags."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from gongzhi.audit.actions import Behind
from gongzhi.editions.queries import look_again
from gongzhi.organisation.actions import Barred, seen, signed_out
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import why_ended

from .errors import barred, busy, not_opened

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
TOUCH_SECONDS = 60
ENDED = {
    "parallel": "您的账号在别处登录，超过了可同时登录的处数，这里已自动退出。"
    "如果不是您本人，请立即修改密码并告诉安全管理员",
    "asked": "您在别处点了“退出其他登录”，这里已退出",
    "closed": "账号或密码、验证器有变动，请重新登录",
}
Answer = Callable[[HttpRequest], HttpResponse]


class HardeningMiddleware:
    """Security headers on everything; nothing with rows is kept in a cache (security.md 3.13)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class EditionsMiddleware:
    """A request asks once which definitions are published, and works with those to its end."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        look_again()
        return self.get_response(request)


class BehindMiddleware:
    """Acts stop when the trail lags (503) and sign-ins when too many failed (429), each with a plain word."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Barred):
            return barred(request, exception.seconds)
        return busy(request) if isinstance(exception, Behind) else None


class MethodMiddleware:
    """Whoever opens an address that only takes a form (a copied link, a reload) is told so on a page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = not_opened(request)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class SittingMiddleware:
    """Ends a session that was idle too long, has lasted a whole day or was ended elsewhere (security.md 3.1).

    The idle clock moves at most once a minute, so that a page view is not always a write.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Person):
            self._check(request, request.user)
        return self.get_response(request)

    def _check(self, request: HttpRequest, person: Person) -> None:
        if self._ended(request):
            return
        session, now = request.session, int(time.time())
        began = int(session.setdefault("began", now))
        seen_at = int(session.setdefault("seen", now))
        idle = int(session.get("idle", settings.SESSION_COOKIE_AGE))
        if now - seen_at > idle or now - began > settings.SESSION_MOST_SECONDS:
            reason = "idle" if now - seen_at > idle else "day"
            signed_out(person=person, reason=reason, sitting=session.get("sitting", ""))
            logout(request)
            messages.info(
                request,
                "离开时间较长，已自动退出，请重新登录" if reason == "idle" else "登录已满10小时，请重新登录",
            )
        elif now - seen_at > TOUCH_SECONDS:
            session["seen"] = now
            seen(sitting=session.get("sitting", ""))

    def _ended(self, request: HttpRequest) -> bool:
        """Sign out where the sitting was ended from elsewhere, and say why."""
        sitting = request.session.get("sitting")
        why = why_ended(sitting) if sitting else ""
        if why:
            logout(request)
            messages.warning(request, ENDED.get(why, ENDED["closed"]))
        return bool(why)
