"""The routes of day plans, for staff: tables for all bookings of a date, and their moves."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Body, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from fourtop.http_api.answer import answered, problems
from fourtop.http_api.answer_model import answer_list, answer_model
from fourtop.http_api.call import Key, OfDesk, RestaurantId, settled
from fourtop.http_api.query_values import DateText, Id, InstantText, PartySize, date_of
from fourtop.http_api.roles import Level
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.booking import Booking
from fourtop.model.calendar import as_moment
from fourtop.model.day_plan import MOST_VALUE, NODE_BUDGET, DayMove, DayPlan, Objective
from fourtop.model.results import Versions
from fourtop.model.window import to_micros

DAY_PLANS = RouteGroup("seating", Level.STAFF)

# About twenty seconds. A server has others to answer; ``Desk.plan_day`` takes more.
MOST_NODES: Final = 1_000_000
# As many as a list in another body may have.
_MOST_MOVES: Final = 1_000
_MOST_SEED: Final = 2**53 - 1

_Count = Annotated[int, Field(ge=0)]


class DayPlanBody(BaseModel):
    """The value of the parties in a day plan, and how long to search."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [{"objective": "priority", "values": {"0197c0de-7b22.0": 3}}]
        },
    )

    objective: Annotated[Objective, Field(strict=False)] = Field(
        Objective.COVERS, description="`covers`, `revenue` or `priority`."
    )
    values: dict[Id, Annotated[int, Field(ge=0, le=MOST_VALUE)]] = Field(
        {}, description="For a booking its amount or its priority; empty for `covers`."
    )
    node_budget: int = Field(
        NODE_BUDGET,
        ge=1,
        le=MOST_NODES,
        description="How many times to look for tables of a party; 50,000 take about a second.",
    )
    seed: int = Field(
        0,
        ge=0,
        le=_MOST_SEED,
        description="The same seed, bookings and house give the same plan.",
    )


class DayMoveBody(BaseModel):
    """A move of a day plan, as the plan has it."""

    model_config = ConfigDict(strict=True)

    booking_id: Id = Field(description="The booking.")
    version: Annotated[int, Field(ge=1)] = Field(
        description="The version of the booking that the plan has read."
    )
    party_size: PartySize = Field(description="The number of people.")
    start: InstantText = Field(description="When the party sits down, with an offset.")
    before: list[Id] = Field(description="The tables that it has; empty: it waits for tables.")
    tables: list[Id] = Field(min_length=1, description="The tables that it gets.")

    def read(self) -> DayMove:
        """Return the move of the model.

        Raises:
            InvalidInput: If a value breaks a rule.
            NaiveDatetime: If the start has no offset.
        """
        return DayMove(
            self.booking_id,
            self.version,
            self.party_size,
            to_micros(as_moment(self.start, "start"), "start"),
            self.before,
            self.tables,
        )


class VersionsBody(BaseModel):
    """The versions that a day plan has read."""

    model_config = ConfigDict(strict=True)

    floor: _Count = Field(description="Of the floor.")
    policy: _Count = Field(description="Of the policy.")
    occupancy: _Count = Field(description="Of the occupancy.")


class CommitDayPlanBody(BaseModel):
    """A day plan as it came. Its other keys are ignored."""

    model_config = ConfigDict(
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "on": "2050-05-06",
                    "moves": [
                        {
                            "booking_id": "0197c0de-7b22.0",
                            "version": 1,
                            "party_size": 4,
                            "start": "2050-05-06T18:00:00+00:00",
                            "before": [],
                            "tables": ["t12"],
                        }
                    ],
                    "versions": {"floor": 1, "policy": 1, "occupancy": 7},
                }
            ]
        },
    )

    on: DateText = Field(description="The service date.")
    moves: list[DayMoveBody] = Field(
        max_length=_MOST_MOVES, description="The bookings that get tables, as the plan has them."
    )
    versions: VersionsBody = Field(description="What the plan has read.")

    def read(self, restaurant_id: str) -> DayPlan:
        """Return the plan of the model; only its figures, which no command reads, are empty.

        Raises:
            InvalidInput: If a value breaks a rule, or two moves name one booking.
            NaiveDatetime: If a start has no offset.
        """
        return DayPlan(
            restaurant_id=restaurant_id,
            on=date_of(self.on),
            objective=Objective.COVERS,
            moves=[each.read() for each in self.moves],
            left=(),
            kept=0,
            value=0,
            value_before=0,
            bound=None,
            nodes=0,
            versions=Versions(**self.versions.model_dump()),
        )


@DAY_PLANS.post("/days/{date}/plan", response_model=answer_model(DayPlan), responses=problems())
async def plan_day(
    request: Request,
    desk: OfDesk,
    date: Annotated[DateText, Path(description="The service date.", examples=["2050-05-06"])],
    wanted: Annotated[DayPlanBody | None, Body()] = None,
) -> Response:
    """Find tables for all bookings of a date, as moves. A plan changes nothing.

    Every confirmed booking keeps tables, and every party its time. Bookings that wait get tables,
    and others move where that seats more. `/day-plans` makes the moves.
    """
    terms: dict[str, Any] = {} if wanted is None else dict(wanted)
    return answered(request, await desk.plan_day(date_of(date), **terms))


@DAY_PLANS.post("/day-plans", response_model=answer_list(Booking), responses=problems(409))
async def commit_day_plan(
    request: Request,
    desk: OfDesk,
    restaurant_id: RestaurantId,
    plan: Annotated[CommitDayPlanBody, Body()],
    key: Key,
) -> Response:
    """Make the moves of a day plan, all of them or none, and return their bookings.

    The rules run again. If the floor, the policy or one of its bookings has changed since, the
    answer is 409, and a new plan is needed.
    """
    checked = plan.read(restaurant_id)
    made = await settled(key, lambda: desk.commit_day_plan(checked, key=key))
    return answered(request, made)
