"""The routes that say how full the house is, and why a party was refused; for staff."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Path, Query
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from fourtop.engine import TableState
from fourtop.http_api.answer import answered, problems
from fourtop.http_api.answer_model import answer_model
from fourtop.http_api.call import OfDesk
from fourtop.http_api.query_values import DateText, Id, date_of
from fourtop.http_api.request_body import Reads
from fourtop.http_api.roles import Level
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.explanation import Explanation
from fourtop.model.request import BookingRequest
from fourtop.model.utilisation import Utilisation

ROOM = RouteGroup("day", Level.STAFF)


class TableNow(BaseModel):
    """A table and its state at this moment."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"table_id": "t12", "state": "occupied"}]}
    )

    table_id: str
    state: TableState


@ROOM.get("/table-states", response_model=list[TableNow], responses=problems())
async def read_table_states(request: Request, desk: OfDesk) -> Response:
    """Return the state of each table now, in table order.

    It follows from the time and from what takes the table.
    """
    states = await desk.table_states()
    found = [{"table_id": table, "state": state} for table, state in states.items()]
    return answered(request, found)


@ROOM.get(
    "/days/{date}/utilisation", response_model=answer_model(Utilisation), responses=problems()
)
async def read_utilisation(
    request: Request,
    desk: OfDesk,
    date: Annotated[DateText, Path(description="The service date.", examples=["2050-05-06"])],
) -> Response:
    """Return how full each service of a date is: in all, by slot, in seat-hours and in turns."""
    return answered(request, await desk.utilisation(date_of(date)))


@ROOM.post("/explanations", response_model=answer_model(Explanation), responses=problems())
async def explain(
    request: Request,
    desk: OfDesk,
    party: Annotated[BookingRequest, Body(), Reads(BookingRequest)],
    exclude: Annotated[
        Id | None, Query(description="A booking to leave out: its tables are free.")
    ] = None,
) -> Response:
    """Say why a party can sit down or cannot, and what would turn the answer.

    A yes has a `quote`. A no has every reason in `refusal`, and in `changes` the cheapest change of
    each kind that turns it, as a body to book.
    """
    return answered(request, await desk.explain(party, exclude=exclude))
