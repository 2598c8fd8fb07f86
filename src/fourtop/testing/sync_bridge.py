"""Awaited stores behind the face of called ones, so that one suite judges both."""

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

__all__ = ["BlockingStore", "awaited"]

T = TypeVar("T")
S = TypeVar("S", bound=AsyncStore)


class BlockingStore:
    """A store that is awaited, to be called: from whatever threads, which wait for their answers. For tests.

    It runs one event loop in a thread of its own. Calls of several threads are tasks on that loop,
    so they meet at their awaits as they would in a service. The loop ends with ``close``, or with
    ``with``, or when nobody has the store any more.

    Args:
        store: The store that is awaited.
        on_close: Awaited on the loop at its end, as to give connections back.

    Raises:
        AssertionError: From every call on the loop itself, which would wait for itself, or after
            the end.
    """

    def __init__(
        self, store: AsyncStore, *, on_close: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        self.awaited = store
        self._loop = _Loop(on_close)
        self._end = weakref.finalize(self, self._loop.end)

    def close(self) -> None:
        """End the loop, once; whatever runs on it still is cancelled.

        Raises:
            Exception: Whatever ``on_close`` raises.
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
        """Return what work returns that is awaited on the loop, such as another method of the store.

        Raises:
            Exception: Whatever the work raises.
        """
        return self._loop.run(work)

    # ---- the port

    def add_restaurant(self, house: House) -> None:
        """Put a new restaurant in place.

        Raises:
            FourtopError: As ``Store.add_restaurant``.
        """
        self.run(self.awaited.add_restaurant(house))

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Remove a restaurant with everything that is stored for it, once ``check`` has passed.

        Raises:
            FourtopError: As ``Store.remove_restaurant``.
        """
        self.run(self.awaited.remove_restaurant(scope, check))

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        return self.run(self.awaited.restaurant_ids())

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return what ``ask`` answers on one consistent view.

        Raises:
            FourtopError: As ``Store.read``.
        """
        return self.run(self.awaited.read(scope, ask))

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Return what ``decide`` decides, once all its changes are in place; or change nothing.

        Raises:
            FourtopError: As ``Store.transact``.
        """
        return self.run(self.awaited.transact(scope, decide))

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant, oldest first.

        Raises:
            FourtopError: As ``Store.events``.
        """
        return self.run(self.awaited.events(restaurant_id))


def awaited(
    make_store: Callable[[Clock], S], on_close: Callable[[S], Awaitable[object]] | None = None
) -> Callable[[Clock], Store]:
    """Return a function that makes a store to be called out of one that makes a store to be awaited.

    So the suite of ``Store`` is the suite of ``AsyncStore``::

        class TestMyAsyncStore(StoreContract):
            @pytest.fixture
            def make_store(self):
                return awaited(MyAsyncStore, MyAsyncStore.close)

    Args:
        make_store: Makes an empty store on a clock. No loop runs in its thread, so it connects
            later.
        on_close: Awaited with the store when it is no longer in use.

    >>> from fourtop import AsyncMemoryStore, ManualClock
    >>> from datetime import UTC, datetime
    >>> awaited(AsyncMemoryStore)(ManualClock(datetime(2030, 5, 3, tzinfo=UTC))).restaurant_ids()
    ()
    """

    def make(clock: Clock) -> Store:
        store = make_store(clock)
        return BlockingStore(store, on_close=None if on_close is None else lambda: on_close(store))

    return make


class _Loop:
    """An event loop in a thread of its own. It does not know whose it is, so that its owner can be forgotten."""

    def __init__(self, on_close: Callable[[], Awaitable[object]] | None) -> None:
        self._on_close = on_close
        started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._ended: Future[None] = Future()
        # A daemon, because what was never closed is closed at exit, and Python waits for other
        # threads before that.
        self._thread = Thread(
            target=self._run_loop, args=(started,), name="fourtop-awaited", daemon=True
        )
        self._thread.start()
        self._loop, self._may_end = started.result()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            assert get_ident() != self._thread.ident, (
                "a call on the loop of the store would wait for itself"
            )
            assert not self._loop.is_closed(), "the store is closed"
        except AssertionError:
            work.close()
            raise
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def end(self) -> None:
        # What raises SystemExit on a loop ends it before its time.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._may_end.set)
        # The last who knows of a store may be a task of its loop: the loop then ends without
        # anybody waiting.
        if get_ident() != self._thread.ident:
            self._thread.join()
            self._ended.result()

    def _run_loop(self, started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
        try:
            asyncio.run(self._serve(started))
        except BaseException as error:  # noqa: BLE001  # Whatever it is, whoever ends the loop gets it.
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
