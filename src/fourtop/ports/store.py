"""The storage port: five methods that any store implements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.ports.changes import Decision, Need
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

    A store serialises the transactions of one restaurant, tells the time by one clock that never
    goes back for a restaurant, and enforces what ``Changes`` lists whatever a decision believes. It
    knows no rules of the trade: those live in the decisions.
    """

    def add_restaurant(self, house: House) -> None:
        """Put a new restaurant in place, with floor and policy at version 1 and nothing taken.

        Raises:
            AlreadyExists: If there is a restaurant of that id; nothing is changed.
        """
        ...

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        ...

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return what ``ask`` answers on one consistent view; the view dies with the call.

        Args:
            scope: What the view may be asked.
            ask: Pure; may be called again with a larger scope if it returns a ``Need``.

        Raises:
            NotFound: If there is no such restaurant.
            StoreUnavailable: If the store cannot be reached.
            FourtopError: Whatever ``ask`` raises, unchanged.
        """
        ...

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Return what ``decide`` decides, once all its changes are in place; or change nothing.

        Atomic and isolated per restaurant: ``decide`` sees every transaction before it and none
        after. If it raises, nothing is changed. Lock, then clock, then read, then write.

        Args:
            scope: What the view may be asked.
            decide: Pure; may be called several times, of which only the last counts.

        Raises:
            NotFound: If there is no such restaurant, or a change names an owner or table that is
                not there.
            AllocationsOverlap: If live allocations would overlap; carries the one that was there
                first.
            ForeignTenant: If a change is of another restaurant.
            AlreadyExists: If an id, key or de-duplication key is there already.
            StaleVersion: If a version is not the stored one plus one, or a row to remove is not
                there.
            StoreUnavailable: If the store cannot be reached; nothing was changed.
            OutcomeUnknown: If the reply to the commit was lost.
            FourtopError: Whatever ``decide`` raises, unchanged.
        """
        ...

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant in the order in which they were written.

        Raises:
            NotFound: If there is no such restaurant.
            StoreUnavailable: If the store cannot be reached.
        """
        ...


class AsyncStore(Protocol):
    """Keeps restaurants, as ``Store`` does, and is awaited: the same five methods, promises and errors.

    It starts no thread for a call, and nothing but ``ask`` and ``decide`` keeps the event loop
    busy: those run on it, between two awaits. Cancelled at whatever await, a call leaves the
    restaurant as it was before the call or as it is after it, never between; its connection goes
    back to where it came from as clean as it was, or not at all. Who cancelled cannot know which it
    is: as with ``OutcomeUnknown``, the same call with the same key settles it.

    ``fourtop.testing.awaited`` makes it run through the suite of ``Store``.
    """

    async def add_restaurant(self, house: House) -> None:
        """Put a new restaurant in place.

        Raises:
            AlreadyExists: As ``Store.add_restaurant``.
        """
        ...

    async def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        ...

    async def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return what ``ask`` answers on one consistent view; the view dies with the call.

        Args:
            scope: What the view may be asked.
            ask: Pure and not awaited; may be called again with a larger scope if it returns a
                ``Need``.

        Raises:
            NotFound: As ``Store.read``.
            StoreUnavailable: As ``Store.read``.
            FourtopError: Whatever ``ask`` raises, unchanged.
        """
        ...

    async def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Return what ``decide`` decides, once all its changes are in place; or change nothing.

        Args:
            scope: What the view may be asked.
            decide: Pure and not awaited; may be called several times, of which only the last
                counts.

        Raises:
            NotFound: As ``Store.transact``; so are all that follow.
            AllocationsOverlap: If live allocations would overlap.
            ForeignTenant: If a change is of another restaurant.
            AlreadyExists: If an id, key or de-duplication key is there already.
            StaleVersion: If a version is not the stored one plus one, or a row to remove is not
                there.
            StoreUnavailable: If the store cannot be reached; nothing was changed.
            OutcomeUnknown: If the reply to the commit was lost.
            FourtopError: Whatever ``decide`` raises, unchanged.
        """
        ...

    async def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant in the order in which they were written.

        Raises:
            NotFound: As ``Store.events``.
            StoreUnavailable: As ``Store.events``.
        """
        ...
