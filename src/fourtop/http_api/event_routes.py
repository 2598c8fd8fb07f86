"""The route that streams the events of a restaurant to staff."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated, Any, Final, cast
from weakref import finalize

from fastapi import Header, HTTPException, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from fourtop.http_api.answer import problems
from fourtop.http_api.call import RestaurantId, service_of
from fourtop.http_api.event_stream import EventStream, sequence_of
from fourtop.http_api.roles import Level
from fourtop.http_api.route_group import RouteGroup

EVENTS = RouteGroup("events", Level.STAFF)

_MOST_STREAMS: Final = 200
_LATER: Final = {"Retry-After": "10"}
# The second header keeps proxies of the kind of nginx from collecting messages.
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


# What OpenAPI says of each message.
_MESSAGE: Final = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "The sequence of the event."},
        "event": {"type": "string", "enum": ["change", "reset"]},
        "data": {"type": "string", "description": "Of `change`, the event as JSON."},
    },
    "required": ["id", "event", "data"],
}
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The messages, as they come.",
        "content": {"text/event-stream": {"schema": _MESSAGE}},
    }
}


class EventStreamAnswer(StreamingResponse):
    """Server-sent events of an ``EventStream``, which it closes when its client is gone."""

    media_type = "text/event-stream"
    # What follows the answer. As a finalizer, it also follows one that is dropped before it begins.
    at_end: Callable[[], object] = object

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.at_end()

    async def stream_response(self, send: Send) -> None:
        """Send the messages. A failed send leaves the stream at a message; it must end, too."""
        async with aclosing(cast("AsyncGenerator[bytes, None]", self.body_iterator)):
            await super().stream_response(send)


@EVENTS.get(
    "/events/stream",
    response_class=EventStreamAnswer,
    response_model=None,
    responses={**problems(429), **_STREAM},
)
async def follow_events(
    request: Request,
    restaurant_id: RestaurantId,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            max_length=100,
            description="The `id` of the last message; the stream goes on after it.",
        ),
    ] = None,
    after: Annotated[
        int | None,
        Query(ge=0, lt=10**18, description="As `Last-Event-ID`, for the first request."),
    ] = None,
) -> EventStreamAnswer:
    """Stream every change of the restaurant as it is made, as server-sent events.

    A message `change` has an event as its data, and the sequence of the event as its id. A message
    `reset` says that events may be missing: read anew what you show.
    """
    service = service_of(request)
    feeds, options = service.feeds, service.options
    if not feeds.take_place(restaurant_id, _MOST_STREAMS):
        raise HTTPException(429, "too many streams of this restaurant", _LATER)
    try:
        stream = EventStream(
            feeds, restaurant_id, options.heartbeat_seconds, options.stream_seconds
        )
        page = await stream.first_page(sequence_of(last_event_id, after))
    except BaseException:
        feeds.free_place(restaurant_id)
        raise
    answer = EventStreamAnswer(stream.messages(page), headers=_HEADERS)
    answer.at_end = finalize(answer, feeds.free_place, restaurant_id)
    return answer
