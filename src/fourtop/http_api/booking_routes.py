"""The routes of a guest's booking and of the waitlist: book, read, cancel, reschedule, wait."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Body, HTTPException, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from fourtop.http_api.answer import (
    booking_answer,
    place_beside,
    problems,
    replayed,
    unchanged,
)
from fourtop.http_api.answer_model import answer_model
from fourtop.http_api.call import (
    ChangeCall,
    Key,
    OfDesk,
    actor_of_request,
    or_alternatives,
    settled,
)
from fourtop.http_api.query_values import Id, InstantText
from fourtop.http_api.request_body import Reads
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.booking import Booking
from fourtop.model.booking_change import BookingChange
from fourtop.model.calendar import as_moment
from fourtop.model.request import BookingRequest
from fourtop.model.waitlist_terms import WaitlistTerms

BOOKINGS = RouteGroup("bookings")
WAITLIST = RouteGroup("waitlist")

_BOOKING = answer_model(Booking)
_MADE = {**problems(409, 429), **replayed(_BOOKING)}


class BookTerms(BaseModel):
    """The optional terms of a booking; only staff may give them."""

    tables: Literal["now", "later"] = Field(
        "now", description="`later`: count the party, and choose its tables later. Only for staff."
    )
    moves: Annotated[int, Field(ge=0, le=5)] = Field(
        0, description="Most bookings that may get other tables to make room. Only for staff."
    )


@BOOKINGS.post(
    "/bookings",
    status_code=201,
    response_model=_BOOKING,
    responses=_MADE,
    rate="command",
)
async def book(
    request: Request,
    desk: OfDesk,
    party: Annotated[BookingRequest, Body(), Reads(BookingRequest)],
    terms: Annotated[BookTerms, Query()],
    key: Key,
) -> Response:
    """Check a party, choose its tables and confirm the booking, in one step.

    Without free tables, the answer is 409 with `alternatives`; each has the bodies to book.
    """
    if actor_of_request(request).is_guest and terms.model_fields_set:
        raise HTTPException(403, "only staff may give the terms of a booking")
    made = await settled(
        key,
        lambda: or_alternatives(
            desk, party, desk.book(party, tables=terms.tables, moves=terms.moves, key=key)
        ),
    )
    return booking_answer(request, made, place=request.scope["path"])


@BOOKINGS.get(
    "/bookings/{booking_id}",
    response_model=_BOOKING,
    responses={**problems(), **unchanged()},
)
async def read_booking(request: Request, desk: OfDesk, booking_id: Id) -> Response:
    """Return a booking. Its `ETag` goes into `If-Match` of a change."""
    return booking_answer(request, await desk.get_booking(booking_id))


@BOOKINGS.patch(
    "/bookings/{booking_id}",
    response_model=_BOOKING,
    responses=problems(409, 412, 429),
    rate="command",
)
async def reschedule(
    request: Request,
    desk: OfDesk,
    booking_id: Id,
    change: Annotated[BookingChange, Body(), Reads(BookingChange)],
    call: ChangeCall,
) -> Response:
    """Give a booking another time, party size or conditions, with tables for them.

    A key that is left out keeps its value. Without free tables, the booking stays unchanged, and
    the answer is 409 with `alternatives`.
    """

    async def changed() -> BookingRequest:
        return change.applied_to(await desk.get_booking(booking_id))

    async def give() -> Booking:
        command = desk.reschedule(booking_id, change, expected=call.expected, key=call.key)
        return await or_alternatives(desk, changed, command, booking_id)

    return booking_answer(request, await settled(call.key, give))


@BOOKINGS.post(
    "/bookings/{booking_id}/cancel",
    response_model=_BOOKING,
    responses=problems(409, 412, 429),
    rate="command",
)
async def cancel(request: Request, desk: OfDesk, booking_id: Id, call: ChangeCall) -> Response:
    """Cancel a booking: its tables are free from now on."""
    made = await settled(
        call.key, lambda: desk.cancel(booking_id, expected=call.expected, key=call.key)
    )
    return booking_answer(request, made)


class WaitTerms(BaseModel):
    """The starts that a party takes, and how long it waits. Each has an offset."""

    earliest: InstantText | None = Field(None, description="The earliest start.")
    latest: InstantText | None = Field(None, description="The latest start.")
    until: InstantText | None = Field(None, description="When the party stops waiting.")

    def read(self) -> WaitlistTerms:
        """Return the terms of the model.

        Raises:
            InvalidInput: If a text is not a time.
            NaiveDatetime: If a time has no offset.
        """
        given = {
            name: as_moment(value, name)
            for name, value in self.model_dump(exclude_none=True).items()
        }
        return WaitlistTerms(**given)


@WAITLIST.post(
    "/waitlist",
    status_code=201,
    response_model=_BOOKING,
    responses=_MADE,
    rate="command",
)
async def join_waitlist(
    request: Request,
    desk: OfDesk,
    party: Annotated[BookingRequest, Body(), Reads(BookingRequest)],
    terms: Annotated[WaitTerms, Query()],
    key: Key,
) -> Response:
    """Note a party that would come if tables became free. It has no tables, and counts nowhere."""
    wanted = terms.read()
    made = await settled(key, lambda: desk.join_waitlist(party, wanted, key=key))
    place = place_beside(request, "/waitlist", "/bookings")
    return booking_answer(request, made, place=place)


@WAITLIST.delete(
    "/waitlist/{booking_id}",
    response_model=_BOOKING,
    responses=problems(409, 412, 429),
    rate="command",
)
async def leave_waitlist(
    request: Request, desk: OfDesk, booking_id: Id, call: ChangeCall
) -> Response:
    """Take a party from the waitlist: its booking is cancelled, and its open offer ends."""
    made = await settled(
        call.key, lambda: desk.leave_waitlist(booking_id, expected=call.expected, key=call.key)
    )
    return booking_answer(request, made)
