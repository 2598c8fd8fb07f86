"""Run transactions on pooled connections: begin, commit or roll back, and retry on conflict."""

from __future__ import annotations

import logging
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from threading import Lock
from typing import Any, Final, TypeVar

import attrs
import sqlalchemy

from fourtop.errors import OutcomeUnknown, StoreUnavailable
from fourtop.ports import STATEMENTS, StatementTrace, TracedStatements
from fourtop.storage.sql.connection.driver import Driver, DriverCursor, Outcome, Ran, Step
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
from fourtop.storage.sql.statement import NO_PARAMETERS, Call, Statement, TransactionMode
from fourtop.storage.sql.statements.row_changes import RowCountMismatch

T = TypeVar("T")

LOG: Final = logging.getLogger("fourtop.store")

# One attempt and at most three retries.
WAITS_SECONDS: Final = (0.1, 0.2, 0.4)
_COMMIT: Final = "COMMIT"
_HAS_SERVED: Final = "fourtop.has_served"


class Connection:
    """Executes statements in one transaction.

    It begins the transaction together with the first statement.

    Args:
        cursor: The driver's cursor.
        mode: How the transaction begins.
        listened: Tells the host's listeners about each statement; ``None``: without listeners.
        system: The name of the database in a trace.
    """

    __slots__ = (
        *("_cursor", "_listened", "_mode", "_system", "_trace", "_waiting"),
        *("has_begun", "has_run", "is_over", "is_refused"),
    )

    def __init__(
        self,
        cursor: DriverCursor,
        mode: TransactionMode,
        listened: ListenedConnection | None = None,
        system: str = "",
    ) -> None:
        self._cursor = cursor
        self._mode = mode
        self._listened = listened
        self._system = system
        self._trace = STATEMENTS.get()
        self._waiting: list[Call] = []
        # Whether anything was sent, whether the server has begun the transaction, and whether it
        # has committed it.
        self.has_run: bool = False
        self.has_begun: bool = False
        self.is_over: bool = False
        # Whether a COMMIT did nothing: a statement before it was refused, or it was not sent.
        self.is_refused: bool = False

    def later(self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS, /) -> None:
        """Execute a statement together with the next one, or with the commit."""
        self._waiting.append(Call(statement, parameters))

    def rows(
        self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS, /
    ) -> list[Any]:
        """Execute a statement and return its rows."""
        return self._run((Call(statement, parameters),))[-1].rows

    def fetch(self, calls: Sequence[Call], *, is_last: bool = False) -> list[list[Any]]:
        """Execute statements in one round trip, if the driver can; return the rows of each.

        Args:
            calls: The statements.
            is_last: Whether the transaction, which only reads, ends with them.
        """
        assert self._mode.is_read_only or not is_last, "only a read ends with its last statement"
        outcomes = self._run(calls, is_last=is_last)
        return [each.rows for each in outcomes[len(outcomes) - len(calls) :]]

    def touched(self, statement: Statement, /, *parameters: Mapping[str, Any]) -> int:
        """Execute a statement once per parameter set and return the number of rows it touched."""
        if len(parameters) == 1 or self._cursor.is_manual:
            outcomes = self._run([Call(statement, each) for each in parameters])
            return sum(each.touched for each in outcomes[len(outcomes) - len(parameters) :])
        self.flush()
        text: str = statement.text
        sets: Any = [{**statement.constants, **each} for each in parameters]
        if self._listened is not None:
            text, sets = self._listened.before(statement, text, sets, many=True)
        cursor = self._cursor.cursor

        def run() -> Ran:
            try:
                cursor.executemany(text, sets)
            except Exception as error:  # noqa: BLE001  # Raised below.
                return Ran([], error)
            return Ran([Outcome([], cursor.rowcount)])

        ran = run() if self._trace is None else self._traced(self._trace, [statement.name], run)
        if self._listened is not None:
            self._listened.after(len(ran.outcomes), ran.error)
        if ran.error is not None:
            raise ran.error
        return ran.outcomes[0].touched

    def flush(self) -> None:
        """Begin the transaction if it has not begun, and execute the statements that wait."""
        if self._waiting or not self.has_begun:
            self._run(())

    def commit(self) -> None:
        """Execute the statements that wait, and commit."""
        self._run((), is_last=True)

    def command(self, text: str) -> None:
        """Execute a command by itself, such as ROLLBACK."""
        ran = self._cursor.run((Step(text),))
        if ran.error is not None:
            raise ran.error

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not (self.has_begun or self._waiting)

    def forget_statements(self) -> bool:
        """Forget the prepared statements; return whether an earlier transaction had any."""
        return self._cursor.forget_statements()

    @property
    def is_aborted(self) -> bool:
        """Whether the database has aborted the transaction, so that COMMIT would roll back."""
        return self._cursor.is_aborted

    def _run(self, calls: Sequence[Call], *, is_last: bool = False) -> list[Outcome]:
        """Execute the statements that wait and some more; return the outcome of each."""
        calls = (*self._waiting, *calls)
        self._waiting = []
        called = [self._step(each) for each in calls]
        begin = () if self.has_begun else (_command(self._mode.command),)
        end = (_command(_COMMIT),) if is_last else ()
        self.has_run = True
        steps = (*begin, *called, *end)
        if self._trace is None:
            ran = self._cursor.run(steps)
        else:
            names = [each.statement.name for each in calls]
            if is_last and not self._mode.is_read_only:
                names.append(_COMMIT)
            ran = self._traced(self._trace, names, lambda: self._cursor.run(steps))
        executed = len(ran.outcomes) - len(begin)
        self.has_begun = self.has_begun or executed >= 0
        if self._listened is not None:
            self._listened.after(max(executed, 0), ran.error)
        if ran.error is not None:
            self.is_refused = ran.is_answered and (executed < len(called) or not ran.is_sent)
            raise ran.error
        self.is_over = is_last
        return ran.outcomes[len(begin) : len(begin) + len(called)]

    def _traced(self, trace: StatementTrace, names: list[str], run: Callable[[], Ran]) -> Ran:
        """Run statements, and note when, and the error of the one that failed."""
        if not names:
            return run()
        traced = TracedStatements(self._system, names, time.time_ns())
        trace.executed.append(traced)
        try:
            ran = run()
            if ran.error is not None:
                traced.fail(max(0, len(ran.outcomes) - (not self.has_begun)), ran.error)
        except BaseException as interrupt:
            traced.fail(0, interrupt)
            raise
        finally:
            traced.end_ns = time.time_ns()
        return ran

    def _step(self, call: Call) -> Step:
        text, values = self._cursor.bind(call.statement, call.parameters)
        if self._listened is not None:
            text, values = self._listened.before(call.statement, text, values)
        return Step(text, values)


@cache
def _command(text: str) -> Step:
    """Return the step that begins or ends a transaction. There are few."""
    return Step(text)


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
