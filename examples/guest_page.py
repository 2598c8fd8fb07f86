"""A guest page: a guest finds a time, keeps a table while deciding, and books.

As it stands it takes the steps of the page's script by itself and prints the answers. To show the
page to others, give ``create_app`` to a server: ``uvicorn --factory yours:app`` with ``def app():
return create_app(engine)``. The page is at ``/book/restaurants/the-pub``.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI, Request, Response

from fourtop import Actor, CountedIds, Engine, ManualClock, MemoryStore, SystemClock, sample
from fourtop.guest_page import guest_page
from fourtop.http_api import router
from fourtop.ports import Clock

COOKIE = "guest"


async def actor_of(request: Request) -> Actor:
    """Return the guest of a browser. Guests of this page need no account."""
    return Actor(request.state.guest, "guest")


def create_app(engine: Engine, clock: Clock | None = None) -> FastAPI:
    """Make the application: the API, and the page that uses it."""
    app = FastAPI()
    app.include_router(router(engine, actor_of), prefix="/api")
    pages = guest_page(engine, "/api", clock=clock or SystemClock())
    app.include_router(pages, prefix="/book")

    @app.middleware("http")
    async def know_guest(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        """Tell browsers apart by a random cookie, so that keys of two guests never meet."""
        known = request.cookies.get(COOKIE, "")
        is_new = len(known) != 32 or not (known.isascii() and known.isalnum())
        request.state.guest = secrets.token_hex(16) if is_new else known
        response = await call_next(request)
        if is_new:
            # Behind TLS, add secure=True.
            response.set_cookie(COOKIE, request.state.guest, httponly=True, samesite="strict")
        return response

    return app


async def visit(guest: httpx.AsyncClient) -> None:
    """Take the steps of the page's script: look, keep, book, and choose something else."""
    page = await guest.get("/book/restaurants/the-pub")
    print(page.status_code, page.headers["content-type"], "Book a table at The Pub" in page.text)
    api = "/api/restaurants/the-pub"
    wanted = {"date": "2026-05-01", "party_size": "4"}
    day = (await guest.get(f"{api}/availability", params=wanted)).json()
    free = [slot["start"] for slot in day["slots"] if slot["refusal"] is None]
    print(len(free), "free times, the last at", free[-1])
    party = {"party_size": 4, "start": "2026-05-01T20:00:00+01:00"}
    booked = 0
    while (kept := await guest.post(f"{api}/holds", json=party)).status_code == 201:
        made = await guest.post(f"{api}/holds/{kept.json()['id']}/confirm")
        booked += made.is_success
    print(booked, "parties booked 20:00; the next:", kept.status_code, kept.json()["code"])
    first = kept.json()["alternatives"][0]
    instead = await guest.post(f"{api}/bookings", json=first["requests"][0])
    print(instead.status_code, instead.json()["local_start"], first["moved_minutes"], "minutes")


async def main() -> None:
    """Visit the page in this process."""
    clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))  # in your service: no clock
    engine = Engine(MemoryStore(clock), ids=CountedIds())
    engine.add_restaurant(sample.pub())
    transport = httpx.ASGITransport(create_app(engine, clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://pub.example") as guest:
        await visit(guest)


if __name__ == "__main__":
    asyncio.run(main())
