"""The choke point: every request passes here before its view runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from .policies import Policy, policy_of
from .sight import refuse, sight_of

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
        policy = policy_of(view)
        if policy is None:
            raise Http404
        if policy.kind == "public":
            return None
        sight = sight_of(request.user)
        if sight.person is None:
            return _to_sign_in(request)
        if not policy.fresh and (detour := getattr(request.user, "unfinished_sign_in", None)):
            return redirect(str(detour))
        _decide(request, policy)
        return None


def _decide(request: HttpRequest, policy: Policy) -> None:
    sight = sight_of(request.user)
    if policy.kind == "signed_in" or any(sight.has(duty) for duty in policy.duties):
        return
    refuse(sight, policy.duties[0], request.path, "现有岗位不含这项职责")
    raise Http404


def _to_sign_in(request: HttpRequest) -> Response:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = "/login"
        return response
    return redirect(f"/login?{urlencode({'next': request.get_full_path()})}")
