"""Generated requests, from the OpenAPI document: no 5xx, and every answer matches its schema."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fourtop import Engine, ManualClock, MemoryStore
from fourtop.http_api import create_app
from tests.evening import NOW, a_house
from tests.http_api.client import UNLIMITED, actor_of

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def an_app() -> object:
    engine = Engine(MemoryStore(ManualClock(NOW)))
    engine.add_restaurant(a_house())
    return create_app(engine, actor_of, UNLIMITED)


schema = schemathesis.openapi.from_asgi("/openapi.json", an_app())


@pytest.mark.slow
@pytest.mark.parametrize("role", ["guest", "admin"])
@schema.parametrize()
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_no_generated_request_breaks_the_document(case: schemathesis.Case[Any], role: str) -> None:
    if "restaurant_id" in case.path_parameters:
        case.path_parameters["restaurant_id"] = "house"
    case.call_and_validate(checks=CHECKS, headers={"x-role": role})
