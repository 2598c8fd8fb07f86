"""One locked restaurant stalls no other: callers wait for it without a connection, and not long."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    AsyncEngine,
    AsyncSqlStore,
    CountedIds,
    Desk,
    Engine,
    House,
    ManualClock,
    Quote,
    SqlStore,
)
from fourtop.errors import StoreUnavailable
from fourtop.storage.sql.connection.write_queue import WriteQueues
from tests.database.furnished import sqlite_url
from tests.database.session import cluster
from tests.evening import MONTH, NOW, a_house, held, party_size
from tests.sql.emptied import EmptiedDatabase, emptied_database

CALLERS: Final = 20
PATIENCE_SECONDS: Final = 60
# The pool of SQLAlchemy as it comes.
POOLED: Final = 15


@pytest.fixture
def database() -> Iterator[EmptiedDatabase]:
    with emptied_database() as emptied:
        yield emptied


def named(restaurant_id: str) -> House:
    house = a_house()
    restaurant = attrs.evolve(house.restaurant, id=restaurant_id, slug=restaurant_id)
    return attrs.evolve(house, restaurant=restaurant)


def desks(store: SqlStore) -> tuple[Desk, Desk]:
    engine = Engine(store, ids=CountedIds("n"))
    return engine.add_restaurant(named("slow")), engine.add_restaurant(named("other"))


@contextmanager
def locked(database: EmptiedDatabase) -> Iterator[None]:
    """Have somebody hold the lock of the restaurant "slow"."""
    with cluster().connect(database.name) as rival:
        rival.execute("BEGIN")
        rival.execute("SELECT 1 FROM fourtop.restaurants WHERE id = 'slow' FOR UPDATE")
        yield
        rival.execute("ROLLBACK")


def until(is_so: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert monotonic() < deadline


async def until_awaited(is_so: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert monotonic() < deadline
        await asyncio.sleep(0)


def lines(queues: WriteQueues, key: str = "slow") -> tuple[int, int]:
    """How many commands of a restaurant hold a connection, and how many wait for one."""
    line = queues._lines.get(key)
    return (0, 0) if line is None else (len(line.inside), len(line.waiting))


def test_finding_27_callers_of_a_locked_restaurant_leave_the_pool_to_others(
    database: EmptiedDatabase,
) -> None:
    store = SqlStore(database.url(), clock=ManualClock(NOW), lock_timeout_seconds=600)
    pool: Any = store.engine.pool
    with closing(store), ThreadPoolExecutor(CALLERS) as threads:
        slow, other = desks(store)
        with locked(database):
            calls: list[Future[Any]] = [
                threads.submit(slow.book, party_size(2), tables="later") for _ in range(CALLERS)
            ]
            until(lambda: lines(store._queues) == (2, CALLERS - 2))
            assert pool.checkedout() == 2 < POOLED
            assert isinstance(other.quote(party_size(4)), Quote)
            assert other.confirm(held(other, 4).id).party_size == 4
            # A read waits for no lock.
            assert slow.versions().occupancy == 0
        assert len({each.result(PATIENCE_SECONDS).id for each in calls}) == CALLERS
        assert lines(store._queues) == (0, 0)
        assert len(slow.bookings(MONTH)) == CALLERS


def test_finding_27_tasks_of_a_locked_restaurant_leave_the_pool_to_others(
    database: EmptiedDatabase,
) -> None:
    async def play() -> int:
        store = AsyncSqlStore(database.url(), clock=ManualClock(NOW), lock_timeout_seconds=600)
        pool: Any = store.engine.sync_engine.pool
        engine = AsyncEngine(store, ids=CountedIds("n"))
        slow, other = [await engine.add_restaurant(named(each)) for each in ("slow", "other")]
        queues = store._store._queues
        with locked(database):
            calls = [
                asyncio.create_task(slow.book(party_size(2), tables="later"))
                for _ in range(CALLERS)
            ]
            await until_awaited(lambda: lines(queues) == (2, CALLERS - 2))
            assert pool.checkedout() == 2
            assert isinstance(await other.quote(party_size(4)), Quote)
            # Those that are cancelled in the line, and one that has a connection, leave it.
            for each in (calls[0], *calls[-3:]):
                each.cancel()
            await asyncio.wait([calls[0], *calls[-3:]])
            assert lines(queues) == (2, CALLERS - 6)
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert lines(queues) == (0, 0)
        count = len(await slow.bookings(MONTH))
        await store.close()
        assert sum(isinstance(each, asyncio.CancelledError) for each in found) == 4
        return count

    assert asyncio.run(play()) == CALLERS - 4


def test_finding_27_waiting_for_a_locked_restaurant_has_an_end(database: EmptiedDatabase) -> None:
    store = SqlStore(database.url(), clock=ManualClock(NOW), lock_timeout_seconds=0.05)
    store._transactions.wait = lambda _: None
    with closing(store), ThreadPoolExecutor(CALLERS) as threads:
        slow, _ = desks(store)
        with locked(database):
            calls = [threads.submit(held, slow, 2) for _ in range(CALLERS)]
            errors = [each.exception(PATIENCE_SECONDS) for each in calls]
    for error in errors:
        assert isinstance(error, StoreUnavailable)
        assert (error.http_status, error.is_retryable) == (503, True)
        assert error.retry_after_seconds == error.details["retry_after_seconds"] == 1


# ---- SQLite: the lock is that of the file


@pytest.mark.parametrize("seconds", [0.001, 0.05, 7])
def test_finding_27_sqlite_waits_as_long_as_the_store_says(tmp_path: Path, seconds: float) -> None:
    def timeout(store: SqlStore) -> int:
        connection = store.engine.raw_connection()
        ((found,),) = connection.cursor().execute("PRAGMA busy_timeout").fetchall()
        connection.close()
        return int(found)

    url = sqlite_url(tmp_path / "night.db")
    with closing(SqlStore(url, lock_timeout_seconds=seconds)) as store:
        store.restaurant_ids()
        assert timeout(store) == round(seconds * 1000)
        # Another store on the same engine has its own.
        SqlStore(store.engine, lock_timeout_seconds=2).restaurant_ids()
        assert timeout(store) == 2_000
        store.restaurant_ids()
        assert timeout(store) == round(seconds * 1000)


def test_finding_27_writers_of_a_locked_file_leave_the_pool_to_readers(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "night.db")
    store = SqlStore(url, clock=ManualClock(NOW), lock_timeout_seconds=600)
    pool: Any = store.engine.pool
    with (
        closing(store),
        closing(sqlite3.connect(tmp_path / "night.db", isolation_level=None)) as rival,
        ThreadPoolExecutor(CALLERS) as threads,
    ):
        slow, other = desks(store)
        rival.execute("BEGIN IMMEDIATE")
        calls = [
            threads.submit(desk.book, party_size(2), tables="later")
            for desk in (slow, other) * (CALLERS // 2)
        ]
        until(lambda: lines(store._queues, "") == (1, CALLERS - 1))
        assert pool.checkedout() <= 1
        assert isinstance(other.quote(party_size(4)), Quote)
        rival.execute("ROLLBACK")
        assert len({each.result(PATIENCE_SECONDS).id for each in calls}) == CALLERS


def test_finding_27_waiting_for_a_locked_file_has_an_end(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "night.db")
    store = SqlStore(url, clock=ManualClock(NOW), lock_timeout_seconds=0.01)
    store._transactions.wait = lambda _: None
    with (
        closing(store),
        closing(sqlite3.connect(tmp_path / "night.db", isolation_level=None)) as rival,
    ):
        slow, _ = desks(store)
        rival.execute("BEGIN IMMEDIATE")
        begun = monotonic()
        with pytest.raises(StoreUnavailable, match="SQLITE_BUSY") as caught:
            held(slow, 2)
        # Without the timeout it was 20 s.
        assert monotonic() - begun < 10
        assert caught.value.retry_after_seconds == 1
