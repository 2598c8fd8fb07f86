"""Async stores on real drivers: they never block the loop, and a cancelled call is atomic."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any, Final

import attrs
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine as Connections
from sqlalchemy.ext.asyncio import create_async_engine

from fourtop import (
    AsyncDesk,
    AsyncEngine,
    ClockBehind,
    CountedIds,
    FourtopError,
    ManualClock,
    NotFound,
    Refused,
)
from fourtop.storage.sql import AsyncSqlStore
from tests.database.furnished import LOGIN, sqlite_url
from tests.database.session import cluster
from tests.evening import FRIDAY, MONTH, NOW, a_house, one_table, party_size
from tests.loop import run_unblocked
from tests.sql.emptied import emptied_database

# More than any command has; a test that came here would not end.
MANY_AWAITS: Final = 1_000
# Far longer than a server takes to notice that its client is gone, or a thread to end.
PATIENCE_SECONDS: Final = 60


@attrs.frozen
class Place:
    """An empty database: how to connect to it, and its open transactions."""

    url: str
    open_transactions: Callable[[], int]

    def connections(self, **how: Any) -> Connections:
        if self.url.startswith("sqlite"):
            return create_async_engine(self.url.replace("sqlite:", "sqlite+aiosqlite:"), **how)
        return create_async_engine(self.url, connect_args={"prepare_threshold": None}, **how)


@pytest.fixture
def sqlite(tmp_path: Path) -> Place:
    url = sqlite_url(tmp_path / "night.db")

    def is_locked() -> int:
        # An open write transaction would refuse this one.
        with closing(
            sqlite3.connect(tmp_path / "night.db", timeout=PATIENCE_SECONDS, isolation_level=None)
        ) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        return 0

    return Place(url, is_locked)


@pytest.fixture
def postgresql() -> Iterator[Place]:
    with emptied_database() as database:

        def open_transactions() -> int:
            ((count,),) = cluster().execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = %s AND usename = %s AND state <> 'idle'",
                database.name,
                LOGIN,
            )
            return int(count)

        yield Place(database.url(), open_transactions)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


def make_desk(store: AsyncSqlStore) -> AsyncDesk:
    return AsyncEngine(store, ids=CountedIds("n")).desk("house")


def test_no_command_blocks_the_loop(place: Place) -> None:
    async def play() -> None:
        store = AsyncSqlStore(place.url, clock=ManualClock(NOW))
        await store.add_restaurant(a_house())
        desk = make_desk(store)
        hold = await desk.hold(party_size(4), key="k1")
        await desk.confirm(hold.id, key="k2")
        await desk.quote(party_size(2))
        await desk.availability(FRIDAY, [2, 4])
        await desk.book(party_size(2))
        with pytest.raises(Refused):
            await desk.book(party_size(40))
        assert await store.restaurant_ids() == ("house",)
        assert (await desk.audit()).is_clean
        assert len(await store.events("house")) > 0
        await asyncio.gather(*(desk.book(party_size(2)) for _ in range(2)))
        await store.close()

    run_unblocked(play())


def test_no_call_starts_a_thread(place: Place) -> None:
    async def play() -> set[int]:
        connections = place.connections(pool_size=2, max_overflow=0)
        store = AsyncSqlStore(connections, clock=ManualClock(NOW))
        await store.add_restaurant(a_house())
        desk = make_desk(store)
        await asyncio.gather(*(desk.quote(party_size(2)) for _ in range(8)))
        seen = set()
        for _ in range(5):
            await asyncio.gather(*(desk.quote(party_size(2)) for _ in range(8)))
            await desk.release_hold((await desk.hold(party_size(4))).id)
            seen.add(len({*threading.enumerate()} - before))
        await connections.dispose()
        return seen

    before = {*threading.enumerate()}
    # The driver of SQLite has a thread for each connection, and none for a call.
    (more,) = asyncio.run(play())
    assert more <= (2 if place.url.startswith("sqlite") else 0)


def test_a_clock_that_ran_ahead_is_set_back(place: Place) -> None:
    clock = ManualClock(NOW + timedelta(hours=1))

    async def play() -> None:
        store = AsyncSqlStore(place.url, clock=clock)
        await store.add_restaurant(a_house())
        desk = make_desk(store)
        await desk.book(party_size(2))
        clock.move_to(NOW)
        with pytest.raises(ClockBehind):
            await desk.house()
        assert await store.reset_clock("house") == 3_600_000_000
        assert await store.reset_clock("house") == 0
        assert (await desk.audit()).is_clean
        with pytest.raises(NotFound):
            await store.reset_clock("nowhere")
        await store.close()

    run_unblocked(play())


# ---- cancelled


class CancelledAt:
    """Run work in a task and cancel it at its ``at``-th wait, counted from 0."""

    def __init__(self, work: Awaitable[Any], at: int) -> None:
        self._steps = work.__await__()
        self._at = at
        self.waits = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        step: Callable[[], Any] = lambda: next(self._steps)  # noqa: E731  # It changes below.
        while True:
            try:
                waited_for = step()
            except StopIteration as done:
                return done.value
            if self.waits == self._at:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            self.waits += 1
            try:
                yield waited_for
            except BaseException as error:  # noqa: BLE001  # Whatever comes goes to the work.
                step = lambda error=error: self._steps.throw(error)  # type: ignore[misc]  # noqa: E731  # Bound for this turn.
            else:
                step = lambda: next(self._steps)  # noqa: E731  # As above.


async def cancelled(work: Coroutine[Any, Any, Any], at: int) -> bool:
    """Run work and cancel it at some wait; tell whether it was still waiting then."""

    async def run() -> None:
        await CancelledAt(work, at)

    (outcome,) = await asyncio.gather(asyncio.create_task(run()), return_exceptions=True)
    if isinstance(outcome, asyncio.CancelledError):
        return True
    if isinstance(outcome, BaseException):
        raise outcome
    return False


async def state(desk: AsyncDesk) -> tuple[Any, ...]:
    return await desk.versions(), await desk.bookings(MONTH), await desk.allocations(MONTH)


Command = Callable[[AsyncDesk, str], Coroutine[Any, Any, Any]]


async def hold(desk: AsyncDesk, key: str) -> Any:
    return (await desk.hold(party_size(4), key=key)).id


async def book(desk: AsyncDesk, key: str) -> Any:
    return (await desk.book(party_size(4), key=key)).id


async def confirm(desk: AsyncDesk, key: str) -> Any:
    held = await desk.hold(party_size(4), key=f"h-{key}")
    return (await desk.confirm(held.id, key=key)).id


async def cancel_each(place: Place, command: Command) -> int:
    """Cancel a command at each of its waits in turn; return at how many."""
    connections = place.connections(pool_size=1, max_overflow=0, pool_timeout=PATIENCE_SECONDS)
    watching = place.connections()
    desk = make_desk(AsyncSqlStore(connections, clock=ManualClock(NOW)))
    witness = AsyncSqlStore(watching, clock=ManualClock(NOW))
    await witness.add_restaurant(a_house(one_table()))
    seen = make_desk(witness)
    for at in range(MANY_AWAITS):
        key = f"k{at}"
        was_cancelled = await cancelled(command(desk, key), at)
        left = await state(seen)
        answered = await command(desk, key)
        settled = await state(seen)
        # A retry with the key returns the stored result; nothing was stored by half.
        assert {row.owner_id for row in settled[2]} == {answered}
        assert left[2] == () or left == settled or command is confirm
        assert (await seen.audit()).is_clean
        assert await ends(place)
        await clear(seen, answered)
        if not was_cancelled:
            await connections.dispose()
            await watching.dispose()
            return at
    raise AssertionError("a command never ends")


async def ends(place: Place) -> bool:
    """Whether no transaction is open, once the server has noticed that its client is gone."""
    deadline = monotonic() + PATIENCE_SECONDS
    while place.open_transactions() > 0:
        if monotonic() > deadline:
            return False
        await asyncio.sleep(0)
    return True


async def clear(desk: AsyncDesk, id_: str) -> None:
    """Take away what a command has made, so that the one table is free for the next."""
    try:
        await desk.release_hold(id_)
    except FourtopError:
        await desk.cancel(id_)


@pytest.mark.slow
@pytest.mark.parametrize("command", [hold, book, confirm])
def test_cancelled_at_any_wait_a_command_leaves_before_or_after(
    place: Place, command: Command
) -> None:
    before = {*threading.enumerate()}
    # On PostgreSQL a command waits twice: for each of its round trips.
    least = 6 if place.url.startswith("sqlite") else 2
    assert asyncio.run(cancel_each(place, command)) >= least
    # A connection that was cancelled while connecting must not wait for the garbage collector,
    # which would warn.
    gc.collect()
    left = {*threading.enumerate()} - before
    # A driver's thread says that it is done, and ends a moment later.
    for thread in left:
        thread.join(PATIENCE_SECONDS)
    assert not [thread for thread in left if thread.is_alive()]
