"""The route that finds the first day on which a party can come."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Body, Query
from starlette.requests import Request
from starlette.responses import Response

from fourtop.http_api.answer import answered, problems
from fourtop.http_api.answer_model import answer_model
from fourtop.http_api.call import OfDesk
from fourtop.http_api.query_values import Id
from fourtop.http_api.request_body import Reads
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.month import BookableDay
from fourtop.model.request import BookingRequest

FREE_DAYS = RouteGroup("availability")

_MOST_DAYS: Final = 92


@FREE_DAYS.post(
    "/first-free-day",
    response_model=answer_model(BookableDay),
    responses={
        **problems(429),
        204: {"description": "The party can book no start of these dates."},
    },
    rate="availability",
)
async def first_free_day(
    request: Request,
    desk: OfDesk,
    party: Annotated[BookingRequest, Body(), Reads(BookingRequest)],
    days: Annotated[
        int, Query(ge=1, le=_MOST_DAYS, description="The number of dates to search.")
    ] = 31,
    exclude: Annotated[
        Id | None, Query(description="A booking to leave out: its tables are free.")
    ] = None,
) -> Response:
    """Return the first day with a start that a party can book, from the date of its own start.

    The time of day of the body does not matter.
    """
    found = await desk.first_free_day(party, days=days, exclude=exclude)
    if found is None:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    return answered(request, found)
