"""The stream of events: every change, in order, to each client that follows a restaurant."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta
from typing import Any, TypeVar

import attrs
import pytest
from fastapi import FastAPI
from starlette.requests import ClientDisconnect

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    BookingRequest,
    CountedIds,
    Desk,
    Engine,
    InvalidInput,
    ManualClock,
    MemoryStore,
    StoreUnavailable,
)
from fourtop.http_api import ApiOptions, create_app
from fourtop.http_api.event_feed import PAGE, READER, EventFeeds
from fourtop.http_api.event_routes import EventStreamAnswer
from fourtop.http_api.event_stream import EventStream, sequence_of
from fourtop.jobs import prune_outbox
from fourtop.ports import EventPage
from tests.evening import NOW, a_house
from tests.http_api.client import UNLIMITED, Client, actor_of
from tests.http_api.streaming import Message, Stream, stream_of

T = TypeVar("T")
FAST = attrs.evolve(UNLIMITED, event_poll_seconds=0.01, heartbeat_seconds=0.05, stream_seconds=60)
CREATED = ["capacity.booking.created", "capacity.assignment.sync"]


@attrs.define(eq=False)
class Night:
    """A house on a store in memory, with its API and its desk."""

    store: MemoryStore
    engine: Engine | AsyncEngine
    options: ApiOptions = FAST
    number: int = 0
    app: FastAPI = attrs.field(init=False)
    desk: Desk = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.app = create_app(self.engine, actor_of, self.options)
        self.desk = Engine(self.store, ids=CountedIds("x")).desk("house")

    def book(self) -> str:
        """Book a table elsewhere than in this process's API: two events."""
        self.number += 1
        start = NOW + timedelta(days=self.number, hours=7)
        return self.desk.book(BookingRequest(2, start)).id

    def follow(self, **how: str) -> AbstractAsyncContextManager[Stream]:
        return stream_of(self.app, **how)


def a_night(kind: str, clock: ManualClock, options: ApiOptions = FAST) -> Night:
    store = MemoryStore(clock)
    store.add_restaurant(a_house())
    if kind == "sync":
        return Night(store, Engine(store), options)
    return Night(store, AsyncEngine(AsyncMemoryStore(store=store)), options)


@pytest.fixture(params=["sync", "async"])
def night(request: pytest.FixtureRequest, clock: ManualClock) -> Night:
    return a_night(request.param, clock)


def play(work: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        return await work()

    return asyncio.run(run())


async def opened(stream: Stream) -> int:
    """Return the position that the first message tells."""
    message = await stream.message()
    assert message is not None
    assert (message.kind, message.data) == ("", None)
    assert message.id is not None
    return message.id


def test_a_change_made_elsewhere_shows(night: Night) -> None:
    async def work() -> list[Message | None]:
        async with night.follow() as stream:
            assert stream.status == 200
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert stream.headers["cache-control"] == "no-store"
            await opened(stream)
            night.book()
            return [await stream.message() for _ in range(2)]

    created, assigned = play(work)
    assert created is not None
    assert assigned is not None
    assert [created.kind, assigned.kind] == ["change", "change"]
    assert (created.id, created.data["sequence"]) == (1, 1)
    assert created.data["type"] == "capacity.booking.created"
    assert created.data["booking_id"] == assigned.data["booking_id"] == "x1"
    assert created.data["data"]["party_size"] == 2


def test_a_stream_begins_with_the_next_event(night: Night) -> None:
    night.book()

    async def work() -> list[str]:
        async with night.follow() as stream:
            assert await opened(stream) == 2
            night.desk.cancel("x1")
            return await stream.kinds(1)

    assert play(work) == ["capacity.booking.status"]


@pytest.mark.parametrize("how", [{"last_event_id": "1"}, {"query": "after=1"}])
def test_a_client_that_comes_back_misses_nothing(night: Night, how: dict[str, str]) -> None:
    night.book()
    night.book()

    async def work() -> list[str]:
        async with night.follow(**how) as stream:
            await opened(stream)
            return await stream.kinds(3)

    assert play(work) == [CREATED[1], *CREATED]


def test_the_header_is_newer_than_the_parameter(night: Night) -> None:
    night.book()

    async def work() -> list[str]:
        async with night.follow(query="after=0", last_event_id="1") as stream:
            await opened(stream)
            return await stream.kinds(1)

    assert play(work) == [CREATED[1]]


@pytest.mark.parametrize("known", ["0", "99", "no number", "9" * 30, "-1"])
def test_a_client_that_may_have_missed_events_is_told(night: Night, known: str) -> None:
    night.book()

    async def work() -> tuple[Message | None, list[str]]:
        async with night.follow(last_event_id=known) as stream:
            await opened(stream)
            reset = await stream.message()
            night.desk.cancel("x1")
            return reset, await stream.kinds(1)

    assert play(work) == (Message("reset", 2, {}), ["capacity.booking.status"])


def test_events_that_retention_has_deleted_are_told(night: Night, clock: ManualClock) -> None:
    night.book()
    night.store.done(night.store.claim(1, 1_000_000))
    clock.advance(minutes=2 * 24 * 60)
    assert prune_outbox(night.store, days=1).events == 1

    async def work() -> Message | None:
        async with night.follow(last_event_id="1") as stream:
            await opened(stream)
            return await stream.message()

    assert play(work) == Message("reset", 2, {})


def test_a_long_absence_is_read_in_pages(night: Night) -> None:
    first = night.book()
    for _ in range(PAGE):
        night.desk.pin(first)
        night.desk.unpin(first)

    async def work() -> int:
        async with night.follow(last_event_id="2") as stream:
            await opened(stream)
            found = [await stream.message() for _ in range(2 * PAGE)]
            night.desk.cancel(first)
            assert await stream.kinds(1) == ["capacity.booking.status"]
            return len({each.id for each in found if each is not None})

    assert play(work) == 2 * PAGE


def readers() -> int:
    """Return how many tasks read events now."""
    return sum(task.get_name() == READER for task in asyncio.all_tasks())


def test_one_reader_serves_every_stream(night: Night) -> None:
    async def work() -> list[list[str]]:
        async with night.follow() as one, night.follow() as two, night.follow() as three:
            streams = (one, two, three)
            for each in streams:
                await opened(each)
            night.book()
            found = [await each.kinds(2) for each in streams]
            assert readers() == 1
            return found

    assert play(work) == [CREATED] * 3


def test_a_slow_client_holds_back_no_other(night: Night) -> None:
    async def work() -> list[str]:
        async with night.follow() as slow, night.follow() as quick:
            await opened(quick)
            night.book()
            night.book()
            assert await quick.kinds(4) == CREATED * 2
            # The slow one has taken nothing until now.
            await opened(slow)
            return await slow.kinds(4)

    assert play(work) == CREATED * 2


def test_a_client_that_fell_behind_what_is_kept_reads_from_the_store(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fourtop.http_api.event_feed._KEPT", 3)

    async def work() -> list[str]:
        async with night.follow() as slow, night.follow() as quick:
            await opened(quick)
            for _ in range(6):
                night.book()
                assert await quick.kinds(2) == CREATED
            await opened(slow)
            return await slow.kinds(12)

    assert play(work) == CREATED * 6


def test_a_silent_stream_says_that_it_is_alive(night: Night) -> None:
    async def work() -> str:
        async with night.follow() as stream:
            await opened(stream)
            return await stream.text()

    assert play(work) == ": alive"


def test_a_stream_ends_with_its_time(clock: ManualClock) -> None:
    night = a_night("async", clock, attrs.evolve(FAST, stream_seconds=0.05))

    async def work() -> Message | None:
        async with night.follow() as stream:
            await opened(stream)
            return await stream.message()

    assert play(work) is None


def test_a_stream_ends_with_its_server(clock: ManualClock) -> None:
    stopping: list[bool] = []
    night = a_night("async", clock, attrs.evolve(FAST, is_stopping=lambda: bool(stopping)))

    async def work() -> Message | None:
        async with night.follow() as stream:
            await opened(stream)
            stopping.append(True)
            return await stream.message()

    assert play(work) is None


def test_no_reader_stays_behind_a_client_that_went_away(night: Night) -> None:
    async def work() -> tuple[int, int]:
        async with night.follow() as stream:
            await opened(stream)
            night.book()
            await stream.kinds(2)
            during = readers()
        await asyncio.sleep(0)
        return during, readers()

    assert play(work) == (1, 0)


def test_a_stream_goes_on_after_a_failure_of_the_store(
    night: Night, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[str] = []
    read = MemoryStore.events_after

    def failing(self: MemoryStore, name: str, sequence: int | None, limit: int) -> Any:
        if failures:
            raise StoreUnavailable(failures.pop())
        return read(self, name, sequence, limit)

    monkeypatch.setattr(MemoryStore, "events_after", failing)

    async def work() -> list[str]:
        async with night.follow() as stream:
            await opened(stream)
            failures.extend(["no connection"] * 2)
            night.book()
            return await stream.kinds(2)

    with caplog.at_level(logging.WARNING, "fourtop.http"):
        assert play(work) == CREATED
    assert caplog.messages == ["events cannot be read: STORE_UNAVAILABLE"] * 2


def test_a_stream_ends_with_its_restaurant(night: Night) -> None:
    async def work() -> Message | None:
        async with night.follow() as stream:
            await opened(stream)
            Engine(night.store).remove_restaurant("house")
            return await stream.message()

    assert play(work) is None


def test_an_unknown_restaurant_and_a_guest_have_no_stream(api: Client) -> None:
    gone = api("GET", "/restaurants/nowhere/events/stream", role="waiter")
    assert (gone.status_code, gone.json()["code"]) == (404, "NOT_FOUND")
    assert api("GET", "/events/stream").status_code == 403


def test_a_restaurant_has_a_number_of_streams(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fourtop.http_api.event_routes._MOST_STREAMS", 1)

    async def work() -> tuple[int, str]:
        async with night.follow() as first:
            await opened(first)
            async with night.follow() as second:
                return second.status, second.headers["retry-after"]

    assert play(work) == (429, "10")


def test_streams_that_begin_at_once_get_no_more_places(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fourtop.http_api.event_routes._MOST_STREAMS", 2)

    async def work() -> list[int]:
        async with AsyncExitStack() as stack:
            streams = [stack.enter_async_context(night.follow()) for _ in range(5)]
            found = [each.status for each in await asyncio.gather(*streams)]
        # The places are free again.
        async with night.follow() as last:
            return [*sorted(found), last.status]

    assert play(work) == [200, 200, 429, 429, 429, 200]


def test_a_stream_that_cannot_begin_takes_no_place(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fourtop.http_api.event_routes._MOST_STREAMS", 1)

    async def work() -> list[int]:
        found = []
        for failing in (True, True, False):
            with monkeypatch.context() as patch:
                if failing:
                    patch.setattr(MemoryStore, "events_after", _unavailable)
                async with night.follow() as stream:
                    found.append(stream.status)
        return found

    assert play(work) == [503, 503, 200]


def _unavailable(*_arguments: Any) -> EventPage:
    raise StoreUnavailable("down")


def test_the_sequence_that_a_client_knows_is_the_header_or_the_parameter() -> None:
    assert [sequence_of(None, None), sequence_of(None, 3), sequence_of("", 3)] == [None, 3, 0]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("event_poll_seconds", 0),
        ("heartbeat_seconds", 0),
        ("stream_seconds", 86_401),
        ("is_stopping", True),
    ],
)
def test_the_options_of_streams_have_bounds(name: str, wrong: Any) -> None:
    with pytest.raises(InvalidInput, match=name):
        ApiOptions(**{name: wrong})


def test_a_stream_ends_as_soon_as_a_message_cannot_be_sent() -> None:
    async def read(_restaurant_id: str, sequence: int | None, _limit: int) -> EventPage:
        return EventPage((), sequence or 0, has_gap=False)

    async def receive() -> Any:
        raise AssertionError("a server of ASGI 2.4 tells of the end by the next send")

    async def work() -> None:
        feeds = EventFeeds(read, 0.01, lambda: False)
        counts = []

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                counts.append(feeds.count("house"))
                if counts[-1]:
                    raise OSError("the client is gone")

        stream = EventStream(feeds, "house", 0.01, 60.0)
        answer = EventStreamAnswer(stream.messages(await stream.first_page(None)))
        scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
        with pytest.raises(ClientDisconnect):
            await answer(scope, receive, send)
        counts.append(feeds.count("house"))
        assert counts == [0, 1, 0]

    play(work)
