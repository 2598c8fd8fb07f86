"""Answers: a record as JSON, with its headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi.responses import JSONResponse, Response
from pydantic_core import to_json
from starlette.requests import Request

from fourtop.formats.json_writer import json_writer
from fourtop.http_api.call import actor_of_request
from fourtop.http_api.entity_tag import is_known, tag_of
from fourtop.http_api.problem import MEDIA_TYPE
from fourtop.http_api.row_text import availability_text
from fourtop.http_api.shown import shown_to
from fourtop.model.booking import Booking
from fourtop.model.hold import Hold
from fourtop.model.month import Month
from fourtop.model.results import Availability

AVAILABILITY_AGE_SECONDS: Final = 60

_NEVER_STORED: Final = {"Cache-Control": "no-store"}
_TEXTS: Final[Mapping[int, str]] = {
    200: "The stored success of an earlier request with the same key.",
    304: "The client has this version.",
    400: "The request is malformed.",
    401: "The host does not know the client.",
    403: "The actor's role may not do this.",
    404: "The restaurant, or a record that the request names, is unknown.",
    409: "Tables or covers are lacking, or another change came first.",
    412: "The record has another version than `If-Match` asks for.",
    413: "The body is longer than 2,000,000 bytes.",
    422: "A value breaks a rule, or a rule of the house forbids it.",
    429: "Too many requests, or too many holds; `Retry-After` has the seconds to wait.",
    503: "The store cannot be reached; `Retry-After` has the seconds to wait.",
}
_STALE: Final = 412
_write: Final = json_writer()
_WITH_SECONDS: Final = frozenset({429, 503})
_OF_EVERY_ROUTE: Final = (400, 401, 403, 404, 422, 503)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of the statuses of a route, besides its success.

    Args:
        statuses: Those that not every route has.
    """
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    found: dict[int | str, dict[str, Any]] = {}
    for status in sorted({*_OF_EVERY_ROUTE, *statuses}):
        found[status] = {"description": _TEXTS[status], "content": {MEDIA_TYPE: schema}}
        if status in _WITH_SECONDS:
            seconds = {"description": "The seconds to wait.", "schema": {"type": "integer"}}
            found[status]["headers"] = {"Retry-After": seconds}
        if status == _STALE:
            tag = {"description": "The version of the record now.", "schema": {"type": "string"}}
            found[status]["headers"] = {"ETag": tag}
    return found


def replayed(model: Any) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of 200, for a route that answers 201 at the first time."""
    return {200: {"description": _TEXTS[200], "model": model}}


def unchanged() -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of 304, for a route that knows ``If-None-Match``."""
    return {304: {"description": _TEXTS[304]}}


class JsonAnswer(JSONResponse):
    """Plain data as JSON."""

    def render(self, content: Any) -> bytes:
        """Return the JSON of plain data.

        The writer of pydantic takes less than half of the time, and refuses a text that is no
        Unicode; the writer of the stores escapes it.
        """
        try:
            return to_json(content, inf_nan_mode="null")
        except ValueError:
            return _write(content).encode()


def answered(
    request: Request,
    value: Any,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> JsonAnswer:
    """Return a value as JSON, as far as the actor of the request may see it."""
    shown = shown_to(actor_of_request(request), value)
    return JsonAnswer(shown, status, {**_NEVER_STORED, **(headers or {})})


def availability_answer(request: Request, value: Availability | Month) -> Response:
    """Return an availability, which a cache may keep for a minute.

    Staff may see more than guests, so that a shared cache must not keep their answer.
    """
    actor = actor_of_request(request)
    age = f"max-age={AVAILABILITY_AGE_SECONDS}"
    headers = {"Cache-Control": age if actor.is_guest else f"private, {age}"}
    if isinstance(value, Availability):
        text = availability_text(actor, value)
        return Response(text, headers=headers, media_type=JsonAnswer.media_type)
    return answered(request, value, headers=headers)


def booking_answer(request: Request, booking: Booking, *, place: str | None = None) -> Response:
    """Return a booking with its entity tag; one that the client has already as 304.

    Args:
        request: The request.
        booking: The booking.
        place: The path of the bookings, if the command has made it.
    """
    headers = {"ETag": tag_of(booking.version)}
    if request.method == "GET" and is_known(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers={**_NEVER_STORED, **headers})
    return _made(request, booking, headers, place)


def hold_answer(request: Request, hold: Hold, *, place: str | None = None) -> Response:
    """Return a hold.

    Args:
        request: The request.
        hold: The hold.
        place: The path of the holds, if the command has made it.
    """
    return _made(request, hold, {}, place)


def _made(
    request: Request, record: Booking | Hold, headers: dict[str, str], place: str | None
) -> JsonAnswer:
    status = 200 if place is None or record.replayed else 201
    if place is not None:
        headers = {**headers, "Location": f"{place}/{record.id}"}
    if record.replayed:
        headers = {**headers, "Idempotency-Replayed": "true"}
    return answered(request, record, status=status, headers=headers)


def place_beside(request: Request, tail: str, place: str = "") -> str:
    """Return the path of the request with another end.

    >>> from starlette.requests import Request
    >>> scope = {"type": "http", "path": "/pub/holds/h1/confirm", "server": ("pub", 80)}
    >>> request = Request(scope | {"headers": [], "query_string": b""})
    >>> place_beside(request, "/holds/h1/confirm", "/bookings")
    '/pub/bookings'
    """
    path: str = request.scope["path"]
    return path.removesuffix(tail) + place
