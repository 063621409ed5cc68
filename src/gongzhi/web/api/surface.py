"""The routes of `/api/v1`. Every one carries a policy of the gate; what a key may not see is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.views.decorators.http import require_GET
from ninja import Header, Query
from pydantic import Field

from gongzhi.catalogue.queries import Exemptions, owed_one, unmet, with_state
from gongzhi.catalogue.queries import visible_to as obligations_visible_to
from gongzhi.catalogue.states import State
from gongzhi.engine.definitions import Resource
from gongzhi.gate import public, signed
from gongzhi.intake.actions.inbox import place_of, want_sealed
from gongzhi.intake.actions.receipt import as_json
from gongzhi.intake.models import Batch, Submission
from gongzhi.intake.queries import batches_visible_to, visible_to
from gongzhi.intake.queries.inbox import fates, pushes_visible_to
from gongzhi.organisation.actions import Reply

from . import schemas
from .admission import digest_of
from .calling import answered, caller, known_names, resource_of, scope, sight
from .columns import column, keyed, row_schema, sheet_of
from .document import FILE_BODY, REFUSALS, Api
from .paging import Page, listed
from .pushing import kept, push_line
from .submitting import outcome_of, taken

api = Api(
    title="共治接口",
    version="1",
    description="单位的系统凭接口凭据报送本单位的数据、查询结果。每次调用都要签名，说明见平台的接口文档。",
    openapi_url="openapi.json",
    docs_url=None,
    docs_decorator=require_GET,
    urls_namespace="api",
)
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
Once = Annotated[Name, Header(alias="Idempotency-Key", description="同一键、同一内容，答复相同；保留30天")]


@api.post(
    "submissions", response={200: schemas.Outcome, 202: schemas.Received} | REFUSALS, openapi_extra=FILE_BODY
)
def submit(request: HttpRequest, said: Query[schemas.Said], idempotency_key: Once) -> Any:
    """报送一份文件：正文就是文件，或由行组成的 JSON。202 的 Location 处可查结果；dry_run 时直接答复结果。"""
    return taken(request, said, idempotency_key)


@api.get("submissions", response={200: schemas.Submissions} | REFUSALS)
def submissions(request: HttpRequest, page: Query[Page]) -> Any:
    """本单位的报送，新的在前。"""
    return _page(request, _scoped(request, visible_to(sight(request)), "resource"), page, _submission_line)


@api.get("submissions/{uuid:pk}", response={200: schemas.Outcome} | REFUSALS)
def submission(request: HttpRequest, pk: UUID) -> Any:
    """一份报送的结果；outcome 为空表示还在检查，请稍后再查。"""
    known_names(request)
    found = _scoped(request, visible_to(sight(request)), "resource")
    return outcome_of(_one(found.select_related("batch", "same_as__submission"), pk))


@api.get("batches", response={200: schemas.Batches} | REFUSALS)
def batches(request: HttpRequest, page: Query[Page]) -> Any:
    """本单位已入库的批次，新的在前。"""
    found = _scoped(request, batches_visible_to(sight(request)), "slot__resource")
    return _page(request, found.select_related("slot", "replaced_by__slot", "receipt"), page, _batch_line)


@api.get("obligations", response={200: schemas.Obligations} | REFUSALS)
def obligations(request: HttpRequest, asked: Query[schemas.Owed]) -> Any:
    """本单位的报送日历，按今天的状态；可以只要还没报的、逾期未报的，或某项资源、某一期的。"""
    known_names(request, schemas.Owed)
    found, today = _scoped(request, obligations_visible_to(sight(request)), "resource"), timezone.localdate()
    if asked.resource:
        found = found.filter(resource=resource_of(caller(request), asked.resource).number)
    if asked.period:
        found = found.filter(period=asked.period)
    if asked.state:
        found = unmet(found.filter(opens__lte=today), today)
    if asked.state == "missing":
        found = with_state(found, today).filter(state_then=State.MISSING)
    exemptions = Exemptions(today)
    return listed(found, asked, lambda one: owed_one(one, today, exemptions).as_json())


@api.get("resources", response={200: schemas.Resources} | REFUSALS)
def resources(request: HttpRequest) -> Any:
    """这个凭据可以报送的数据资源。"""
    known_names(request)
    found = [_resource_line(one) for one in scope(caller(request))]
    return {"items": found, "total": len(found), "next": None}


@api.get("resources/{number}", response={200: schemas.ResourceDetail} | REFUSALS)
def resource(request: HttpRequest, number: str) -> Any:
    """一项资源的列，和一行的 JSON Schema。"""
    known_names(request)
    found = resource_of(caller(request), number)
    tables = [
        {
            "sheet": sheet.letter,
            "title": sheet.title,
            "columns": [column(field) for field in sheet.fields],
            "row": row_schema(sheet),
        }
        for sheet in found.sheets
    ]
    return _resource_line(found) | {"tables": tables}


@api.post("resources/{number}/rows", response={202: schemas.Pushed} | REFUSALS)
def push_rows(request: HttpRequest, number: str, said: schemas.Rows, idempotency_key: Once) -> Any:
    """推送一行或多行（最多1000行）：答复时已落盘；同一期的行汇集成一批入库。"""
    known_names(request)
    found = resource_of(caller(request), number)
    sheet = sheet_of(found, said.sheet)
    rows = keyed(found, sheet, said.rows)  # type: ignore[arg-type]  # numbers come as texts (parsing.Number)
    place = place_of(key=caller(request), resource=found.number, letter=sheet.letter, period=said.period)
    return kept(request, idempotency_key, place, rows)


@api.post("resources/{number}/rows/seal", response={202: schemas.Sealed} | REFUSALS)
def seal_rows(request: HttpRequest, number: str, said: schemas.Whole, idempotency_key: Once) -> Any:
    """这一期的行已推完：不再等候，随即汇集入库。"""
    known_names(request)
    found = resource_of(caller(request), number)
    sheet = sheet_of(found, said.sheet)
    place = place_of(key=caller(request), resource=found.number, letter=sheet.letter, period=said.period)

    def act() -> Reply:
        pushes, rows = want_sealed(place=place, by=caller(request))
        return Reply(202, {"resource": found.number, "period": said.period, "pushes": pushes, "rows": rows})

    return answered(request, idempotency_key, digest_of(request), act)


@api.get("inbox", response={200: schemas.Pushes} | REFUSALS)
def inbox(request: HttpRequest, page: Query[Page]) -> Any:
    """本单位推送过的行，新的在前。"""
    return _page(request, _scoped(request, pushes_visible_to(sight(request)), "resource"), page, push_line)


@api.get("inbox/{uuid:pk}", response={200: schemas.PushFate} | REFUSALS)
def pushed(request: HttpRequest, pk: UUID) -> Any:
    """一次推送的每一行现在怎样：等候、检查中、入库、待补正（附问题）……"""
    known_names(request)
    found = _scoped(request, pushes_visible_to(sight(request)), "resource")
    made = _one(found.select_related("submission__same_as__slot", "submission__batch__slot"), pk)
    rows = [{"id": f"{made.pk}-{fate['row']}"} | fate for fate in fates(made)]
    return push_line(made) | {"rows": rows}


@api.get("receipts/{number}", response={200: dict[str, Any]} | REFUSALS)
def receipt(request: HttpRequest, number: str) -> Any:
    """一份回执，连同签名的证明；可离线验证。"""
    known_names(request)
    found = _scoped(request, batches_visible_to(sight(request)), "slot__resource")
    batch = found.filter(receipt__number=number).first()
    if batch is None:
        raise Http404
    return as_json(batch)


def _page(request: HttpRequest, rows: Any, page: Page, shown: Callable[[Any], dict[str, Any]]) -> Any:
    known_names(request, Page)
    return listed(rows, page, shown)


def _scoped(request: HttpRequest, rows: Any, path: str) -> Any:
    """Of what the unit may see, what lies in the key's scope."""
    key = caller(request)
    return rows.filter(**{f"{path}__in": key.resources}) if key.resources else rows


def _one(rows: Any, pk: UUID) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _submission_line(one: Submission) -> dict[str, Any]:
    names = ("resource", "period", "unit", "state", "file_name", "received_at")
    counts = ("rows", "accepted", "set_aside")
    return {"submission": one.pk} | {name: getattr(one, name) for name in (*names, *counts)}


def _batch_line(one: Batch) -> dict[str, Any]:
    return {
        "batch": one.number,
        "id": one.pk,
        "resource": one.slot.resource,
        "period": one.slot.period,
        "unit": one.slot.unit,
        "rows": one.rows,
        "kind": one.kind,
        "committed_at": one.committed_at,
        "replaced_by": one.replaced_by.number if one.replaced_by else None,
        "submission": one.submission_id,
        "receipt": one.receipt.number if hasattr(one, "receipt") else None,
    }


def _resource_line(one: Resource) -> dict[str, Any]:
    return {
        "number": one.number,
        "code": one.code,
        "title": one.title,
        "frequency": one.frequency,
        "sheets": [sheet.letter for sheet in one.sheets if sheet.letter],
    }


POLICIES = {
    "openapi.json": public,
    "submissions": signed("submit_file", stream=True),
    "submissions/<uuidstr:pk>": signed("see_own_batches"),
    "batches": signed("see_own_batches"),
    "obligations": signed("see_calendar"),
    "resources": signed("see_definitions"),
    "resources/<number>": signed("see_definitions"),
    "resources/<number>/rows": signed("submit_file", together=True),
    "resources/<number>/rows/seal": signed("submit_file"),
    "inbox": signed("see_own_batches"),
    "inbox/<uuidstr:pk>": signed("see_own_batches"),
    "receipts/<number>": signed("see_own_batches"),
}


def guarded() -> Any:
    """The routes for `urls`, each with its policy; one without stops the start (gate.checks)."""
    patterns, app, namespace = api.urls
    patterns = [pattern for pattern in patterns if str(pattern.pattern)]  # there is nothing at the root
    for pattern in patterns:
        if (policy := POLICIES.get(str(pattern.pattern))) and pattern.callback:
            policy(pattern.callback)
    return patterns, app, namespace
