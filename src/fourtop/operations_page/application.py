"""The application: all views of the operations page, as a router for a host's app."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends
from starlette.requests import Request

from fourtop.engine import AsyncEngine, Engine
from fourtop.errors import InvalidInput
from fourtop.http_api.call import ActorOf, Service, binding
from fourtop.http_api.options import ApiOptions
from fourtop.operations_page.blocks_view import BLOCKS
from fourtop.operations_page.booking_steps import STEPS
from fourtop.operations_page.bookings_view import BOOKINGS
from fourtop.operations_page.document_view import DOCUMENT
from fourtop.operations_page.door_view import DOOR
from fourtop.operations_page.form_views import of_form, of_refusal
from fourtop.operations_page.heat_view import HEAT
from fourtop.operations_page.live import LIVE
from fourtop.operations_page.month_view import MONTH
from fourtop.operations_page.moves_view import MOVES
from fourtop.operations_page.options import PageOptions
from fourtop.operations_page.page_route import PageRoute
from fourtop.operations_page.places import HOME
from fourtop.operations_page.plan_view import PLAN
from fourtop.operations_page.room_view import ROOM
from fourtop.operations_page.rules_view import RULES
from fourtop.operations_page.static_files import read_file
from fourtop.operations_page.tables_view import AT_TABLE, TABLES
from fourtop.operations_page.theme_choice import THEME
from fourtop.operations_page.timeline_view import TIMELINE
from fourtop.operations_page.waitlist_view import WAITLIST

# Staff first, then admins.
_GROUPS: Final = (
    *(ROOM, AT_TABLE, TIMELINE, BOOKINGS, DOOR, MOVES, STEPS, WAITLIST),
    *(HEAT, MONTH, LIVE, THEME),
    *(TABLES, PLAN, RULES, DOCUMENT, BLOCKS),
)
# A change made elsewhere shows on every screen within a second.
_POLL_SECONDS: Final = 0.25


def operations_page(
    engine: Engine | AsyncEngine, actor_of: ActorOf, options: PageOptions | None = None
) -> APIRouter:
    """Return the views of the page, for ``app.include_router`` of a host.

    The room of a restaurant is at ``/restaurants/{restaurant_id}`` below the prefix of the host.

    Args:
        engine: The engine. Commands of a sync engine run in the threads of the server.
        actor_of: A dependency of FastAPI that returns the ``Actor`` of a request: the host's login.
            It decides who may reach which restaurant, by the parameters of the path, and raises
            ``HTTPException`` for other clients. With status 303 and a location, it sends them to
            the login.
        options: Roles, names and the secret of the forms; ``None``: the defaults.

    Raises:
        InvalidInput: If the engine is not one.
    """
    chosen = PageOptions() if options is None else options
    if not isinstance(chosen, PageOptions):
        raise InvalidInput("options", "must be PageOptions", type(options).__name__)

    async def bind_options(request: Request) -> None:
        request.state.fourtop_page = chosen
        request.state.fourtop_form_view = of_form
        request.state.fourtop_refusal_views = of_refusal

    service = Service(
        engine,
        ApiOptions(
            admin_roles=chosen.admin_roles,
            event_poll_seconds=_POLL_SECONDS,
            is_stopping=chosen.is_stopping,
        ),
    )
    made = APIRouter(
        route_class=PageRoute,
        generate_unique_id_function=lambda route: f"operations_page_{route.name}",
    )
    known = [Depends(bind_options), Depends(binding(service, actor_of))]
    for group in _GROUPS:
        made.include_router(group, prefix=HOME, dependencies=known, include_in_schema=False)
    made.add_api_route("/files/{name}", read_file, methods=["GET"], include_in_schema=False)
    return made
