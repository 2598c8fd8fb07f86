"""The engine: decisions, carried to a store."""

from __future__ import annotations

from fourtop.engine.desk import Desk
from fourtop.engine.dispatch.executor import Executor
from fourtop.engine.dispatch.requests import Caller
from fourtop.engine.ids import IdSource, TimeOrderedIds
from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.model.actor import GUEST, Actor
from fourtop.model.house import House
from fourtop.ports import Store


class Engine:
    """Restaurants in a store, and the desks at which their bookings are taken. Safe for threads if the store is.

    Args:
        store: Where the restaurants are kept.
        ids: Makes the ids of new rows; by default UUIDs of version 7.

    >>> from fourtop import Engine, MemoryStore, BookingRequest, sample
    >>> from datetime import UTC, datetime
    >>> desk = Engine(MemoryStore()).add_restaurant(sample.pub())
    >>> desk.quote(BookingRequest(4, datetime(2030, 5, 3, 18, tzinfo=UTC))).plan.seats
    4
    """

    def __init__(self, store: Store, *, ids: IdSource | None = None) -> None:
        self.store = store
        self._ids = TimeOrderedIds() if ids is None else ids
        self._executor = Executor(store)

    def add_restaurant(self, house: House, *, actor: Actor = GUEST) -> Desk:
        """Put a new restaurant in place, and return its desk.

        Raises:
            AlreadyExists: If there is a restaurant of that id; ``desk`` finds it.
            InvalidInput: If it is no house.
        """
        self.store.add_restaurant(validators.check_instance("house", house, House))
        self._executor.houses.expect(house)
        return self.desk(house.restaurant.id, actor=actor)

    def desk(self, restaurant_id: str, *, actor: Actor = GUEST) -> Desk:
        """Return the desk of a restaurant, acting for somebody. Whether it exists shows with the first question.

        Raises:
            InvalidIdentifier: If the id is none.
            InvalidInput: If the actor is no ``Actor``.
        """
        checked = validators.check_instance("actor", actor, Actor)
        return Desk(self._executor, Caller(restaurant_id, checked, self._ids))

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        return self.store.restaurant_ids()

    def __repr__(self) -> str:
        return brief(self, f"on {self.store!r}")
