"""The routes that show the house to staff: the day, lists of bookings, the waitlist, at risk."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from fourtop.engine import AtRisk
from fourtop.http_api.answer import answered, problems
from fourtop.http_api.answer_model import answer_list, answer_model
from fourtop.http_api.call import Key, OfDesk, settled
from fourtop.http_api.query_values import DateText, Id, InstantText, OnDate, date_of
from fourtop.http_api.roles import Level
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.booking import BookingStatus
from fourtop.model.booking_list import MAX_PAGE, BookingFilter, BookingPage
from fourtop.model.calendar import as_moment
from fourtop.model.day import Day
from fourtop.model.waitlist import Offer, Waitlist

DAYS = RouteGroup("day", Level.STAFF)

_MOST_SECONDS = 3_600


@DAYS.get("/days/{date}", response_model=answer_model(Day), responses=problems())
async def read_day(
    request: Request,
    desk: OfDesk,
    date: Annotated[DateText, Path(description="The date.", examples=["2050-05-06"])],
) -> Response:
    """Return all tables of a date with all that takes them, and the bookings without tables."""
    return answered(request, await desk.day(date_of(date)))


@DAYS.get("/at-risk", response_model=answer_list(AtRisk), responses=problems())
async def read_at_risk(request: Request, desk: OfDesk) -> Response:
    """Return the bookings with a table that a seated party may still have when they come."""
    return answered(request, await desk.at_risk())


class Listed(BaseModel):
    """The bookings of a list, and its page."""

    start: InstantText | None = Field(None, description="The first start, with an offset.")
    end: InstantText | None = Field(None, description="The end of the starts, with an offset.")
    status: list[BookingStatus] = Field([], description="One of these statuses.")
    reference: Id | None = Field(None, description="The host's own id.")
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = Field(
        100, description="The most bookings of the page."
    )
    after: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="The `next_page` of the page before."
    )

    def filter(self) -> BookingFilter:
        """Return the filter of the model.

        Raises:
            InvalidInput: If a value breaks a rule.
        """
        start, end = (
            None if text is None else as_moment(text, name)
            for name, text in (("start", self.start), ("end", self.end))
        )
        return BookingFilter(start, end, statuses=self.status, reference=self.reference)


@DAYS.get("/bookings", response_model=answer_model(BookingPage), responses=problems())
async def list_bookings(
    request: Request, desk: OfDesk, listed: Annotated[Listed, Query()]
) -> Response:
    """Return a page of bookings, by start, then id; `next_page` and `Link` lead to the next one."""
    page = await desk.list_bookings(listed.filter(), limit=listed.limit, after=listed.after)
    if page.next_page is None:
        return answered(request, page)
    url = request.url.include_query_params(after=page.next_page)
    link = f'<{url.path}?{url.query}>; rel="next"'
    return answered(request, page, headers={"Link": link})


@DAYS.get("/waitlist", response_model=answer_model(Waitlist), responses=problems())
async def read_waitlist(request: Request, desk: OfDesk, date: OnDate) -> Response:
    """Return the parties that wait for tables on a date, the first to join first."""
    return answered(request, await desk.waitlist(date_of(date)))


@DAYS.post(
    "/waitlist/offers",
    status_code=201,
    response_model=answer_model(Offer),
    responses={
        **problems(409, 429),
        200: {"description": "A stored offer.", "model": answer_model(Offer)},
        204: {"description": "No party that waits can be seated now."},
    },
)
async def offer(
    request: Request,
    desk: OfDesk,
    date: OnDate,
    key: Key,
    ttl_seconds: Annotated[
        int | None,
        Query(ge=1, le=_MOST_SECONDS, description="The lifetime; without it, the policy's."),
    ] = None,
) -> Response:
    """Keep tables for the party that has waited longest among those that they suit."""
    made = await settled(key, lambda: desk.offer(date_of(date), ttl_seconds=ttl_seconds, key=key))
    if made is None:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    return answered(request, made, status=200 if made.replayed else 201)
