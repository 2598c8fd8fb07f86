"""The routes of the live service, for staff: parties sit down, stay longer, leave, do not come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Body, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from fourtop.http_api.answer import booking_answer, place_beside, problems, replayed
from fourtop.http_api.answer_model import answer_model
from fourtop.http_api.call import Change, ChangeCall, Key, OfDesk, settled
from fourtop.http_api.query_values import Id, InstantText, PartySize
from fourtop.http_api.request_body import Reads
from fourtop.http_api.roles import Level
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.booking import Booking
from fourtop.model.request import STAY_MINUTES
from fourtop.model.walk_in import WalkIn

SERVICE = RouteGroup("service", Level.STAFF)

_BOOKING = answer_model(Booking)
_CHANGED = problems(409, 412)
Step = Callable[..., Awaitable[Booking]]


async def _step(request: Request, step: Step, booking_id: str, call: Change) -> Response:
    """Take a step in the life of a booking."""
    made = await settled(call.key, lambda: step(booking_id, expected=call.expected, key=call.key))
    return booking_answer(request, made)


@SERVICE.post("/bookings/{booking_id}/seat", response_model=_BOOKING, responses=_CHANGED)
async def seat(request: Request, desk: OfDesk, booking_id: Id, call: ChangeCall) -> Response:
    """Record that the party sits down: the booking is checked in.

    Its tables are taken from now until it leaves.
    """
    return await _step(request, desk.seat, booking_id, call)


@SERVICE.post("/bookings/{booking_id}/complete", response_model=_BOOKING, responses=_CHANGED)
async def complete(request: Request, desk: OfDesk, booking_id: Id, call: ChangeCall) -> Response:
    """Record that the party has left: its tables are free after the buffer for cleaning."""
    return await _step(request, desk.complete, booking_id, call)


@SERVICE.post("/bookings/{booking_id}/no-show", response_model=_BOOKING, responses=_CHANGED)
async def no_show(request: Request, desk: OfDesk, booking_id: Id, call: ChangeCall) -> Response:
    """Record that the party did not come: its tables are free from now on."""
    return await _step(request, desk.no_show, booking_id, call)


@SERVICE.post("/bookings/{booking_id}/undo", response_model=_BOOKING, responses=_CHANGED)
async def undo(request: Request, desk: OfDesk, booking_id: Id, call: ChangeCall) -> Response:
    """Take back the last step: seat, walk in, complete, no-show or cancel."""
    return await _step(request, desk.undo, booking_id, call)


class Longer(BaseModel):
    """How much longer a party stays. Give one of them."""

    minutes: Annotated[int, Field(ge=STAY_MINUTES[0], le=STAY_MINUTES[1])] | None = Field(
        None, description="How much later than the present end, or than now."
    )
    until: InstantText | None = Field(
        None, description="The new end: with an offset, or in the restaurant's local time."
    )


@SERVICE.post("/bookings/{booking_id}/prolong", response_model=_BOOKING, responses=_CHANGED)
async def prolong(
    request: Request,
    desk: OfDesk,
    booking_id: Id,
    longer: Annotated[Longer, Query()],
    call: ChangeCall,
) -> Response:
    """Let a seated party stay longer, up to the next party at its tables."""

    async def step(booking: str, *, expected: int | None, key: str | None) -> Booking:
        return await desk.prolong(
            booking, until=longer.until, minutes=longer.minutes, expected=expected, key=key
        )

    return await _step(request, step, booking_id, call)


@SERVICE.post("/bookings/{booking_id}/resize", response_model=_BOOKING, responses=_CHANGED)
async def resize(
    request: Request,
    desk: OfDesk,
    booking_id: Id,
    party_size: Annotated[PartySize, Query(description="The number of people.", examples=[3])],
    call: ChangeCall,
) -> Response:
    """Give a party another size. It keeps its time and its tables, also while it sits."""

    async def step(booking: str, *, expected: int | None, key: str | None) -> Booking:
        return await desk.resize(booking, party_size, expected=expected, key=key)

    return await _step(request, step, booking_id, call)


@SERVICE.post(
    "/walk-ins",
    status_code=201,
    response_model=_BOOKING,
    responses={**problems(409), **replayed(_BOOKING)},
)
async def walk_in(
    request: Request,
    desk: OfDesk,
    party: Annotated[WalkIn, Body(), Reads(WalkIn)],
    key: Key,
    moves: Annotated[
        int,
        Query(ge=0, le=5, description="Most later bookings that may get other tables."),
    ] = 0,
) -> Response:
    """Give a party at the door the best free tables and seat it, in one step."""
    made = await settled(key, lambda: desk.walk_in(party, moves=moves, key=key))
    return booking_answer(request, made, place=place_beside(request, "/walk-ins", "/bookings"))
