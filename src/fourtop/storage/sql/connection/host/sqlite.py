"""A host's transaction on SQLite: its state, its settings, and a cursor of our own."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import false, literal_column, select, update

from fourtop.errors import TransactionUnusable
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.driver import DriverCursor
from fourtop.storage.sql.connection.errors import code_of
from fourtop.storage.sql.connection.host.awaited import AwaitedCursor, awaited
from fourtop.storage.sql.connection.host.database import READ_ONLY, Entered
from fourtop.storage.sql.connection.sqlite import SqliteCursor
from fourtop.storage.sql.statement import Statement
from fourtop.storage.sql.statements.dialect import Dialect

# ``Connection.autocommit`` of Python 3.12 where ``isolation_level`` still decides.
_LEGACY: Final = -1
_NO_TRANSACTION: Final = (
    "the connection is in autocommit mode and not in a transaction; execute BEGIN IMMEDIATE first"
)


class SqliteHost:
    """The transactions of a host on SQLite. Thread-safe.

    Args:
        dialect: The dialect of the database.
    """

    checks_at_commit = True

    def __init__(self, dialect: Dialect) -> None:
        self._identify = _identify_statement(dialect)
        self._enter = _enter_statement(dialect)
        self._lock = _lock_statement(dialect)
        self._read_mode = dialect.read_mode
        self._write_mode = dialect.write_mode
        self.statements: tuple[Statement, ...] = (self._identify, self._enter, self._lock)

    def is_driver_connection(self, source: object, *, is_async: bool) -> bool:
        """Whether a value is a connection of sqlite3, or of aiosqlite."""
        if not is_async:
            return isinstance(source, sqlite3.Connection)
        # A host that has such a connection has imported aiosqlite.
        aiosqlite: Any = sys.modules.get("aiosqlite")
        return aiosqlite is not None and isinstance(source, aiosqlite.Connection)

    def open_cursor(self, connection: Any, *, is_async: bool) -> DriverCursor:
        """Open a cursor, past the host's own row factory."""
        cursor = awaited(connection.cursor()) if is_async else connection.cursor()
        cursor.row_factory = None
        return SqliteCursor(AwaitedCursor(cursor) if is_async else cursor)

    def check(self, connection: Any) -> None:
        """Refuse a connection without a transaction.

        In its usual mode sqlite3 begins a transaction at the first statement that writes, ours or
        the host's.

        Raises:
            TransactionUnusable: The text says what the host has to do.
        """
        try:
            is_begun = connection.in_transaction
        except (ValueError, sqlite3.ProgrammingError):
            raise TransactionUnusable("its connection is closed") from None
        if connection.text_factory is not str:
            raise TransactionUnusable("the text_factory of its connection must be str")
        if not is_begun and not _begins_by_itself(connection):
            raise TransactionUnusable(_NO_TRANSACTION)

    def is_lost(self, connection: Any) -> bool:
        """Return no: a file has no connection that could break."""
        del connection
        return False

    def begin(self, cursor: Connection, connection: Any, *, is_read_only: bool) -> bool:
        """Begin where sqlite3 would for a statement that writes; it does not for a savepoint.

        A command begins with the lock: SQLite waits for it here only. A transaction that has read
        gets it at once or never.

        Raises:
            TransactionUnusable: The connection answers queries only.
        """
        if connection.in_transaction:
            return False
        with _refused_if_read_only():
            cursor.command((self._read_mode if is_read_only else self._write_mode).command)
        return True

    def identify(self, cursor: Connection) -> str:
        """Return the path of the file."""
        ((identity,),) = cursor.rows(self._identify)
        return str(identity)

    def enter(self, cursor: Connection, *, is_read_only: bool) -> Entered:
        """Read the facts of the connection. A command takes the lock of the file.

        Raises:
            TransactionUnusable: Foreign keys are off, and a transaction cannot turn them on. Or the
                file was opened for reading, which SQLite says at the first write only.
        """
        ((identity, has_foreign_keys, is_query_only),) = cursor.rows(self._enter)
        if not has_foreign_keys:
            raise TransactionUnusable(
                "its connection does not enforce foreign keys;"
                " execute PRAGMA foreign_keys = ON before it begins"
            )
        if not (is_read_only or is_query_only):
            # A transaction that has only read has no lock yet.
            with _refused_if_read_only():
                cursor.touched(self._lock, {})
        return Entered(identity, is_snapshot=True, is_read_only=bool(is_query_only))

    def leave(self, cursor: Connection, entered: Entered, *, changes_house: bool) -> None:
        """Do nothing: no setting was changed, and a transaction has no place for a mark."""


@contextmanager
def _refused_if_read_only() -> Iterator[None]:
    """Raise our own error where the connection may not write."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if code_of(error) == "SQLITE_READONLY":
            raise TransactionUnusable(READ_ONLY) from error
        raise


def _begins_by_itself(connection: Any) -> bool:
    is_legacy = getattr(connection, "autocommit", _LEGACY) == _LEGACY
    return is_legacy and connection.isolation_level is not None


_FILE: Final = "(SELECT file FROM pragma_database_list WHERE name = 'main')"


def _identify_statement(dialect: Dialect) -> Statement:
    return dialect.compile(
        select(literal_column(_FILE)),
        "identify_database",
        "Name the file, to compare it with the one of a host's connection.",
    )


def _enter_statement(dialect: Dialect) -> Statement:
    facts = (
        _FILE,
        "(SELECT foreign_keys FROM pragma_foreign_keys)",
        "(SELECT query_only FROM pragma_query_only)",
    )
    return dialect.compile(
        select(*(literal_column(each) for each in facts)),
        "enter_host_transaction",
        "Read the facts of a host's connection.",
    )


def _lock_statement(dialect: Dialect) -> Statement:
    row = dialect.tables["restaurants"]
    return dialect.compile(
        update(row).values(latest_us=row.c.latest_us).where(false()),
        "lock_file",
        "Take the lock of the file in a transaction of the host; change no row.",
    )
