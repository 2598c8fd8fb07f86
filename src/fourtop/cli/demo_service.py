"""The service of ``fourtop serve``: the API, its reference, and both pages at one address.

It has no login. A request names its role by a header, which no page of another site can send, and
only names of this machine are answered as the host.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from html import escape
from typing import Final

from fastapi import FastAPI, HTTPException
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fourtop import Actor
from fourtop.cli.demo_house import PUB, DemoHouse
from fourtop.guest_page import guest_page
from fourtop.http_api import ApiOptions, calendar_login, calendar_path, calendar_router, create_app
from fourtop.operations_page import PageOptions, operations_page

API: Final = "/api"
BOOK: Final = "/book"
HOUSE: Final = "/house"
ROLE_HEADER: Final = "X-Role"
ROLES: Final = ("guest", "staff", "admin")

_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:@#/\[\]]*)(?::[0-9]*)?")
_COOKIE: Final = "guest"
_COOKIE_BYTES: Final = 16
_GUESTS: Final = (
    *("Ada", "Ben", "Cleo", "Dev", "Emma", "Finn", "Gwen", "Hugo", "Iris", "Jack"),
    *("Kate", "Leo", "Mona", "Noor", "Olga", "Paul", "Quin", "Rosa", "Sam", "Tess"),
)
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
# A demo is tried by one person, who may well be quick.
_OPTIONS: Final = ApiOptions(availability_rate="120/minute")


def demo_service(house: DemoHouse, hosts: Collection[str] | None) -> FastAPI:
    """Return the application.

    Args:
        house: The pub.
        hosts: The names of this machine that requests may be for; ``None``: any. Without them, a
            page of another site could reach the service by a name of its own.
    """
    engine, clock = house.engine, house.clock
    secret = secrets.token_bytes(32)
    app = FastAPI(title="fourtop demo", docs_url=None, redoc_url=None, openapi_url=None)
    app.mount(API, create_app(engine, _actor_of, _OPTIONS))
    app.include_router(guest_page(engine, API, clock=clock), prefix=BOOK)
    app.include_router(
        operations_page(engine, _admin, PageOptions(names_of=_names, secret=secret)), prefix=HOUSE
    )
    app.include_router(calendar_router(engine, calendar_login(secret), clock=clock))
    places = _places(secret)

    async def start() -> Response:
        return HTMLResponse(_start_page(places), headers=_HEADERS)

    app.add_api_route("/", start, methods=["GET"])
    app.add_middleware(_Guard, hosts=hosts)
    return app


def _places(secret: bytes) -> Sequence[tuple[str, str, str]]:
    pub = f"/restaurants/{PUB.id}"
    return (
        (f"{BOOK}{pub}", "Guest page", "Find a time, keep a table while you decide, and book."),
        (
            f"{HOUSE}{pub}",
            "Operations page",
            "The room now, the night, bookings, tables and rules.",
        ),
        (f"{API}/docs", "API", f"All routes. The header {ROLE_HEADER} may be staff or admin."),
        (calendar_path(PUB.id, secret), "Calendar", "The bookings, for a calendar to subscribe."),
    )


def _start_page(places: Sequence[tuple[str, str, str]]) -> str:
    items = "\n".join(
        f'<dt><a href="{escape(path)}">{escape(name)}</a></dt><dd>{escape(text)}</dd>'
        for path, name, text in places
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>fourtop: {escape(PUB.name)}</title>
<link rel="stylesheet" href="{BOOK}/files/guest.css">
</head>
<body>
<main>
<p class="lead">fourtop, a demonstration</p>
<h1>{escape(PUB.name)}</h1>
<dl class="places">
{items}
</dl>
</main>
<footer>The pub has a clock of its own, and no login: every visitor is an admin.</footer>
</body>
</html>
"""


def _actor_of(request: Request) -> Actor:
    """Return the actor of a request to the API: the role of its header, by default a guest."""
    role = request.headers.get(ROLE_HEADER, ROLES[0])
    if role not in ROLES:
        raise HTTPException(401, f"{ROLE_HEADER} must be one of {', '.join(ROLES)}")
    return Actor("demo" if role != ROLES[0] else request.state.guest, role)


def _admin() -> Actor:
    return Actor("demo", "admin")


def _names(_restaurant_id: str, booking_ids: Sequence[str]) -> dict[str, str]:
    """Return a made-up name for each booking, always the same."""
    return {each: _GUESTS[sum(each.encode()) % len(_GUESTS)] for each in booking_ids}


def _host_of(request: Request) -> str:
    """Return the name that a request is for; empty: its header is missing or malformed.

    ``request.url`` would name the address of the server then.
    """
    found = _HOST.fullmatch(request.headers.get("host", ""))
    return "" if found is None else found[1].strip("[]").lower()


class _Guard:
    """The middleware that refuses foreign names, and tells guests apart by a cookie.

    It passes streams on as they come.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # The service has no WebSockets; the application refuses them.
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if self._hosts is not None and _host_of(request) not in self._hosts:
            await PlainTextResponse("this name is not served", 421)(scope, receive, send)
            return
        known = request.cookies.get(_COOKIE, "")
        is_new = not (known.isalnum() and known.isascii() and len(known) == 2 * _COOKIE_BYTES)
        request.state.guest = secrets.token_hex(_COOKIE_BYTES) if is_new else known

        async def send_with_cookie(message: Message) -> None:
            if is_new and message["type"] == "http.response.start":
                cookie = f"{_COOKIE}={request.state.guest}; HttpOnly; Path=/; SameSite=strict"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_with_cookie)
