"""The engine, awaited."""

from __future__ import annotations

from fourtop.engine.async_desk import AsyncDesk
from fourtop.engine.dispatch.executor import AsyncExecutor
from fourtop.engine.dispatch.requests import Caller
from fourtop.engine.ids import IdSource, TimeOrderedIds
from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.model.actor import GUEST, Actor
from fourtop.model.house import House
from fourtop.ports import AsyncStore


class AsyncEngine:
    """``Engine`` over a store that is awaited: the same decisions, the same answers, and no thread.

    Safe for the tasks of one event loop.

    Args:
        store: Where the restaurants are kept.
        ids: Makes the ids of new rows; by default UUIDs of version 7.

    >>> import asyncio
    >>> from fourtop import AsyncEngine, AsyncMemoryStore, BookingRequest, sample
    >>> from datetime import UTC, datetime
    >>> async def seats() -> int:
    ...     desk = await AsyncEngine(AsyncMemoryStore()).add_restaurant(sample.pub())
    ...     quote = await desk.quote(BookingRequest(4, datetime(2030, 5, 3, 18, tzinfo=UTC)))
    ...     return quote.plan.seats
    >>> asyncio.run(seats())
    4
    """

    def __init__(self, store: AsyncStore, *, ids: IdSource | None = None) -> None:
        self.store = store
        self._ids = TimeOrderedIds() if ids is None else ids
        self._executor = AsyncExecutor(store)

    async def add_restaurant(self, house: House, *, actor: Actor = GUEST) -> AsyncDesk:
        """Put a new restaurant in place, and return its desk.

        Raises:
            AlreadyExists: If there is a restaurant of that id; ``desk`` finds it.
            InvalidInput: If it is no house.
        """
        await self.store.add_restaurant(validators.check_instance("house", house, House))
        self._executor.houses.expect(house)
        return self.desk(house.restaurant.id, actor=actor)

    def desk(self, restaurant_id: str, *, actor: Actor = GUEST) -> AsyncDesk:
        """Return the desk of a restaurant, acting for somebody. Touches no store, and so is not awaited.

        Raises:
            InvalidIdentifier: If the id is none.
            InvalidInput: If the actor is no ``Actor``.
        """
        checked = validators.check_instance("actor", actor, Actor)
        return AsyncDesk(self._executor, Caller(restaurant_id, checked, self._ids))

    async def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        return await self.store.restaurant_ids()

    def __repr__(self) -> str:
        return brief(self, f"on {self.store!r}")
