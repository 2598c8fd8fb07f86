"""A host's transaction on PostgreSQL: its state, its settings, and a cursor of our own."""

from __future__ import annotations

import sys
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, literal_column, select

from fourtop.errors import TransactionUnusable
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.driver import DriverCursor
from fourtop.storage.sql.connection.host.awaited import AwaitedCursor
from fourtop.storage.sql.connection.host.database import Entered
from fourtop.storage.sql.connection.psycopg import PsycopgCursor, raw_cursor
from fourtop.storage.sql.statement import Statement
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.postgres_dialect import TIME_SETTING
from fourtop.storage.sql.tables.security import TENANT_SETTING

# The settings that a command changes, by the names of the parameters that restore them.
_SETTINGS: Final = {
    "tenant": TENANT_SETTING,
    "now_us": TIME_SETTING,
    "lock_timeout": "lock_timeout",
    "role": "role",
}
# It is set in a transaction that has changed a house, and ends with it.
_HOUSE_MARK: Final = "fourtop.house_changed"
_SNAPSHOTS: Final = ("repeatable read", "serializable")
_REFUSED: Final = {
    "INERROR": "a statement failed in it; roll it back",
    "ACTIVE": "another statement runs in it; wait for its end",
    "UNKNOWN": "its connection is closed",
}
_NO_TRANSACTION: Final = (
    "the connection is in autocommit mode and not in a transaction; begin one first"
)


class PostgresHost:
    """The transactions of a host on PostgreSQL. Thread-safe.

    Args:
        dialect: The dialect of the database.
    """

    checks_at_commit = False

    def __init__(self, dialect: Dialect) -> None:
        self._identify = _identify_statement(dialect)
        self._enter = _enter_statement(dialect)
        self._leave = _leave_statement(dialect)
        self.statements: tuple[Statement, ...] = (self._identify, self._enter, self._leave)

    def is_driver_connection(self, source: object, *, is_async: bool) -> bool:
        """Whether a value is a connection of psycopg 3."""
        # A host that has such a connection has imported psycopg.
        psycopg: Any = sys.modules.get("psycopg")
        if psycopg is None:
            return False
        return isinstance(source, psycopg.AsyncConnection if is_async else psycopg.Connection)

    def open_cursor(self, connection: Any, *, is_async: bool) -> DriverCursor:
        """Open a raw cursor, past the host's own cursor class and row factory."""
        cursor = raw_cursor(connection, is_async=is_async)
        if is_async:
            cursor = AwaitedCursor(cursor)
        return PsycopgCursor(cursor, connection, is_raw=True)

    def check(self, connection: Any) -> None:
        """Refuse a connection without a transaction.

        Outside of autocommit mode psycopg begins a transaction at the first statement, ours or the
        host's.

        Raises:
            TransactionUnusable: The text says what the host has to do.
        """
        status = connection.info.transaction_status.name
        if status in _REFUSED:
            raise TransactionUnusable(_REFUSED[status])
        if status == "IDLE" and connection.autocommit:
            raise TransactionUnusable(_NO_TRANSACTION)

    def is_lost(self, connection: Any) -> bool:
        """Whether psycopg has found that its connection is of no use any more."""
        return bool(connection.closed)

    def begin(self, cursor: Connection, connection: Any, *, is_read_only: bool) -> bool:
        """Do nothing: psycopg begins, as it does for any statement."""
        del cursor, connection, is_read_only
        return False

    def identify(self, cursor: Connection) -> str:
        """Return the start of the server and the number of the database there."""
        ((identity,),) = cursor.rows(self._identify)
        return str(identity)

    def enter(self, cursor: Connection, *, is_read_only: bool) -> Entered:
        """Read the facts of the transaction and the settings that a command changes."""
        del is_read_only
        ((identity, isolation, read_only, mark, *settings),) = cursor.rows(self._enter)
        return Entered(
            identity,
            is_snapshot=isolation in _SNAPSHOTS,
            is_read_only=read_only == "on",
            has_committed_houses=not mark,
            settings={"mark": mark, **dict(zip(_SETTINGS, settings, strict=True))},
        )

    def leave(self, cursor: Connection, entered: Entered, *, changes_house: bool) -> None:
        """Restore the settings until the end of the transaction, and set the mark."""
        mark = {"mark": "yes"} if changes_house else {}
        cursor.rows(self._leave, {**entered.settings, **mark})


def _identity() -> Any:
    """Name the database: the start of its server, which no copy shares, and its number there."""
    number: ColumnElement[str] = literal_column(
        "(SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
    )
    return func.concat_ws("/", func.pg_postmaster_start_time(), number)


def _identify_statement(dialect: Dialect) -> Statement:
    return dialect.compile(
        select(_identity()),
        "identify_database",
        "Name the database, to compare it with the one of a host's connection.",
    )


def _enter_statement(dialect: Dialect) -> Statement:
    settings = (
        func.coalesce(func.current_setting(literal_column(f"'{name}'"), literal_column("true")), "")
        for name in (_HOUSE_MARK, *_SETTINGS.values())
    )
    facts = (
        func.current_setting(literal_column(f"'{name}'"))
        for name in ("transaction_isolation", "transaction_read_only")
    )
    return dialect.compile(
        select(_identity(), *facts, *settings),
        "enter_host_transaction",
        "Read the facts of a host's transaction, and its settings that a command changes.",
    )


def _leave_statement(dialect: Dialect) -> Statement:
    columns = (
        func.set_config(
            literal_column(f"'{setting}'"),
            cast(bindparam(parameter, type_=Text()), Text),
            literal_column("true"),
        )
        for parameter, setting in {"mark": _HOUSE_MARK, **_SETTINGS}.items()
    )
    return dialect.compile(
        select(*columns),
        "leave_host_transaction",
        "Restore the settings of the host, and mark a transaction that has changed a house. A"
        " rollback to the savepoint restores them by itself.",
    )
