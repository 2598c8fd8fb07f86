"""Run transactions on pooled connections: begin, commit or roll back, and retry on conflict."""

from __future__ import annotations

import logging
import math
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Any, Final, TypeVar

import attrs
import sqlalchemy

from fourtop.errors import InvalidInput, OutcomeUnknown, StoreUnavailable, safe_repr
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.driver import Driver
from fourtop.storage.sql.connection.engine import driver_of
from fourtop.storage.sql.connection.errors import (
    STALE,
    Fault,
    as_ours,
    code_of,
    fault_of,
    is_slug_taken,
)
from fourtop.storage.sql.connection.listeners import ListenedConnection, has_listeners
from fourtop.storage.sql.connection.write_queue import whole_seconds
from fourtop.storage.sql.statement import TransactionMode
from fourtop.storage.sql.statements.row_changes import RowCountMismatch

T = TypeVar("T")

LOG: Final = logging.getLogger("fourtop.store")

# One attempt and at most three retries.
WAITS_SECONDS: Final = (0.1, 0.2, 0.4)
_LOCK_TIMEOUT_SECONDS: Final = (0.001, 3_600)
_HAS_SERVED: Final = "fourtop.has_served"


@attrs.define
class StoreMetrics:
    """Counts what happened to the transactions of a store. Thread-safe.

    Args:
        committed: The number of commits.
        retried: The number of retries by the code of the database.
        refused: The number of attempts that a constraint of the database refused.
    """

    committed: int = 0
    retried: Counter[str] = attrs.field(factory=Counter)
    refused: int = 0
    lock: Lock = attrs.field(factory=Lock, repr=False, eq=False, init=False)

    def count_commit(self) -> None:
        """Count a commit."""
        with self.lock:
            self.committed += 1

    def count_retry(self, code: str) -> None:
        """Count a retry."""
        with self.lock:
            self.retried[code] += 1

    def count_refusal(self) -> None:
        """Count an attempt that a constraint refused."""
        with self.lock:
            self.refused += 1


def check_lock_timeout(seconds: object) -> None:
    """Check how long a transaction waits for a lock.

    Raises:
        InvalidInput: If it is not a number from 0.001 to 3,600.
    """
    low, high = _LOCK_TIMEOUT_SECONDS
    # PostgreSQL reads a timeout of zero as none and would wait for ever.
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, int | float)
        or not low <= seconds <= high
    ):
        raise InvalidInput(
            "lock_timeout_seconds", f"must be a number from {low} to {high}", safe_repr(seconds)
        )


def pause(seconds: float) -> None:
    """Wait before a retry."""
    time.sleep(seconds)


class TransactionRunner:
    """Runs work in transactions, each on a connection of its own. Thread-safe.

    Args:
        engine: The source of connections. The runner sends BEGIN, COMMIT and ROLLBACK itself and
            returns each connection in the state in which the pool gave it.
        wait: Waits for some seconds before a retry; an async store waits in its own way.
        lock_timeout_seconds: How long each try waits for a lock.
    """

    def __init__(
        self,
        engine: sqlalchemy.Engine,
        wait: Callable[[float], None] = pause,
        *,
        lock_timeout_seconds: float = 5.0,
    ) -> None:
        self.engine = engine
        self.lock_timeout_seconds = lock_timeout_seconds
        self.metrics: StoreMetrics = StoreMetrics()
        self.wait = wait
        # Called once, before the first transaction.
        self.before: Callable[[], None] | None = None
        self._driver = driver_of(engine.dialect.name)

    @property
    def patience_seconds(self) -> float:
        """How long the tries of one call wait in all, at most: for locks, and between the tries."""
        return (len(WAITS_SECONDS) + 1) * self.lock_timeout_seconds + sum(WAITS_SECONDS)

    def run(
        self,
        mode: TransactionMode,
        work: Callable[[Connection], T],
        name: str,
        deadline: float = math.inf,
    ) -> T:
        """Run work in a transaction, and again after a conflict, in a new transaction.

        Args:
            mode: How the transaction begins.
            work: The work; it may be called several times.
            name: The name of the work in the log.
            deadline: The time of ``monotonic`` after which it is not tried again.

        Raises:
            StoreUnavailable: Nothing was changed; try again later.
            StoreMisconfigured: Nothing was changed; repair the database as the text says.
            OutcomeUnknown: The reply to the commit was lost; repeat the command with the same key.
            ConstraintViolation: A constraint refused a row; nothing was changed.
            Exception: An error of the work itself, unchanged; nothing was changed.
        """
        before = self.before
        if before is not None:
            before()
            self.before = None
        for number in range(len(WAITS_SECONDS) + 1):
            try:
                return self._run_once(mode, work, name)
            except RetryableError as conflict:
                if number == len(WAITS_SECONDS) or time.monotonic() >= deadline:
                    wait = whole_seconds(self.lock_timeout_seconds)
                    raise as_ours(conflict.cause, Fault.TRANSIENT, wait) from conflict.cause
                code = code_of(conflict.cause)
                self.metrics.count_retry(code)
                LOG.info("%s is tried again after %s", name, code)
                # At least half of the time, so that two that met do not meet again.
                self.wait(WAITS_SECONDS[number] * random.uniform(0.5, 1.0))  # noqa: S311  # Jitter.
        raise AssertionError("the last attempt returns or raises")

    def _run_once(self, mode: TransactionMode, work: Callable[[Connection], T], name: str) -> T:
        """Run work once.

        If a connection died in the pool, take another one: all of the pool may have died, for
        instance when the server restarted. The same holds for prepared statements that the server
        has lost.
        """
        while True:
            try:
                pooled = PooledConnection(self.engine, self._driver, self.lock_timeout_seconds)
            except Exception as error:
                self._translate(error)
                raise
            try:
                return self._run_on(pooled, mode, work, name)
            except _UselessConnectionError:
                continue

    def _run_on(
        self,
        pooled: PooledConnection,
        mode: TransactionMode,
        work: Callable[[Connection], T],
        name: str,
    ) -> T:
        is_clean = False
        connection: Connection | None = None
        try:
            connection = pooled.open(mode)
            result = work(connection)
            self._commit(connection, name, is_read_only=mode.is_read_only)
            pooled.has_served = is_clean = True
        except BaseException as error:
            is_stale = code_of(error) in STALE
            is_curable = is_stale and connection is not None and connection.forget_statements()
            is_usable = not isinstance(error, OutcomeUnknown) and (is_curable or not is_stale)
            is_clean = is_usable and connection is not None and _roll_back(connection)
            if is_curable:
                self.metrics.count_retry(code_of(error))
                raise _UselessConnectionError from error
            if connection is not None and connection.has_begun:
                pooled.has_served = True
            elif pooled.has_served and fault_of(error) is Fault.LOST:
                raise _UselessConnectionError from error
            self._translate(error)
            raise
        finally:
            _give_back(pooled, is_clean=is_clean)
        return result

    def _commit(self, connection: Connection, name: str, *, is_read_only: bool) -> None:
        if not (connection.is_over or connection.is_empty):
            if connection.is_aborted:
                raise StoreUnavailable("the transaction was aborted before its end; try again")
            if not connection.has_begun:
                # A connection that died in the pool must show before the COMMIT is sent.
                connection.flush()
            try:
                connection.commit()
            except Exception as error:
                # Any other error is the database's answer that it did not commit.
                is_lost = fault_of(error) is Fault.LOST and not connection.is_refused
                if is_lost and not is_read_only:
                    raise OutcomeUnknown(name) from error
                raise
        self.metrics.count_commit()

    def _translate(self, error: BaseException) -> None:
        """Raise our own error for a driver's; return for any other error."""
        fault = fault_of(error)
        if fault is None:
            return
        if fault is Fault.TRANSIENT:
            raise RetryableError(error) from error
        if fault is Fault.ROW_COUNT:
            raise RowCountMismatch from error
        if fault is Fault.CONSTRAINT:
            self.metrics.count_refusal()
            raise ConstraintViolation(error) from error
        raise as_ours(error, fault) from error


def _roll_back(connection: Connection) -> bool:
    """Roll back an open transaction; return whether the connection can be used again."""
    if connection.is_over or not connection.has_run:
        return True
    try:
        connection.command("ROLLBACK")
    except Exception:  # noqa: BLE001  # Any error means that the connection is of no use.
        return False
    return True


def _give_back(pooled: PooledConnection, *, is_clean: bool) -> None:
    """Return a connection to the pool.

    The transaction is over, so an error changes nothing about its outcome. The pool gets its place
    back in any case, also from a task that is being cancelled.
    """
    if is_clean:
        try:
            pooled.give_back()
        except Exception:  # noqa: BLE001  # Any error means that the connection is of no use.
            is_clean = False
        except BaseException:
            with suppress(Exception):
                pooled.drop()
            raise
    if not is_clean:
        with suppress(Exception):
            pooled.drop()


class PooledConnection:
    """A connection of the pool in manual mode: only our commands begin and end transactions.

    Args:
        engine: Its pool lends the connection.
        driver: The driver of the engine.
        lock_timeout_seconds: How long a statement waits for a lock on it.
    """

    __slots__ = ("_before", "_connection", "_driver", "_listened")

    def __init__(
        self, engine: sqlalchemy.Engine, driver: Driver, lock_timeout_seconds: float
    ) -> None:
        self._driver = driver
        self._before: Any = None
        self._listened: sqlalchemy.Connection | None = None
        if has_listeners(engine):
            # Listeners receive a connection of SQLAlchemy, which holds the one of the pool.
            self._listened = engine.connect()
            self._connection: Any = self._listened.connection
        else:
            self._connection = engine.raw_connection()
        try:
            driver.set_up(self._connection, lock_timeout_seconds)
        except BaseException:
            self.drop()
            raise

    def open(self, mode: TransactionMode) -> Connection:
        """Open a cursor for one transaction."""
        cursor = self._driver.open_cursor(self._connection)
        if not cursor.is_manual:
            attribute, manual = self._driver.manual_commit
            connection = self._connection.dbapi_connection
            before = getattr(connection, attribute)
            if before != manual:
                setattr(connection, attribute, manual)
                self._before = (attribute, before)
        listened = None if self._listened is None else ListenedConnection(self._listened, cursor)
        return Connection(cursor, mode, listened, self._driver.database)

    @property
    def has_served(self) -> bool:
        """Whether it has served a transaction before; if not, it was just opened."""
        return _HAS_SERVED in self._connection.info

    @has_served.setter
    def has_served(self, value: bool) -> None:
        self._connection.info[_HAS_SERVED] = value

    def give_back(self) -> None:
        """Return it to the pool as it came."""
        if self._before is not None:
            setattr(self._connection.dbapi_connection, *self._before)
        if self._listened is None:
            self._connection.close()
        else:
            self._listened.close()

    def drop(self) -> None:
        """Close it for good; the database rolls back any open transaction."""
        self._connection.invalidate()
        if self._listened is not None:
            self._listened.close()


class _UselessConnectionError(Exception):
    """A connection died in the pool, or the server has lost its prepared statements.

    Nothing was changed.
    """


class RetryableError(Exception):
    """Another transaction conflicted with this one."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(cause)
        self.cause = cause


class ConstraintViolation(Exception):
    """A constraint of the database refused a row.

    It never leaves the store: ``ConflictExplainer`` finds the cause.
    """

    def __init__(self, cause: BaseException) -> None:
        super().__init__(cause)
        self.cause = cause

    @property
    def is_slug_taken(self) -> bool:
        """Whether another restaurant has the slug."""
        return is_slug_taken(self.cause)
