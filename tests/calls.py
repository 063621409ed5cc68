"""A machine of a unit that calls the door: signs as docs/how-to/use-the-machine-door.md says."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import time
from typing import Any
from urllib.parse import unquote

from django.test import Client
from django.utils import timezone

from gongzhi.engine.crypto import sm3
from gongzhi.engine.crypto.calls import signature, signed_text
from gongzhi.organisation.actions import approve_key, issue_key, register_key
from gongzhi.organisation.models import ApiKey


def key_of(cast: dict[str, Any], unit: str | None = None, **more: Any) -> tuple[ApiKey, str]:
    """A key in use of the liaison's unit (or another) with its secret."""
    said = {"until": timezone.now() + dt.timedelta(days=90), "name": "业务系统", "hourly": 1_000_000} | more
    key = register_key(unit=unit or cast["liaison"].unit, by=cast["system"], **said)
    approve_key(key=key, by=cast["security"])
    secret = issue_key(key=key, by=cast["system"])
    return key, secret


def authorization(
    secret: str,
    kid: str,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    ts: int | None = None,
    nonce: str = "",
) -> str:
    """The header of a signed call; `path` as it is sent, with its query."""
    ts, nonce = int(time.time()) if ts is None else ts, nonce or secrets.token_hex(12)
    plain, _, query = path.partition("?")
    text = signed_text(
        method=method, path=unquote(plain), query=query, body=sm3(body), ts=ts, nonce=nonce, kid=kid
    )
    return f"TG1 kid={kid}, ts={ts}, nonce={nonce}, sig={signature(secret, text)}"


class Machine:
    """Calls in the name of a key; answers are Django's."""

    def __init__(self, key: ApiKey, secret: str) -> None:
        self.key, self.secret, self.client = key, secret, Client()

    def call(
        self, method: str, path: str, body: bytes = b"", *, media: str = "application/json", **headers: str
    ) -> Any:
        signed = headers.pop("authorization", None) or authorization(
            self.secret, self.key.kid, method, path, body
        )
        sent = {"authorization": signed} | headers
        return self.client.generic(method, path, body, content_type=media, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, content: Any, **headers: str) -> Any:
        """Post JSON (or bytes as they are) under an Idempotency-Key of its own where none is given."""
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        headers.setdefault("Idempotency-Key", secrets.token_hex(8))
        return self.call("POST", path, body, **headers)
