"""The stream of events on PostgreSQL: a change that another engine commits shows at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from statistics import median
from time import perf_counter

import attrs
import pytest

from fourtop import AsyncEngine, BookingRequest, Engine, ManualClock
from fourtop.http_api import create_app
from fourtop.http_api.options import DEFAULTS
from fourtop.storage.sql import AsyncSqlStore, SqlStore
from tests.database.furnished import postgresql_url
from tests.evening import NOW, a_house
from tests.http_api.client import UNLIMITED, actor_of
from tests.http_api.streaming import Stream, stream_of

# The streams look for events as often as those of a host that decides nothing.
OPTIONS = attrs.evolve(
    UNLIMITED, event_poll_seconds=DEFAULTS.event_poll_seconds, stream_seconds=600
)
CHANGES = 5


@asynccontextmanager
async def a_stream(kind: str, url: str, clock: ManualClock) -> AsyncIterator[Stream]:
    """Follow the house with an API that has a store of its own."""
    if kind == "sync":
        with SqlStore(url, clock=clock) as store:
            async with stream_of(create_app(Engine(store), actor_of, OPTIONS)) as stream:
                yield stream
        return
    async with (
        AsyncSqlStore(url, clock=clock) as awaited,
        stream_of(create_app(AsyncEngine(awaited), actor_of, OPTIONS)) as stream,
    ):
        yield stream


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_change_of_another_engine_shows_within_a_second(kind: str, clock: ManualClock) -> None:
    async def work(url: str, other: Engine) -> list[float]:
        desk = other.desk("house")
        seconds = []
        async with a_stream(kind, url, clock) as stream:
            opening = await stream.message()
            assert opening is not None
            assert opening.kind == ""
            for number in range(CHANGES):
                party = BookingRequest(2, NOW + timedelta(days=1 + number, hours=7))
                made = await asyncio.to_thread(desk.book, party)
                committed = perf_counter()
                created = await stream.message()
                seconds.append(perf_counter() - committed)
                assert created is not None
                assert created.data["type"] == "capacity.booking.created"
                assert created.data["booking_id"] == made.id
                assert await stream.kinds(1) == ["capacity.assignment.sync"]
        return seconds

    with postgresql_url() as url, SqlStore(url, clock=clock) as store:
        other = Engine(store)
        other.add_restaurant(a_house())
        seconds = asyncio.run(work(url, other))
    # A busy machine can hold back one of them.
    assert median(seconds) < 1, seconds
