"""Generated requests to the booking server: no 5xx, and no status that the aggregator lacks."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from fourtop import Engine, ManualClock, MemoryStore
from fourtop.aggregator import ServerOptions, basic_login, booking_server
from tests.aggregator.aggregator import LOGIN, MERCHANT, METHODS, SECRET
from tests.evening import NOW, a_house


def an_app() -> FastAPI:
    engine = Engine(MemoryStore(ManualClock(NOW)))
    engine.add_restaurant(a_house())
    app = FastAPI()
    options = ServerOptions(user_secret=SECRET, clock=ManualClock(NOW))
    app.include_router(booking_server(engine, [MERCHANT], basic_login(*LOGIN), options))
    return app


schema = schemathesis.openapi.from_asgi("/openapi.json", an_app())


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_no_generated_request_is_an_error_of_the_server(case: schemathesis.Case[Any]) -> None:
    if isinstance(case.body, dict):
        # Otherwise nearly every request names an unknown merchant.
        for part in (case.body, case.body.get("slot")):
            if isinstance(part, dict) and "merchant_id" in part:
                part["merchant_id"] = MERCHANT.id
    answer = case.call_and_validate(checks=[not_a_server_error], auth=LOGIN)
    assert answer.status_code in (200, 400, 405)


def test_the_document_has_each_method_once() -> None:
    paths = an_app().openapi()["paths"]
    assert sorted(paths) == sorted(f"/v3/{name}/" for name in METHODS)
