"""The engine: restaurants in a store."""

from __future__ import annotations

from copy import copy

from fourtop.engine.commands.remove_restaurant import check_nothing, check_unused
from fourtop.engine.compiled_house import CompiledHouses
from fourtop.engine.desk import Desk
from fourtop.engine.dispatch.executor import Executor
from fourtop.engine.dispatch.requests import Caller
from fourtop.engine.ids import IdSource, TimeOrderedIds
from fourtop.engine.observation import Observer
from fourtop.engine.store_argument import check_store, hosted_store
from fourtop.errors import AlreadyExists
from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.model.actor import GUEST, Actor
from fourtop.model.house import House
from fourtop.planner.table_order import TableOrder, as_table_order
from fourtop.ports import Scope, Store


class Engine:
    """The restaurants of a store, and their desks. Thread-safe if the store is.

    Args:
        store: The store that keeps the restaurants. The caller closes it.
        ids: Makes the ids of new rows; by default UUIDs of version 7.
        table_order: A fixed order of tables in all restaurants, in place of the weights of each
            house, for comparisons; ``None``: each house ranks its tables.
        observer: Is told of each request, such as ``fourtop.telemetry.Telemetry``; ``None``: only
            the log ``fourtop.checks`` is.

    Raises:
        InvalidInput: If ``store`` lacks a method of ``Store``. Give a URL to
            ``SqlStore`` first. If ``table_order`` is unknown. With a fixed order, a
            request raises it if the floor has more than 20,000 sets of tables.

    >>> from fourtop import Engine, MemoryStore, BookingRequest, sample
    >>> from datetime import UTC, datetime
    >>> desk = Engine(MemoryStore()).add_restaurant(sample.pub())
    >>> desk.quote(BookingRequest(4, datetime(2030, 5, 3, 18, tzinfo=UTC))).plan.seats
    4
    """

    def __init__(
        self,
        store: Store,
        *,
        ids: IdSource | None = None,
        table_order: TableOrder | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.store: Store = check_store(store)
        self._ids = TimeOrderedIds() if ids is None else ids
        self._houses = CompiledHouses(as_table_order(table_order))
        self._observer = observer
        self._executor = Executor(self.store, self._houses, observer)

    def on_store(self, store: Store, *, ids: IdSource | None = None) -> Engine:
        """Return an engine on another store that shares the compiled houses of this one.

        A simulation plays every evening on a new store. The first engine compiles the house; the
        others find it compiled if they add the same ``House`` object. The stores share nothing.

        Args:
            store: The store that keeps the restaurants. The caller closes it.
            ids: Makes the ids of new rows; by default the source of this engine.

        Raises:
            InvalidInput: If ``store`` lacks a method of ``Store``.
        """
        other = copy(self)
        other.store = check_store(store)
        other._ids = self._ids if ids is None else ids  # noqa: SLF001  # A copy of this object.
        executor = Executor(store, self._houses, self._observer)
        other._executor = executor  # noqa: SLF001  # As above.
        return other

    def within(self, connection: object) -> Engine:
        """Return an engine whose calls run inside the open transaction of the host.

        The host commits or rolls back; fourtop does neither. A command that raises has changed
        nothing, and the transaction goes on. Use the engine and its desks for this transaction
        only, by one thread or task at a time.

        Args:
            connection: The host's connection to the database of the store, as ``within`` of the
                SQL stores lists them.

        Raises:
            InvalidInput: If the store is not in a database, or ``connection`` is not a connection
                to it.
        """
        return self.on_store(hosted_store(self.store, connection))

    def add_restaurant(self, house: House, *, exist_ok: bool = False, actor: Actor = GUEST) -> Desk:
        """Add a restaurant and return its desk.

        Args:
            house: The restaurant, its floor and its policy.
            exist_ok: Whether the restaurant may exist already. It then keeps the house that it has.
                The slug of another restaurant is refused all the same.
            actor: The actor of the desk.

        Raises:
            AlreadyExists: If the restaurant exists: use ``desk``, or ``exist_ok=True``. If another
                restaurant has the slug (kind ``slug``): choose another one.
            InvalidInput: If ``house`` is not a ``House``.
        """
        checked = validators.check_instance("house", house, House)
        try:
            self.store.add_restaurant(checked)
        except AlreadyExists as error:
            if not exist_ok or error.kind != "restaurant":
                raise
        else:
            self._houses.expect(checked)
        return self.desk(checked.restaurant.id, actor=actor)

    def remove_restaurant(self, restaurant_id: str, *, force: bool = False) -> None:
        """Remove a restaurant with all its bookings, holds, blocks, results and events, for good.

        Events that wait for delivery are removed too: relay them first.

        Args:
            restaurant_id: The restaurant.
            force: Whether to remove it while tables are taken now or later.

        Raises:
            InUse: If a booking, live hold or block has a table now or later, and ``force`` is
                false. Cancel it, or wait.
            NotFound: If the restaurant does not exist.
            InvalidIdentifier: If the id is not an identifier.
        """
        checked = validators.check_identifier("restaurant_id", restaurant_id)
        self.store.remove_restaurant(Scope(checked), check_nothing if force else check_unused)

    def desk(self, restaurant_id: str, *, actor: Actor = GUEST) -> Desk:
        """Return the desk of a restaurant for an actor. It does not touch the store.

        Whether the restaurant exists shows with the first call of the desk.

        Raises:
            InvalidIdentifier: If the id is not an identifier.
            InvalidInput: If ``actor`` is not an ``Actor``.
        """
        checked = validators.check_instance("actor", actor, Actor)
        return Desk(self._executor, Caller(restaurant_id, checked, self._ids))

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        return self.store.restaurant_ids()

    def __repr__(self) -> str:
        return brief(self, f"on {self.store!r}")
