"""The routes of the seating plan, for staff: tables by hand, moves, swaps, pins, overrides."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body
from starlette.requests import Request
from starlette.responses import Response

from fourtop.http_api.answer import answered, booking_answer, problems
from fourtop.http_api.answer_model import answer_list, answer_model
from fourtop.http_api.bodies import Moves, Swap, WantedTables
from fourtop.http_api.call import ChangeCall, Key, OfDesk, settled
from fourtop.http_api.query_values import Id
from fourtop.http_api.request_body import Reads
from fourtop.http_api.roles import Level
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.booking import Booking
from fourtop.model.validation import Selection, Validation

SEATING = RouteGroup("seating", Level.STAFF)

_BOOKING = answer_model(Booking)
_BOOKINGS = answer_list(Booking)
_CHANGED = problems(409, 412)


@SEATING.post("/validations", response_model=answer_model(Validation), responses=problems(409))
async def validate(
    request: Request,
    desk: OfDesk,
    selection: Annotated[Selection, Body(), Reads(Selection)],
) -> Response:
    """Run every check on tables that staff chose by hand, and say what each one finds.

    A check that an override names is a warning. Without an `error`, the tables can be given at the
    `versions` of the answer.
    """
    return answered(request, await desk.validate(selection))


@SEATING.post("/bookings/{booking_id}/assign", response_model=_BOOKING, responses=_CHANGED)
async def assign(
    request: Request,
    desk: OfDesk,
    booking_id: Id,
    wanted: Annotated[WantedTables, Body(), Reads(WantedTables)],
    call: ChangeCall,
) -> Response:
    """Give tables to a booking that waits for them, and confirm it."""
    made = await settled(
        call.key,
        lambda: desk.assign(
            booking_id,
            wanted.tables,
            overrides=wanted.overrides,
            expected=call.expected,
            key=call.key,
        ),
    )
    return booking_answer(request, made)


@SEATING.post("/bookings/{booking_id}/unassign", response_model=_BOOKING, responses=_CHANGED)
async def unassign(request: Request, desk: OfDesk, booking_id: Id, call: ChangeCall) -> Response:
    """Take the tables from a confirmed booking: it waits for others."""
    made = await settled(
        call.key, lambda: desk.unassign(booking_id, expected=call.expected, key=call.key)
    )
    return booking_answer(request, made)


@SEATING.put("/bookings/{booking_id}/pin", response_model=_BOOKING, responses=_CHANGED)
async def pin(request: Request, desk: OfDesk, booking_id: Id, call: ChangeCall) -> Response:
    """Keep a booking at its tables: no move, swap or repair takes them away."""
    made = await settled(
        call.key, lambda: desk.pin(booking_id, expected=call.expected, key=call.key)
    )
    return booking_answer(request, made)


@SEATING.delete("/bookings/{booking_id}/pin", response_model=_BOOKING, responses=_CHANGED)
async def unpin(request: Request, desk: OfDesk, booking_id: Id, call: ChangeCall) -> Response:
    """Let a pinned booking move again."""
    made = await settled(
        call.key, lambda: desk.unpin(booking_id, expected=call.expected, key=call.key)
    )
    return booking_answer(request, made)


@SEATING.post("/moves", response_model=_BOOKINGS, responses=problems(409))
async def move(
    request: Request, desk: OfDesk, wanted: Annotated[Moves, Body(), Reads(Moves)], key: Key
) -> Response:
    """Give bookings other tables, several in one step, checked as a whole at its end.

    `expected` of a move is the version of the booking that the client saw; at another, 409.
    """
    made = await settled(key, lambda: desk.move(wanted.moves, key=key))
    return answered(request, made)


@SEATING.post("/swaps", response_model=_BOOKINGS, responses=problems(409))
async def swap(
    request: Request, desk: OfDesk, wanted: Annotated[Swap, Body(), Reads(Swap)], key: Key
) -> Response:
    """Give each of two bookings the tables of the other, in one step."""
    made = await settled(
        key, lambda: desk.swap(wanted.first, wanted.second, overrides=wanted.overrides, key=key)
    )
    return answered(request, made)
