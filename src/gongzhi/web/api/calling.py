"""What the routes share: whose call it is, what it may name, and how it is answered once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Schema

from gongzhi.catalogue.queries import by_number
from gongzhi.editions.queries import in_force
from gongzhi.engine.crypto import sm3
from gongzhi.engine.definitions import Resource
from gongzhi.gate import Sight, sight_of
from gongzhi.intake.actions.refused import Refused
from gongzhi.organisation.actions import Reply, Reused, once
from gongzhi.organisation.models import ApiKey

from .problems import PREFIX, Invalid, Unfit


def caller(request: HttpRequest) -> ApiKey:
    """The key in whose name the call is done; the gate has put it there."""
    key: ApiKey = request.caller  # type: ignore[attr-defined]  # gate.middleware
    return key


def sight(request: HttpRequest) -> Sight:
    return sight_of(caller(request))


def within(key: ApiKey, number: str) -> bool:
    """Whether a resource lies within the key's scope."""
    return not key.resources or number in key.resources


def scope(key: ApiKey) -> list[Resource]:
    """The resources that a key may hand in, as the definitions in force have them, by their numbers."""
    found = (one for one in in_force().resources.values() if _in_scope(key, one))
    return sorted(found, key=lambda one: by_number(one.number))


def _in_scope(key: ApiKey, one: Resource) -> bool:
    owed = one.duplicate_of is None and key.unit in {unit.key for unit in in_force().providers(one)}
    return owed and within(key, one.number)


def resource_of(key: ApiKey, name: str) -> Resource:
    """A resource of the key's scope by number or code; what is outside is not there (404)."""
    try:
        found = in_force().resource(name)
    except KeyError as error:
        raise Http404 from error
    if not _in_scope(key, found):
        raise Http404
    return found


def answered(request: HttpRequest, name: str, body: bytes, act: Callable[[], Reply]) -> JsonResponse:
    """Do `act` once under its Idempotency-Key. `body` is the SM3 digest of the request's body."""
    try:
        reply = once(key=caller(request), name=name, request=asked(request, body), act=act)
    except Reused as error:
        raise Unfit("key_reused") from error
    except Refused as error:
        raise Unfit("refused", error.text) from error
    return told(reply)


def asked(request: HttpRequest, body: bytes) -> str:
    """The SM3 (hex) of what is asked; `body` is the digest of the request's body."""
    parts = (str(request.method), request.path, request.META.get("QUERY_STRING", ""), body.hex())
    return sm3("\n".join(parts).encode()).hex()


def told(reply: Reply) -> JsonResponse:
    """The answer as it is sent, the first time and every time."""
    # In a fixed order, so that the same answer is the same bytes whatever database has kept it.
    written = {"ensure_ascii": False, "sort_keys": True}
    response = JsonResponse(reply.content, status=reply.status, json_dumps_params=written)
    if reply.location:
        response["Location"] = reply.location
    return response


def known_names(request: HttpRequest, schema: type[Schema] | None = None) -> None:
    """Invalid where the query holds a name that the route does not know, or one twice.

    Nothing is dropped silently: who pushes rows with dry_run=true must not find them taken in.
    """
    known = set(schema.model_fields) if schema else set()
    strange = {"text": "没有这一项", "mend": "请去掉，或对照接口说明改正"}
    twice = {"text": "这一项写了不止一次", "mend": "请只保留一个"}
    names = sorted(request.GET)
    errors = [{"pointer": name[:60]} | strange for name in names if name not in known]
    errors += [
        {"pointer": name} | twice for name in names if name in known and len(request.GET.getlist(name)) > 1
    ]
    if errors:
        raise Invalid(errors[:100])


def address(kind: str, identity: object) -> str:
    return f"{PREFIX}{kind}/{identity}"


def instant(at: Any) -> str:
    return timezone.localtime(at).isoformat()
