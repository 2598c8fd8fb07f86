"""The routes that show what can be booked: a time, a day, a month, a quote, alternatives."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fourtop.engine import AsyncDesk
from fourtop.errors import Refusal, Refused
from fourtop.http_api.answer import answered, availability_answer, problems
from fourtop.http_api.answer_model import answer_model
from fourtop.http_api.bodies import WantedAlternatives
from fourtop.http_api.call import OfDesk, or_alternatives
from fourtop.http_api.query_values import (
    MOST_SIZES,
    Conditions,
    DateText,
    InstantText,
    MonthText,
    PartySize,
    date_of,
    month_of,
)
from fourtop.http_api.request_body import Reads
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.alternatives import Alternatives
from fourtop.model.month import Month
from fourtop.model.request import BookingRequest
from fourtop.model.results import Availability, Quote

AVAILABILITY = RouteGroup("availability")


class DayConditions(Conditions):
    """A date, or one start of it, and the parties."""

    date: DateText = Field(
        description="The date, in the restaurant's calendar.", examples=["2050-05-06"]
    )
    party_size: list[PartySize] = Field(
        description="A party size, or several.",
        min_length=1,
        max_length=MOST_SIZES,
        examples=[[4]],
    )
    at: InstantText | None = Field(
        None, description="Only this start: with an offset, or in the restaurant's local time."
    )


class MonthConditions(Conditions):
    """A month, and the party."""

    month: MonthText = Field(description="The month.", examples=["2050-05"])
    party_size: PartySize = Field(description="The party size.", examples=[4])


@AVAILABILITY.get(
    "/availability",
    response_model=answer_model(Availability),
    responses=problems(429),
    rate="availability",
    query=DayConditions,
)
async def read_availability(request: Request, desk: AsyncDesk, wanted: DayConditions) -> Response:
    """Return the start times of a date, each bookable or with the reason why not.

    A start without a `refusal` can be booked at the `versions` of the answer. With `at`, the answer
    has that start only.
    """
    terms = wanted.terms() | ({} if wanted.at is None else {"at": wanted.at})
    found = await desk.availability(date_of(wanted.date), wanted.party_size, **terms)
    return availability_answer(request, found)


@AVAILABILITY.get(
    "/availability/month",
    response_model=answer_model(Month),
    responses=problems(429),
    rate="availability",
    query=MonthConditions,
)
async def read_month(request: Request, desk: AsyncDesk, wanted: MonthConditions) -> Response:
    """Return the days of a month: the starts that can be booked, or the reason why none can."""
    year, month = month_of(wanted.month)
    found = await desk.month(year, month, wanted.party_size, **wanted.terms())
    return availability_answer(request, found)


@AVAILABILITY.post(
    "/quotes",
    response_model=answer_model(Quote),
    responses=problems(409, 429),
    rate="command",
)
async def quote(
    request: Request, desk: OfDesk, party: Annotated[BookingRequest, Body(), Reads(BookingRequest)]
) -> Response:
    """Return the best free tables for a party. A quote keeps nothing."""

    async def ask() -> Quote:
        found = await desk.quote(party)
        if isinstance(found, Refusal):
            raise Refused(found)
        return found

    return answered(request, await or_alternatives(desk, party, ask()))


@AVAILABILITY.post(
    "/alternatives",
    response_model=answer_model(Alternatives),
    responses=problems(429),
    rate="command",
)
async def read_alternatives(
    request: Request,
    desk: OfDesk,
    wanted: Annotated[WantedAlternatives, Body(), Reads(WantedAlternatives)],
) -> Response:
    """Return other times, zones, lengths of the stay, or a split of the party."""
    return answered(request, await desk.alternatives(wanted.request, wanted.terms))
