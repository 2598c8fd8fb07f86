"""The record as it is now, for a client whose ``If-Match`` names another version."""

from __future__ import annotations

from starlette.requests import Request

from fourtop.engine import AsyncDesk
from fourtop.errors import FourtopError, NotFound
from fourtop.http_api.call import actor_of_request, desk_of, precondition_of
from fourtop.http_api.entity_tag import changed_parts, tag_of
from fourtop.http_api.problem import Current
from fourtop.http_api.shown import shown_to


async def current_of(request: Request) -> Current | None:
    """Return the booking or the house of a request; ``None``: it cannot be read."""
    desk = await desk_of(request, request.path_params["restaurant_id"])
    try:
        if precondition_of(request) == "house":
            found = await desk.versions()
            versions = (found.floor, found.policy)
            changed = changed_parts(request.headers.get("if-match"), versions)
            return Current(tag_of(*versions), None, changed)
        booking = await desk.get_booking(await _booking_id(request, desk))
    except FourtopError:
        return None
    return Current(tag_of(booking.version), shown_to(actor_of_request(request), booking))


async def _booking_id(request: Request, desk: AsyncDesk) -> str:
    """Return the booking in the path, or that for which its hold was made.

    Raises:
        NotFound: If the hold is gone, or was made for no booking.
    """
    found: str | None = request.path_params.get("booking_id")
    if found is None:
        hold_id = request.path_params["hold_id"]
        hold = await desk.find_hold(hold_id)
        found = None if hold is None else hold.booking_id
        if found is None:
            raise NotFound("hold", hold_id)
    return found
