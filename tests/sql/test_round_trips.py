"""The round trips of calls on PostgreSQL, counted at a proxy: one for a read, two for a command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from typing import Any, Final

import attrs
import psycopg
import pytest
from sqlalchemy import create_engine

from fourtop import (
    AsyncDesk,
    AsyncEngine,
    AsyncSqlStore,
    CapacityRule,
    CountedIds,
    Desk,
    Engine,
    ManualClock,
    Move,
    Policy,
    SqlStore,
)
from tests.database.furnished import LOGIN
from tests.database.session import bouncer, cluster
from tests.evening import FRIDAY, MONTH, NOW, STAFF, a_house, held, party_size
from tests.sql.delay import DelayingProxy
from tests.sql.emptied import EmptiedDatabase, emptied_database

CAPPED: Final = (CapacityRule(max_covers=100, max_parties=50),)
READS: Final[dict[str, Callable[[Desk], object]]] = {
    "quote": lambda desk: desk.quote(party_size(4)),
    "find_booking": lambda desk: desk.find_booking("b1"),
    "house": lambda desk: desk.house(),
    "versions": lambda desk: desk.versions(),
    "day": lambda desk: desk.day(FRIDAY),
    "availability": lambda desk: desk.availability(FRIDAY, [2, 4]),
    "bookings": lambda desk: desk.bookings(MONTH),
}
BEHIND: Final = ["server", "bouncer"]


@pytest.fixture
def database() -> Iterator[EmptiedDatabase]:
    with emptied_database() as emptied:
        yield emptied


@pytest.fixture(params=BEHIND)
def proxy(request: pytest.FixtureRequest) -> Iterator[DelayingProxy]:
    with DelayingProxy((bouncer() if request.param == "bouncer" else cluster()).port) as made:
        yield made


@pytest.fixture
def desk(database: EmptiedDatabase, proxy: DelayingProxy) -> Iterator[Desk]:
    """A desk behind the proxy that has made its first calls."""
    with closing(SqlStore(proxy.url(database.name, LOGIN), clock=ManualClock(NOW))) as store:
        made = Engine(store, ids=CountedIds("m")).add_restaurant(
            a_house(capacity_rules=CAPPED), actor=STAFF
        )
        made.quote(party_size(2))
        yield made


def trips(proxy: DelayingProxy, call: Callable[[], object]) -> int:
    before = proxy.round_trips
    call()
    return proxy.round_trips - before


def test_a_read_is_one_round_trip(desk: Desk, proxy: DelayingProxy) -> None:
    desk.book(party_size(2), booking_id="b1")
    found = {name: trips(proxy, lambda read=read: read(desk)) for name, read in READS.items()}  # type: ignore[misc]  # Bound for this turn.
    assert found == dict.fromkeys(READS, 1)


def test_a_page_of_events_is_one_round_trip(
    desk: Desk, proxy: DelayingProxy, database: EmptiedDatabase
) -> None:
    desk.book(party_size(2), booking_id="b1")
    with closing(SqlStore(proxy.url(database.name, LOGIN), clock=ManualClock(NOW))) as store:
        store.events_after(desk.restaurant_id, None, 9)
        for sequence in (None, 0):
            page = trips(proxy, lambda: store.events_after(desk.restaurant_id, sequence, 9))  # noqa: B023  # Called in this turn.
            assert page == 1


def test_a_command_is_two_round_trips(desk: Desk, proxy: DelayingProxy) -> None:
    def play() -> Iterator[tuple[str, int]]:
        yield "hold", trips(proxy, lambda: held(desk, 2, key="k1"))
        hold = held(desk, 4)
        yield "extend", trips(proxy, lambda: desk.extend_hold(hold.id, seconds=300))
        yield "confirm", trips(proxy, lambda: desk.confirm(hold.id, booking_id="b1", key="k2"))
        yield "replay", trips(proxy, lambda: desk.confirm(hold.id, booking_id="b1", key="k2"))
        yield "book", trips(proxy, lambda: desk.book(party_size(2), booking_id="b2"))
        yield "cancel", trips(proxy, lambda: desk.cancel("b2"))
        yield "edit", trips(proxy, lambda: desk.edit_policy(lambda each: with_grace(each, 8)))
        hold = held(desk, 2)
        yield "release", trips(proxy, lambda: desk.release_hold(hold.id))

    found = dict(play())
    assert found == dict.fromkeys(found, 2)


def test_a_decision_that_asks_for_more_is_one_round_trip_more(
    desk: Desk, proxy: DelayingProxy
) -> None:
    desk.book(party_size(2), booking_id="b1")
    assert trips(proxy, lambda: desk.move([Move("b1", ["5"])])) == 3
    assert trips(proxy, desk.table_states) == 2


def test_an_edit_by_another_process_costs_a_read_more(
    desk: Desk, database: EmptiedDatabase, proxy: DelayingProxy
) -> None:
    with closing(SqlStore(database.url(), clock=ManualClock(NOW))) as store:
        other = Engine(store).desk("house", actor=STAFF)
        for number, call in enumerate((lambda: desk.quote(party_size(4)), lambda: held(desk, 2))):
            other.edit_policy(lambda each, number=number: with_grace(each, 7 + number))  # type: ignore[misc]  # Bound for this turn.
            first, second = trips(proxy, call), trips(proxy, call)
            assert (first, second) == (number + 2, number + 1)
            assert desk.house().policy.past_grace_minutes == 7 + number


def with_grace(policy: Policy, minutes: int) -> Policy:
    return attrs.evolve(policy, past_grace_minutes=minutes)


def test_an_edit_of_the_own_process_costs_no_read_more(desk: Desk, proxy: DelayingProxy) -> None:
    desk.edit_policy(lambda each: with_grace(each, 9))
    assert trips(proxy, lambda: desk.quote(party_size(4))) == 1
    desk.edit_policy(lambda each: with_grace(each, 10))
    assert trips(proxy, lambda: held(desk, 4)) == 2


def test_a_clock_of_the_host_that_moves_costs_a_read_more(
    database: EmptiedDatabase, proxy: DelayingProxy
) -> None:
    class Running(ManualClock):
        def now_us(self) -> int:
            self.advance(seconds=1)
            return super().now_us()

    with closing(SqlStore(proxy.url(database.name, LOGIN), clock=Running(NOW))) as store:
        desk = Engine(store, ids=CountedIds("m")).add_restaurant(a_house())
        desk.quote(party_size(2))
        assert trips(proxy, lambda: desk.quote(party_size(4))) == 1
        assert trips(proxy, lambda: held(desk, 4)) == 3


@pytest.mark.parametrize("has_clock", [True, False])
def test_an_async_call_takes_as_many_round_trips(
    database: EmptiedDatabase, proxy: DelayingProxy, *, has_clock: bool
) -> None:
    async def counted(work: Coroutine[Any, Any, object]) -> int:
        before = proxy.round_trips
        await work
        return proxy.round_trips - before

    async def play() -> list[int]:
        clock = ManualClock(NOW) if has_clock else None
        store = AsyncSqlStore(proxy.url(database.name, LOGIN), clock=clock)
        desk: AsyncDesk = await AsyncEngine(store).add_restaurant(a_house(), actor=STAFF)
        await desk.versions()
        found = [await counted(desk.versions()), await counted(desk.find_booking("b1"))]
        if has_clock:
            hold = await desk.hold(party_size(2))
            found.append(await counted(desk.quote(party_size(4))))
            found.append(await counted(desk.confirm(hold.id)) - 1)
        await store.close()
        return found

    assert set(asyncio.run(play())) == {1}


@pytest.mark.parametrize("proxy", ["server"], indirect=True)
def test_a_cursor_class_of_the_host_sends_one_by_one(
    database: EmptiedDatabase, proxy: DelayingProxy
) -> None:
    """psycopg has no pipeline without a recent libpq; a cursor of the host's takes the same way."""

    class Own(psycopg.Cursor[Any]):
        """The host's."""

    engine = create_engine(
        proxy.url(database.name, LOGIN),
        connect_args={"cursor_factory": Own, "prepare_threshold": None},
    )
    desk = Engine(SqlStore(engine, clock=ManualClock(NOW))).add_restaurant(a_house())
    desk.quote(party_size(2))
    assert trips(proxy, lambda: desk.quote(party_size(4))) == 5
    assert trips(proxy, lambda: held(desk, 4)) == 6
    engine.dispose()


@pytest.mark.parametrize("proxy", ["server"], indirect=True)
def test_a_libpq_without_pipelines_sends_one_by_one(
    database: EmptiedDatabase, proxy: DelayingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fourtop.storage.sql.connection.psycopg.supports_pipelines", lambda: False)
    with closing(SqlStore(proxy.url(database.name, LOGIN), clock=ManualClock(NOW))) as store:
        desk = Engine(store, ids=CountedIds("m")).add_restaurant(a_house())
        desk.quote(party_size(2))
        assert trips(proxy, lambda: desk.quote(party_size(4))) == 5
        assert desk.confirm(held(desk, 4).id).party_size == 4
