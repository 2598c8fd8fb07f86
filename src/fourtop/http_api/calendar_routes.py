"""The route of the calendar feed: the bookings of a restaurant, for calendars that subscribe.

A calendar has no login of its own. It gets a secret link, or the host's dependency lets it in.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Response
from starlette.requests import Request

from fourtop.clock import SystemClock
from fourtop.engine import AsyncDesk, AsyncEngine, Engine
from fourtop.formats.icalendar import dumps_icalendar
from fourtop.http_api.answer import problems, unchanged
from fourtop.http_api.call import ActorOf, OfDesk, Service, binding
from fourtop.http_api.entity_tag import is_known
from fourtop.http_api.options import DEFAULTS
from fourtop.http_api.problem_route import ProblemRoute
from fourtop.http_api.request_body import ID_PATTERN
from fourtop.http_api.roles import Level
from fourtop.model import validators
from fourtop.model.actor import Actor
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.booking_list import MAX_PAGE, BookingFilter
from fourtop.model.restaurant import zone_info
from fourtop.model.window import from_micros
from fourtop.ports import Clock

PATH: Final = "/restaurants/{restaurant_id}/calendar.ics"
CALENDAR: Final = Actor("calendar", "calendar")

_MEDIA_TYPE: Final = "text/calendar"
_MOST_DAYS: Final = 366
_SYSTEM: Final = SystemClock()
# A calendar asks again as often as it likes, and mostly gets 304.
_KEPT: Final = {"Cache-Control": "private, no-cache"}
_SHOWN: Final = tuple(each for each in BookingStatus if each is not BookingStatus.SHADOW)


def calendar_router(
    engine: Engine | AsyncEngine,
    actor_of: ActorOf,
    *,
    days_before: int = 7,
    days_after: int = 60,
    clock: Clock = _SYSTEM,
) -> APIRouter:
    """Return the route of the calendar feed, for ``app.include_router`` of a host.

    ``GET /restaurants/{restaurant_id}/calendar.ics`` has one event for each booking, and no
    personal data. Cancelled parties and no-shows are cancelled events, so that they leave the
    calendars that have them.

    Args:
        engine: The engine.
        actor_of: ``calendar_login``, or the host's own dependency that returns an ``Actor``. Guests
            may not read the feed.
        days_before: How many dates of the restaurant before today the feed has (0–366).
        days_after: How many dates after today it has (1–366).
        clock: Its time decides which date of the restaurant is today.

    Raises:
        InvalidInput: If it is not an engine, or a number is out of range.
    """
    before = validators.check_integer("days_before", days_before, 0, _MOST_DAYS)
    after = validators.check_integer("days_after", days_after, 1, _MOST_DAYS)
    made = APIRouter(
        route_class=ProblemRoute,
        tags=["calendar"],
        dependencies=[Depends(binding(Service(engine, DEFAULTS), actor_of, Level.STAFF))],
    )

    async def read_calendar(request: Request, desk: OfDesk) -> Response:
        """Return the bookings as an iCalendar (RFC 5545), in UTC."""
        house = await desk.house()
        zone = zone_info(house.restaurant.timezone)
        today = from_micros(clock.now_us()).astimezone(zone).date()
        start, end = (
            datetime.combine(today + timedelta(days=days), time(), zone)
            for days in (-before, after + 1)
        )
        text = dumps_icalendar(await _bookings(desk, start, end), house)
        headers = {"ETag": f'"{hashlib.sha256(text.encode()).hexdigest()}"', **_KEPT}
        if is_known(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(text, headers=headers, media_type=_MEDIA_TYPE)

    made.add_api_route(
        PATH,
        read_calendar,
        response_class=Response,
        responses={
            **problems(),
            **unchanged(),
            200: {"description": "The calendar.", "content": {_MEDIA_TYPE: {}}},
        },
    )
    return made


async def _bookings(desk: AsyncDesk, start: datetime, end: datetime) -> list[Booking]:
    wanted = BookingFilter(max(start, datetime(1971, 1, 1, tzinfo=UTC)), end, statuses=_SHOWN)
    found: list[Booking] = []
    page = await desk.list_bookings(wanted, limit=MAX_PAGE)
    found += page
    while page.next_page is not None:
        page = await desk.list_bookings(wanted, limit=MAX_PAGE, after=page.next_page)
        found += page
    return found


def calendar_path(restaurant_id: str, secret: bytes) -> str:
    """Return the secret link of a restaurant's calendar feed, below the place of its router.

    Whoever has the link reads the feed. Another secret makes every link invalid.

    Args:
        restaurant_id: The restaurant.
        secret: The key of the links, of at least 16 bytes.

    Raises:
        InvalidIdentifier: If the id is not an identifier.
        InvalidInput: If the secret is too short.

    >>> calendar_path("the-pub", b"a secret of 16 b").partition("=")[0]
    '/restaurants/the-pub/calendar.ics?token'
    """
    checked = validators.check_identifier("restaurant_id", restaurant_id)
    token = _token(checked, validators.check_secret("secret", secret))
    return f"{PATH.replace('{restaurant_id}', checked)}?token={token}"


def calendar_login(secret: bytes) -> Callable[[str, str], Actor]:
    """Return the dependency that lets a calendar in by its secret link.

    Args:
        secret: The key of the links, as in ``calendar_path``.

    Raises:
        InvalidInput: If the secret is too short.
        HTTPException: 404, by the dependency: a wrong link tells nothing about the restaurant.
    """
    key = validators.check_secret("secret", secret)

    def log_in(
        restaurant_id: Annotated[str, Path(pattern=ID_PATTERN)],
        token: Annotated[str, Query(max_length=100, description="The secret of the link.")] = "",
    ) -> Actor:
        if not hmac.compare_digest(_token(restaurant_id, key).encode(), token.encode()):
            raise HTTPException(404, "the link is not valid")
        return CALENDAR

    return log_in


def _token(restaurant_id: str, secret: bytes) -> str:
    return hmac.new(secret, f"calendar\n{restaurant_id}".encode(), hashlib.sha256).hexdigest()
