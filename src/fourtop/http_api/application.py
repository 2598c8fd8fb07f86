"""The application: all routes of the API, as a router for a host's app or as an app of its own."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from fourtop.engine import AsyncEngine, Engine
from fourtop.http_api.audit_routes import AUDIT
from fourtop.http_api.availability_routes import AVAILABILITY
from fourtop.http_api.block_routes import BLOCKS
from fourtop.http_api.booking_routes import BOOKINGS, WAITLIST
from fourtop.http_api.call import ActorOf, Service
from fourtop.http_api.day_plan_routes import DAY_PLANS
from fourtop.http_api.day_routes import DAYS
from fourtop.http_api.event_routes import EVENTS
from fourtop.http_api.free_day_routes import FREE_DAYS
from fourtop.http_api.hold_routes import HOLDS
from fourtop.http_api.house_routes import HOUSE
from fourtop.http_api.options import DEFAULTS, ApiOptions
from fourtop.http_api.problem import problem_of
from fourtop.http_api.problem_routes import PROBLEMS
from fourtop.http_api.reference_page import add_reference_page
from fourtop.http_api.room_routes import ROOM
from fourtop.http_api.seating_routes import SEATING
from fourtop.http_api.service_routes import SERVICE
from fourtop.model.actor import GUEST

PREFIX: Final = "/restaurants/{restaurant_id}"

_DESCRIPTION: Final = """Availability, holds and bookings of restaurants.

Times go in with any offset and come out in UTC. Errors are problem details (RFC 9457).
A command with an `Idempotency-Key` can be repeated: it answers with the first success.
"""
# Guests first, then staff, then admins.
_GROUPS: Final = (
    *(AVAILABILITY, FREE_DAYS, HOLDS, BOOKINGS, WAITLIST),
    *(DAYS, ROOM, SERVICE, SEATING, DAY_PLANS, EVENTS),
    *(HOUSE, BLOCKS, AUDIT),
)


def router(
    engine: Engine | AsyncEngine, actor_of: ActorOf, options: ApiOptions = DEFAULTS
) -> APIRouter:
    """Return the routes of the API, for ``app.include_router`` of a host.

    Args:
        engine: The engine. Commands of a sync engine run in the threads of the server.
        actor_of: A dependency of FastAPI that returns the ``Actor`` of a request: the host's login.
            It decides who may reach which restaurant and which booking, by the parameters of the
            path, and raises ``HTTPException`` for other clients.
        options: Roles, rates and trusted proxies.

    Raises:
        InvalidInput: If the engine is not one, or an option breaks a rule.
    """
    made = APIRouter()
    _add_routes(made, Service(engine, options), actor_of)
    return made


def _add_routes(router: APIRouter, service: Service, actor_of: ActorOf) -> None:
    for group in _GROUPS:
        group.add_to(router, service, actor_of, PREFIX)
    PROBLEMS.add_to(router, service, actor_of, "")


def create_app(
    engine: Engine | AsyncEngine, actor_of: ActorOf, options: ApiOptions = DEFAULTS
) -> FastAPI:
    """Return an application with the API alone, and its reference at ``/docs``.

    The page needs neither a script nor another host; ``/openapi.json`` has the document.

    Args:
        engine: As in ``router``. The caller closes its store.
        actor_of: As in ``router``.
        options: As in ``router``.

    Raises:
        InvalidInput: As ``router``.
    """
    app = FastAPI(
        title="fourtop",
        version=version("fourtop"),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
    )
    add_reference_page(app)
    _add_routes(app.router, Service(engine, options), actor_of)
    app.add_exception_handler(404, _http_error)
    app.add_exception_handler(405, _http_error)
    return app


async def _http_error(_request: Request, error: Exception) -> Response:
    """Answer a path or a method that no route has."""
    found = problem_of(error, GUEST, has_precondition=False)
    assert found is not None, "FastAPI raises an HTTPException for both"
    return found
