"""Sync bridge: call an async store synchronously, so that one contract suite tests both kinds."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from threading import Thread, get_ident
from types import TracebackType
from typing import Any, Self, TypeVar

from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.ports import AsyncStore, Clock, Decision, Need, Scope, Store, View

__all__ = ["SyncBridge", "as_sync"]

T = TypeVar("T")
S = TypeVar("S", bound=AsyncStore)


class SyncBridge:
    """A synchronous facade of an async store, for tests; any thread may call it.

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


def as_sync(
    make_store: Callable[[Clock], S], on_close: Callable[[S], Awaitable[object]] | None = None
) -> Callable[[Clock], Store]:
    """Turn a factory of async stores into a factory of synchronous ones.

    The contract suite of ``Store`` is then the suite of ``AsyncStore``, too::

        class TestMyAsyncStore(StoreContract):
            @pytest.fixture
            def make_store(self):
                return awaited(MyAsyncStore, MyAsyncStore.close)

    Args:
        make_store: Makes an empty store on a clock. No loop runs in its thread, so the store must
            connect later.
        on_close: Awaited with the store at the end.

    >>> from fourtop import AsyncMemoryStore, ManualClock
    >>> from datetime import UTC, datetime
    >>> as_sync(AsyncMemoryStore)(ManualClock(datetime(2030, 5, 3, tzinfo=UTC))).restaurant_ids()
    ()
    """

    def make(clock: Clock) -> Store:
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
