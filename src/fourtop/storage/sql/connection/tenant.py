"""Start a transaction on one restaurant: set the tenant, lock its row, then read the clock.

The order matters: a time that is read before the wait for the lock may be older than the last one.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

import attrs
from sqlalchemy import BigInteger, ColumnElement, func, select

from fourtop.clock import SystemClock
from fourtop.errors import NotFound
from fourtop.model.results import Versions
from fourtop.ports import Clock
from fourtop.storage.sql.statement import Cursor, Statement, TransactionMode
from fourtop.storage.sql.statements.dialect import Dialect, SessionSettings
from fourtop.storage.sql.statements.expressions import restaurant
from fourtop.storage.sql.tables.security import EVERY_RESTAURANT


@attrs.frozen
class LockedRestaurant:
    """A restaurant at the start of a transaction; locked if the transaction writes.

    Args:
        versions: The three version counters.
        now_us: The time, read while the lock was held.
    """

    versions: Versions
    now_us: int


@attrs.frozen(kw_only=True)
class StoreOptions:
    """The options of a store that concern its transactions.

    Args:
        clock: Tells the time; ``None``: the database does, and for SQLite this machine.
        role: The role that a transaction takes on PostgreSQL, so that row-level security applies
            to any login; ``None``: the role of the login.
        lock_timeout_seconds: How long a transaction waits for a restaurant before it is retried.
    """

    clock: Clock | None = None
    role: str | None = None
    lock_timeout_seconds: float = 5.0


def clock_of(dialect: Dialect, options: StoreOptions) -> Clock | None:
    """Return the clock of a store; ``None``: the database tells the time."""
    if options.clock is None and dialect.server_clock is None:
        return SystemClock()
    return options.clock


class TenantAccess:
    """Starts transactions on a restaurant. Safe for threads.

    Args:
        dialect: The dialect of the database.
        options: The options of the store.
    """

    def __init__(self, dialect: Dialect, options: StoreOptions) -> None:
        self._dialect = dialect
        self._options = options
        self._clock = clock_of(dialect, options)
        self._latest_us: dict[str, int] = {}
        self._remembering = Lock()
        self.write_mode: TransactionMode = dialect.write_mode
        self.read_mode: TransactionMode = dialect.read_mode
        self._settings = dialect.session_settings(
            SessionSettings(
                sets_tenant=True,
                role=options.role,
                lock_timeout_seconds=options.lock_timeout_seconds,
            ),
            "set_tenant",
            "Set the tenant: row-level security shows the rows of this restaurant only. Also set"
            " the lock timeout and the role. All three end with the transaction.",
        )
        self._lock = self._lock_statement()
        self._look = self._look_statement()
        self._ids = self._ids_statement()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements of this class."""
        settings = () if self._settings is None else (self._settings,)
        return (*settings, self._lock, self._look, self._ids)

    def set_tenant(self, cursor: Cursor, restaurant_id: str) -> None:
        """Set the tenant of this transaction, where the database has row-level security."""
        if self._settings is not None:
            cursor.rows(self._settings, {"restaurant": restaurant_id})

    def lock_restaurant(self, cursor: Cursor, restaurant_id: str) -> LockedRestaurant:
        """Lock a restaurant for writing; other writers of it wait until the transaction ends.

        Raises:
            NotFound: The restaurant does not exist.
        """
        return self._enter(cursor, restaurant_id, self._lock)

    def look_up_restaurant(self, cursor: Cursor, restaurant_id: str) -> LockedRestaurant:
        """Return a restaurant for reading, without a lock.

        Raises:
            NotFound: The restaurant does not exist.
        """
        return self._enter(cursor, restaurant_id, self._look)

    def restaurant_ids(self, cursor: Cursor) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted bytewise."""
        self.set_tenant(cursor, EVERY_RESTAURANT)
        return tuple(id_ for (id_,) in cursor.rows(self._ids, {}))

    def _enter(self, cursor: Cursor, restaurant_id: str, statement: Statement) -> LockedRestaurant:
        self.set_tenant(cursor, restaurant_id)
        found = cursor.rows(statement, {"restaurant": restaurant_id})
        if not found:
            raise NotFound("restaurant", str(restaurant_id)[:64])
        floor, policy, occupancy, latest_us = found[0]
        return LockedRestaurant(
            Versions(floor=floor, policy=policy, occupancy=occupancy),
            self._tell(restaurant_id, latest_us),
        )

    def _tell(self, restaurant_id: str, latest_us: int) -> int:
        """Return the time; never before the stored time, nor before the last one returned here."""
        now_us = latest_us if self._clock is None else max(latest_us, self._clock.now_us())
        with self._remembering:
            now_us = max(now_us, self._latest_us.get(restaurant_id, 0))
            self._latest_us[restaurant_id] = now_us
        return now_us

    # ---- statements

    def _lock_statement(self) -> Statement:
        row = self._dialect.tables["restaurants"]
        locked = self._dialect.lock_row(row, row.c.id == restaurant(), self._columns())
        return self._dialect.compile(
            locked,
            "lock_restaurant",
            "Lock the restaurant's row and read its versions and its time. Every command begins"
            " here, so the commands of a restaurant run one after the other.",
        )

    def _look_statement(self) -> Statement:
        row = self._dialect.tables["restaurants"].c
        return self._dialect.compile(
            select(*self._columns()).where(row.id == restaurant()),
            "look_up_restaurant",
            "Read the restaurant's versions and its time without a lock. Every query begins here.",
        )

    def _ids_statement(self) -> Statement:
        row = self._dialect.tables["restaurants"].c
        return self._dialect.compile(
            select(row.id).order_by(row.id), "list_restaurants", "List the ids of all restaurants."
        )

    def _columns(self) -> tuple[ColumnElement[Any], ...]:
        row = self._dialect.tables["restaurants"].c
        latest_us: ColumnElement[int] = row.latest_us
        if self._clock is None:
            latest_us = func.greatest(latest_us, self._dialect.server_clock, type_=BigInteger())
        return row.floor_version, row.policy_version, row.occupancy_version, latest_us
