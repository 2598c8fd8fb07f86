"""Sessions: a connection for one transaction, its beginning and its end, and what is tried again."""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from threading import Lock
from typing import Any, Final, TypeVar

import attrs
from sqlalchemy import Engine

from fourtop.errors import OutcomeUnknown, StoreUnavailable
from fourtop.storage.sql.connection.engine import prepare_sqlite
from fourtop.storage.sql.connection.errors import STALE, Fault, as_ours, code_of, fault_of
from fourtop.storage.sql.statements.dialect import Statement

T = TypeVar("T")

LOG: Final = logging.getLogger("fourtop.store")

# One try and at most three retries.
WAITS_SECONDS: Final = (0.1, 0.2, 0.4)
_SERVED: Final = "fourtop.served"
# How transactions begin that change nothing.
READING: Final = frozenset({"BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"})
_NOTHING: Final[Mapping[str, Any]] = {}


class Line:
    """A connection for one transaction. Carries statements; knows nothing of what they say.

    Args:
        cursor: The driver's.
        driver: The driver's connection, if it prepares statements by itself, as psycopg does.
        takes_numbers: Whether it takes statements with numbered parameters.
    """

    __slots__ = ("_cursor", "_driver", "_takes_numbers")

    def __init__(self, cursor: Any, driver: Any = None, *, takes_numbers: bool = False) -> None:
        self._cursor = cursor
        self._driver = driver
        self._takes_numbers = takes_numbers

    def rows(self, statement: Statement, parameters: Mapping[str, Any] = _NOTHING) -> list[Any]:
        """Return the rows that a statement answers."""
        self._carry(statement, parameters)
        found: list[Any] = self._cursor.fetchall()
        return found

    def touched(self, statement: Statement, *parameters: Mapping[str, Any]) -> int:
        """Return how many rows a statement has touched, executed once for each of some sets of parameters."""
        if len(parameters) == 1:
            self._carry(statement, parameters[0])
        else:
            constants = statement.constants
            self._cursor.executemany(statement.text, [{**constants, **each} for each in parameters])
        touched: int = self._cursor.rowcount
        return touched

    def _carry(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        constants = statement.constants
        given = {**constants, **parameters} if constants else parameters
        if self._takes_numbers:
            text, names = statement.numbered
            self._cursor.execute(text, [given[name] for name in names])
        else:
            self._cursor.execute(statement.text, given)

    @property
    def is_given_up(self) -> bool:
        """Whether the database has given the transaction up, so that a commit would roll it back."""
        return self._driver is not None and self._driver.info.transaction_status.name == "INERROR"

    def command(self, text: str) -> None:
        """Send a command that begins or ends the transaction.

        There is nothing to prepare in it. And psycopg, as long as it is to prepare something,
        forgets at a ROLLBACK all that it has prepared before, because somebody may have made a
        table and taken it back; we never do.
        """
        driver = self._driver
        if driver is None:
            self._cursor.execute(text)
            return
        threshold = driver.prepare_threshold
        driver.prepare_threshold = None
        try:
            self._cursor.execute(text)
        finally:
            driver.prepare_threshold = threshold


@attrs.define
class Tally:
    """What happened to the transactions of a store so far, for metrics. Safe for threads.

    Args:
        committed: How many were committed.
        retried: How many tries were repeated because somebody else was in the way, by the
            database's code.
        refused: How many tries a constraint of the database has refused.
    """

    committed: int = 0
    retried: Counter[str] = attrs.field(factory=Counter)
    refused: int = 0
    _lock: Lock = attrs.field(factory=Lock, repr=False, eq=False)

    def commit(self) -> None:
        """Count a transaction that was committed."""
        with self._lock:
            self.committed += 1

    def retry(self, code: str) -> None:
        """Count a try that is repeated."""
        with self._lock:
            self.retried[code] += 1

    def refuse(self) -> None:
        """Count a try that a constraint has refused."""
        with self._lock:
            self.refused += 1


def pause(seconds: float) -> None:
    """Wait before another try."""
    time.sleep(seconds)


class Sessions:
    """Opens sessions on an engine, one for each transaction. Safe for threads if the engine's pool is.

    Args:
        engine: Where the connections come from. They are driven without SQLAlchemy's own
            transactions, and returned as they came.
        wait: Waits for some seconds; an awaited store has its own way.
    """

    def __init__(self, engine: Engine, wait: Callable[[float], None] = pause) -> None:
        self.engine = engine
        self.tally = Tally()
        self.wait = wait
        # What is to be done once, before the first work.
        self.before: Callable[[], None] | None = None
        self._is_sqlite = engine.dialect.name == "sqlite"

    def run(self, begin: str, work: Callable[[Line], T], name: str) -> T:
        """Do some work in one transaction, and again while somebody else is in the way.

        Args:
            begin: The command that begins the transaction.
            work: What to do; may be called several times, each time in a new transaction.
            name: Of the work, for the log.

        Raises:
            StoreUnavailable: If it cannot be done now; nothing was changed.
            StoreMisconfigured: If the database is not as it has to be.
            OutcomeUnknown: If the reply to the commit was lost.
            Clash: If a constraint refused what was written; nothing was changed.
            Exception: Whatever the work raises, as it is; nothing was changed.
        """
        before = self.before
        if before is not None:
            before()
            self.before = None
        for number in range(len(WAITS_SECONDS) + 1):
            try:
                return self._once(begin, work, name)
            except _AgainError as again:
                if number == len(WAITS_SECONDS):
                    raise as_ours(again.cause, Fault.TRANSIENT) from again.cause
                code = code_of(again.cause)
                self.tally.retry(code)
                LOG.info("%s is tried again after %s", name, code)
                # Half of it at least, so that those who met do not meet again.
                self.wait(WAITS_SECONDS[number] * random.uniform(0.5, 1.0))  # noqa: S311  # Nothing here is secret.
        raise AssertionError("the last try returns or raises")

    def _once(self, begin: str, work: Callable[[Line], T], name: str) -> T:
        try:
            connection, line = self._begun(begin)
        except Exception as error:
            self._translate(error)
            raise
        is_clean = False
        try:
            result = work(line)
            self._commit(line, name, only_reads=begin in READING)
            is_clean = True
        except BaseException as error:
            is_usable = not isinstance(error, OutcomeUnknown) and code_of(error) not in STALE
            is_clean = is_usable and _is_rolled_back(line)
            self._translate(error)
            raise
        finally:
            self._give_back(connection, is_clean=is_clean)
        return result

    def _commit(self, line: Line, name: str, *, only_reads: bool) -> None:
        if line.is_given_up:
            raise StoreUnavailable("the transaction had been given up before its end")
        try:
            line.command("COMMIT")
        except Exception as error:
            # Where the database answered that it has not committed, it has not; and a question has
            # changed nothing.
            if fault_of(error) is Fault.LOST and not only_reads:
                raise OutcomeUnknown(name) from error
            raise
        self.tally.commit()

    def _begun(self, begin: str) -> tuple[_Lent, Line]:
        """Begin on a connection of the pool; on another if that one has died while it lay there, as all may have."""
        while True:
            lent = self._lend()
            try:
                return lent, _began(lent, begin)
            except BaseException as error:
                has_served = lent.has_served
                lent.drop()
                if not (has_served and fault_of(error) is Fault.LOST):
                    raise

    def _lend(self) -> _Lent:
        connection = self.engine.raw_connection()
        try:
            if self._is_sqlite:
                prepare_sqlite(connection.dbapi_connection, connection)
            return _Lent(connection, "isolation_level" if self._is_sqlite else "autocommit")
        except BaseException:
            connection.invalidate()
            raise

    @staticmethod
    def _give_back(lent: _Lent, *, is_clean: bool) -> None:
        # What goes wrong here has no say any more, since the transaction is over; but the pool gets
        # its place back, also from a task that is cancelled just now.
        if is_clean:
            try:
                lent.give_back()
            except Exception:  # noqa: BLE001  # Whatever it is, the connection goes.
                is_clean = False
            except BaseException:
                with suppress(Exception):
                    lent.drop()
                raise
        if not is_clean:
            with suppress(Exception):
                lent.drop()

    def _translate(self, error: BaseException) -> None:
        """Raise our own error for a driver's; return if it is none."""
        fault = fault_of(error)
        if fault is None:
            return
        if fault is Fault.TRANSIENT:
            raise _AgainError(error) from error
        if fault is Fault.CLASH:
            self.tally.refuse()
            raise Clash(error) from error
        raise as_ours(error, fault) from error


def _began(lent: _Lent, begin: str) -> Line:
    line = lent.line()
    line.command(begin)
    lent.has_served = True
    return line


def _is_rolled_back(line: Line) -> bool:
    try:
        line.command("ROLLBACK")
    except Exception:  # noqa: BLE001  # Whatever it is: the connection is of no use any more.
        return False
    return True


class _Lent:
    """A connection of the pool in the mode that we need: nothing begins or ends a transaction but our commands.

    Args:
        connection: The pool's.
        mode: The driver's attribute that says who begins transactions: ``None`` or true, we do.
    """

    __slots__ = ("_before", "_mode", "connection")

    def __init__(self, connection: Any, mode: str) -> None:
        self.connection = connection
        self._mode = mode
        driver = connection.dbapi_connection
        self._before = getattr(driver, mode)
        ours = None if mode == "isolation_level" else True
        if self._before != ours:
            setattr(driver, mode, ours)

    def line(self) -> Line:
        """Return a line over it.

        psycopg reads a statement anew at each execution if it is a long one with named parameters,
        as ours are; what it calls a raw cursor does not. A cursor that the host has chosen for its
        connections stays.
        """
        driver = self.connection.driver_connection
        usual = getattr(driver, "cursor_factory", None)
        if usual is None:
            return Line(self.connection.cursor())
        raw = _raw_cursors().get(usual)
        if raw is None:
            return Line(self.connection.cursor(), driver)
        driver.cursor_factory = raw
        try:
            return Line(self.connection.cursor(), driver, takes_numbers=True)
        finally:
            driver.cursor_factory = usual

    @property
    def has_served(self) -> bool:
        """Whether a transaction was begun on it before: what has never served was made just now."""
        return _SERVED in self.connection.info

    @has_served.setter
    def has_served(self, value: bool) -> None:
        self.connection.info[_SERVED] = value

    def give_back(self) -> None:
        """Return it as it came."""
        driver = self.connection.dbapi_connection
        if getattr(driver, self._mode) != self._before:
            setattr(driver, self._mode, self._before)
        self.connection.close()

    def drop(self) -> None:
        """Close it for good; its database rolls back what is left of its transaction."""
        self.connection.invalidate()


@cache
def _raw_cursors() -> dict[type, type]:
    """Return psycopg's raw cursors by the usual ones that they stand in for; asked only where psycopg is there."""
    import psycopg  # noqa: PLC0415  # An extra of its own: SQLite does without.

    return {psycopg.Cursor: psycopg.RawCursor, psycopg.AsyncCursor: psycopg.AsyncRawCursor}


class _AgainError(Exception):
    """Somebody else was in the way."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(cause)
        self.cause = cause


class Clash(Exception):  # It never leaves the store: the judge finds out what was wrong.
    """A constraint of the database refused what was written."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(cause)
        self.cause = cause
