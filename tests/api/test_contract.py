"""Made-up requests over the whole OpenAPI document: no server error, nothing answered but what is promised."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from gridflex.api.visits import HEADER
from tests.api.conftest import Serve, Served

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
THOROUGH = settings.get_current_profile_name() == "thorough"
BOUNDED = settings(
    max_examples=150 if THOROUGH else 8,
    deadline=None,
    derandomize=not THOROUGH,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def fuzzed(serve: Serve) -> Iterator[Served]:
    with serve() as api:
        yield api


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_any_request_is_answered_as_the_document_says(fuzzed: Served, mode: schemathesis.GenerationMode) -> None:
    key: str = fuzzed.visitor().headers[HEADER]
    schema = schemathesis.openapi.from_url(f"{fuzzed.url}/openapi.json")
    asked = 0

    def holds(case: schemathesis.Case) -> None:
        nonlocal asked
        asked += 1
        case.headers.clear()  # none is documented but keys; a wrong Content-Length never comes as far as the API
        case.call_and_validate(headers={HEADER: key}, checks=CHECKS, timeout=30)

    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.label == "DELETE /api/workspace":
            continue  # it would end the workspace that the others ask about
        can_be_wrong = operation.body or operation.query or operation.path_parameters
        if mode is schemathesis.GenerationMode.NEGATIVE and not can_be_wrong:
            continue
        BOUNDED(given(case=operation.as_strategy(generation_mode=mode))(holds))()
    assert asked > 80
    assert fuzzed.new_client(key).get("/api/audit/verify").json()["verified"]
