"""Maintenance: the methods of a store that jobs call, across restaurants."""

from __future__ import annotations

from typing import Protocol

from fourtop.model.allocation import Allocation
from fourtop.model.window import Window
from fourtop.ports.outbox import AsyncOutbox, Outbox
from fourtop.ports.store import AsyncStore, Store


class Maintenance(Protocol):
    """Find, move and delete records that have ended.

    ``fourtop.testing.MaintenanceContract`` is this contract as a suite.

    Each method with a limit is one transaction. It takes at most ``limit`` rows (1 or more) of all
    restaurants together, oldest first, and returns their number; fewer than the limit means that
    no more exist. Several callers may run at once: each row is taken and counted by one of them.
    *Before* includes the instant itself. These methods change neither a version nor a record that
    has not ended.
    """

    def now_us(self) -> int:
        """Return the time of the store's clock, in microseconds since 1970 (UTC).

        Raises:
            StoreUnavailable: If the store cannot be reached; so does every method.
        """
        ...

    def reset_clock(self, restaurant_id: str) -> int:
        """Set the time of a restaurant back to the clock's, where the clock is far behind it.

        A clock that once ran ahead leaves a time that ``read`` and ``transact`` refuse to go
        behind (``ClockBehind``). No row is changed: rows written meanwhile keep their times.

        Returns:
            By how many microseconds the time was set back; 0 where the clock is at most five
                minutes behind, and nothing was changed.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached; nothing was changed.
        """
        ...

    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return the expired active holds as (restaurant id, hold id).

        Their order is by expiry, restaurant and id.

        Args:
            before_us: Latest ``expires_us``.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    def archive_allocations(self, before_us: int, limit: int) -> int:
        """Move allocations, shadow rows included, into the archive. Return how many.

        Their order is by end, restaurant and id. Rows of holds stay: the sweep removes them.

        Args:
            before_us: Latest end of a window.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was moved.
        """
        ...

    def archived(self, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations of a restaurant that overlap a window.

        They are unchanged, and in the order of ``order_key``.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    def delete_confirmations(self, before_us: int, limit: int) -> int:
        """Delete confirmation results, successes and failures. Return how many.

        Their order is by time, restaurant and id.

        Args:
            before_us: Latest ``checked_us``.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...

    def delete_stored_results(self, before_us: int, limit: int) -> int:
        """Delete stored results. Return how many.

        Their order is by time, restaurant, command and key. A stored result stays while its
        restaurant has a successful confirmation under the same key: a replay needs both.

        Args:
            before_us: Latest ``stored_us``.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...

    def delete_holds(self, before_us: int, limit: int) -> int:
        """Delete the records of ended holds. Return how many.

        Their order is by creation, restaurant and id. A hold stays while it is active, owns an
        allocation, or has a confirmation result.

        Args:
            before_us: Latest ``created_us``, and latest end of the occupied window.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...

    def delete_events(self, before_us: int, limit: int) -> int:
        """Delete delivered and dead events with their de-duplication keys. Return how many.

        Their order is by the instant of delivery or death, then restaurant and sequence. A waiting
        event stays at any age.

        Args:
            before_us: Latest instant of delivery or death.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...


class MaintainedStore(Store, Maintenance, Outbox, Protocol):
    """A store on which all jobs can run."""


class AsyncMaintenance(Protocol):
    """The methods of ``Maintenance``, awaited, with its promises.

    ``fourtop.testing.as_sync`` lets an asynchronous store run through ``MaintenanceContract``.
    """

    async def now_us(self) -> int:
        """Return the time of the store's clock, in microseconds since 1970 (UTC).

        Raises:
            StoreUnavailable: If the store cannot be reached; so does every method.
        """
        ...

    async def reset_clock(self, restaurant_id: str) -> int:
        """Set the time of a restaurant back to the clock's, where the clock is far behind it.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached; nothing was changed.
        """
        ...

    async def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return the expired active holds, as ``Maintenance.expired_holds``.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    async def archive_allocations(self, before_us: int, limit: int) -> int:
        """Move allocations into the archive, as ``Maintenance.archive_allocations``.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was moved.
        """
        ...

    async def archived(self, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations that overlap a window, in the order of ``order_key``.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    async def delete_confirmations(self, before_us: int, limit: int) -> int:
        """Delete confirmation results, as ``Maintenance.delete_confirmations``.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...

    async def delete_stored_results(self, before_us: int, limit: int) -> int:
        """Delete stored results, as ``Maintenance.delete_stored_results``.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...

    async def delete_holds(self, before_us: int, limit: int) -> int:
        """Delete the records of ended holds, as ``Maintenance.delete_holds``.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...

    async def delete_events(self, before_us: int, limit: int) -> int:
        """Delete delivered and dead events, as ``Maintenance.delete_events``.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...


class AsyncMaintainedStore(AsyncStore, AsyncMaintenance, AsyncOutbox, Protocol):
    """An asynchronous store on which all jobs can run."""
