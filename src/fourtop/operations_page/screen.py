"""The screen of a request: its desk, its house, its addresses, and the answer as a page."""

from __future__ import annotations

import inspect
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlencode

import attrs
from fastapi import Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from fourtop.engine import AsyncDesk
from fourtop.http_api.call import OfDesk, RestaurantId, actor_of_request, service_of
from fourtop.http_api.roles import Level, level_of
from fourtop.model.booking import Booking
from fourtop.model.calendar import Calendar
from fourtop.model.house import House
from fourtop.operations_page import csrf
from fourtop.operations_page.form import Form
from fourtop.operations_page.markup import rendered
from fourtop.operations_page.options import PageOptions
from fourtop.operations_page.places import Places, places_of
from fourtop.operations_page.words import NOTES, clock_text, sentence, tables_text

THEME_COOKIE: Final = "fourtop_theme"
THEMES: Final = ("light", "dark")
_MOST_IDS: Final = 500
# As the texts of errors and refusals have it.
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})")
ID: Final = re.compile(r"[A-Za-z0-9._:-]+")
_IDS: Final = rf"{ID.pattern}(?:(?:\+|, | and ){ID.pattern})*"
_TABLES: Final = re.compile(rf"\btable {ID.pattern}|\btables {_IDS}")
# For developers; it tells staff nothing.
_CONSTRAINT: Final = " (allocations_no_overlap)"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@attrs.frozen
class Refusal:
    """Why a step was not taken: a title, and sentences."""

    title: str
    lines: Sequence[str]


@attrs.frozen(eq=False)
class Frame:
    """What every page has, also one that tells of an error before the house is known.

    Args:
        request: The request.
    """

    request: Request

    @property
    def options(self) -> PageOptions:
        """The options of the host."""
        options: PageOptions = self.request.state.fourtop_page
        return options

    @property
    def theme(self) -> str:
        """The theme that the reader chose; empty: that of the browser."""
        found = self.request.cookies.get(THEME_COOKIE, "")
        return found if found in THEMES else ""

    @cached_property
    def places(self) -> Places:
        """The addresses of the views."""
        return places_of(self.request)

    @property
    def level(self) -> Level:
        """What the actor may do."""
        roles = service_of(self.request).options.admin_roles
        return level_of(actor_of_request(self.request), roles)

    @property
    def is_admin(self) -> bool:
        """Tell whether the actor may edit tables and rules."""
        return self.level is Level.ADMIN

    @cached_property
    def cookie(self) -> str:
        """The value of the client's cookie."""
        return csrf.cookie_of(self.request)

    @property
    def token(self) -> str:
        """The token of the forms."""
        return csrf.token_of(self.options.secret, self.cookie, actor_of_request(self.request))

    @property
    def here(self) -> str:
        """The path and the query of the view that the page shows."""
        shown: str | None = getattr(self.request.state, "fourtop_here", None)
        if shown is not None:
            return shown
        url = self.request.url
        pairs = [pair for pair in parse_qsl(url.query) if pair[0] != "done"]
        return f"{url.path}?{urlencode(pairs)}" if pairs else url.path

    @property
    def page_address(self) -> str:
        """The path of the page for a link: the room, where a form was the request."""
        is_shown = hasattr(self.request.state, "fourtop_here")
        return self.here if self.is_live or is_shown else self.places.home

    @property
    def is_live(self) -> bool:
        """Tell whether the page follows the events: a page with an answer to a form stays.

        One that tells of a refusal is the view from which the form came, and goes on.
        """
        return self.request.method == "GET" or self.refusal is not None

    @property
    def problem(self) -> str:
        """The fault of the form that the page shows again; empty without one."""
        return getattr(self.request.state, "fourtop_problem", "")

    @property
    def refusal(self) -> Refusal | None:
        """Why the step was not taken that was asked for on this page; ``None`` without one."""
        return getattr(self.request.state, "fourtop_refusal", None)

    @cached_property
    def key(self) -> str:
        """A new key for a form that makes a record, so that a second click makes no second one."""
        return secrets.token_urlsafe(16)

    @property
    def is_script(self) -> bool:
        """Tell whether the script of the page asks, and not a person."""
        return self.request.headers.get("accept", "") == "application/json"

    def words(self, text: str) -> str:
        """Return a text of the engine with its times as local times of the restaurant.

        The engine writes instants in UTC. Before the house is known, they stay so.
        """
        return text

    def sentence(self, text: str) -> str:
        """Return a text of the engine as a sentence in the words of the staff."""
        return sentence(self.words(text))

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page.

        Args:
            template: The name of its template.
            status: The status of the answer.
            values: The values of the template.
        """
        note = NOTES.get(self.request.query_params.get("done", ""), "")
        text = rendered(template, frame=self, places=self.places, note=note, **values)
        response = Response(text, status, HEADERS, media_type="text/html")
        csrf.keep_cookie(self.request, response, self.cookie, self.places.root or "/")
        return response

    def data(self, value: Any, *, status: int = 200) -> Response:
        """Return an answer to the script of the page."""
        return JSONResponse(value, status, HEADERS)

    def back_of(self, form: Form) -> str:
        """Return the page from which a form came: a path of ours, since it may be forged."""
        back, home = form.text("back"), self.places.home
        return back if back == home or back.startswith((f"{home}/", f"{home}?")) else home

    def done(self, place: str, note: str = "") -> Response:
        """Return the answer to a form that was done: the browser goes on to a page.

        Args:
            place: The path of the page.
            note: A word of ``NOTES`` that the page says.
        """
        path, _, query = place.partition("?")
        kept = [pair for pair in parse_qsl(query) if pair[0] != "done"]
        wanted = urlencode([*kept, ("done", note)] if note else kept)
        target = f"{path}?{wanted}" if wanted else path
        return RedirectResponse(target, 303, {"Cache-Control": "no-store"})


@attrs.frozen(eq=False)
class Screen(Frame):
    """The frame with the desk and the house of a request.

    Args:
        desk: The desk.
        house: The house.
        position: The sequence of the newest event before anything was read.
    """

    desk: AsyncDesk
    house: House
    position: int

    @property
    def live(self) -> str:
        """The address of the events that the page does not show yet."""
        return self.places.to("live", after=self.position)

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar of the house."""
        return Calendar(self.house.restaurant, self.house.policy)

    def night_of(self, instant_us: int) -> date:
        """Return the date of the service that runs at an instant, or else the local date."""
        service = self.calendar.find_service(instant_us)
        return self.calendar.local_date(instant_us) if service is None else service.date

    def words(self, text: str) -> str:
        """Return a text of the engine in the words of the staff: local times, table numbers."""
        labels = self.house.floor.labels

        def numbered(found: re.Match[str]) -> str:
            word, _, ids = found[0].partition(" ")
            return f"{word} {ID.sub(lambda each: labels.get(each[0], each[0]), ids)}"

        def local(found: re.Match[str]) -> str:
            try:
                instant_us = int(datetime.fromisoformat(found[0]).timestamp()) * 1_000_000
                return self.calendar.local_text(instant_us)[:16].replace("T", " ")
            except (ValueError, OverflowError):
                # An id that a person chose can look like an instant.
                return found[0]

        plain = text.removesuffix(_CONSTRAINT)
        return _TABLES.sub(numbered, _INSTANT.sub(local, plain))

    def tables_text(self, tables: Iterable[str]) -> str:
        """Return the numbers of tables."""
        return tables_text(self.house.floor, tables)

    def clock(self, instant_us: int) -> str:
        """Return the local time of an instant, as 19:30."""
        return clock_text(self.calendar.local_text(instant_us))

    async def names(self, booking_ids: Iterable[str]) -> Mapping[str, str]:
        """Return the names of parties that the host gives for booking ids."""
        ids = list(dict.fromkeys(booking_ids))
        if self.options.names_of is None or not ids:
            return {}
        found = self.options.names_of(self.house.restaurant.id, ids)
        names: Mapping[str, str] = await found if inspect.isawaitable(found) else found
        return {key: str(names[key]) for key in ids if names.get(key)}

    async def bookings(self, booking_ids: Iterable[str]) -> dict[str, Booking]:
        """Return bookings by id; those that do not exist are missing."""
        ids = list(dict.fromkeys(booking_ids))
        parts = [ids[at : at + _MOST_IDS] for at in range(0, len(ids), _MOST_IDS)]
        return {each.id: each for part in parts for each in await self.desk.find_bookings(part)}


async def screen_of(request: Request, restaurant_id: RestaurantId, desk: OfDesk) -> Screen:
    """Return the screen of a request."""
    # Before the rest, so that the page misses no change between its reads and its stream.
    newest = await service_of(request).feeds.read(restaurant_id, None, 1)
    screen = Screen(request, desk, await desk.house(), newest.position)
    request.state.fourtop_screen = screen
    return screen


def frame_of(request: Request) -> Frame:
    """Return the screen of a request; its frame, if the house is not known."""
    found: Frame | None = getattr(request.state, "fourtop_screen", None)
    return Frame(request) if found is None else found


OfScreen = Annotated[Screen, Depends(screen_of)]
