"""The storage port: the seven methods that every store implements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.ports.changes import Decision, Need
from fourtop.ports.event_page import EventPage
from fourtop.ports.scope import Scope
from fourtop.ports.view import View

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time of a store."""

    def now_us(self) -> int:
        """Return the time in microseconds since 1970 (UTC)."""
        ...


class Store(Protocol):
    """Keeps restaurants. ``fourtop.testing.StoreContract`` is this contract as a test suite.

    A store serialises the transactions of a restaurant. One clock tells its time, and the time of a
    restaurant never goes back. A store enforces what ``Changes`` lists, whatever a decision
    believes. It knows no rule of the trade: the decisions hold those.

    The slugs of its restaurants are unique. A refused slug is all that a restaurant learns of
    another one: the error names neither its id nor any record of it.
    """

    def add_restaurant(self, house: House) -> None:
        """Add a restaurant, with floor and policy at version 1, no allocations and no events.

        Raises:
            AlreadyExists: If the store has a restaurant of that id (kind ``restaurant``), or else
                of that slug (kind ``slug``, with the slug as the id); nothing is changed.
        """
        ...

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Remove a restaurant with everything that is stored for it, once ``check`` has passed.

        Atomic and isolated like ``transact``: the check sees every transaction before it, and no
        transaction comes between the check and the removal. Afterwards the restaurant is unknown.
        Other restaurants do not change. The id may be added again and then starts empty.

        Args:
            scope: What the view of the check may be asked.
            check: Pure. It raises to keep the restaurant; it returns a ``Need`` to see more.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached; nothing was removed.
            OutcomeUnknown: If the reply to the commit was lost.
            FourtopError: Any error of ``check``, unchanged; nothing is removed.
        """
        ...

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        ...

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return the answer of ``ask`` on one consistent view. The view is closed with the call.

        Args:
            scope: What the view may be asked.
            ask: Pure. The store calls it again with a larger scope if it returns a ``Need``. It may
                call it again on another view; only the last answer counts.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached.
            FourtopError: Any error of ``ask``, unchanged.
        """
        ...

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Write the changes of a decision and return its result; or change nothing and raise.

        Atomic and isolated per restaurant: ``decide`` sees every transaction before it and none
        after it. The order is: lock, tell the time, read, write.

        Args:
            scope: What the view may be asked.
            decide: Pure. The store may call it several times; only the last decision counts.

        Raises:
            NotFound: If the restaurant does not exist, or a change names an owner or table that
                does not exist.
            AllocationsOverlap: If live allocations would overlap; carries the earlier one.
            ForeignTenant: If a change belongs to another restaurant.
            AlreadyExists: If an id, key or de-duplication key exists already, or another restaurant
                has the slug of a new restaurant record (kind ``slug``).
            StaleVersion: If a version is not the stored one plus one, or a row to remove does not
                exist.
            StoreUnavailable: If the store cannot be reached; nothing was changed.
            OutcomeUnknown: If the reply to the commit was lost.
            FourtopError: Any error of ``decide``, unchanged.
        """
        ...

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant in the order in which they were written.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached.
        """
        ...

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        """Return the next events of a restaurant after a sequence, without a lease.

        The events of a restaurant are written under its lock. So their sequences rise in the order
        of the commits: an event with a lower sequence than a stored one never comes later.

        Args:
            restaurant_id: The restaurant.
            sequence: The last sequence that the caller knows, 0 or more; ``None``: that of the
                newest event, so that the page is empty and tells the position.
            limit: How many events at most; 1 or more.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached.
        """
        ...


class AsyncStore(Protocol):
    """Keeps restaurants for an event loop: the methods of ``Store``, awaited, with its promises.

    A call starts no thread. Only ``ask``, ``decide`` and ``check`` occupy the event loop: they run
    on it, between two awaits. A cancelled call either has happened or has not; its connection goes
    back to the pool clean, or is closed. As with ``OutcomeUnknown``, the same call with the same
    key settles which.

    ``fourtop.testing.as_sync`` lets an asynchronous store run through the suite of ``Store``.
    """

    async def add_restaurant(self, house: House) -> None:
        """Add a restaurant.

        Raises:
            AlreadyExists: As ``Store.add_restaurant``.
        """
        ...

    async def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Remove a restaurant with everything that is stored for it, once ``check`` has passed.

        Args:
            scope: What the view of the check may be asked.
            check: Pure and not awaited. It raises to keep the restaurant.

        Raises:
            NotFound: As ``Store.remove_restaurant``.
            StoreUnavailable: If the store cannot be reached; nothing was removed.
            OutcomeUnknown: If the reply to the commit was lost.
            FourtopError: Any error of ``check``, unchanged; nothing is removed.
        """
        ...

    async def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        ...

    async def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return the answer of ``ask`` on one consistent view. The view is closed with the call.

        Args:
            scope: What the view may be asked.
            ask: Pure and not awaited. The store calls it again with a larger scope if it returns a
                ``Need``. It may call it again on another view; only the last answer counts.

        Raises:
            NotFound: As ``Store.read``.
            StoreUnavailable: As ``Store.read``.
            FourtopError: Any error of ``ask``, unchanged.
        """
        ...

    async def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Write the changes of a decision and return its result; or change nothing and raise.

        Args:
            scope: What the view may be asked.
            decide: Pure and not awaited. The store may call it several times; only the last
                decision counts.

        Raises:
            NotFound: As ``Store.transact``, like all that follow.
            AllocationsOverlap: If live allocations would overlap.
            ForeignTenant: If a change belongs to another restaurant.
            AlreadyExists: If an id, key or de-duplication key exists already, or another restaurant
                has the slug of a new restaurant record (kind ``slug``).
            StaleVersion: If a version is not the stored one plus one, or a row to remove does not
                exist.
            StoreUnavailable: If the store cannot be reached; nothing was changed.
            OutcomeUnknown: If the reply to the commit was lost.
            FourtopError: Any error of ``decide``, unchanged.
        """
        ...

    async def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant in the order in which they were written.

        Raises:
            NotFound: As ``Store.events``.
            StoreUnavailable: As ``Store.events``.
        """
        ...

    async def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        """Return the next events of a restaurant after a sequence, without a lease.

        Args:
            restaurant_id: The restaurant.
            sequence: The last sequence that the caller knows; ``None``: that of the newest event.
            limit: How many events at most; 1 or more.

        Raises:
            NotFound: As ``Store.events_after``.
            StoreUnavailable: As ``Store.events_after``.
        """
        ...
