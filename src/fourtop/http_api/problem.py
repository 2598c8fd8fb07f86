"""Problem details (RFC 9457): every error as JSON, with the status of its code.

``Code.http_status`` is the one table of statuses. The only addition of HTTP is 412 for a version
that ``If-Match`` asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Literal

import attrs
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from fourtop.errors import (
    AllocationsOverlap,
    Code,
    FourtopError,
    InvalidInput,
    Refused,
    StaleVersion,
)
from fourtop.formats.results import to_data
from fourtop.http_api.answer_model import ReasonAnswer
from fourtop.http_api.examples import PROBLEM
from fourtop.http_api.shown import shown_to, title_of
from fourtop.model.actor import Actor
from fourtop.model.alternatives import Alternative, AlternativeKind

MEDIA_TYPE: Final = "application/problem+json"
_TYPE: Final = "urn:fourtop:"
# How soon a client may try again what failed by accident, if the error does not know better.
_RETRY_SECONDS: Final = 1
# The facts of an error that name another party.
_PRIVATE: Final = frozenset({"in_the_way", "owner_kind", "owner_id", "by"})
# Python 3.13 has other names for these; a code is stable.
_RENAMED: Final[Mapping[int, str]] = {413: "CONTENT_TOO_LARGE", 422: "UNPROCESSABLE_CONTENT"}
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")


class FieldProblem(BaseModel):
    """A value of the request that breaks a rule."""

    field: str = Field(description="Its place, such as `body.party_size`.")
    rule: str


class AlternativeRequest(BaseModel):
    """Something else that the party can have. Book its requests in order."""

    model_config = ConfigDict(title="AlternativeRequest")

    kind: AlternativeKind
    text: str
    moved_minutes: int
    stay_minutes_lost: int
    requests: list[dict[str, Any]] = Field(description="Bodies to book, in order.")


class Problem(BaseModel):
    """Problem details (RFC 9457). Branch on `code`; `detail` is for people."""

    model_config = ConfigDict(json_schema_extra={"examples": [dict(PROBLEM)]})

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="A stable code: of the errors of fourtop, or of the HTTP status.")
    is_retryable: bool = Field(description="Whether the same request may succeed later.")
    details: dict[str, Any] = Field(description="The facts of the error.")
    reasons: list[ReasonAnswer] = Field(
        default=[], description="Why it was refused, the decisive reason first."
    )
    errors: list[FieldProblem] = Field(default=[], description="The values at fault.")
    alternatives: list[AlternativeRequest] = Field(
        default=[], description="What the party can have instead."
    )
    current: dict[str, Any] | None = Field(
        default=None, description="Of 412: the booking as it is now. `ETag` has its version."
    )
    changed: list[Literal["floor", "policy"]] = Field(
        default=[],
        description="Of 412: the parts of the house edited since; `ETag` has its version.",
    )


class RefusedWithAlternatives(Exception):
    """A refusal, and what the party can have instead.

    Args:
        refused: The refusal.
        alternatives: The alternatives, if any.
    """

    def __init__(self, refused: Refused, alternatives: Sequence[Alternative]) -> None:
        super().__init__(refused, alternatives)
        self.refused = refused
        self.alternatives = alternatives


@attrs.frozen
class Current:
    """A record as it is now.

    Args:
        tag: Its entity tag.
        record: What the actor may see of it; ``None``: a house, which has a route of its own.
        changed: The parts of a house that were edited since the version of the client. Of a booking
            the store keeps no earlier version to compare.
    """

    tag: str
    record: dict[str, Any] | None
    changed: Sequence[str] = ()


def problem(
    status: int,
    code: str,
    detail: str,
    more: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return problem details as a response. It is never stored by a cache."""
    body = {**problem_type(code, status, is_retryable=False), "detail": detail, **more}
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return JSONResponse(body, status, kept, media_type=MEDIA_TYPE)


def problem_type(code: str, status: int, *, is_retryable: bool) -> dict[str, Any]:
    """Return the part of a problem that follows from its code alone."""
    return {
        "type": f"{_TYPE}{code}",
        "title": title_of(code),
        "status": status,
        "detail": title_of(code),
        "code": code,
        "is_retryable": is_retryable,
        "details": {},
    }


def problem_of(
    error: Exception, actor: Actor, *, has_precondition: bool, current: Current | None = None
) -> JSONResponse | None:
    """Return the problem details of an error; ``None``: the error is not one of a request.

    Args:
        error: The error.
        actor: The actor. A guest learns nothing about other parties.
        has_precondition: Whether the request has ``If-Match``, and the route knows it.
        current: The record as it is now, if the request is about another version.
    """
    if isinstance(error, RefusedWithAlternatives):
        found = [_offer(actor, each) for each in error.alternatives]
        return _error_problem(error.refused, actor, {"alternatives": found}, None)
    if isinstance(error, StaleVersion) and has_precondition:
        stale = _error_problem(error, actor, _record(current), HTTPStatus.PRECONDITION_FAILED.value)
        stale.headers.update(_tag(current))
        return stale
    if isinstance(error, FourtopError):
        return _error_problem(error, actor, {}, None)
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return _http_problem(error, current)
    return None


def _record(current: Current | None) -> dict[str, Any]:
    if current is None:
        return {}
    found = {"current": current.record, "changed": list(current.changed)}
    return {key: value for key, value in found.items() if value}


def _tag(current: Current | None) -> dict[str, str]:
    return {} if current is None else {"ETag": current.tag}


def _error_problem(
    error: FourtopError, actor: Actor, more: Mapping[str, Any], status: int | None
) -> JSONResponse:
    found = error.http_status if status is None else status
    detail, details = str(error) or title_of(error.code), to_data(error.details)
    causes: Mapping[str, Any] = {}
    if isinstance(error, InvalidInput):
        causes = {"errors": [{"field": error.field, "rule": error.rule}]}
    if isinstance(error, Refused):
        refusal = shown_to(actor, error.refusal)
        detail, details = refusal["text"], {"proof": refusal["proof"]}
        causes = {"reasons": refusal["reasons"]}
    elif found >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # The fault is ours: its text may name a database, and helps no client.
        detail, details = title_of(error.code), _waits(details)
    elif actor.is_guest and not details.keys().isdisjoint(_PRIVATE):
        detail = title_of(error.code)
        details = {key: value for key, value in details.items() if key not in _PRIVATE}
    # With the same precondition, the same request cannot succeed.
    is_retryable = error.is_retryable and found != HTTPStatus.PRECONDITION_FAILED
    stated = {"is_retryable": is_retryable, "details": details, **causes, **more}
    return problem(found, error.code.value, detail, stated, _retry_headers(error, found))


def _waits(details: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in details.items() if key == "retry_after_seconds"}


def _retry_headers(error: FourtopError, status: int) -> dict[str, str]:
    """Return ``Retry-After`` if waiting helps: other commands were in the way, or a rate."""
    known = error.details.get("retry_after_seconds")
    is_accident = isinstance(error, AllocationsOverlap) or status >= 429
    if known is None and not (is_accident and error.is_retryable):
        return {}
    return {"Retry-After": str(_RETRY_SECONDS if known is None else known)}


def _offer(actor: Actor, alternative: Alternative) -> dict[str, Any]:
    data = shown_to(actor, alternative)
    return {key: data[key] for key in AlternativeRequest.model_fields}


def _invalid(error: RequestValidationError) -> JSONResponse:
    """Return the places of the faults, and the rules; never a value, which may be personal."""
    errors = [
        {"field": ".".join(map(_plain, each["loc"])), "rule": each["msg"]}
        for each in error.errors()
    ]
    first = errors[0]
    detail = f"{first['field']}: {first['rule']}"
    code = Code.INVALID_INPUT
    return problem(code.http_status, code.value, detail, {"errors": errors})


def _plain(part: object) -> str:
    text = str(part)
    return text if _PLAIN_KEY.fullmatch(text) else "…"


def code_of(status: int) -> str:
    """Return the code of a status of HTTP that no code of fourtop describes.

    >>> code_of(403), code_of(413), code_of(499)
    ('FORBIDDEN', 'CONTENT_TOO_LARGE', 'HTTP_ERROR')
    """
    if status in _RENAMED:
        return _RENAMED[status]
    try:
        return HTTPStatus(status).name
    except ValueError:
        return "HTTP_ERROR"


def _http_problem(error: HTTPException, current: Current | None) -> JSONResponse:
    status = error.status_code
    code = code_of(status)
    is_retryable = status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    more = {"is_retryable": is_retryable, **_record(current)}
    headers = {**(error.headers or {}), **_tag(current)}
    return problem(status, code, str(error.detail), more, headers)
