"""A relay that keeps running: it publishes what comes, outlasts an outage and ends cleanly."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest

from fourtop import (
    AsyncMemoryStore,
    Event,
    InvalidInput,
    ManualClock,
    MemoryStore,
    OutcomeUnknown,
    Relayed,
    RelayOptions,
    StoreUnavailable,
    async_relay_forever,
    relay_forever,
    relay_outbox,
)
from fourtop.ports import Delivery
from fourtop.testing.contract.job import about, keys_of
from fourtop.testing.contract.samples import HERE, a_house
from tests.evening import NOW
from tests.jobs.place import tell

LEASE_US = 30_000_000
SOON = RelayOptions(idle_seconds=0.01)
PATIENCE_SECONDS = 30


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore(ManualClock(NOW))
    made.add_restaurant(a_house(HERE))
    return made


def run(store: MemoryStore, publish: Callable[[Event], object], stop: Signal) -> Relayed:
    return relay_forever(store, publish, SOON, stop=stop)


def run_awaited(store: MemoryStore, publish: Callable[[Event], object], stop: Signal) -> Relayed:
    """Run the async twin; it looks at the same stop, which only ``publish`` sets."""

    class Both:
        is_set = staticmethod(stop.is_set)

        async def wait(self) -> None:
            await asyncio.to_thread(stop.wait, SOON.idle_seconds)

    async def call(event: Event) -> None:
        await asyncio.sleep(0)
        publish(event)

    awaited = AsyncMemoryStore(store=store)
    return asyncio.run(async_relay_forever(awaited, call, SOON, stop=Both()))


KINDS = pytest.mark.parametrize("relay", [run, run_awaited])
Run = Callable[[Any, Callable[[Event], object], Signal], Relayed]


@KINDS
def test_it_publishes_events_that_come_after_it_has_found_none(
    relay: Run, store: MemoryStore
) -> None:
    stop, heard = Signal(), []

    def publish(event: Event) -> None:
        heard.append(event.dedupe_key)
        if len(heard) == 1:
            Thread(target=lambda: tell(store, about("2", "b1"))).start()
        else:
            stop.set()

    tell(store, about("1", "b1"))
    assert relay(store, publish, stop) == Relayed(published=2)
    assert heard == ["1", "2"]
    assert store.claim(9, LEASE_US) == ()


@KINDS
def test_at_the_end_it_finishes_one_event_and_gives_the_others_back(
    relay: Run, store: MemoryStore
) -> None:
    stop = Signal()
    tell(store, about("1", "b1"), about("2", "b2"), about("3", "b1"), about("4", "b3"))
    assert relay(store, lambda _: stop.set(), stop) == Relayed(published=1)
    # Another relay has them at once, without waiting for a lease to end.
    assert keys_of(store.claim(9, LEASE_US)) == ["2", "3", "4"]


@KINDS
def test_told_to_stop_before_it_begins_it_claims_nothing(relay: Run, store: MemoryStore) -> None:
    stop = Signal()
    stop.set()
    tell(store, about("1", "b1"))
    assert relay(store, print, stop) == Relayed()
    assert keys_of(store.claim(9, LEASE_US)) == ["1"]


class Failing(MemoryStore):
    """Loses its database at some calls."""

    def __init__(self) -> None:
        super().__init__(ManualClock(NOW))
        self.add_restaurant(a_house(HERE))
        self.claims: list[Exception] = []
        self.records: list[Exception] = []
        self.recorded: list[list[str]] = []

    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        if self.claims:
            raise self.claims.pop()
        return super().claim(limit, lease_us)

    def done(self, deliveries: Any) -> int:
        self.recorded.append([each.event.dedupe_key for each in deliveries])
        if self.records:
            raise self.records.pop()
        return super().done(deliveries)


@KINDS
def test_it_outlasts_an_outage(relay: Run, caplog: pytest.LogCaptureFixture) -> None:
    store, stop = Failing(), Signal()
    tell(store, about("1", "b1"))
    store.claims = [StoreUnavailable("down"), OutcomeUnknown("claim")]
    assert relay(store, lambda _: stop.set(), stop) == Relayed(published=1)
    told = [record.getMessage() for record in caplog.records]
    assert [text.rpartition(" ")[2] for text in told] == ["OUTCOME_UNKNOWN", "STORE_UNAVAILABLE"]


@KINDS
def test_what_it_could_not_record_is_recorded_once_the_store_is_back(relay: Run) -> None:
    store, stop, heard = Failing(), Signal(), []

    def publish(event: Event) -> None:
        heard.append(event.dedupe_key)
        if event.dedupe_key == "1":
            tell(store, about("2", "b2"))
        else:
            stop.set()

    tell(store, about("1", "b1"))
    store.records = [StoreUnavailable("down")]
    assert relay(store, publish, stop) == Relayed(published=2)
    assert heard == ["1", "2"], "an event was published twice"
    assert store.recorded == [["1"], ["1"], ["2"]]


@KINDS
def test_told_to_stop_in_an_outage_it_tries_once_more_to_record(relay: Run) -> None:
    store, stop = Failing(), Signal()
    tell(store, about("1", "b1"))
    store.records = [StoreUnavailable("down")]
    assert relay(store, lambda _: stop.set(), stop) == Relayed(published=1)
    tell(store, about("2", "b1"))
    store.records = [StoreUnavailable("still down"), StoreUnavailable("down")]
    stop.clear()
    assert relay(store, lambda _: stop.set(), stop) == Relayed()
    assert store.recorded == [["1"], ["1"], ["2"], ["2"]]


@KINDS
def test_what_may_be_recorded_is_not_counted_as_lost(relay: Run) -> None:
    store, stop = Failing(), Signal()
    tell(store, about("1", "b1"))
    store.records = [OutcomeUnknown("done")]
    assert relay(store, lambda _: stop.set(), stop) == Relayed()
    assert store.recorded == [["1"]]


def test_how_often_it_looks_can_be_limited(store: MemoryStore) -> None:
    looks = RelayOptions(idle_seconds=0.01, max_batches=3)
    heard: list[Event] = []
    tell(store, about("1", "b1"))
    assert relay_forever(store, heard.append, looks, stop=Signal()) == Relayed(published=1)


def test_the_pause_has_bounds() -> None:
    for seconds in (0, 3_601, True):
        with pytest.raises(InvalidInput, match="idle_seconds: must be a number from"):
            RelayOptions(idle_seconds=seconds)


def test_a_promise_to_publish_is_a_failed_attempt_of_a_sync_relay(
    store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    async def later(_event: Event) -> None:
        pytest.fail("nothing awaits it")

    made: list[Awaitable[object]] = []

    def publish(event: Event) -> object:
        made.append(later(event))
        return made[-1]

    tell(store, about("1", "b1"))
    assert relay_outbox(store, publish) == Relayed(failed=1)
    assert "TypeError" in caplog.text
    (promise,) = made
    assert inspect.getcoroutinestate(promise) == inspect.CORO_CLOSED  # type: ignore[arg-type]  # It is a coroutine.


def test_a_cancelled_relay_leaves_its_events_leased(store: MemoryStore) -> None:
    awaited = AsyncMemoryStore(store=store)
    tell(store, about("1", "b1"), about("2", "b2"))

    async def play() -> None:
        begun = asyncio.Event()

        async def publish(_event: Event) -> None:
            begun.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(async_relay_forever(awaited, publish, stop=asyncio.Event()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(play())
    assert store.claim(9, LEASE_US) == ()
