"""Start a transaction on one restaurant: set the tenant, lock its row, then read the clock.

The order matters: a time that is read before the wait for the lock may be older than the last one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, Final

import attrs
from sqlalchemy import BigInteger, ColumnElement, func, null, select, update

from fourtop.clock import SystemClock
from fourtop.errors import NotFound
from fourtop.model.results import Versions
from fourtop.ports import MAX_STEP_BACK_US, Clock, is_behind, tell_time
from fourtop.storage.sql.statement import Call, Cursor, SessionSettings, Statement, TransactionMode
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.expressions import microseconds, number_literal, restaurant
from fourtop.storage.sql.tables.security import EVERY_RESTAURANT

_NAMED: Final = 10


@attrs.frozen
class LockedRestaurant:
    """A restaurant at the start of a transaction; locked if the transaction writes.

    Args:
        versions: The three version counters.
        now_us: The time, read while the lock was held.
        reads: The rows of the statements that were executed right after it.
        is_on_time: Whether they saw that time. If not, they must be executed again.
    """

    versions: Versions
    now_us: int
    reads: tuple[list[Any], ...] = ()
    is_on_time: bool = True


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
    """Starts transactions on a restaurant. Thread-safe.

    Args:
        dialect: The dialect of the database.
        options: The options of the store.
    """

    def __init__(self, dialect: Dialect, options: StoreOptions) -> None:
        self._dialect = dialect
        self._options = options
        self._clock = clock_of(dialect, options)
        self._latest_us: dict[str, int] = {}
        self.lock = Lock()
        self.write_mode: TransactionMode = dialect.write_mode
        self.read_mode: TransactionMode = dialect.read_mode
        self.locks_database: bool = dialect.locks_database
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
        self._set_time = self._set_time_statement()
        self._lock = self._lock_statement()
        self._look = self._look_statement()
        self._ids = self._ids_statement()
        self._stored = self._stored_statement()
        self._reset = self._reset_statement()
        self._ahead = self._ahead_statement()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements of this class."""
        found = (self._settings, self._set_time)
        settings = tuple(each for each in found if each is not None)
        clock = (self._stored, self._reset, self._ahead)
        return (*settings, self._lock, self._look, self._ids, *clock)

    def set_tenant(self, cursor: Cursor, restaurant_id: str) -> None:
        """Set the tenant of this transaction, where the database has row-level security."""
        if self._settings is not None:
            cursor.later(self._settings, {"restaurant": restaurant_id})

    def lock_restaurant(
        self, cursor: Cursor, restaurant_id: str, reads: Sequence[Call] = ()
    ) -> LockedRestaurant:
        """Lock a restaurant for writing; other writers of it wait until the transaction ends.

        Args:
            cursor: Executes the statements.
            restaurant_id: The restaurant.
            reads: Statements to execute after the lock, in the same round trip.

        Raises:
            NotFound: The restaurant does not exist.
        """
        entry = self._entry(restaurant_id)
        self.set_tenant(cursor, restaurant_id)
        rows, *others = cursor.fetch((Call(self._lock, entry), *reads))
        # A clock of the host's is read again, because this call may have waited for the lock.
        return self._entered(entry, rows, others, None)

    def look_up_restaurant(
        self,
        cursor: Cursor,
        restaurant_id: str,
        reads: Sequence[Call] = (),
        *,
        is_last: bool = False,
    ) -> LockedRestaurant:
        """Return a restaurant for reading, without a lock.

        Args:
            cursor: Executes the statements.
            restaurant_id: The restaurant.
            reads: Statements to execute after it, in the same round trip.
            is_last: Whether the transaction ends with them.

        Raises:
            NotFound: The restaurant does not exist.
        """
        entry = self._entry(restaurant_id)
        self.set_tenant(cursor, restaurant_id)
        rows, *others = cursor.fetch((Call(self._look, entry), *reads), is_last=is_last)
        clock_us = entry.get("clock_us") if self._dialect.keeps_time else None
        return self._entered(entry, rows, others, clock_us)

    def expected_us(self, restaurant_id: str) -> int:
        """Return the latest time that this process has told of a restaurant; 0: none."""
        return self._latest_us.get(restaurant_id, 0)

    def set_time(self, cursor: Cursor, now_us: int) -> None:
        """Let the next statements of this transaction see another time, where a setting has it."""
        if self._set_time is not None:
            cursor.later(self._set_time, {"now_us": now_us})

    def versions(self, cursor: Cursor, restaurant_id: str) -> Versions | None:
        """Return the current versions in a transaction that has looked the restaurant up.

        ``None``: the restaurant is gone.
        """
        found = cursor.rows(self._look, self._entry(restaurant_id))
        if not found:
            return None
        floor, policy, occupancy, *_ = found[0]
        return Versions(floor=floor, policy=policy, occupancy=occupancy)

    def restaurant_ids(self, cursor: Cursor) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted bytewise."""
        self.set_tenant(cursor, EVERY_RESTAURANT)
        (found,) = cursor.fetch((Call(self._ids),), is_last=True)
        return tuple(id_ for (id_,) in found)

    def _entry(self, restaurant_id: str) -> dict[str, Any]:
        """Return the parameters of the statements that lock or look up a restaurant."""
        entry = {"restaurant": restaurant_id, "told_us": self.expected_us(restaurant_id)}
        if self._clock is not None:
            entry["clock_us"] = self._clock.now_us()
        return entry

    def _entered(
        self,
        entry: Mapping[str, Any],
        found: Sequence[Any],
        reads: Sequence[list[Any]],
        clock_us: int | None,
    ) -> LockedRestaurant:
        """Return the restaurant that a statement has found; ``clock_us`` as a clock said."""
        restaurant_id, told_us = entry["restaurant"], entry["told_us"]
        if not found:
            raise NotFound("restaurant", str(restaurant_id)[:64])
        floor, policy, occupancy, database_us, latest_us, read_us = found[0]
        if clock_us is None:
            clock_us = database_us if self._clock is None else self._clock.now_us()
        assert clock_us is not None, "a database without a clock is given one"
        now_us = tell_time(restaurant_id, latest_us, clock_us)
        if not is_behind(told_us, now_us):
            # The database has read its clock once more, together with the reads.
            now_us = max(now_us, told_us) if database_us is None else max(now_us, read_us)
        self._remember(restaurant_id, now_us)
        return LockedRestaurant(
            Versions(floor=floor, policy=policy, occupancy=occupancy),
            now_us,
            tuple(reads),
            is_on_time=now_us == read_us,
        )

    def _remember(self, restaurant_id: str, now_us: int) -> None:
        """Remember a time that was told, unless a call at the same time has told a later one.

        A time far ahead of it is forgotten: another process has reset the stored time, or a clock
        that ran ahead was only read.
        """
        with self.lock:
            latest_us = self._latest_us.get(restaurant_id, 0)
            if now_us > latest_us or is_behind(latest_us, now_us):
                self._latest_us[restaurant_id] = now_us

    def restaurants_ahead(self, cursor: Cursor) -> tuple[str, ...]:
        """Return the first ten restaurants with a stored time far ahead of the clock, by id."""
        self.set_tenant(cursor, EVERY_RESTAURANT)
        moment = {} if self._clock is None else {"now_us": self._clock.now_us()}
        return tuple(id_ for (id_,) in cursor.rows(self._ahead, moment))

    def reset_clock(self, cursor: Cursor, restaurant_id: str) -> int:
        """Set the stored time of a restaurant back, where the clock is far behind it.

        Return by how many microseconds; 0 if the clock is not far behind.

        Raises:
            NotFound: The restaurant does not exist.
        """
        self.set_tenant(cursor, restaurant_id)
        found = cursor.rows(self._stored, {"restaurant": restaurant_id})
        if not found:
            raise NotFound("restaurant", str(restaurant_id)[:64])
        database_us, latest_us = found[0]
        now_us = database_us if self._clock is None else self._clock.now_us()
        if not is_behind(latest_us, now_us):
            return 0
        cursor.rows(self._reset, {"restaurant": restaurant_id, "now_us": now_us})
        with self.lock:
            self._latest_us.pop(restaurant_id, None)
        return int(latest_us - now_us)

    # ---- statements

    def _lock_statement(self) -> Statement:
        row = self._dialect.tables["restaurants"]
        latest_us: ColumnElement[int] = row.c.latest_us
        if self._clock is None and self._dialect.server_clock is not None:
            latest_us = func.greatest(latest_us, self._dialect.server_clock, type_=BigInteger())
        here = row.c.id == restaurant()
        locked = self._dialect.lock_row(row, here, self._columns(), latest_us)
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

    def _stored_statement(self) -> Statement:
        row = self._dialect.tables["restaurants"].c
        stored = select(self._database_clock(), row.latest_us).where(row.id == restaurant())
        return self._dialect.compile(
            stored.with_for_update(),
            "read_told_time",
            "Lock the restaurant's row and read the time that it was told last.",
        )

    def _reset_statement(self) -> Statement:
        row = self._dialect.tables["restaurants"]
        changed = update(row).values(latest_us=microseconds("now_us"))
        return self._dialect.compile(
            changed.where(row.c.id == restaurant()).returning(row.c.latest_us),
            "reset_clock",
            "Set the time of a restaurant back after a clock ran ahead.",
        )

    def _ahead_statement(self) -> Statement:
        row = self._dialect.tables["restaurants"].c
        now_us = microseconds("now_us") if self._clock is not None else self._database_clock()
        ahead = select(row.id).where(row.latest_us - now_us > number_literal(MAX_STEP_BACK_US))
        return self._dialect.compile(
            ahead.order_by(row.id).limit(number_literal(_NAMED)),
            "list_restaurants_ahead",
            "List restaurants that were told a time more than five minutes ahead of the clock.",
        )

    def _database_clock(self) -> ColumnElement[Any]:
        """Return the time of the database; NULL where another clock tells the time."""
        clock = self._dialect.server_clock
        return null() if self._clock is not None or clock is None else clock

    def _columns(self) -> tuple[ColumnElement[Any], ...]:
        """Return the versions, the clock, the stored time and the time that the reads see."""
        row = self._dialect.tables["restaurants"].c
        versions = row.floor_version, row.policy_version, row.occupancy_version
        time = self._dialect.told(self._now()) if self._dialect.keeps_time else null()
        return (*versions, self._database_clock(), row.latest_us, time)

    def _now(self) -> ColumnElement[int]:
        """Return the latest of the stored time, the clock and the time told by this process."""
        clock = microseconds("clock_us") if self._clock is not None else self._database_clock()
        latest_us = self._dialect.tables["restaurants"].c.latest_us
        return func.greatest(latest_us, clock, microseconds("told_us"), type_=BigInteger())

    def _set_time_statement(self) -> Statement | None:
        if not self._dialect.keeps_time:
            return None
        return self._dialect.compile(
            select(self._dialect.told(microseconds("now_us"))),
            "set_time",
            "Set the time that the next statement reads: a clock of the host's has moved since it"
            " was read, or the time told last was wrong.",
        )
