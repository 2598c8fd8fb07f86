"""The aggregator as a client of the booking server, in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, TypeVar

import attrs
import httpx
from fastapi import FastAPI

from fourtop import AsyncEngine, Booking, Engine, ManualClock
from fourtop.aggregator import Merchant, ServerOptions, User, basic_login, booking_server
from tests.evening import at

T = TypeVar("T")

METHODS: Final = (
    *("HealthCheck", "BatchAvailabilityLookup", "CreateBooking", "UpdateBooking"),
    *("GetBookingStatus", "ListBookings"),
)
LOGIN: Final = ("aggregator", "a password of the tests")
SECRET: Final = b"a secret for the tests"
MERCHANT: Final = Merchant(id="1234", restaurant_id="house", service_id="5678")
SAMPLE_CLICK: Final = "18307119013960637991"
# The user of the published samples.
USER: Final = {
    "email": "john.smith@gmail.com",
    "family_name": "Smith",
    "given_name": "John",
    "telephone": "+12091111111",
    "user_id": "1111111111111111111",
}


@attrs.frozen(eq=False)
class Users:
    """The host's own store of users, by the id of the booking."""

    kept: dict[str, User] = attrs.field(factory=dict)
    calls: list[str] = attrs.field(factory=list)

    def keep(self, booking: Booking, user: User) -> None:
        self.calls.append(booking.id)
        self.kept[booking.id] = user

    async def find(self, booking: Booking) -> User | None:
        return self.kept.get(booking.id)


@attrs.frozen(eq=False)
class Aggregator:
    """Sends requests to a booking server, on one event loop."""

    app: FastAPI
    engine: Engine | AsyncEngine
    runner: asyncio.Runner
    users: Users

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def __call__(self, name: str, body: Any = None, **how: Any) -> httpx.Response:
        return self.run(self.send(name, body, **how))

    async def send(
        self, name: str, body: Any = None, *, login: tuple[str, str] | None = LOGIN
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://pub.example") as http:
            method = "GET" if body is None else "POST"
            auth = None if login is None else httpx.BasicAuth(*login)
            # As escaped ASCII, which has room for texts that no encoding holds.
            content = None if body is None else json.dumps(body)
            headers = {"Content-Type": "application/json"}
            return await http.request(
                method, f"/v3/{name}/", content=content, headers=headers, auth=auth
            )


@contextmanager
def aggregator_of(engine: Engine | AsyncEngine, clock: ManualClock) -> Iterator[Aggregator]:
    users = Users()
    options = ServerOptions(
        user_secret=SECRET, keep_user=users.keep, find_user=users.find, clock=clock
    )
    app = FastAPI()
    app.include_router(booking_server(engine, [MERCHANT], basic_login(*LOGIN), options))
    with asyncio.Runner() as runner:
        yield Aggregator(app, engine, runner, users)


def seconds(start: str | datetime) -> str:
    moment = at(start) if isinstance(start, str) else start
    return str(int(moment.timestamp()))


def slot_time(start: str = "19:00", size: int = 2, **changes: Any) -> dict[str, Any]:
    """A slot of BatchAvailabilityLookup, in the form of the published samples."""
    return {
        "duration_sec": "5400",
        "resource_ids": {"party_size": size},
        "service_id": "5678",
        "start_sec": seconds(start),
        **changes,
    }


def create(
    start: str = "19:00", size: int = 2, *, click: str = SAMPLE_CLICK, **changes: Any
) -> dict[str, Any]:
    """A request of CreateBooking, in the form of the published samples."""
    return {
        "idempotency_token": click,
        "payment_information": {"prepayment_status": "PREPAYMENT_NOT_PROVIDED"},
        "slot": {
            "confirmation_mode": "CONFIRMATION_MODE_SYNCHRONOUS",
            "duration_sec": "5400",
            "merchant_id": "1234",
            "resources": {"party_size": size},
            "service_id": "5678",
            "start_sec": seconds(start),
        },
        "user_information": USER,
        **changes,
    }
