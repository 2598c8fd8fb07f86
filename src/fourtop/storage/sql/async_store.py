"""The async SQL store: the code of ``SqlStore`` on SQLAlchemy's asynchronous engines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only, greenlet_spawn

from fourtop.errors.display import brief
from fourtop.model.allocation import Allocation
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.model.window import Window
from fourtop.ports import (
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
from fourtop.storage.sql.async_hosted_store import AsyncHostedStore
from fourtop.storage.sql.checks.findings import Finding
from fourtop.storage.sql.connection.async_engine import as_async_engine
from fourtop.storage.sql.connection.host.source import async_host_source
from fourtop.storage.sql.connection.transaction import StoreMetrics
from fourtop.storage.sql.store import SqlStore
from fourtop.storage.sql.tables.catalog import DEFAULT_SCHEMA
from fourtop.storage.sql.tables.security import APP_ROLE

if TYPE_CHECKING:
    from fourtop.storage.sql.connection.host.source import AsyncHostConnection

T = TypeVar("T")


class AsyncSqlStore:
    """Store restaurants in SQLite or PostgreSQL, from an event loop.

    It runs ``SqlStore`` in a greenlet: where that one waits for the database, the loop goes on. No
    call needs a thread, and decisions run on the loop. A cancelled call is done completely or not
    at all, and its connection returns to the pool clean or is dropped.

    Args:
        source: A URL, or an asynchronous engine of the host (psycopg, aiosqlite).
        clock: As for ``SqlStore``.
        schema: As for ``SqlStore``.
        role: As for ``SqlStore``.
        lock_timeout_seconds: As for ``SqlStore``.

    Raises:
        InvalidInput: As for ``SqlStore``.
    """

    def __init__(
        self,
        source: str | AsyncEngine,
        *,
        clock: Clock | None = None,
        schema: str = DEFAULT_SCHEMA,
        role: str | None = APP_ROLE,
        lock_timeout_seconds: float = 5.0,
    ) -> None:
        self.engine: AsyncEngine = as_async_engine(source)
        self._store = SqlStore(
            self.engine.sync_engine,
            clock=clock,
            schema=schema,
            role=role,
            lock_timeout_seconds=lock_timeout_seconds,
        )
        self._store._transactions.wait = _pause  # noqa: SLF001  # Only this twin may set it.
        self._store._queues.make_signal = _TaskSignal  # noqa: SLF001  # As above.

    def __repr__(self) -> str:
        return brief(self, self.engine.url.set(query={}).render_as_string(hide_password=True))

    @property
    def metrics(self) -> StoreMetrics:
        """Counts of commits, retries and refusals since the store was made."""
        return self._store.metrics

    async def add_restaurant(self, house: House) -> None:
        """Add a restaurant, as ``SqlStore.add_restaurant`` does.

        Raises:
            AlreadyExists: A restaurant has that id or that slug; nothing was changed.
        """
        await greenlet_spawn(self._store.add_restaurant, house)

    async def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Remove a restaurant with everything that is stored for it, once ``check`` has passed.

        Raises:
            NotFound: If the restaurant does not exist.
            FourtopError: As ``SqlStore.remove_restaurant``.
        """
        await greenlet_spawn(self._store.remove_restaurant, scope, check)

    async def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted.

        Raises:
            StoreUnavailable: The store cannot be reached; try again.
        """
        return await greenlet_spawn(self._store.restaurant_ids)

    async def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return the result of ``ask`` on one consistent view, as ``SqlStore.read`` does.

        Raises:
            NotFound: The restaurant does not exist.
        """
        return await greenlet_spawn(self._store.read, scope, ask)

    async def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Store the changes that ``decide`` decides and return its result, as ``SqlStore`` does.

        Raises:
            FourtopError: As ``SqlStore.transact`` lists them.
        """
        return await greenlet_spawn(self._store.transact, scope, decide)

    async def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the stored events of a restaurant in the order in which they were written.

        Raises:
            NotFound: The restaurant does not exist.
        """
        return await greenlet_spawn(self._store.events, restaurant_id)

    async def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        """Return the next events of a restaurant, as ``SqlStore.events_after`` does.

        Raises:
            NotFound: The restaurant does not exist.
        """
        return await greenlet_spawn(self._store.events_after, restaurant_id, sequence, limit)

    async def inspect(self) -> tuple[Finding, ...]:
        """Check the database, as ``SqlStore.inspect`` does.

        Raises:
            StoreUnavailable: The store cannot be reached; try again.
        """
        return await greenlet_spawn(self._store.inspect)

    def within(self, connection: AsyncHostConnection) -> AsyncHostedStore:
        """Return this store inside the open transaction of a host. It does not touch the database.

        Args:
            connection: The host's connection to the same database: an AsyncConnection or
                AsyncSession of SQLAlchemy, or an asynchronous connection of psycopg 3 or aiosqlite.
                Where a statement of the host would begin a transaction, a call does, too.

        Raises:
            InvalidInput: The value is no such connection, or is of another database or driver.
        """
        store = self._store
        home = store._home  # noqa: SLF001  # A part of the store.
        source = async_host_source(connection, home.driver, home.database)
        return AsyncHostedStore(store._within(source, is_async=True))  # noqa: SLF001  # As above.

    async def close(self) -> None:
        """Close the pooled connections. The engine of a host stays usable and connects again."""
        await self.engine.dispose()

    async def ping(self) -> None:
        """Read from the database once, as ``SqlStore.ping``.

        Raises:
            StoreUnavailable: If the database cannot be reached. Try again later.
            StoreMisconfigured: If the schema or the role is not as the store needs it. Run
                ``fourtop doctor``.
        """
        await greenlet_spawn(self._store.ping)

    # ---- maintenance, as ``AsyncMaintenance`` says, in the role of the jobs

    async def now_us(self) -> int:
        """Return the time of the store's clock in microseconds since 1970 (UTC)."""
        return await greenlet_spawn(self._store.now_us)

    async def reset_clock(self, restaurant_id: str) -> int:
        """Set the time of a restaurant back to the clock's, as ``SqlStore.reset_clock`` does.

        Returns:
            By how many microseconds; 0 where the clock is at most five minutes behind.

        Raises:
            NotFound: The restaurant does not exist.
            StoreUnavailable: The store cannot be reached; nothing was changed. Try again.
        """
        return await greenlet_spawn(self._store.reset_clock, restaurant_id)

    async def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return expired active holds: (restaurant id, hold id), by expiry, restaurant and id."""
        return await greenlet_spawn(self._store.expired_holds, before_us, limit)

    async def archive_allocations(self, before_us: int, limit: int) -> int:
        """Archive ended allocations, by end, restaurant and id; return how many."""
        return await greenlet_spawn(self._store.archive_allocations, before_us, limit)

    async def archived(self, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations that overlap a window, by ``order_key``.

        Raises:
            NotFound: The restaurant does not exist.
        """
        return await greenlet_spawn(self._store.archived, restaurant_id, window)

    async def delete_confirmations(self, before_us: int, limit: int) -> int:
        """Delete confirmation results, by time, restaurant and id; return how many."""
        return await greenlet_spawn(self._store.delete_confirmations, before_us, limit)

    async def delete_stored_results(self, before_us: int, limit: int) -> int:
        """Delete stored results without evidence; return how many."""
        return await greenlet_spawn(self._store.delete_stored_results, before_us, limit)

    async def delete_holds(self, before_us: int, limit: int) -> int:
        """Delete ended holds, by creation, restaurant and id; return how many."""
        return await greenlet_spawn(self._store.delete_holds, before_us, limit)

    async def delete_events(self, before_us: int, limit: int) -> int:
        """Delete settled events, by that time, restaurant and position; return how many."""
        return await greenlet_spawn(self._store.delete_events, before_us, limit)

    # ---- the outbox, as ``AsyncOutbox`` says, in the role of the jobs

    async def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events to the caller, oldest first; the first of each subject, or none."""
        return await greenlet_spawn(self._store.claim, limit, lease_us)

    async def done(self, deliveries: Collection[Delivery]) -> int:
        """Mark deliveries as published; return how many of them the caller still had."""
        return await greenlet_spawn(self._store.done, deliveries)

    async def release(self, deliveries: Collection[Delivery]) -> int:
        """Give deliveries back without an attempt; return how many the caller still had."""
        return await greenlet_spawn(self._store.release, deliveries)

    async def fail(self, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt and end the lease; return whether the caller still had it."""
        return await greenlet_spawn(self._store.fail, delivery, wait_us)

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return the events that were given up, by that time and then by position."""
        return await greenlet_spawn(self._store.dead_letters, limit)

    async def backlog(self) -> Backlog:
        """Return how much waits in all restaurants together, and how many events are dead."""
        return await greenlet_spawn(self._store.backlog)

    async def revive(self, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again with no attempt counted; return how many were still dead."""
        return await greenlet_spawn(self._store.revive, letters)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class _TaskSignal:
    """Wakes a task. The event loop goes on while it waits."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._woken: asyncio.Future[None] = self._loop.create_future()

    def wait(self, seconds: float) -> bool:
        """Wait until it is set, at most for some seconds; return whether it is."""
        done, _ = await_only(asyncio.wait({self._woken}, timeout=seconds))
        return bool(done)

    def set(self) -> bool:
        """Wake the task, from any thread; return ``False`` if its loop is closed."""
        try:
            self._loop.call_soon_threadsafe(self._wake)
        except RuntimeError:
            return False
        return True

    def _wake(self) -> None:
        if not self._woken.done():
            self._woken.set_result(None)


def _pause(seconds: float) -> None:
    await_only(asyncio.sleep(seconds))
