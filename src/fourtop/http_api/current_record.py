"""The record as it is now, for a client whose ``If-Match`` names another version."""

from __future__ import annotations

from starlette.requests import Request

from fourtop.errors import FourtopError
from fourtop.http_api.call import actor_of_request, desk_of
from fourtop.http_api.entity_tag import tag_of
from fourtop.http_api.problem import Current
from fourtop.http_api.shown import shown_to


async def current_of(request: Request) -> Current | None:
    """Return the booking or the house of a request; ``None``: it cannot be read."""
    desk = await desk_of(request, request.path_params["restaurant_id"])
    booking_id = request.path_params.get("booking_id")
    try:
        if booking_id is None:
            versions = await desk.versions()
            return Current(tag_of(versions.floor, versions.policy), None)
        booking = await desk.get_booking(booking_id)
    except FourtopError:
        return None
    return Current(tag_of(booking.version), shown_to(actor_of_request(request), booking))
