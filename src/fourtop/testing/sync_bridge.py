"""Sync bridge: call an async store synchronously, so that one contract suite tests both kinds."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Collection, Coroutine
from concurrent.futures import Future
from threading import Thread, get_ident
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from fourtop.model.allocation import Allocation
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.model.window import Window
from fourtop.ports import (
    AsyncMaintainedStore,
    AsyncStore,
    Backlog,
    Clock,
    DeadLetter,
    Decision,
    Delivery,
    EventPage,
    Need,
    Scope,
    View,
)

__all__ = ["SyncBridge", "as_sync"]

T = TypeVar("T")
S = TypeVar("S", bound=AsyncStore)


class SyncBridge:
    """A synchronous facade of an async store, for tests; any thread may call it.

    The methods of maintenance and outbox need a store that has them, an ``AsyncMaintainedStore``.

    The bridge runs one event loop in a thread of its own. Calls from several threads are tasks on
    that loop, so they interleave at their awaits as in a service. The loop ends with ``close``, at
    the end of a ``with`` block, or when the bridge is garbage-collected.

    Args:
        store: The async store.
        on_close: Awaited on the loop at its end, for example to close connections.

    Raises:
        AssertionError: From a call on the loop itself, which would deadlock, and from a call after
            the end.
    """

    def __init__(
        self, store: AsyncStore, *, on_close: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        self.store = store
        self._loop = _Loop(on_close)
        self._end = weakref.finalize(self, self._loop.end)

    def close(self) -> None:
        """End the loop and cancel its tasks; a second call does nothing.

        Raises:
            Exception: The exception of ``on_close``.
        """
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop, such as another method of the store; return its result.

        Raises:
            Exception: The exception of the coroutine.
        """
        return self._loop.run(work)

    # ---- the port

    def add_restaurant(self, house: House) -> None:
        """Add a new restaurant.

        Raises:
            FourtopError: As ``Store.add_restaurant``.
        """
        self.run(self.store.add_restaurant(house))

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Remove a restaurant with everything that is stored for it, once ``check`` has passed.

        Raises:
            FourtopError: As ``Store.remove_restaurant``.
        """
        self.run(self.store.remove_restaurant(scope, check))

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        return self.run(self.store.restaurant_ids())

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return the result of ``ask`` on one consistent view.

        Raises:
            FourtopError: As ``Store.read``.
        """
        return self.run(self.store.read(scope, ask))

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Apply the decision of ``decide`` completely or not at all; return its result.

        Raises:
            FourtopError: As ``Store.transact``.
        """
        return self.run(self.store.transact(scope, decide))

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant, oldest first.

        Raises:
            FourtopError: As ``Store.events``.
        """
        return self.run(self.store.events(restaurant_id))

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        """Return the next events of a restaurant after a sequence.

        Raises:
            FourtopError: As ``Store.events_after``.
        """
        return self.run(self.store.events_after(restaurant_id, sequence, limit))

    # ---- maintenance and outbox, of a store on which jobs can run

    def now_us(self) -> int:
        """Return the time of the store's clock, in microseconds since 1970 (UTC)."""
        return self.run(self._maintained.now_us())

    def reset_clock(self, restaurant_id: str) -> int:
        """Set the time of a restaurant back to the clock's, where the clock is far behind it.

        Raises:
            FourtopError: As ``Maintenance.reset_clock``.
        """
        return self.run(self._maintained.reset_clock(restaurant_id))

    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return the expired active holds as (restaurant id, hold id)."""
        return self.run(self._maintained.expired_holds(before_us, limit))

    def archive_allocations(self, before_us: int, limit: int) -> int:
        """Move allocations into the archive. Return how many."""
        return self.run(self._maintained.archive_allocations(before_us, limit))

    def archived(self, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations of a restaurant that overlap a window.

        Raises:
            FourtopError: As ``Maintenance.archived``.
        """
        return self.run(self._maintained.archived(restaurant_id, window))

    def delete_confirmations(self, before_us: int, limit: int) -> int:
        """Delete confirmation results. Return how many."""
        return self.run(self._maintained.delete_confirmations(before_us, limit))

    def delete_stored_results(self, before_us: int, limit: int) -> int:
        """Delete stored results. Return how many."""
        return self.run(self._maintained.delete_stored_results(before_us, limit))

    def delete_holds(self, before_us: int, limit: int) -> int:
        """Delete the records of ended holds. Return how many."""
        return self.run(self._maintained.delete_holds(before_us, limit))

    def delete_events(self, before_us: int, limit: int) -> int:
        """Delete delivered and dead events. Return how many."""
        return self.run(self._maintained.delete_events(before_us, limit))

    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events to the caller, by sequence, oldest first."""
        return self.run(self._maintained.claim(limit, lease_us))

    def done(self, deliveries: Collection[Delivery]) -> int:
        """Record that these were published; return how many were still the caller's."""
        return self.run(self._maintained.done(deliveries))

    def release(self, deliveries: Collection[Delivery]) -> int:
        """Return these to the outbox untried; return how many were still the caller's."""
        return self.run(self._maintained.release(deliveries))

    def fail(self, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt and end the lease."""
        return self.run(self._maintained.fail(delivery, wait_us))

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return the dead events, by the time of death, then by sequence."""
        return self.run(self._maintained.dead_letters(limit))

    def backlog(self) -> Backlog:
        """Return how much waits in all restaurants together, and how many events are dead."""
        return self.run(self._maintained.backlog())

    def revive(self, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again; return how many were still dead."""
        return self.run(self._maintained.revive(letters))

    @property
    def _maintained(self) -> AsyncMaintainedStore:
        return cast("AsyncMaintainedStore", self.store)


def as_sync(
    make_store: Callable[[Clock], S], on_close: Callable[[S], Awaitable[object]] | None = None
) -> Callable[[Clock], SyncBridge]:
    """Turn a factory of async stores into a factory of synchronous ones.

    The contract suites of ``Store``, ``Maintenance`` and ``Outbox`` are then those of their
    asynchronous twins, too::

        class TestMyAsyncStore(StoreContract):
            @pytest.fixture
            def make_store(self):
                return as_sync(MyAsyncStore, MyAsyncStore.close)

    Args:
        make_store: Makes an empty store on a clock. No loop runs in its thread, so the store must
            connect later.
        on_close: Awaited with the store at the end.

    >>> from fourtop import AsyncMemoryStore, ManualClock
    >>> from datetime import UTC, datetime
    >>> as_sync(AsyncMemoryStore)(ManualClock(datetime(2030, 5, 3, tzinfo=UTC))).restaurant_ids()
    ()
    """

    def make(clock: Clock) -> SyncBridge:
        store = make_store(clock)
        return SyncBridge(store, on_close=None if on_close is None else lambda: on_close(store))

    return make


class _Loop:
    """An event loop in a thread; it holds no reference to its owner, which can be collected."""

    def __init__(self, on_close: Callable[[], Awaitable[object]] | None) -> None:
        self._on_close = on_close
        started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._ended: Future[None] = Future()
        # A daemon thread: Python waits for other threads before it runs the finalizers at exit,
        # which close bridges that are still open.
        self._thread = Thread(
            target=self._run_loop, args=(started,), name="fourtop-sync-bridge", daemon=True
        )
        self._thread.start()
        self._loop, self._may_end = started.result()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            assert get_ident() != self._thread.ident, (
                "a call on the loop of the store would deadlock"
            )
            assert not self._loop.is_closed(), "the store is closed"
        except AssertionError:
            work.close()
            raise
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def end(self) -> None:
        # SystemExit on the loop may have closed it already.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._may_end.set)
        # The last reference to a store may be held by a task of its own loop; such a task cannot
        # join its thread.
        if get_ident() != self._thread.ident:
            self._thread.join()
            self._ended.result()

    def _run_loop(self, started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
        try:
            asyncio.run(self._serve(started))
        except BaseException as error:  # noqa: BLE001  # end() raises it in the caller's thread.
            self._ended.set_exception(error)
        else:
            self._ended.set_result(None)

    async def _serve(
        self, started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]
    ) -> None:
        may_end = asyncio.Event()
        started.set_result((asyncio.get_running_loop(), may_end))
        await may_end.wait()
        if self._on_close is not None:
            await self._on_close()
