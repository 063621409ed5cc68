"""The way of a call: past everything that sessions need, through the gate, to its view."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, resolve

from gongzhi.audit.actions import Behind
from gongzhi.editions.queries import look_again, look_back
from gongzhi.gate.middleware import GateMiddleware
from gongzhi.gate.policies import policy_of
from gongzhi.organisation.actions import NotPlain, Turned

from .admission import NoLength, TooLarge, file_of, here, try_plainly
from .problems import PREFIX, problem
from .pushing import inbox

Answer = Callable[[HttpRequest], HttpResponse]
REFUSED = (Turned, TooLarge, NoLength, Behind, Http404, SuspiciousOperation, UnreadablePostError)


class DoorMiddleware:
    """Calls have no session, no cookie, no CSRF token and no page: they go to the gate at once."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.gate = GateMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        try:
            return sized(self._answer(request))
        except REFUSED as error:
            return sized(refusal(error))
        finally:
            if file := file_of(request):
                file.close()

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        match = request.resolver_match = resolve(request.path_info)
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404  # no name holds it, and no database takes it
        policy = policy_of(match.func)
        if policy and policy.together and (answer := self._plainly(request, match)):
            return answer
        response = self._through(request, match)
        if response.status_code == 405:
            return problem("method", Allow=response.headers["Allow"])
        return response

    def _through(self, request: HttpRequest, match: ResolverMatch) -> HttpResponseBase:
        self.gate.process_view(request, match.func, match.args, match.kwargs)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response

    def _plainly(self, request: HttpRequest, match: ResolverMatch) -> HttpResponseBase | None:
        """The answer to a plain call that was carried out.

        None, and nothing is written, where anything asks for a closer look: then it begins anew.
        """
        here(request)  # before its turn comes: whoever sends slowly keeps nobody waiting
        look_back()
        try_plainly(request, True)
        try:
            with inbox.coming():
                response = self._through(request, match)
        except (NotPlain, Http404):
            response = None
        try_plainly(request, False)
        if response is not None and response.status_code == 202:
            return response
        look_again()
        return None


def sized(response: HttpResponseBase) -> HttpResponseBase:
    """An answer says its length, so that the connection stays open for the next call."""
    if isinstance(response, HttpResponse):
        response.headers.setdefault("Content-Length", str(len(response.content)))
    return response


def refusal(error: Exception) -> HttpResponse:
    """What a call that was not let in, or not carried out, is answered."""
    match error:
        case Turned(code="too_many"):
            return problem("too_many", Retry_After=str(error.seconds))
        case Turned():
            return problem(error.code)
        case TooLarge():
            return problem("too_large", detail=f"正文最多 {error.most // 2**20} MB，请分成几次发送。")
        case NoLength():
            return problem("length")
        case RequestDataTooBig():
            return problem("too_large")
        case Behind():
            return problem("busy", Retry_After="60")
        case Http404():
            return problem("missing")
        case _:
            return problem("malformed")
