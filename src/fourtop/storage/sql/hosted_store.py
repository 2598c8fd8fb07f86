"""The SQL store inside a transaction of the host."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Final, TypeVar

from fourtop.errors import TransactionConflict
from fourtop.errors.display import brief
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.ports import Decision, EventPage, Need, Scope, View
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.host.transaction import HostTransaction, HostTransactions
from fourtop.storage.sql.statements.house import BorrowedHouses

if TYPE_CHECKING:
    from fourtop.storage.sql.store import SqlStore

T = TypeVar("T")

MAX_READS: Final = 4
_CHANGED: Final = "changed during the read"


class HostedStore:
    """A store whose calls run inside the open transaction of a host; ``SqlStore.within`` makes it.

    Give it to an engine, or call ``Engine.within``. The calls are those of ``SqlStore``, with the
    same promises. Each runs in a savepoint of its own and never commits. A call that raises rolls
    back to its savepoint; the transaction stays usable, unless the text of the error says
    otherwise. Nothing is tried again. Use it as you use its connection: by one thread at a time.

    A command locks its restaurant until the host commits or rolls back. A query takes no lock.

    Every call may raise ``TransactionConflict`` (roll back and run your transaction again),
    ``TransactionUnusable`` (no transaction that the call can join) and ``InvalidInput`` (the
    connection leads to another database).
    """

    def __init__(self, store: SqlStore, transactions: HostTransactions) -> None:
        self._transactions = transactions
        self._houses = BorrowedHouses(
            store._snapshots.houses,  # noqa: SLF001  # A part of the store.
            lambda: transactions.has_committed_houses,
        )
        inner = copy(store)
        inner._transactions = transactions  # noqa: SLF001  # As above.
        inner._explains = transactions.explains  # noqa: SLF001  # As above.
        inner._snapshots = store._snapshots.within(self._houses)  # noqa: SLF001  # As above.
        inner._is_queued = False  # noqa: SLF001  # As above.
        self._store = inner

    def __repr__(self) -> str:
        return brief(self, f"on {self._store!r}")

    def add_restaurant(self, house: House) -> None:
        """Add a restaurant, as ``SqlStore.add_restaurant`` does.

        Raises:
            AlreadyExists: A restaurant has that id or that slug.
        """
        self._call(lambda: self._store.add_restaurant(house), changes_house=True)

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Remove a restaurant with everything that is stored for it, once ``check`` has passed.

        Raises:
            NotFound: If the restaurant does not exist.
            FourtopError: As ``SqlStore.remove_restaurant``.
        """
        self._call(lambda: self._store.remove_restaurant(scope, check), changes_house=True)

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted."""
        return self._call(self._store.restaurant_ids)

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return the result of ``ask`` on one consistent view.

        At the isolation level READ COMMITTED each statement sees the latest state, so the versions
        are read again at the end. If they have changed, the call reads anew, at most three times.

        Raises:
            NotFound: The restaurant does not exist.
            TransactionConflict: The restaurant changed during every attempt.
        """
        for _ in range(MAX_READS):
            found = self._call(lambda: self._read(scope, ask))
            if found is not None:
                (answer,) = found
                return answer
        raise TransactionConflict(_CHANGED)

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Write the changes that ``decide`` decides and return its result, as ``SqlStore`` does.

        Raises:
            FourtopError: As ``SqlStore.transact`` lists them, apart from ``OutcomeUnknown``.
        """

        def noting(view: View) -> Decision[T] | Need:
            decided = decide(view)
            if isinstance(decided, Decision):
                changes = decided.changes
                is_edit = changes.floor is not None or changes.policy is not None
                self._transactions.changes_house = is_edit
            return decided

        return self._call(lambda: self._store.transact(scope, noting))

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant, with those that the host has not committed yet.

        Raises:
            NotFound: The restaurant does not exist.
        """
        return self._call(lambda: self._store.events(restaurant_id))

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        """Return the next events of a restaurant, with those that the host has not committed yet.

        Raises:
            NotFound: The restaurant does not exist.
        """
        return self._call(lambda: self._store.events_after(restaurant_id, sequence, limit))

    def _call(self, call: Callable[[], T], *, changes_house: bool = False) -> T:
        self._transactions.changes_house = changes_house
        try:
            return call()
        finally:
            self._houses.end_call()

    def _read(self, scope: Scope, ask: Callable[[View], T | Need]) -> tuple[T] | None:
        """Return the answer; ``None``: the restaurant changed meanwhile."""
        store = self._store
        tenant = store._tenant  # noqa: SLF001  # A part of the store.

        def work(connection: Connection) -> tuple[T] | None:
            assert isinstance(connection, HostTransaction), "the transactions are those of a host"
            snapshot = store._snapshots.look_up(connection, scope)  # noqa: SLF001  # As above.
            answer = store._decide(connection, scope, snapshot, ask)  # noqa: SLF001  # As above.
            is_whole = connection.is_snapshot or (
                tenant.versions(connection, scope.restaurant_id) == snapshot.found.versions
            )
            return (answer,) if is_whole else None

        store._guard.check(scope.restaurant_id)  # noqa: SLF001  # As above.
        return self._transactions.run(tenant.read_mode, work, "read")
