"""Order and exclusion at the outbox of a database, while others have not committed yet."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event as Signal
from threading import Lock
from typing import Any

import attrs
import pytest

from fourtop import Event, RelayOptions, relay_outbox
from fourtop.storage.sql import SqlStore
from fourtop.testing.contract.harness import PATIENCE_SECONDS, Beside
from fourtop.testing.contract.job import about, keys_of
from fourtop.testing.contract.samples import HERE, THERE, a_house
from tests.jobs.place import LATER, Place, tell

LEASE_US = 30_000_000
# Long enough for a call that does not wait to have come back.
A_WHILE_SECONDS = 0.15
ATTEMPTS = 10
MISSED = 0.05


@contextmanager
def before_its_commit(store: SqlStore, call: Callable[[], object]) -> Iterator[None]:
    """Have a call of a store wait before its commit, all done, for as long as the block lasts."""
    has_worked, may_commit = Signal(), Signal()
    sessions: Any = store._transactions
    commit = sessions._commit

    def wait_then_commit(*arguments: object, **how: object) -> None:
        has_worked.set()
        assert may_commit.wait(PATIENCE_SECONDS)
        commit(*arguments, **how)

    sessions._commit = wait_then_commit
    calling = Beside(call)
    try:
        assert has_worked.wait(PATIENCE_SECONDS)
        # This call has come to it; the next ones commit at once.
        sessions._commit = commit
        yield
    finally:
        may_commit.set()
        calling.wait()


@pytest.fixture
def stores(place: Place) -> Iterator[tuple[SqlStore, SqlStore, SqlStore]]:
    """Three stores of one database, with two restaurants in it."""
    with place.opened() as one, place.opened() as two, place.opened() as three:
        for restaurant_id in (HERE, THERE):
            one.add_restaurant(a_house(restaurant_id))
        yield one, two, three


Stores = tuple[SqlStore, SqlStore, SqlStore]


@pytest.mark.slow
def test_a_claim_waits_for_who_settles_and_sees_what_came_of_it(stores: Stores) -> None:
    one, two, _ = stores
    tell(one, about("1", "b1"), about("2", "b1"), about("3", "b2"))
    # With a lease that is over at once, the events are free for others while they are settled.
    first, *_ = one.claim(9, 0)
    claimed: list[list[str]] = []
    with before_its_commit(one, lambda: one.fail(first, LEASE_US)):
        claiming = Beside(lambda: claimed.append(keys_of(two.claim(9, LEASE_US))))
        assert not claiming.is_over_within(A_WHILE_SECONDS)
    claiming.wait()
    assert claimed == [["3"]], "an event was given out while the first of its booking rests"


@pytest.mark.slow
def test_a_claim_waits_for_another_and_leaves_what_follows_its_events(stores: Stores) -> None:
    one, two, _ = stores
    tell(one, about("1", "b1"), about("2", "b2"), about("3", "b1"), about("4", "b3"))
    claimed: list[list[str]] = []
    with before_its_commit(one, lambda: one.claim(2, LEASE_US)):
        claiming = Beside(lambda: claimed.append(keys_of(two.claim(9, LEASE_US))))
        assert not claiming.is_over_within(A_WHILE_SECONDS)
    claiming.wait()
    assert claimed == [["4"]]


@pytest.mark.slow
def test_who_settles_waits_for_nobody_else_who_does_but_on_sqlite(
    stores: Stores, place: Place
) -> None:
    one, two, _ = stores
    tell(one, about("1", "b1"), about("2", "b2"))
    first, second = one.claim(9, LEASE_US)
    with before_its_commit(one, lambda: one.done([first])):
        settling = Beside(lambda: two.done([second]))
        if place.is_sqlite:
            assert not settling.is_over_within(A_WHILE_SECONDS)
        else:
            settling.wait()
    settling.wait()


@pytest.mark.slow
def test_no_event_is_there_before_an_earlier_one_of_its_restaurant(
    stores: Stores, place: Place
) -> None:
    one, two, three = stores
    with before_its_commit(one, lambda: tell(one, about("1", "b1"))):
        after = Beside(lambda: tell(two, about("2", "b1")))
        assert not after.is_over_within(A_WHILE_SECONDS)
        if not place.is_sqlite:
            tell(three, about("3", "b1", restaurant_id=THERE), restaurant_id=THERE)
            assert keys_of(three.claim(9, LEASE_US)) == ["3"], (
                "an event of another restaurant waits for this one"
            )
    after.wait()
    assert keys_of(three.claim(9, LEASE_US)) == ["1", "2"]


def test_a_job_leaves_no_role_in_its_session(stores: Stores, place: Place) -> None:
    one, *_ = stores
    one.claim(9, LEASE_US)
    if not place.is_sqlite:
        with one.engine.connect() as connection:
            assert (
                connection.exec_driver_sql("SELECT current_user").scalar_one()
                == one.engine.url.username
            )


Lanes = dict[tuple[str, str], list[str]]


def write_many(store: SqlStore, restaurant_id: str, wanted: Lanes) -> None:
    """Write events of four bookings, a few in each transaction."""
    draw = random.Random(7)
    for number in range(60):
        names = [f"{number:03}-{place}" for place in range(draw.randint(1, 3))]
        events = [
            about(name, f"b{draw.randrange(4)}", restaurant_id=restaurant_id) for name in names
        ]
        tell(store, *events, restaurant_id=restaurant_id)
        for event in events:
            wanted.setdefault((restaurant_id, str(event.booking_id)), []).append(event.dedupe_key)


@attrs.frozen
class Listener:
    """Hears events, and misses one in twenty at first."""

    heard: Lanes = attrs.field(factory=dict)
    _draw: random.Random = attrs.field(factory=lambda: random.Random(1))
    _lock: Lock = attrs.field(factory=Lock)

    def publish(self, event: Event) -> None:
        with self._lock:
            if self._draw.random() < MISSED:
                raise ConnectionError
            self.heard.setdefault((event.restaurant_id, str(event.booking_id)), []).append(
                event.dedupe_key
            )

    def relay_until(self, has_ended: Signal, store: SqlStore) -> None:
        while not has_ended.is_set():
            relay_outbox(store, self.publish, RelayOptions(batch=7))


@pytest.mark.slow
def test_events_that_come_while_relays_are_at_work_go_out_once_and_in_order(
    stores: Stores, place: Place
) -> None:
    wanted: Lanes = {}
    listener, has_ended = Listener(), Signal()
    with place.opened() as one, place.opened() as two:
        writing = [
            Beside(partial(write_many, store, restaurant_id, wanted))
            for store, restaurant_id in zip(stores, (HERE, THERE), strict=False)
        ]
        relaying = [Beside(partial(listener.relay_until, has_ended, store)) for store in (one, two)]
        for each in writing:
            each.wait()
        has_ended.set()
        for each in relaying:
            each.wait()
    for minutes in range(1, ATTEMPTS):
        # What was missed rests, and what follows it waits, as long as the clock stands still.
        with place.opened(LATER + timedelta(minutes=minutes)) as last:
            relay_outbox(last, listener.publish)
    assert listener.heard == wanted
