"""The proof that the trail is whole."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gongzhi.audit.actions import proved
from gongzhi.audit.queries import waiting
from gongzhi.gate import needs


@needs("verify_integrity")
def verify(request: HttpRequest) -> HttpResponse:
    """GET explains, POST recomputes the chain and shows the outcome."""
    proof = proved(by=request.user) if request.method == "POST" else None  # type: ignore[arg-type]  # signed in
    return render(request, "audit/verify.html", {"proof": proof, "waiting": waiting()})
