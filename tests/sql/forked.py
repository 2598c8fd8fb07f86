"""A program that forks beside its stores. A test runs it, because pytest itself has threads."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from sqlalchemy import Engine, create_engine, text

from fourtop import AsyncEngine, AsyncSqlStore, FourtopError, ManualClock, SqlStore
from fourtop import Engine as Restaurants
from tests.evening import NOW, STAFF, a_house, party_size, window

COMMANDS: Final = 20
HELD_SECONDS: Final = 0.3
CLOCK: Final = ManualClock(NOW)


def tell(*words: object) -> None:
    sys.stdout.write(f"{' '.join(map(str, words))}\n")


def in_child(work: Callable[[], None]) -> int:
    """Run work in a forked process while this one works, too; return the exit code of the child."""
    pid = os.fork()
    if pid == 0:
        # No cleaning up: what the parent has open stays the parent's.
        code = 1
        with suppress(Exception):
            work()
            code = 0
        os._exit(code)
    work()
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def play_sync(url: str) -> None:
    """Fork beside a store that has a connection in its pool."""
    engine = create_engine(url)
    store = SqlStore(engine, clock=CLOCK)
    Restaurants(store).add_restaurant(a_house())
    assert in_child(lambda: contend(store)) == 0
    tell("sync", store.restaurant_ids())


def contend(store: SqlStore) -> None:
    """Change a restaurant many times; a shared connection would mix up two conversations."""
    desk = Restaurants(store).desk("house", actor=STAFF)
    for _ in range(COMMANDS):
        # Of two that block one table at once, the second is refused.
        with suppress(FourtopError):
            desk.unblock(desk.block(window("08:00", "09:00"), tables=["5"], reason="x").id)
        assert desk.quote(party_size(2))


def play_async(url: str) -> None:
    """Fork between two event loops, beside an async store that has served."""
    store = AsyncSqlStore(url, clock=CLOCK)

    async def work() -> None:
        desk = AsyncEngine(store).desk("house", actor=STAFF)
        for _ in range(COMMANDS):
            assert await desk.quote(party_size(2))

    asyncio.run(work())
    # The loop of before has ended; its connections are of no use in either process.
    asyncio.run(store.engine.dispose())
    tell("async", in_child(lambda: asyncio.run(work())))


def play_lock(url: str) -> None:
    """Fork while another thread is inside a lock of the store."""
    store = SqlStore(url, clock=CLOCK)
    store.restaurant_ids()
    is_inside = threading.Event()

    def stay() -> None:
        with store._tenant.lock:
            is_inside.set()
            time.sleep(HELD_SECONDS)

    threading.Thread(target=stay).start()
    assert is_inside.wait(30)
    tell("lock", in_child(lambda: contend(store)))


def play_queue(url: str) -> None:
    """Fork while other threads hold all places at the restaurant."""
    store = SqlStore(url, clock=CLOCK)
    store.restaurant_ids()
    key = "" if store._tenant.locks_database else "house"
    # One more than there are places; the last one waits for a place.
    may_end = threading.Event()
    threads = [threading.Thread(target=occupy, args=(store, key, may_end)) for _ in range(3)]
    for each in threads:
        each.start()
    while not store._queues._lines[key].waiting:
        time.sleep(0.001)
    pid = os.getpid()

    def work() -> None:
        if os.getpid() == pid:
            may_end.set()
        contend(store)

    tell("queue", in_child(work))


def occupy(store: SqlStore, key: str, may_end: threading.Event) -> None:
    with store._queues.place(key):
        assert may_end.wait(30)


def backend(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def play_backends(url: str) -> None:
    """Compare the server processes that parent and child talk to, with a store and without."""
    for is_guarded in (False, True):
        engine = create_engine(url)
        store = SqlStore(engine) if is_guarded else None
        code = in_child(partial(assert_other, engine, backend(engine)))
        tell("shared" if code else "own", store is not None)


def assert_other(engine: Engine, parent: int) -> None:
    if os.getpid() != PARENT:
        assert backend(engine) != parent


PARENT: Final = os.getpid()
PLAYS: Final[dict[str, Callable[[str], None]]] = {
    "sync": play_sync,
    "async": play_async,
    "lock": play_lock,
    "queue": play_queue,
    "backends": play_backends,
}


if __name__ == "__main__":
    for name in sys.argv[2:]:
        PLAYS[name](sys.argv[1])
