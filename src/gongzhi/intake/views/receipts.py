"""The receipt: a page to be printed, a file to be kept and verified elsewhere, the public keys for that."""

from __future__ import annotations

import json

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from gongzhi.editions.queries import in_force
from gongzhi.gate import needs, sight_of
from gongzhi.intake import queries
from gongzhi.intake.actions.receipt import as_json
from gongzhi.intake.models import Batch, Receipt
from gongzhi.intake.queries.pages import period_label
from gongzhi.lists.workbook import attachment

from .batches import KINDS


def _seen(request: HttpRequest, number: str) -> tuple[Receipt, Batch]:
    """A receipt and its batch, where one may see the batch."""
    found = get_object_or_404(Receipt.objects.select_related("root__day"), number=number)
    batch = get_object_or_404(queries.batches_visible_to(sight_of(request.user)), pk=found.batch_id)
    return found, batch


@needs("see_own_batches", "see_all_batches")
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """回执: to be kept, printed, shown."""
    found, batch = _seen(request, number)
    context = {
        "receipt": found,
        "batch": batch,
        "kind": KINDS[batch.kind],
        "period": period_label(batch.slot.period),
        "resource": in_force().resources[batch.slot.resource],
        "unit": in_force().units[batch.slot.unit],
        "picture": _picture(found),
    }
    return render(request, "intake/receipt.html", context)


def _picture(found: Receipt) -> str:
    """A QR code with number and digest, by which paper and file are held against each other."""
    text = f"税收共治平台回执\n编号 {found.number}\n摘要 SM3 {found.digest}"
    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=3, border=2, light="#ffffff"))


@needs("see_own_batches", "see_all_batches")
def receipt_file(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt with its proof, as `gongzhi verify receipt` reads it anywhere."""
    found, batch = _seen(request, number)
    text = json.dumps(as_json(batch), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = attachment(f"回执{found.number}.json")
    return response


@needs("see_own_batches", "see_all_batches")
def public_keys(request: HttpRequest) -> HttpResponse:
    """Every public key under which this house has signed, as PEM, the newest last."""
    text = "".join(key.pem for key in queries.public_keys().values())
    response = HttpResponse(text, content_type="application/x-pem-file")
    response.headers["Content-Disposition"] = attachment("税收共治平台回执公钥.pem")
    return response
