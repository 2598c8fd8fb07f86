"""Relay: at least once, in order for each booking, with pauses and dead letters."""

from __future__ import annotations

import logging
import random
from collections.abc import Collection
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from fourtop import Desk, InvalidInput, ManualClock, MemoryStore
from fourtop.jobs.relay import Relayed, RelayOptions, relay_outbox, wait_us
from fourtop.model.event import Event
from fourtop.ports import Changes, Decision, Delivery, MaintainedStore, Scope
from fourtop.testing.contract.job import about
from fourtop.testing.contract.samples import HERE, a_house
from tests.contract.loading import LoadingStore
from tests.evening import held, open_desk

SECOND_US = 1_000_000


@pytest.fixture(params=[MemoryStore, LoadingStore])
def store(request: pytest.FixtureRequest, clock: ManualClock) -> MaintainedStore:
    made: MaintainedStore = request.param(clock)
    made.add_restaurant(a_house(HERE))
    return made


def tell(store: MaintainedStore, *events: Event) -> None:
    store.transact(Scope(HERE), lambda _: Decision(None, Changes(events=events)))


class Listener:
    """Notes what is published, and fails for what it was told to fail for."""

    def __init__(self, *failing: str) -> None:
        self.heard: list[str] = []
        self.failing = set(failing)

    def __call__(self, event: Event) -> None:
        if event.dedupe_key in self.failing:
            raise ConnectionError(f"no route for {event.dedupe_key} of Mrs Smith")
        self.heard.append(event.dedupe_key)


def half() -> float:
    return 0.5


async def publish_later(_event: Event) -> None:
    """Publish nothing until somebody awaits it."""


@pytest.mark.parametrize("publish", [publish_later, "print"])
def test_what_does_not_publish_by_itself_is_refused_and_nothing_is_delivered(
    store: MaintainedStore, publish: Any
) -> None:
    tell(store, about("e1", "b1"))
    with pytest.raises(
        InvalidInput, match=r"^publish: must be a function that returns when the event is safe"
    ):
        relay_outbox(store, publish)
    assert len(store.claim(9, SECOND_US)) == 1


# ---- all goes well -------------------------------------------------------------------------------


def test_all_events_are_published_in_order_and_once(
    store: MaintainedStore, clock: ManualClock
) -> None:
    desk: Desk = open_desk(store)
    hold = held(desk, 2)
    desk.confirm(hold.id, booking_id="b1")
    desk.cancel("b1")
    heard: list[Event] = []
    assert relay_outbox(store, heard.append) == Relayed(published=5)
    assert tuple(heard) == store.events(desk.restaurant_id)
    clock.advance(minutes=1)
    assert relay_outbox(store, heard.append) == Relayed()


def test_a_relay_goes_on_batch_by_batch(store: MaintainedStore) -> None:
    tell(store, *(about(str(number), "b1") for number in range(5)))
    listener = Listener()
    assert relay_outbox(store, listener, RelayOptions(batch=2, max_batches=2)) == Relayed(
        published=4
    )
    assert relay_outbox(store, listener, RelayOptions(batch=2)) == Relayed(published=1)
    assert listener.heard == list("01234")


def test_an_event_is_settled_before_the_next_of_its_booking_goes_out(
    store: MaintainedStore,
) -> None:
    tell(store, about("1", "b1"), about("2", "b2"), about("3", "b1"))
    waiting: list[list[str]] = []

    class Watched:
        settled: list[str] = []  # noqa: RUF012  # One instance only.

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def done(self, deliveries: Collection[Delivery]) -> int:
            self.settled.extend(each.event.dedupe_key for each in deliveries)
            return store.done(deliveries)

    outbox = Watched()
    relay_outbox(outbox, lambda _: waiting.append(list(outbox.settled)))  # type: ignore[arg-type]  # The rest is the store's.
    assert waiting == [[], [], ["1", "2"]]
    assert outbox.settled == ["1", "2", "3"]


# ---- publishing fails ----------------------------------------------------------------------------


def test_what_fails_keeps_the_later_ones_of_its_booking_waiting(
    store: MaintainedStore, clock: ManualClock
) -> None:
    tell(store, about("1", "b1"), about("2", "b1"), about("3", "b2"), about("4", "b1"))
    listener = Listener("1")
    assert relay_outbox(store, listener, draw=half) == Relayed(published=1, failed=1)
    assert listener.heard == ["3"]
    listener.failing.clear()
    clock.advance(seconds=0.187_499)
    assert relay_outbox(store, listener) == Relayed()
    clock.advance(seconds=0.000_001)
    assert relay_outbox(store, listener) == Relayed(published=3)
    assert listener.heard == ["3", "1", "2", "4"]


@pytest.mark.parametrize(
    ("attempts", "longest_us"),
    [(0, 250_000), (1, 500_000), (6, 16 * SECOND_US), (7, 30 * SECOND_US), (9, 30 * SECOND_US)],
)
def test_rests_double_up_to_half_a_minute_and_are_spread_over_their_second_half(
    attempts: int, longest_us: int
) -> None:
    assert wait_us(attempts, 0.0) == longest_us // 2
    assert wait_us(attempts, 1 - 2**-53) == longest_us - 1
    draws = random.Random(7)
    drawn = [wait_us(attempts, draws.random()) for _ in range(100)]
    assert all(longest_us // 2 <= each < longest_us for each in drawn)
    assert len(set(drawn)) == 100


def test_after_ten_failures_an_event_is_given_up_and_the_others_go_on(
    store: MaintainedStore, clock: ManualClock
) -> None:
    tell(store, about("1", "b1"), about("2", "b1"))
    listener = Listener("1")
    for _ in range(9):
        assert relay_outbox(store, listener) == Relayed(failed=1)
        clock.advance(seconds=30)
    assert (listener.heard, store.dead_letters(9)) == ([], ())
    assert relay_outbox(store, listener) == Relayed(published=1, dead=1)
    assert listener.heard == ["2"]
    (letter,) = store.dead_letters(9)
    assert (letter.event.dedupe_key, letter.attempts) == ("1", 10)
    listener.failing.clear()
    store.revive([letter])
    assert relay_outbox(store, listener) == Relayed(published=1)


def test_how_many_failures_are_too_many_can_be_said(store: MaintainedStore) -> None:
    tell(store, about("1", "b1"))
    assert relay_outbox(store, Listener("1"), RelayOptions(max_attempts=1)) == Relayed(dead=1)


def test_failures_are_logged_without_what_they_say(
    store: MaintainedStore, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    tell(store, about("1", "b1"))
    with caplog.at_level(logging.INFO, "fourtop.jobs"):
        for _ in range(2):
            relay_outbox(store, Listener("1"), RelayOptions(max_attempts=2))
            clock.advance(seconds=30)
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert told == [
        (
            "WARNING",
            (
                "could not publish capacity.booking.status of here, number 1, attempt 1: "
                "ConnectionError"
            ),
        ),
        ("INFO", "relayed 0 events, 1 attempts failed, 0 given up"),
        (
            "ERROR",
            "gave up capacity.booking.status of here, number 1, after attempt 2: ConnectionError",
        ),
        ("INFO", "relayed 0 events, 0 attempts failed, 1 given up"),
    ]
    assert all(record.exc_info is None for record in caplog.records)


# ---- relays die, or are too slow -----------------------------------------------------------------


class Killed(BaseException):
    """What ends a program."""


def test_what_a_killed_relay_had_leased_goes_out_in_order_after_the_lease(
    store: MaintainedStore, clock: ManualClock
) -> None:
    tell(store, about("1", "b1"), about("2", "b1"), about("3", "b2"), about("4", "b1"))
    listener = Listener()

    def publish(event: Event) -> None:
        if event.dedupe_key == "3":
            raise Killed
        listener(event)

    with pytest.raises(Killed):
        relay_outbox(store, publish)
    assert relay_outbox(store, listener) == Relayed()
    clock.advance(seconds=30)
    assert relay_outbox(store, listener) == Relayed(published=3)
    assert listener.heard == ["1", "2", "2", "3", "4"]


def test_a_batch_is_given_back_at_half_of_its_lease(clock: ManualClock) -> None:
    listener = Listener()
    claims: list[int] = []

    def publish(event: Event) -> None:
        listener(event)
        clock.advance(seconds=4)

    def elapsed() -> float:
        return clock.now_us() / SECOND_US

    class Counted(MemoryStore):
        def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
            found = super().claim(limit, lease_us)
            claims.append(len(found))
            return found

    counted = Counted(clock)
    counted.add_restaurant(a_house(HERE))
    tell(counted, *(about(str(number), "b1") for number in range(5)))
    assert relay_outbox(
        counted, publish, RelayOptions(lease_seconds=10), elapsed=elapsed
    ) == Relayed(published=5)
    assert claims == [5, 3, 1, 0]
    assert listener.heard == list("01234")


def test_the_first_event_of_a_batch_goes_however_late_it_is(store: MaintainedStore) -> None:
    tell(store, about("1", "b1"), about("2", "b1"))
    ticks = count(step=100)
    listener = Listener()
    assert relay_outbox(store, listener, elapsed=lambda: float(next(ticks))) == Relayed(published=2)
    assert listener.heard == ["1", "2"]


def test_a_relay_that_lost_its_lease_stops_and_says_so(
    store: MaintainedStore, clock: ManualClock
) -> None:
    tell(store, about("1", "b1"), about("2", "b1"), about("3", "b2"))
    other = Listener()
    slow = Listener()

    def publish(event: Event) -> None:
        slow(event)
        if event.dedupe_key == "1":
            clock.move_to(clock.now + timedelta(seconds=30))
            assert relay_outbox(store, other) == Relayed(published=3)

    assert relay_outbox(store, publish) == Relayed(lost=1)
    assert (slow.heard, other.heard) == (["1"], ["1", "2", "3"])


def test_a_failure_after_the_lease_was_lost_is_the_other_ones_to_count(
    store: MaintainedStore, clock: ManualClock
) -> None:
    tell(store, about("1", "b1"), about("2", "b1"))
    other = Listener()

    def publish(event: Event) -> None:
        assert event.dedupe_key == "1"
        clock.advance(seconds=30)
        relay_outbox(store, other)
        raise TimeoutError

    assert relay_outbox(store, publish) == Relayed()
    assert other.heard == ["1", "2"]


@pytest.mark.parametrize(
    "wrong",
    [{"batch": 0}, {"batch": 1.5}, {"lease_seconds": 0}, {"max_attempts": 0}, {"max_batches": 0}],
)
def test_a_pace_out_of_its_range_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidInput):
        RelayOptions(**wrong)
