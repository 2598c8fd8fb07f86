"""Problem details: every error of the tree, with its status, and without other parties' facts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, get_type_hints

import attrs
import pytest
from fastapi import FastAPI, HTTPException, Request

from fourtop import (
    GUEST,
    Actor,
    AllocationsOverlap,
    Code,
    Engine,
    FourtopError,
    MemoryStore,
    OutcomeUnknown,
    Proof,
    Reason,
    Refusal,
    Refused,
    StaleVersion,
    StoreMisconfigured,
)
from fourtop.errors import RowProblem
from fourtop.http_api import router
from fourtop.http_api.call import settled
from fourtop.http_api.problem import problem_of
from tests.http_api.client import Client, actor_of

STAFF = Actor("u2", "waiter")
# The status of each class of the tree, written apart from the code that gives it.
STATUSES = {
    "AllocationsOverlap": 409,
    "AlreadyExists": 409,
    "AmbiguousTime": 422,
    "ClockBehind": 503,
    "ForeignTenant": 403,
    "FourtopError": 422,
    "HoldEnded": 409,
    "HoldExpired": 409,
    "HoldLimit": 429,
    "HoldMismatch": 409,
    "HoldRateLimit": 429,
    "IllegalTransition": 409,
    "ImportRejected": 422,
    "InUse": 409,
    "InvalidDocument": 422,
    "InvalidIdentifier": 422,
    "InvalidInput": 422,
    "InvalidRows": 422,
    "InvalidWindow": 422,
    "KeyReused": 422,
    "MissingPackage": 503,
    "NaiveDatetime": 422,
    "NonexistentTime": 422,
    "NotFound": 404,
    "NothingToUndo": 409,
    "OutcomeUnknown": 503,
    "PolicyDrift": 409,
    "Refused": 409,
    "StaleVersion": 409,
    "StoreMisconfigured": 503,
    "StoreUnavailable": 503,
    "SweepFailed": 503,
    "TransactionConflict": 503,
    "TransactionUnusable": 503,
    "UnknownName": 422,
}


def tree(kind: type[FourtopError] = FourtopError) -> Iterator[type[FourtopError]]:
    yield kind
    for each in kind.__subclasses__():
        if each.__module__.partition(".")[0] == "fourtop":
            yield from tree(each)


def a_value(name: str, hint: Any) -> Any:
    """A value of an attribute of an error."""
    text = str(hint)
    if name == "refusal":
        return Refusal.by_rule(Code.TABLES_TAKEN, party_size=4)
    if name == "problems":
        return (RowProblem(1, Code.INVALID_INPUT, "wrong"),) if "Row" in text else ("wrong",)
    if "tuple" in text:
        return ("one", "two")
    return 3 if hint is int else "t1"


def an_error(kind: type[FourtopError]) -> FourtopError:
    hints = get_type_hints(kind)
    given = {
        each.name: a_value(each.name, hints[each.name])
        for each in attrs.fields(kind)
        if each.init and each.default is attrs.NOTHING
    }
    return kind(**given)


def body_of(error: Exception, actor: Actor = STAFF, **how: bool) -> dict[str, Any]:
    found = problem_of(error, actor, has_precondition=how.get("has_precondition", False))
    assert found is not None
    assert found.media_type == "application/problem+json"
    body: dict[str, Any] = json.loads(bytes(found.body))
    assert body["status"] == found.status_code
    return body


def test_the_table_of_statuses_has_every_error_of_the_tree() -> None:
    assert {each.__name__ for each in tree()} == STATUSES.keys()


@pytest.mark.parametrize("kind", list(tree()), ids=lambda kind: kind.__name__)
def test_every_error_of_the_tree_is_a_problem_with_its_status(kind: type[FourtopError]) -> None:
    error = an_error(kind)
    for actor in (GUEST, STAFF):
        body = body_of(error, actor)
        assert body["status"] == STATUSES[kind.__name__]
        assert body["code"] == error.code.value
        assert body["type"] == f"urn:fourtop:{error.code.value}"
        assert body["is_retryable"] is error.is_retryable
        assert body["detail"]


@pytest.mark.parametrize("code", Code)
def test_every_code_of_a_refusal_has_its_status(code: Code) -> None:
    refusal = Refusal((Reason(code, {}),), Proof.RULE)
    error = Refused(refusal)
    assert error.http_status == code.http_status
    assert code.http_status in (403, 404, 409, 422, 429, 503)


def test_a_stale_version_is_412_with_a_precondition_only() -> None:
    error = StaleVersion("booking", 1, 2)
    assert body_of(error)["status"] == 409
    body = body_of(error, has_precondition=True)
    assert (body["status"], body["is_retryable"]) == (412, False)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("AllocationsOverlap", "1"),
        ("HoldLimit", "1"),
        ("HoldRateLimit", "3"),
        ("StoreUnavailable", "1"),
        ("OutcomeUnknown", "1"),
        ("StaleVersion", None),
        ("Refused", None),
        ("ClockBehind", None),
        ("StoreMisconfigured", None),
    ],
)
def test_a_problem_that_passes_says_how_long_to_wait(name: str, seconds: str | None) -> None:
    (kind,) = [each for each in tree() if each.__name__ == name]
    found = problem_of(an_error(kind), GUEST, has_precondition=False)
    assert found is not None
    assert found.headers.get("retry-after") == seconds


def test_a_fault_of_the_server_tells_the_client_nothing_about_it() -> None:
    body = body_of(StoreMisconfigured(("the login app owns bookings",)))
    assert "login" not in json.dumps(body)
    assert body["detail"] == "Store misconfigured"


def test_a_guest_does_not_learn_who_is_in_the_way() -> None:
    error = AllocationsOverlap("table", "3", "row-7", "booking", "b77", "19:00", "21:00")
    assert "b77" in json.dumps(body_of(error, STAFF))
    guest = body_of(error, GUEST)
    assert not {"b77", "row-7"} & set(map(str, guest["details"].values()))
    assert "b77" not in json.dumps(guest)


def test_a_reason_that_names_another_party_has_a_general_text_for_guests() -> None:
    facts = {"party_size": 4, "promised": ["b77"]}
    refusal = Refusal((Reason(Code.TABLES_PROMISED, facts),), Proof.RULE)
    assert "b77" in body_of(Refused(refusal), STAFF)["detail"]
    guest = body_of(Refused(refusal), GUEST)
    assert guest["detail"] == "Tables promised"
    assert guest["reasons"][0]["details"] == {"party_size": 4}


def test_other_exceptions_are_the_hosts() -> None:
    assert problem_of(LookupError("bug"), GUEST, has_precondition=False) is None


def test_an_http_error_of_the_host_keeps_its_headers(api: Client) -> None:
    answer = api("GET", "/bookings/b1", user="nobody")
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert answer.headers["www-authenticate"] == "Basic"
    assert answer.json()["detail"] == "who are you?"


def test_an_unusual_status_of_the_host_is_a_problem() -> None:
    assert body_of(HTTPException(499, "gone"))["code"] == "HTTP_ERROR"


def test_paths_and_methods_without_a_route_are_problems(api: Client) -> None:
    for method, path, status in (("GET", "/nowhere", 404), ("PUT", "/bookings", 405)):
        answer = api(method, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_problems_are_listed_with_their_statuses(api: Client) -> None:
    answer = api("GET", "/problems")
    listed = {each["code"]: each["status"] for each in answer.json()}
    assert {code.value: code.http_status for code in Code}.items() <= listed.items()
    assert (listed["TOO_MANY_REQUESTS"], listed["CONTENT_TOO_LARGE"]) == (429, 413)


def test_a_lost_reply_is_settled_by_one_more_call_if_there_is_a_key() -> None:
    calls: list[int] = []

    async def call() -> str:
        calls.append(1)
        if len(calls) == 1:
            raise OutcomeUnknown("book")
        return "done"

    assert asyncio.run(settled("k1", call)) == "done"
    assert len(calls) == 2
    calls.clear()
    with pytest.raises(OutcomeUnknown):
        asyncio.run(settled(None, call))


def test_a_router_leaves_the_errors_of_the_host_alone() -> None:
    app = FastAPI()
    app.include_router(router(Engine(MemoryStore()), actor_of), prefix="/api")

    @app.get("/own")
    async def own(request: Request) -> None:
        raise HTTPException(418, request.url.path)

    async def ask() -> list[Any]:
        import httpx  # noqa: PLC0415  # Only here.

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as http:
            return [await http.get("/own"), await http.get("/api/restaurants/pub/bookings/b1")]

    mine, ours = asyncio.run(ask())
    assert mine.json() == {"detail": "/own"}
    assert (ours.status_code, ours.json()["code"]) == (404, "NOT_FOUND")
