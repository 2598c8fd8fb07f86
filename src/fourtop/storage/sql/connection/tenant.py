"""The gate: how a transaction enters a restaurant. Lock, then clock: in this order, and each once."""

from __future__ import annotations

from threading import Lock
from typing import Any, Final

import attrs
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    update,
)

from fourtop.clock import SystemClock
from fourtop.errors import NotFound
from fourtop.model.results import Versions
from fourtop.ports import MAX_STEP_BACK_US, Clock, is_behind, tell_time
from fourtop.storage.sql.statements.dialect import Idiom, Statement, as_number, restaurant
from fourtop.storage.sql.statements.reader import Cursor
from fourtop.storage.sql.tables.security import EVERY_RESTAURANT, TENANT_SETTING

_NAMED: Final = 10


@attrs.frozen
class Entry:
    """What a transaction finds as it enters.

    Args:
        versions: The three counters.
        now_us: The time, told when the lock was held.
    """

    versions: Versions
    now_us: int


@attrs.frozen(kw_only=True)
class Terms:
    """On what terms transactions run.

    Args:
        clock: Tells the time; ``None``: the database does (SQLite has none of its own: this
            machine's).
        role: The role that a transaction takes on PostgreSQL, so that row level security binds it
            whatever the login may do; ``None``: the login's own.
        lock_timeout_seconds: How long a transaction waits for the restaurant before it is tried
            again.
    """

    clock: Clock | None = None
    role: str | None = None
    lock_timeout_seconds: float = 5.0


class Gate:
    """Begins transactions in a restaurant. Safe for threads.

    Args:
        idiom: The database's.
        terms: On what terms.
    """

    def __init__(self, idiom: Idiom, terms: Terms) -> None:
        is_postgresql = idiom.is_postgresql
        self._idiom = idiom
        self._terms = terms
        self._clock: Clock | None = (
            terms.clock if is_postgresql or terms.clock is not None else SystemClock()
        )
        self._latest_us: dict[str, int] = {}
        self._remembering = Lock()
        self.begin_writing = (
            "BEGIN ISOLATION LEVEL READ COMMITTED" if is_postgresql else "BEGIN IMMEDIATE"
        )
        self.begin_reading = (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if is_postgresql else "BEGIN"
        )
        self._settings = self._setting() if is_postgresql else None
        self._lock = self._locking() if is_postgresql else self._looking()
        self._look = self._looking()
        self._ids = self._listing()
        self._stored = self._finding()
        self._reset = self._resetting()
        self._ahead = self._looking_ahead()

    def name_tenant(self, cursor: Cursor, restaurant_id: str) -> None:
        """Say whose rows this transaction may see, where the database asks for it."""
        if self._settings is not None:
            cursor.rows(self._settings, {"restaurant": restaurant_id})

    def enter(self, cursor: Cursor, restaurant_id: str, *, is_writing: bool) -> Entry:
        """Enter a restaurant: for writing, alone.

        Raises:
            NotFound: If there is no such restaurant.
        """
        self.name_tenant(cursor, restaurant_id)
        found = cursor.rows(self._lock if is_writing else self._look, {"restaurant": restaurant_id})
        if not found:
            raise NotFound("restaurant", str(restaurant_id)[:64])
        floor, policy, occupancy, latest_us, database_us = found[0]
        return Entry(
            Versions(floor=floor, policy=policy, occupancy=occupancy),
            self._tell(restaurant_id, latest_us, database_us),
        )

    def restaurants_ahead(self, cursor: Cursor) -> tuple[str, ...]:
        """Return the first ten restaurants whose stored time is far ahead of the clock, by id."""
        self.name_tenant(cursor, EVERY_RESTAURANT)
        moment = {} if self._clock is None else {"now_us": self._clock.now_us()}
        return tuple(id_ for (id_,) in cursor.rows(self._ahead, moment))

    def reset_clock(self, cursor: Cursor, restaurant_id: str) -> int:
        """Set the stored time of a restaurant back, where the clock is far behind it.

        Return by how many microseconds; 0 if the clock is not far behind.

        Raises:
            NotFound: If there is no such restaurant.
        """
        self.name_tenant(cursor, restaurant_id)
        # The lock without ``greatest``: the stored time itself is wanted.
        found = cursor.rows(self._stored, {"restaurant": restaurant_id})
        if not found:
            raise NotFound("restaurant", str(restaurant_id)[:64])
        latest_us, database_us = found[0]
        now_us = database_us if self._clock is None else self._clock.now_us()
        if not is_behind(latest_us, now_us):
            return 0
        cursor.rows(self._reset, {"restaurant": restaurant_id, "now_us": now_us})
        with self._remembering:
            self._latest_us.pop(restaurant_id, None)
        return int(latest_us - now_us)

    def restaurant_ids(self, cursor: Cursor) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted bytewise."""
        self.name_tenant(cursor, EVERY_RESTAURANT)
        return tuple(id_ for (id_,) in cursor.rows(self._ids, {}))

    def _tell(self, restaurant_id: str, latest_us: int, database_us: int | None) -> int:
        """Tell the time; it never goes back behind the stored time, or behind one told here.

        A time told here that is far ahead of both is forgotten: another process has reset the
        stored one, or a clock that was ahead has only been read.
        """
        clock_us = database_us if self._clock is None else self._clock.now_us()
        assert clock_us is not None, "a database without a clock is given one"
        now_us = tell_time(restaurant_id, latest_us, clock_us)
        with self._remembering:
            told_us = self._latest_us.get(restaurant_id, 0)
            now_us = now_us if is_behind(told_us, now_us) else max(now_us, told_us)
            self._latest_us[restaurant_id] = now_us
        return now_us

    # ---- statements

    def _setting(self) -> Statement:
        settings: list[ColumnElement[Any]] = [set_locally(TENANT_SETTING, restaurant())]
        milliseconds = round(self._terms.lock_timeout_seconds * 1000)
        settings.append(set_locally("lock_timeout", literal_column(f"'{milliseconds}ms'")))
        if self._terms.role is not None:
            settings.append(set_locally("role", bindparam("role", self._terms.role, type_=Text())))
        return self._idiom.compiled(select(*settings))

    def _locking(self) -> Statement:
        # An update locks the row and answers what is in it now, after any wait. The clock is asked
        # again for that answer: the new row is made before the wait, and made anew only if whoever
        # was waited for has changed the row.
        row = self._idiom.tables["restaurants"]
        locked = update(row).values(latest_us=self._latest()).where(row.c.id == restaurant())
        return self._idiom.compiled(locked.returning(*self._counters(), *self._times()))

    def _finding(self) -> Statement:
        row = self._idiom.tables["restaurants"]
        stored = select(*self._times()).where(row.c.id == restaurant())
        return self._idiom.compiled(
            stored.with_for_update() if self._idiom.is_postgresql else stored
        )

    def _looking_ahead(self) -> Statement:
        row = self._idiom.tables["restaurants"]
        moment = bindparam("now_us", type_=BigInteger())
        now_us = DATABASE_CLOCK if self._clock is None else moment
        ahead = select(row.c.id).where(row.c.latest_us - now_us > as_number(MAX_STEP_BACK_US))
        return self._idiom.compiled(ahead.order_by(row.c.id).limit(as_number(_NAMED)))

    def _resetting(self) -> Statement:
        row = self._idiom.tables["restaurants"]
        moment = bindparam("now_us", type_=BigInteger())
        changed = update(row).values(latest_us=moment).where(row.c.id == restaurant())
        return self._idiom.compiled(changed.returning(row.c.latest_us))

    def _looking(self) -> Statement:
        row = self._idiom.tables["restaurants"]
        return self._idiom.compiled(
            select(*self._counters(), *self._times()).where(row.c.id == restaurant())
        )

    def _listing(self) -> Statement:
        row = self._idiom.tables["restaurants"]
        return self._idiom.compiled(select(row.c.id).order_by(row.c.id))

    def _counters(self) -> tuple[ColumnElement[Any], ...]:
        row = self._idiom.tables["restaurants"].c
        return row.floor_version, row.policy_version, row.occupancy_version

    def _times(self) -> tuple[ColumnElement[Any], ...]:
        """Return the stored time, and the time of the database where that is the clock."""
        latest_us = self._idiom.tables["restaurants"].c.latest_us
        return latest_us, DATABASE_CLOCK if self._clock is None else null()

    def _latest(self) -> ColumnElement[int]:
        latest_us = self._idiom.tables["restaurants"].c.latest_us
        if self._clock is not None:
            return latest_us
        return func.greatest(latest_us, DATABASE_CLOCK, type_=BigInteger())


# What a database's own clock tells, in microseconds.
DATABASE_CLOCK: Final = cast(
    literal_column("extract(epoch FROM clock_timestamp()) * 1000000"), BigInteger
)


def set_locally(name: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Set something for this transaction only."""
    return func.set_config(literal_column(f"'{name}'"), value, literal_column("true"))
