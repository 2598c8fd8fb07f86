"""Run transactions on pooled connections: begin, commit or roll back, and retry on conflict."""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock
from typing import Any, Final, TypeVar

import attrs
import sqlalchemy

from fourtop.errors import OutcomeUnknown, StoreUnavailable
from fourtop.ports import STATEMENTS, TracedStatement
from fourtop.storage.sql.connection.driver import Driver, DriverCursor
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
from fourtop.storage.sql.statement import NO_PARAMETERS, Statement, TransactionMode

T = TypeVar("T")

LOG: Final = logging.getLogger("fourtop.store")

# One attempt and at most three retries.
WAITS_SECONDS: Final = (0.1, 0.2, 0.4)
_HAS_SERVED: Final = "fourtop.has_served"


class Connection:
    """Executes statements in one transaction.

    Args:
        cursor: The driver's cursor.
        listened: Tells the host's listeners about each statement; ``None``: without listeners.
        system: The name of the database in a trace.
    """

    __slots__ = ("_cursor", "_driver_cursor", "_listened", "_system", "_trace")

    def __init__(
        self,
        cursor: DriverCursor,
        listened: ListenedConnection | None = None,
        system: str = "",
    ) -> None:
        self._driver_cursor = cursor
        self._cursor = cursor.cursor
        self._listened = listened
        self._system = system
        self._trace = STATEMENTS.get()

    def rows(
        self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS, /
    ) -> list[Any]:
        """Execute a statement and return its rows."""
        if self._trace is None:
            self._execute(statement, parameters)
        else:
            self._traced(self._trace, statement, lambda: self._execute(statement, parameters))
        found: list[Any] = self._cursor.fetchall()
        return found

    def touched(self, statement: Statement, /, *parameters: Mapping[str, Any]) -> int:
        """Execute a statement once per parameter set and return the number of rows it touched."""
        if self._trace is None:
            self._execute_sets(statement, parameters)
        else:
            self._traced(self._trace, statement, lambda: self._execute_sets(statement, parameters))
        touched: int = self._cursor.rowcount
        return touched

    def _execute_sets(
        self, statement: Statement, parameters: tuple[Mapping[str, Any], ...]
    ) -> None:
        if len(parameters) == 1:
            self._execute(statement, parameters[0])
        else:
            sets = [{**statement.constants, **each} for each in parameters]
            if self._listened is None:
                self._cursor.executemany(statement.text, sets)
            else:
                self._listened.execute(self._cursor, statement, statement.text, sets, many=True)

    def _traced(
        self, trace: list[TracedStatement], statement: Statement, execute: Callable[[], None]
    ) -> None:
        """Execute a statement, and note when and with what error."""
        start_ns, error = time.time_ns(), ""
        try:
            execute()
        except BaseException as raised:
            error = type(raised).__name__
            raise
        finally:
            trace.append(
                TracedStatement(self._system, statement.name, start_ns, time.time_ns(), error)
            )

    def _execute(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        text, values = self._driver_cursor.bind(statement, parameters)
        if self._listened is None:
            self._cursor.execute(text, values)
        else:
            self._listened.execute(self._cursor, statement, text, values)

    @property
    def is_aborted(self) -> bool:
        """Whether the database has aborted the transaction, so that COMMIT would roll back."""
        return self._driver_cursor.is_aborted

    def command(self, text: str) -> None:
        """Execute a command that begins or ends the transaction."""
        self._driver_cursor.command(text)


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


def pause(seconds: float) -> None:
    """Wait before a retry."""
    time.sleep(seconds)


class TransactionRunner:
    """Runs work in transactions, each on a connection of its own. Thread-safe.

    Args:
        engine: The source of connections. The runner sends BEGIN, COMMIT and ROLLBACK itself and
            returns each connection in the state in which the pool gave it.
        wait: Waits for some seconds before a retry; an async store waits in its own way.
    """

    def __init__(self, engine: sqlalchemy.Engine, wait: Callable[[float], None] = pause) -> None:
        self.engine = engine
        self.metrics: StoreMetrics = StoreMetrics()
        self.wait = wait
        # Called once, before the first transaction.
        self.before: Callable[[], None] | None = None
        self._driver = driver_of(engine.dialect.name)

    def run(self, mode: TransactionMode, work: Callable[[Connection], T], name: str) -> T:
        """Run work in a transaction, and again after a conflict, in a new transaction.

        Args:
            mode: How the transaction begins.
            work: The work; it may be called several times.
            name: The name of the work in the log.

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
                if number == len(WAITS_SECONDS):
                    raise as_ours(conflict.cause, Fault.TRANSIENT) from conflict.cause
                code = code_of(conflict.cause)
                self.metrics.count_retry(code)
                LOG.info("%s is tried again after %s", name, code)
                # At least half of the time, so that two that met do not meet again.
                self.wait(WAITS_SECONDS[number] * random.uniform(0.5, 1.0))  # noqa: S311  # Jitter.
        raise AssertionError("the last attempt returns or raises")

    def _run_once(self, mode: TransactionMode, work: Callable[[Connection], T], name: str) -> T:
        try:
            pooled, connection = self._begin(mode)
        except Exception as error:
            self._translate(error)
            raise
        is_clean = False
        try:
            result = work(connection)
            self._commit(connection, name, is_read_only=mode.is_read_only)
            is_clean = True
        except BaseException as error:
            is_usable = not isinstance(error, OutcomeUnknown) and code_of(error) not in STALE
            is_clean = is_usable and _roll_back(connection)
            self._translate(error)
            raise
        finally:
            _give_back(pooled, is_clean=is_clean)
        return result

    def _commit(self, connection: Connection, name: str, *, is_read_only: bool) -> None:
        if connection.is_aborted:
            raise StoreUnavailable("the transaction was aborted before its end; try again")
        try:
            connection.command("COMMIT")
        except Exception as error:
            # Any other error is the database's answer that it did not commit.
            if fault_of(error) is Fault.LOST and not is_read_only:
                raise OutcomeUnknown(name) from error
            raise
        self.metrics.count_commit()

    def _begin(self, mode: TransactionMode) -> tuple[PooledConnection, Connection]:
        """Begin on a connection of the pool.

        If a connection died in the pool, take another one: all of the pool may have died, for
        instance when the server restarted.
        """
        while True:
            pooled = PooledConnection(self.engine, self._driver)
            try:
                connection = pooled.open()
                connection.command(mode.command)
            except BaseException as error:
                has_served = pooled.has_served
                pooled.drop()
                if not (has_served and fault_of(error) is Fault.LOST):
                    raise
            else:
                pooled.has_served = True
                return pooled, connection

    def _translate(self, error: BaseException) -> None:
        """Raise our own error for a driver's; return for any other error."""
        fault = fault_of(error)
        if fault is None:
            return
        if fault is Fault.TRANSIENT:
            raise RetryableError(error) from error
        if fault is Fault.CONSTRAINT:
            self.metrics.count_refusal()
            raise ConstraintViolation(error) from error
        raise as_ours(error, fault) from error


def _roll_back(connection: Connection) -> bool:
    """Roll back; return whether the connection can be used again."""
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
    """

    __slots__ = ("_before", "_connection", "_driver", "_listened")

    def __init__(self, engine: sqlalchemy.Engine, driver: Driver) -> None:
        self._driver = driver
        self._listened: sqlalchemy.Connection | None = None
        if has_listeners(engine):
            # Listeners receive a connection of SQLAlchemy, which holds the one of the pool.
            self._listened = engine.connect()
            self._connection: Any = self._listened.connection
        else:
            self._connection = engine.raw_connection()
        try:
            driver.set_up(self._connection)
            attribute, manual = driver.manual_commit
            connection = self._connection.dbapi_connection
            self._before = getattr(connection, attribute)
            if self._before != manual:
                setattr(connection, attribute, manual)
        except BaseException:
            self.drop()
            raise

    def open(self) -> Connection:
        """Open a cursor for one transaction."""
        listened = None if self._listened is None else ListenedConnection(self._listened)
        cursor = self._driver.open_cursor(self._connection)
        return Connection(cursor, listened, self._driver.database)

    @property
    def has_served(self) -> bool:
        """Whether it has served a transaction before; if not, it was just opened."""
        return _HAS_SERVED in self._connection.info

    @has_served.setter
    def has_served(self, value: bool) -> None:
        self._connection.info[_HAS_SERVED] = value

    def give_back(self) -> None:
        """Return it to the pool as it came."""
        connection = self._connection.dbapi_connection
        attribute, _ = self._driver.manual_commit
        if getattr(connection, attribute) != self._before:
            setattr(connection, attribute, self._before)
        if self._listened is None:
            self._connection.close()
        else:
            self._listened.close()

    def drop(self) -> None:
        """Close it for good; the database rolls back any open transaction."""
        self._connection.invalidate()
        if self._listened is not None:
            self._listened.close()


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
