"""Generated requests, from the OpenAPI document: no 5xx, and every answer matches its schema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fourtop import Engine, ManualClock, MemoryStore
from fourtop.http_api import create_app
from fourtop.storage.sql import SqlStore
from tests.database.furnished import postgresql_url
from tests.evening import NOW, a_house
from tests.http_api.client import UNLIMITED, actor_of
from tests.http_api.serving import served

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@cache
def app_in_memory() -> FastAPI:
    engine = Engine(MemoryStore(ManualClock(NOW)))
    engine.add_restaurant(a_house())
    return create_app(engine, actor_of, UNLIMITED)


schema = schemathesis.openapi.from_asgi("/openapi.json", app_in_memory())
# Requests of this one go to a server.
served_schema = schemathesis.openapi.from_dict(app_in_memory().openapi())


def check(case: schemathesis.Case[Any], role: str, **how: Any) -> None:
    if "restaurant_id" in case.path_parameters:
        case.path_parameters["restaurant_id"] = "house"
    case.call_and_validate(checks=CHECKS, headers={"x-role": role}, **how)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["guest", "admin"])
@schema.parametrize()
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_no_generated_request_breaks_the_document(case: schemathesis.Case[Any], role: str) -> None:
    check(case, role, app=app_in_memory())


@pytest.fixture(scope="module")
def app_on_postgresql() -> Iterator[FastAPI]:
    with postgresql_url() as url, SqlStore(url, clock=ManualClock(NOW)) as store:
        engine = Engine(store)
        engine.add_restaurant(a_house())
        yield create_app(engine, actor_of, UNLIMITED)


# The cases that schemathesis lists for each parameter, hundreds of them, are left to the memory.
DRAWN = settings(max_examples=15, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


@pytest.mark.slow
@schema.parametrize()
@DRAWN
def test_no_generated_request_breaks_the_document_on_postgresql(
    case: schemathesis.Case[Any], app_on_postgresql: FastAPI
) -> None:
    check(case, "admin", app=app_on_postgresql)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(a_house(), ManualClock(NOW)) as found:
        yield found


@pytest.mark.slow
@served_schema.parametrize()
@DRAWN
def test_no_generated_request_breaks_the_document_of_an_async_server(
    case: schemathesis.Case[Any], address: str
) -> None:
    # A stream of this server lasts until its client goes away.
    if not case.path.endswith("/events/stream"):
        check(case, "admin", base_url=address)
