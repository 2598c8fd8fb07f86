"""Every error and every code over HTTP, as if the store or a decision had raised it."""

from __future__ import annotations

from string import Formatter
from typing import Any

import pytest

from fourtop import Code, FourtopError, MemoryStore, Proof, Reason, Refusal, Refused
from fourtop.errors.refusal import _TEXT
from tests.http_api.client import Client
from tests.http_api.test_problem import STATUSES, an_error, tree
from tests.unit.test_errors import FACTS

# Of each status that a code can have, some code is listed here, apart from the table itself.
KNOWN = {
    Code.FOREIGN_TENANT: 403,
    Code.NOT_FOUND: 404,
    Code.CAPACITY_EXCEEDED: 409,
    Code.TABLES_TAKEN: 409,
    Code.CLOSED: 422,
    Code.KEY_REUSED: 422,
    Code.HOLD_RATE_LIMIT: 429,
    Code.STORE_UNAVAILABLE: 503,
}


def refuse_all(monkeypatch: pytest.MonkeyPatch, error: FourtopError) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(MemoryStore, "transact", fail)


@pytest.mark.parametrize("kind", list(tree()), ids=lambda kind: kind.__name__)
def test_every_error_of_the_tree_is_answered_with_its_status(
    api: Client, monkeypatch: pytest.MonkeyPatch, kind: type[FourtopError]
) -> None:
    error = an_error(kind)
    refuse_all(monkeypatch, error)
    # The client of the tests holds the answer against the document, too.
    answer = api("POST", "/bookings/b1/cancel")
    assert (answer.status_code, answer.json()["code"]) == (STATUSES[kind.__name__], error.code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


def an_error_of(code: Code) -> FourtopError:
    """Return a refusal with a code; where no refusal has it, an error of the tree."""
    text = _TEXT.get(code)
    if text is None:
        return next(error for error in map(an_error, tree()) if error.code is code)
    names = [name for _, name, _, _ in Formatter().parse(text) if name]
    facts = dict.fromkeys(names, "x") | FACTS | {"wanted": {"features": ["quiet"]}}
    return Refused(Refusal((Reason(code, facts),), Proof.RULE))


@pytest.mark.parametrize("code", Code)
def test_every_code_is_answered_with_its_status(
    api: Client, monkeypatch: pytest.MonkeyPatch, code: Code
) -> None:
    refuse_all(monkeypatch, an_error_of(code))
    answer = api("POST", "/bookings/b1/cancel", role="waiter")
    assert answer.status_code == KNOWN.get(code, code.http_status)
    assert answer.json()["code"] == code
    assert answer.json()["type"] == f"urn:fourtop:{code}"
    assert answer.json()["detail"]


def test_every_status_of_the_codes_is_known() -> None:
    assert {code.http_status for code in Code} == set(KNOWN.values())
