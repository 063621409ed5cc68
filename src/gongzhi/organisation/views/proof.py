"""Step-up: before a sensitive act, whoever sits at the machine proves again to be the person signed in."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from gongzhi.organisation.actions import Refused, proof_given, verify_factor
from gongzhi.organisation.forms import Proof
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import asks_for_code, myself, proved_lately

from .credentials import person_with

View = Callable[..., HttpResponseBase]
_OURS = ("csrfmiddlewaretoken", "proof_for", "proof_password", "proof_code")


def proof_first(view: View) -> View:
    """Run a view only within the minutes after a proof: password, and the code where one is bound.

    Stands directly below the policy (`@needs(…)`, then `@proof_first`, then `@require_POST` and the like).
    A sign-in counts as a proof. Otherwise the person is asked in place: what was typed into the form travels
    along and the act is done with it after the proof, so that nothing is lost and nobody goes looking for
    the page again. Files are not carried: where a form takes one, decorate the page of the form too.
    """

    @wraps(view)
    @sensitive_post_parameters("proof_password", "proof_code")
    def proved(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.POST.get("proof_for", "")
        if not asked and proved_lately(request):
            return view(request, *args, **kwargs)
        form = Proof(request.POST if asked else None, with_code=asks_for_code(myself(request)))
        if not (asked and form.is_valid() and _right(request, form)):
            return _ask(request, form, asked or str(request.method))
        if asked == "GET":
            return redirect(request.get_full_path())
        return view(request, *args, **kwargs)

    return proved


def _right(request: HttpRequest, form: Proof) -> bool:
    """Whether the answers are right; a wrong password counts as a failed sign-in."""
    person = myself(request)
    if person_with(request, username=person.username, password=form.cleaned_data["proof_password"]) is None:
        form.add_error("proof_password", "密码不对")
    elif "proof_code" in form.fields and (fault := _code_fault(person, form.cleaned_data["proof_code"])):
        form.add_error("proof_code", fault)
    proof_given(person=person, right=form.is_valid())
    if not form.is_valid():
        return False
    request.session["proved"] = int(time.time())
    request.session.cycle_key()
    return True


def _code_fault(person: Person, code: str) -> str:
    try:
        right = verify_factor(person=person, code=code)
    except Refused as refused:
        return str(refused)
    return "" if right else "动态码不对：请用最新显示的一组；每个动态码只能用一次"


def _ask(request: HttpRequest, form: Proof, method: str) -> HttpResponse:
    """The question, with what was posted inside; a fragment's request gets it as the whole page."""
    carried = [
        (name, value) for name, values in request.POST.lists() if name not in _OURS for value in values
    ]
    context = {
        "form": form,
        "carried": carried,
        "asked": method,
        "lost_files": bool(request.FILES),
        "minutes": settings.STEP_UP_SECONDS // 60,
    }
    response = render(request, "organisation/proof.html", context)
    if request.headers.get("HX-Request"):
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "body", "innerHTML"
    return response
