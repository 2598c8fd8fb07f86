"""A FastAPI service on PostgreSQL: its order and our booking in one transaction, on one event loop.

Each order is a row of the service's own table. It refers to the booking by a foreign key, so that
neither exists without the other. Run it against an empty database:

    python examples/fastapi_orders.py postgresql://owner@localhost/bookings

It serves a few requests to itself and prints the answers. To serve others, give ``create_app`` to a
server: ``uvicorn --factory yours:app``.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, TypeVar

import httpx
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table, Text, make_url, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from fourtop import (
    Actor,
    AsyncEngine,
    AsyncSqlStore,
    BookingRequest,
    FourtopError,
    TransactionConflict,
    migrate,
    sample,
)
from fourtop.storage.sql import metadata

T = TypeVar("T")

WAITS_SECONDS = (0.1, 0.2, 0.4)

bookings = metadata().tables["fourtop.bookings"]
own = MetaData()
orders = Table(
    "orders",
    own,
    Column("id", Text, primary_key=True),
    Column("restaurant_id", Text, nullable=False),
    Column("booking_id", Text, nullable=False),
    Column("menu", Text, nullable=False),
    ForeignKeyConstraint(
        ["restaurant_id", "booking_id"], [bookings.c.restaurant_id, bookings.c.id]
    ),
)


class Order(BaseModel):
    """What a guest orders."""

    menu: str
    party_size: int
    start: datetime


class NotOnTheMenuError(Exception):
    """The service's own reason to refuse an order."""


def create_app(url: str) -> FastAPI:
    """Make the service for a database."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # One pool for both: fourtop takes its connections from the service's engine.
        connections = create_async_engine(make_url(url).set(drivername="postgresql+psycopg"))
        app.state.sessions = async_sessionmaker(connections)
        app.state.engine = AsyncEngine(AsyncSqlStore(connections))
        await app.state.engine.add_restaurant(sample.pub(), exist_ok=True)
        try:
            yield
        finally:
            await connections.dispose()

    app = FastAPI(title="Orders", lifespan=lifespan)
    app.post("/restaurants/{restaurant_id}/orders", status_code=201)(take_order)
    app.get("/orders")(list_orders)
    app.add_exception_handler(FourtopError, problem)
    app.add_exception_handler(NotOnTheMenuError, refuse)
    return app


async def problem(_request: Request, error: Exception) -> JSONResponse:
    """Answer an error of fourtop with the status that it recommends."""
    assert isinstance(error, FourtopError)
    return JSONResponse({"code": error.code.value, "title": str(error)}, error.http_status)


async def refuse(_request: Request, error: Exception) -> JSONResponse:
    """Answer an error of the service."""
    return JSONResponse({"code": "NOT_ON_THE_MENU", "title": str(error)}, 422)


async def in_a_transaction(
    sessions: async_sessionmaker[AsyncSession], work: Callable[[AsyncSession], Awaitable[T]]
) -> T:
    """Run work in a transaction; run all of it again after a conflict."""
    for seconds in WAITS_SECONDS:
        try:
            async with sessions.begin() as session:
                return await work(session)
        except TransactionConflict:
            await asyncio.sleep(seconds)
    async with sessions.begin() as session:
        return await work(session)


async def take_order(
    restaurant_id: str,
    order: Order,
    request: Request,
    key: Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=64)],
) -> dict[str, Any]:
    """Book a table and store the order, or do neither. The key makes a retry harmless."""
    engine: AsyncEngine = request.app.state.engine

    async def work(session: AsyncSession) -> dict[str, Any]:
        desk = engine.within(session).desk(restaurant_id, actor=Actor("web", "guest"))
        wish = BookingRequest(order.party_size, order.start)
        booking = await desk.book(wish, booking_id=key, key=key)
        await session.execute(
            insert(orders)
            .values(id=key, restaurant_id=restaurant_id, booking_id=booking.id, menu=order.menu)
            .on_conflict_do_nothing()
        )
        if order.menu == "steak":
            # Whatever the service raises here takes the booking back, too.
            raise NotOnTheMenuError(order.menu)
        return {"booking": booking.id, "tables": booking.tables, "replayed": booking.replayed}

    return await in_a_transaction(request.app.state.sessions, work)


async def list_orders(request: Request) -> list[dict[str, Any]]:
    """List the orders with the party sizes of their bookings, by one join."""
    both = select(orders.c.id, orders.c.menu, bookings.c.party_size).join_from(orders, bookings)
    async with request.app.state.sessions() as session:
        found = await session.execute(both.order_by(orders.c.id))
        return [row._asdict() for row in found]


# ---- a few requests


async def serve(url: str) -> None:
    """Start the service, send it a few requests, and end it."""
    app = create_app(url)
    # A server does this; the transport alone does not.
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pub") as guest:
            await visit(guest)


async def visit(guest: httpx.AsyncClient) -> None:
    """Order, order again with the same key, and ask for what there is not."""
    path = "/restaurants/the-pub/orders"
    order = {"menu": "roast", "party_size": 4, "start": "2050-05-06T18:00:00Z"}
    for key, change in (
        ("order-1", {}),
        ("order-1", {}),
        ("order-2", {"menu": "steak"}),
        ("order-3", {"party_size": 40}),
        ("order-4", {"menu": "soup", "party_size": 2}),
    ):
        answer = await guest.post(path, json={**order, **change}, headers={"Idempotency-Key": key})
        body = answer.json()
        print(
            answer.status_code, key, body.get("code") or ("replayed" if body["replayed"] else "new")
        )
    print((await guest.get("/orders")).json())


def main(url: str) -> None:
    """Create the tables as a deployment does, then serve."""
    migrate(url)
    asyncio.run(_create_orders(url))
    asyncio.run(serve(url))


async def _create_orders(url: str) -> None:
    connections = create_async_engine(make_url(url).set(drivername="postgresql+psycopg"))
    async with connections.begin() as connection:
        await connection.run_sync(own.create_all)
    await connections.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
