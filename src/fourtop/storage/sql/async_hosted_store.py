"""The async SQL store inside a transaction of the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.util import greenlet_spawn

from fourtop.errors.display import brief
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.ports import Decision, EventPage, Need, Scope, View
from fourtop.storage.sql.hosted_store import HostedStore

T = TypeVar("T")


class AsyncHostedStore:
    """``HostedStore`` for an event loop; ``AsyncSqlStore.within`` makes it.

    Give it to an engine, or call ``AsyncEngine.within``. Use it as you use its connection: by one
    task at a time. A cancelled call has been rolled back to its savepoint, or has happened; roll
    your transaction back.
    """

    def __init__(self, store: HostedStore) -> None:
        self._store = store

    def __repr__(self) -> str:
        return brief(self, f"on {self._store!r}")

    async def add_restaurant(self, house: House) -> None:
        """Add a restaurant, as ``HostedStore.add_restaurant`` does.

        Raises:
            AlreadyExists: A restaurant has that id or that slug.
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
        """Return the ids of all restaurants, sorted."""
        return await greenlet_spawn(self._store.restaurant_ids)

    async def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return the result of ``ask`` on one consistent view, as ``HostedStore.read`` does.

        Raises:
            NotFound: The restaurant does not exist.
            TransactionConflict: The restaurant changed during every attempt.
        """
        return await greenlet_spawn(self._store.read, scope, ask)

    async def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Write the changes that ``decide`` decides and return its result, as ``SqlStore`` does.

        Raises:
            FourtopError: As ``HostedStore.transact``.
        """
        return await greenlet_spawn(self._store.transact, scope, decide)

    async def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant, with those that the host has not committed yet.

        Raises:
            NotFound: The restaurant does not exist.
        """
        return await greenlet_spawn(self._store.events, restaurant_id)

    async def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        """Return the next events of a restaurant, with those that the host has not committed yet.

        Raises:
            NotFound: The restaurant does not exist.
        """
        return await greenlet_spawn(self._store.events_after, restaurant_id, sequence, limit)
