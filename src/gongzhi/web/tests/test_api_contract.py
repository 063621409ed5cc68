"""The OpenAPI document is true: whatever is sent, no answer is a 5xx and every answer is one it names.

schemathesis makes the calls out of the document, right ones and wrong ones; a signature is put on each.
"""

from __future__ import annotations

import io
from urllib.parse import quote

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.calls import authorization

from gongzhi.web.api.surface import api

EXAMPLES = 5
LABELS = sorted(
    (method.upper(), path)
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method in methods
)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def schema(machine):
    """The document, served by the application; whatever is called is signed on its way in."""
    application = WSGIHandler()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # as Django's own client: the test has a transaction

    def signed(environ, start_response):
        raw = environ["PATH_INFO"].encode("utf-8", "surrogatepass")  # a server hands bytes on as latin-1
        environ["PATH_INFO"] = raw.decode("latin-1")
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size)
        environ["wsgi.input"] = io.BytesIO(body)
        query = environ.get("QUERY_STRING", "")
        path = quote(WSGIRequest(environ).path) + (f"?{query}" if query else "")
        environ["HTTP_AUTHORIZATION"] = authorization(
            machine.secret, machine.key.kid, environ["REQUEST_METHOD"], path, body
        )
        return application(environ, start_response)

    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", signed)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_document_has_every_route():
    assert len(LABELS) == 12


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
@pytest.mark.parametrize(("method", "path"), LABELS)
def test_whatever_is_called_the_answer_is_one_that_the_document_names(schema, method, path, mode):
    operation = schema[path][method]
    try:
        calls = operation.as_strategy(generation_mode=mode)
    except schemathesis.errors.SchemathesisError:
        pytest.skip("nothing of it can be wrong")
    seen: list[int] = []

    @hypothesis.given(case=calls)
    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    def call(case):
        if mode is GenerationMode.POSITIVE and "number" in case.path_parameters:
            case.path_parameters["number"] = "9.5"  # else hardly a call would reach its resource
        response = case.call()
        case.validate_response(response, checks=CHECKS)
        seen.append(response.status_code)

    call()
    assert seen
    # The signature held, so it was the call that was answered; what no server would hand on may fail at it.
    assert set(seen) != {401}
    assert mode is GenerationMode.NEGATIVE or 401 not in seen
