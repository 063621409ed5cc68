"""The choke point: every request passes here before its view runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from .policies import Policy, policy_of
from .sight import KEPT, Sight, caller_of, refuse, sight_of, source

Response = HttpResponse


class GateMiddleware:
    """Lets a request through when the policy of its view allows it; otherwise it is not there.

    What one may not see answers exactly like what does not exist (404), so that nobody learns from a
    refusal; only a stranger is sent to sign in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], Response]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Response:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> Response | None:
        _without_nul(request)
        policy = policy_of(view)
        if policy is None:
            raise Http404
        if policy.kind == "public":
            return None
        if policy.kind == "machine":
            return self._machine(request, policy)
        sight = sight_of(request.user)
        if sight.person is None:
            return _to_sign_in(request)
        detour = source().unfinished(request.user)
        if detour and not (policy.fresh and request.path == detour):
            return _go(request, detour)
        _decide(request, sight, policy)
        return None

    @staticmethod
    def _machine(request: HttpRequest, policy: Policy) -> None:
        """A signed call is done in the name of its key; whoever has a session is nobody here."""
        caller = caller_of(request, stream=policy.stream)
        request.caller = caller  # type: ignore[attr-defined]  # beside `user`, which a call has not
        _decide(request, sight_of(caller), policy)


def _without_nul(request: HttpRequest) -> None:
    """Nobody types NUL and no server's database takes it: no view meets one in an address."""
    query = request.META.get("QUERY_STRING", "")
    if "%00" in query:
        request.META["QUERY_STRING"] = query.replace("%00", "")
        request.__dict__.pop("GET", None)  # read anew from the text


def _decide(request: HttpRequest, sight: Sight, policy: Policy) -> None:
    if policy.kind == "signed_in" or any(sight.has(duty) for duty in policy.duties):
        return
    refuse(sight, policy.duties[0], request.path, "现有岗位不含这项职责")
    raise Http404


def _to_sign_in(request: HttpRequest) -> Response:
    if request.headers.get("HX-Request"):
        return _go(request, "/login")
    here = request.get_full_path()
    if request.method == "GET" and request.path != "/":
        return redirect(f"/login?{urlencode({'next': here})}")
    if request.method == "POST" and set(request.POST) - {"csrfmiddlewaretoken"}:
        # Her session ended while she wrote: 307 has the browser send the same to the sign-in, which keeps it.
        return HttpResponse(status=307, headers={"Location": f"/login?{urlencode({KEPT: here})}"})
    return redirect("/login")


def _go(request: HttpRequest, address: str) -> Response:
    """A redirect that also works for a fragment: the whole page goes, not the fragment."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
