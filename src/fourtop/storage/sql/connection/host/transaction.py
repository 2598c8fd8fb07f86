"""Run work inside the open transaction of a host, in a savepoint that is released or rolled back.

The host begins, commits and rolls back. Nothing here commits, and nothing is tried again: after a
conflict with another transaction the host decides, because its own rows are at stake.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

import sqlalchemy

from fourtop.errors import InvalidInput, TransactionConflict, TransactionUnusable
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.driver import Outcome
from fourtop.storage.sql.connection.errors import Fault, as_ours, code_of, fault_of
from fourtop.storage.sql.connection.host.database import READ_ONLY, Entered
from fourtop.storage.sql.connection.host.home import Home
from fourtop.storage.sql.connection.host.source import HostSource
from fourtop.storage.sql.connection.listeners import ListenedConnection, has_listeners
from fourtop.storage.sql.connection.transaction import ConstraintViolation, TransactionRunner
from fourtop.storage.sql.statement import Call, TransactionMode
from fourtop.storage.sql.statements.row_changes import RowCountMismatch

T = TypeVar("T")

_SAVEPOINT: Final = "fourtop_command"
_ANOTHER: Final = "must lead to the database of the store"


class HostTransaction(Connection):
    """Executes statements in the transaction of a host, and never ends it.

    Attributes:
        is_snapshot: Whether all statements of the transaction see one state of the database.
    """

    __slots__ = ("is_snapshot",)

    is_snapshot: bool

    def _run(self, calls: Sequence[Call], *, is_last: bool = False) -> list[Outcome]:
        """Execute statements, also those that would be the last ones of our own transaction."""
        del is_last
        return super()._run(calls)


class HostTransactions(TransactionRunner):
    """Runs work in the transaction of a host, once and in a savepoint.

    Use it where its connection is used: by one thread or task at a time.

    Args:
        source: Where the connection comes from.
        home: The store's own database.
        is_async: Whether the connection is an asynchronous one.
    """

    def __init__(self, source: HostSource, home: Home, *, is_async: bool) -> None:
        super().__init__(home.engine)
        self.metrics = home.metrics
        self._source = source
        self._home = home
        self._database = home.database
        self._is_async = is_async
        # Facts of the running call: whether the houses that it sees are committed ones, of the
        # versions that it has read, and whether it changes one.
        self.has_committed_houses = False
        self.changes_house = False

    @property
    def explains(self) -> tuple[bool, ...]:
        """For each attempt of a command: whether its changes are checked before they are written.

        A database that checks a constraint at the commit of the host would be too late.
        """
        return (True,) if self._database.checks_at_commit else (False, True)

    def run(
        self,
        mode: TransactionMode,
        work: Callable[[Any], T],
        name: str,
        deadline: float = math.inf,
    ) -> T:
        """Run work once, in a savepoint of its own.

        Args:
            mode: Whether the work writes. The host has begun the transaction.
            work: The work.
            name: Ignored: the work is not tried again, so no log names it.
            deadline: Ignored, for the same reason.

        Raises:
            InvalidInput: The connection leads to another database.
            TransactionUnusable: The host has no transaction that the work can join.
            TransactionConflict: Another transaction conflicted. The host has to roll back.
            StoreUnavailable: The database failed, or the connection is gone.
            StoreMisconfigured: Repair the database as the text says.
            ConstraintViolation: A constraint refused a row.
            RowCountMismatch: A statement touched another number of rows than expected.
            Exception: An error of the work itself, unchanged.
        """
        del name, deadline
        before = self.before
        if before is not None:
            before()
            self.before = None
        connection, outer = self._source.find()
        self._database.check(connection)
        self._source.begin()
        cursor = self._open(connection, outer, mode)
        is_begun = is_kept = False
        try:
            is_begun = self._database.begin(cursor, connection, is_read_only=mode.is_read_only)
            result = self._in_savepoint(cursor, mode, work)
            is_kept = not mode.is_read_only
        except BaseException as error:
            if outer is not None and self._database.is_lost(connection):
                # SQLAlchemy has not seen the error. Its rollback would raise another one.
                outer.invalidate(error)
            self._translate(error)
            raise
        finally:
            if is_begun and not is_kept:
                # Nothing of the host's is in it, and no read of the host would have begun it.
                _undo(cursor, "ROLLBACK")
        return result

    def _in_savepoint(
        self, cursor: HostTransaction, mode: TransactionMode, work: Callable[[Any], T]
    ) -> T:
        cursor.command(f"SAVEPOINT {_SAVEPOINT}")
        try:
            result = self._work(cursor, mode, work)
            cursor.command(f"RELEASE SAVEPOINT {_SAVEPOINT}")
        except BaseException:
            _undo(cursor, f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}", f"RELEASE SAVEPOINT {_SAVEPOINT}")
            raise
        return result

    def _open(
        self, connection: Any, outer: sqlalchemy.Connection | None, mode: TransactionMode
    ) -> HostTransaction:
        cursor = self._database.open_cursor(connection, is_async=self._is_async)
        is_heard = outer is not None and has_listeners(outer.engine)
        listened = ListenedConnection(outer, cursor) if is_heard and outer is not None else None
        found = HostTransaction(cursor, mode, listened, self._home.driver.database)
        # The host has begun it, or ``HostDatabase.begin`` does.
        found.has_begun = True
        return found

    def _work(self, cursor: HostTransaction, mode: TransactionMode, work: Callable[[Any], T]) -> T:
        entered = self._database.enter(cursor, is_read_only=mode.is_read_only)
        self._check(entered, mode)
        cursor.is_snapshot = entered.is_snapshot
        # A read without a lock may see a later house than the versions that it has read.
        is_stable = entered.is_snapshot or not mode.is_read_only
        self.has_committed_houses = entered.has_committed_houses and is_stable
        result = work(cursor)
        cursor.flush()
        self._database.leave(cursor, entered, changes_house=self.changes_house)
        return result

    def _check(self, entered: Entered, mode: TransactionMode) -> None:
        if entered.is_read_only and not mode.is_read_only:
            raise TransactionUnusable(READ_ONLY)
        if self._source.is_of(self._home.engine):
            return
        if not self._home.has(entered.identity):
            raise InvalidInput("connection", _ANOTHER, "one to another database")

    def _translate(self, error: BaseException) -> None:
        """Raise our own error for a driver's; return for any other error."""
        fault = fault_of(error)
        if fault is None:
            return
        if fault is Fault.TRANSIENT:
            raise TransactionConflict(code_of(error)) from error
        if fault is Fault.ROW_COUNT:
            raise RowCountMismatch from error
        if fault is Fault.CONSTRAINT:
            self.metrics.count_refusal()
            raise ConstraintViolation(error) from error
        raise as_ours(error, fault) from error


def _undo(cursor: Connection, *commands: str) -> None:
    """Roll back as far as the transaction still exists; the caller raises what came first."""
    with suppress(Exception):
        for command in commands:
            cursor.command(command)
