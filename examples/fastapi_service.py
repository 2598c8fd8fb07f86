"""A booking service: FastAPI around the awaited engine, on SQLite or on PostgreSQL.

As it stands it serves a few requests to itself and prints what it answers. To serve others, give
``create_app`` to a server: ``uvicorn --factory yours:app`` with ``def app(): return
create_app(os.environ["FOURTOP_STORE"])``.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

import fourtop
from fourtop import (
    Actor,
    AlreadyExists,
    AsyncDesk,
    AsyncEngine,
    AsyncSqlStore,
    FourtopError,
    OutcomeUnknown,
    migrate,
    sample,
)

T = TypeVar("T")

routes = APIRouter(prefix="/restaurants/{restaurant_id}")


def create_app(url: str) -> FastAPI:
    """Make the service for a database; it opens as the service starts, and closes as it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if url.startswith("sqlite"):
            # On PostgreSQL the deployment does it before: fourtop migrate, by a login that owns the
            # tables.
            await asyncio.to_thread(migrate, url)
        store = AsyncSqlStore(url)
        app.state.engine = AsyncEngine(store)
        try:
            with suppress(AlreadyExists):
                await app.state.engine.add_restaurant(sample.pub())
            yield
        finally:
            await store.close()

    app = FastAPI(title="Bookings", lifespan=lifespan)
    app.include_router(routes)
    app.add_exception_handler(FourtopError, problem)
    return app


async def problem(_request: Request, error: Exception) -> JSONResponse:
    """Answer an error as problem details (RFC 9457), with the status that it recommends."""
    assert isinstance(error, FourtopError)
    wait = error.details.get(
        "retry_after_seconds", 1 if error.http_status == 503 and error.is_retryable else None
    )
    body = {
        "type": f"urn:fourtop:{error.code.value}",
        "title": str(error),
        "status": error.http_status,
        "code": error.code.value,
        "details": error.details,
    }
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return JSONResponse(body, error.http_status, headers, media_type="application/problem+json")


async def settled(call: Callable[[], Awaitable[T]]) -> T:
    """Call a command that has a key; if the reply to its commit was lost, call it once more."""
    try:
        return await call()
    except OutcomeUnknown:
        return await call()


# ---- what the routes take


async def desk_for(request: Request, restaurant_id: str) -> AsyncDesk:
    """Return the desk that serves a request. Check the user's rights here, by your own rules."""
    engine: AsyncEngine = request.app.state.engine
    return engine.desk(restaurant_id, actor=Actor("web", "guest"))


Desk = Annotated[AsyncDesk, Depends(desk_for)]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=64)]


class Wish(BaseModel):
    """What a guest asks for."""

    party_size: int
    start: datetime
    session: str


@routes.get("/availability")
async def availability(
    desk: Desk, on: date, party_size: Annotated[int, Query()]
) -> list[dict[str, Any]]:
    """List the start times of a date, each bookable or with the code of what is in the way."""
    found = await desk.availability(on, party_size)
    return [
        {
            "start": slot.start,
            "spots": slot.spots,
            "refused": slot.refusal and slot.refusal.code.value,
        }
        for slot in found.slots
    ]


@routes.post("/holds", status_code=201)
async def hold(desk: Desk, wish: Wish, key: Key) -> dict[str, Any]:
    """Keep tables for a guest who is still typing."""
    request = fourtop.BookingRequest(wish.party_size, wish.start)
    kept = await settled(lambda: desk.hold(request, session=wish.session, key=key))
    return {"hold": kept.id, "tables": kept.tables, "expires": kept.expires_at}


@routes.post("/holds/{hold_id}/confirm")
async def confirm(desk: Desk, hold_id: str, key: Key) -> dict[str, Any]:
    """Turn the hold into a booking. The guest may click as often as they like."""
    booking = await settled(lambda: desk.confirm(hold_id, key=key))
    return {"booking": booking.id, "tables": booking.tables, "replayed": booking.replayed}


# ---- a few requests


async def serve(url: str) -> None:
    """Start the service, send it a few requests, and end it."""
    app = create_app(url)
    # A server does this; the transport alone does not.
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://pub/restaurants/the-pub"
        ) as guest:
            await visit(guest)


async def visit(guest: httpx.AsyncClient) -> None:
    """Look, hold, confirm, click once more, and ask for what there is not."""
    offer = await guest.get("/availability", params={"on": "2050-05-06", "party_size": 12})
    free = [slot["start"] for slot in offer.json() if slot["refused"] is None]
    print(offer.status_code, len(free), "starts from", free[0])

    wish = {"party_size": 12, "start": free[0], "session": "s1"}
    held = await guest.post("/holds", json=wish, headers={"Idempotency-Key": "form-1"})
    print(held.status_code, held.json()["tables"])
    for _ in range(2):
        click = await guest.post(
            f"/holds/{held.json()['hold']}/confirm", headers={"Idempotency-Key": "click-1"}
        )
        print(
            click.status_code,
            click.json()["tables"],
            "replayed" if click.json()["replayed"] else "new",
        )

    for key, change in (
        ("form-1", {"party_size": 10}),
        ("form-2", {"party_size": 40}),
        ("form-3", {"start": "2050-05-06T19:00"}),
    ):
        answer = await guest.post(
            "/holds", json={**wish, **change}, headers={"Idempotency-Key": key}
        )
        print(answer.status_code, answer.headers["Content-Type"], answer.json()["code"])


def main() -> None:
    """Serve from a file that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(serve(f"sqlite:///{Path(folder, 'bookings.db')}"))


if __name__ == "__main__":
    main()
