"""Maintenance: what jobs ask of a store, across restaurants."""

from __future__ import annotations

from typing import Protocol

from fourtop.model.allocation import Allocation
from fourtop.model.window import Window
from fourtop.ports.outbox import Outbox
from fourtop.ports.store import Store


class Maintenance(Protocol):
    """Finds, moves and deletes what is over. ``fourtop.testing.MaintenanceContract`` is this contract as a suite.

    Each method is one transaction, takes at most ``limit`` rows (1 or more) of all restaurants
    together, oldest first, and says how many it took: fewer than the limit means that no more was
    to be had. Safe to be called by several at once: each row is taken by one of them, and counted
    by that one. *Before* includes the instant itself. None of them changes a version, or what a
    view shows of anything that is not over.
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
        behind (``ClockBehind``). No row is changed: what was written meanwhile keeps its times.

        Returns:
            By how many microseconds the time was set back; 0 where the clock is at most five
                minutes behind, and nothing was changed.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached; nothing was changed.
        """
        ...

    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return which active holds have expired: (restaurant id, hold id), by expiry, restaurant and id.

        Args:
            before_us: Those whose ``expires_us`` is this or less.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    def archive_allocations(self, before_us: int, limit: int) -> int:
        """Move allocations into the archive, shadow rows too; by end, restaurant and id. Return how many.

        Rows of holds stay where they are: whoever sweeps the hold removes them, and nobody ever sat
        there.

        Args:
            before_us: Those whose window ends at this or earlier.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was moved.
        """
        ...

    def archived(self, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations of a restaurant that overlap a window, as they were, by ``order_key``.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    def delete_confirmations(self, before_us: int, limit: int) -> int:
        """Delete confirmation results, successes and failures; by time, restaurant and id. Return how many.

        Args:
            before_us: Those with ``checked_us`` at this or less.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...

    def delete_stored_results(self, before_us: int, limit: int) -> int:
        """Delete stored results; by time, restaurant, command and key. Return how many.

        An answer stays for as long as its restaurant has a successful confirmation result under the
        same key: whoever finds the result will ask for the answer.

        Args:
            before_us: Those with ``stored_us`` at this or less.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...

    def delete_holds(self, before_us: int, limit: int) -> int:
        """Delete the records of holds that have ended; by creation, restaurant and id. Return how many.

        A hold stays while it is active, owns an allocation, or has a confirmation result.

        Args:
            before_us: Those with ``created_us`` at this or less, whose block window ends at this or
                earlier.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...

    def delete_events(self, before_us: int, limit: int) -> int:
        """Delete events that are delivered or dead, with their de-duplication keys. Return how many.

        By the instant at which they were delivered or given up, then restaurant and place. A
        waiting event stays, however old it is.

        Args:
            before_us: Those delivered or given up at this or earlier.
            limit: How many at most.

        Raises:
            StoreUnavailable: If the store cannot be reached; nothing was deleted.
        """
        ...


class MaintainedStore(Store, Maintenance, Outbox, Protocol):
    """A store on which all jobs can run."""
