"""The routes of the house, for admins: its document, tables, zones, joins, periods and rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import Body, Path
from starlette.requests import Request
from starlette.responses import Response

from fourtop.formats.house_document import house_from_data
from fourtop.http_api.answer import answered, problems, unchanged
from fourtop.http_api.call import OfDesk
from fourtop.http_api.entity_tag import is_known, tag_of
from fourtop.http_api.house_edit import (
    EDITED,
    HouseDocument,
    OfEdit,
    Part,
    edited,
    house_answer,
    preview_of_house,
)
from fourtop.http_api.query_values import DateText, Id, date_of
from fourtop.http_api.request_body import Reads
from fourtop.http_api.roles import Level
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.booking_rules import BookingWindow
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.date_exception import DateException
from fourtop.model.demand import DemandProfile
from fourtop.model.floor import Join
from fourtop.model.restaurant import Zone
from fourtop.model.results import Versions
from fourtop.model.service_period import ServicePeriod
from fourtop.model.table import Table
from fourtop.model.zone_rules import WalkInRule, ZoneRule

HOUSE = RouteGroup("house", Level.ADMIN)

_CHANGED: Final = problems(409, 412)
# The records that a request adds to the house, or puts in place of their equals: the path, the
# name, the class, and the part of the house with its method.
_ADDED: Final[tuple[tuple[str, str, type, Part, str], ...]] = (
    ("tables", "table", Table, "floor", "with_table"),
    ("zones", "zone", Zone, "floor", "with_zone"),
    ("joins", "join", Join, "floor", "with_join"),
    ("periods", "period", ServicePeriod, "policy", "with_period"),
)
# The rules, by their path. A rule has no id: its scope tells it from the others of its class.
_RULES: Final[dict[str, type]] = {
    "exceptions": DateException,
    "capacity-rules": CapacityRule,
    "pacing-rules": PacingRule,
    "channel-shares": ChannelShare,
    "zone-rules": ZoneRule,
    "walk-in-rules": WalkInRule,
    "booking-windows": BookingWindow,
    "demand-profiles": DemandProfile,
}


@HOUSE.get("/house", response_model=HouseDocument, responses={**problems(), **unchanged()})
async def read_house(request: Request, desk: OfDesk) -> Response:
    """Return the house document. Its `ETag` goes into `If-Match` of an edit."""
    # In this order a tag may be older than its house, which the next edit notices.
    found = await desk.versions()
    tag = tag_of(found.floor, found.policy)
    if is_known(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-store"})
    return house_answer(request, await desk.house(), tag=tag)


@HOUSE.put("/house", response_model=EDITED, responses=_CHANGED)
async def replace_house(
    request: Request,
    desk: OfDesk,
    document: Annotated[dict[str, Any], Body(description="A house document of this restaurant.")],
    edit: OfEdit,
) -> Response:
    """Put another house in place: restaurant, floor and policy, in one step."""
    house = house_from_data(document)
    found = await preview_of_house(desk, edit, house)
    if found is not None and edit.preview:
        return answered(request, found)
    expected = None
    if edit.versions is not None:
        floor, policy = edit.versions
        # The occupancy does not count: only bookings change it.
        expected = Versions(floor, policy, 0)
    repair = None if found is None else found.repair
    made = await desk.replace_house(house, expected=expected, repair=repair)
    return house_answer(request, made)


def _add(path: str, name: str, kind: type, edit_with: tuple[Part, str], text: str) -> None:
    """Add the route of an edit with a record as its body."""
    part, method = edit_with

    async def route(request: Request, desk: OfDesk, record: Any, edit: OfEdit) -> Response:
        def change(value: Any) -> Any:
            return getattr(value, method)(record)

        return await edited(request, desk, part, change, edit)

    # The body of each route is a class of its own.
    route.__annotations__["record"] = Annotated[kind, Body(), Reads(kind)]
    route.__doc__ = text
    HOUSE.post(path, name=name, response_model=EDITED, responses=_CHANGED)(route)


for _path, _name, _kind, _part, _method in _ADDED:
    _add(
        f"/{_path}",
        f"put_{_name}",
        _kind,
        (_part, _method),
        f"Add a {_name}, or put it in place of the {_name} that it equals.",
    )
for _path, _kind in _RULES.items():
    _noun = _path.removesuffix("s").replace("-", " ")
    _name = _noun.replace(" ", "_")
    _add(
        f"/{_path}",
        f"put_{_name}",
        _kind,
        ("policy", "with_rule"),
        f"Add a rule ({_noun}), or put it in place of the one with the same scope.",
    )
    _add(
        f"/{_path}/remove",
        f"remove_{_name}",
        _kind,
        ("policy", "without_rule"),
        f"Remove the rule ({_noun}) with the scope of the body.",
    )


def _remover(method: str) -> Callable[[str], Callable[[Any], Any]]:
    def remove(key: str) -> Callable[[Any], Any]:
        return lambda value: getattr(value, method)(key)

    return remove


_without_table: Final = _remover("without_table")
_without_zone: Final = _remover("without_zone")
_without_period: Final = _remover("without_period")


@HOUSE.delete("/tables/{table_id}", response_model=EDITED, responses=_CHANGED)
async def remove_table(request: Request, desk: OfDesk, table_id: Id, edit: OfEdit) -> Response:
    """Remove a table with its joins. One that is occupied now or later is refused."""
    return await edited(request, desk, "floor", _without_table(table_id), edit)


@HOUSE.delete("/zones/{zone_id}", response_model=EDITED, responses=_CHANGED)
async def remove_zone(request: Request, desk: OfDesk, zone_id: Id, edit: OfEdit) -> Response:
    """Remove a zone. One with tables is refused."""
    return await edited(request, desk, "floor", _without_zone(zone_id), edit)


@HOUSE.delete("/joins/{first}/{second}", response_model=EDITED, responses=_CHANGED)
async def remove_join(
    request: Request, desk: OfDesk, first: Id, second: Id, edit: OfEdit
) -> Response:
    """Remove the join between two tables."""
    return await edited(
        request, desk, "floor", lambda floor: floor.without_join((first, second)), edit
    )


@HOUSE.delete("/periods/{key}", response_model=EDITED, responses=_CHANGED)
async def remove_period(request: Request, desk: OfDesk, key: Id, edit: OfEdit) -> Response:
    """Remove a service period with the rules that name it."""
    return await edited(request, desk, "policy", _without_period(key), edit)


_Closed = Annotated[DateText, Path(description="The date.", examples=["2050-12-25"])]


@HOUSE.put("/closures/{date}", response_model=EDITED, responses=_CHANGED)
async def close_date(request: Request, desk: OfDesk, date: _Closed, edit: OfEdit) -> Response:
    """Close the house on a date."""
    day = date_of(date)
    return await edited(request, desk, "policy", lambda policy: policy.with_closure(day), edit)


@HOUSE.delete("/closures/{date}", response_model=EDITED, responses=_CHANGED)
async def open_date(request: Request, desk: OfDesk, date: _Closed, edit: OfEdit) -> Response:
    """Open the house on a date again."""
    day = date_of(date)
    return await edited(request, desk, "policy", lambda policy: policy.without_closure(day), edit)
