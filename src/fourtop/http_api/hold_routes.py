"""The routes that keep tables for a guest who decides: hold, extend, release, confirm."""

from __future__ import annotations

from typing import Annotated

import attrs
from fastapi import Body, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from fourtop.errors import NotFound
from fourtop.http_api.answer import (
    answered,
    booking_answer,
    hold_answer,
    place_beside,
    problems,
    replayed,
)
from fourtop.http_api.answer_model import answer_model
from fourtop.http_api.call import ChangeCall, Key, OfDesk, or_alternatives, settled
from fourtop.http_api.query_values import Id
from fourtop.http_api.request_body import Reads
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.booking import Booking
from fourtop.model.hold import Hold
from fourtop.model.request import BookingRequest

HOLDS = RouteGroup("holds")

_HOLD = answer_model(Hold)
_BOOKING = answer_model(Booking)


class HoldTerms(BaseModel):
    """The optional terms of a hold."""

    ttl_seconds: int | None = Field(None, description="Its lifetime; without it, the policy's.")
    session: Id | None = Field(None, description="The host's session; it has a limit of its own.")
    booking_id: Id | None = Field(None, description="A pending booking of this size and start.")


@HOLDS.post(
    "/holds",
    status_code=201,
    response_model=_HOLD,
    responses={**problems(409, 429), **replayed(_HOLD)},
    rate="command",
)
async def hold(
    request: Request,
    desk: OfDesk,
    party: Annotated[BookingRequest, Body(), Reads(BookingRequest)],
    terms: Annotated[HoldTerms, Query()],
    key: Key,
) -> Response:
    """Keep the best free tables for a party until the hold expires: all of them or none.

    Without free tables, the answer is 409 with `alternatives`.
    """
    given = terms.model_dump(exclude_none=True)
    made = await settled(
        key, lambda: or_alternatives(desk, party, desk.hold(party, key=key, **given))
    )
    return hold_answer(request, made, place=request.scope["path"])


@HOLDS.get("/holds/{hold_id}", response_model=_HOLD, responses=problems())
async def read_hold(request: Request, desk: OfDesk, hold_id: Id) -> Response:
    """Return a hold that is alive."""
    found = await desk.find_hold(hold_id)
    if found is None:
        raise NotFound("hold", hold_id)
    return answered(request, found)


@HOLDS.post(
    "/holds/{hold_id}/extend",
    response_model=_HOLD,
    responses=problems(409, 429),
    rate="command",
)
async def extend_hold(
    request: Request,
    desk: OfDesk,
    hold_id: Id,
    seconds: Annotated[int, Query(description="How much later it expires.", examples=[60])],
    key: Key,
) -> Response:
    """Let a live hold expire later, within the life that the policy allows."""
    made = await settled(key, lambda: desk.extend_hold(hold_id, seconds=seconds, key=key))
    return hold_answer(request, made)


@attrs.frozen
class Replaced:
    """The hold that a new one replaces.

    Args:
        hold_id: Its id.
        ttl_seconds: The lifetime of the new hold; ``None``: that of the policy.
    """

    hold_id: str
    ttl_seconds: int | None


async def replaced_of(
    hold_id: Id,
    ttl_seconds: Annotated[
        int | None, Query(description="Its lifetime; without it, the policy's.")
    ] = None,
) -> Replaced:
    """Return the hold that a request replaces."""
    return Replaced(hold_id, ttl_seconds)


@HOLDS.post(
    "/holds/{hold_id}/replace",
    status_code=201,
    response_model=_HOLD,
    responses={**problems(409, 429), **replayed(_HOLD)},
    rate="command",
)
async def replace_hold(
    request: Request,
    desk: OfDesk,
    old: Annotated[Replaced, Depends(replaced_of)],
    party: Annotated[BookingRequest, Body(), Reads(BookingRequest)],
    key: Key,
) -> Response:
    """Give up a live hold and keep other tables, in one step. If refused, the old hold stays.

    The old hold's tables are free for the new one, which lives on with what is left of its life.
    Without free tables, the answer is 409 with `alternatives`.
    """
    made = await settled(
        key,
        lambda: or_alternatives(
            desk,
            party,
            desk.replace_hold(old.hold_id, party, ttl_seconds=old.ttl_seconds, key=key),
        ),
    )
    place = place_beside(request, f"/holds/{old.hold_id}/replace", "/holds")
    return hold_answer(request, made, place=place)


@HOLDS.delete(
    "/holds/{hold_id}",
    response_model=_HOLD,
    responses=problems(409, 429),
    rate="command",
)
async def release_hold(request: Request, desk: OfDesk, hold_id: Id, key: Key) -> Response:
    """Give up a live hold: its tables are free."""
    made = await settled(key, lambda: desk.release_hold(hold_id, key=key))
    return hold_answer(request, made)


class Confirmation(BaseModel):
    """How a hold is confirmed."""

    requote: bool = Field(
        default=False,
        description="Take the best tables by today's rules if the house has changed since.",
    )
    booking_id: Id | None = Field(None, description="The pending booking that it is for.")


@HOLDS.post(
    "/holds/{hold_id}/confirm",
    status_code=201,
    response_model=_BOOKING,
    responses={**problems(409, 412, 429), **replayed(_BOOKING)},
    rate="command",
)
async def confirm(
    request: Request,
    desk: OfDesk,
    hold_id: Id,
    terms: Annotated[Confirmation, Query()],
    call: ChangeCall,
) -> Response:
    """Turn a live hold into a confirmed booking, once. Repeating it returns the same booking."""
    made = await settled(
        call.key,
        lambda: desk.confirm(
            hold_id,
            requote=terms.requote,
            booking_id=terms.booking_id,
            expected=call.expected,
            key=call.key,
        ),
    )
    place = place_beside(request, f"/holds/{hold_id}/confirm", "/bookings")
    return booking_answer(request, made, place=place)
