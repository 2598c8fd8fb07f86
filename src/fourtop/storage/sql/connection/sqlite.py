"""The specialities of SQLite's drivers: pragmas, transactions and error codes."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
from sqlalchemy import URL, Engine, event

from fourtop.errors import InvalidInput, safe_repr
from fourtop.storage.sql.connection.driver import (
    DriverCursor,
    Fault,
    Ran,
    Step,
    run_one_by_one,
)
from fourtop.storage.sql.statement import Statement
from fourtop.storage.sql.tables.columns import Database

_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
)
_IS_SET_UP: Final = "fourtop.is_set_up"
_TIMEOUT: Final = "fourtop.busy_timeout"
_DRIVERS: Final = ("pysqlite", "aiosqlite")
# Prefixes, because each code has variants: recovery, snapshot, shared cache.
_BUSY: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")
_MISCONFIGURED: Final = frozenset(
    {"SQLITE_ERROR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_PERM"}
)
_ADVICE: Final = {
    "SQLITE_CANTOPEN": "the file cannot be opened; check the path and the rights to its directory",
    "SQLITE_READONLY": "the file is read-only; grant write access to it and to its directory",
    "SQLITE_NOTADB": "the file is not an SQLite database; check the path",
}


@attrs.define
class SqliteCursor:
    """A cursor of pysqlite or aiosqlite."""

    cursor: Any
    is_aborted: bool = False
    is_manual: bool = False

    def bind(self, statement: Statement, parameters: Mapping[str, Any]) -> tuple[str, Any]:
        """Return named parameters."""
        constants = statement.constants
        return statement.text, {**constants, **parameters} if constants else parameters

    def run(self, steps: Sequence[Step]) -> Ran:
        """Execute steps one by one: there is no network in between."""
        return run_one_by_one(self.cursor, steps, self.cursor.execute)

    def forget_statements(self) -> bool:
        """Return no: nothing is prepared by name."""
        return False


class SqliteDriver:
    """pysqlite, and aiosqlite for asynchronous engines."""

    database: Database = "sqlite"
    driver_name = "sqlite"
    async_driver_name = "sqlite+aiosqlite"
    manual_commit: tuple[str, None] = ("isolation_level", None)

    def check(self, engine: Engine) -> None:
        """Refuse other drivers and databases in memory.

        Raises:
            InvalidInput: Use pysqlite or aiosqlite and name a file.
        """
        _check_driver(engine, _DRIVERS)
        if engine.url.database in (None, "", ":memory:"):
            raise InvalidInput(
                "source",
                "must name a file; in memory, MemoryStore is the store",
                safe_repr(str(engine.url)),
            )

    def arguments(self, url: URL) -> tuple[URL, dict[str, Any]]:
        """Return the URL: SQLite has no options of ours."""
        return url, {}

    def listen(self, engine: Engine, url: URL | None) -> None:
        """Set the pragmas on every new connection."""
        del url
        event.listen(engine, "connect", _set_pragmas)

    def set_up(self, pooled: Any, lock_timeout_seconds: float) -> None:
        """Set the pragmas on a connection that the host opened before the store existed.

        Another store on the same engine may have set another timeout.
        """
        _set_pragmas(pooled.dbapi_connection, pooled)
        milliseconds = max(1, round(lock_timeout_seconds * 1000))
        if pooled.info.get(_TIMEOUT) != milliseconds:
            cursor = pooled.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
            cursor.close()
            pooled.info[_TIMEOUT] = milliseconds

    def open_cursor(self, pooled: Any) -> DriverCursor:
        """Open a plain cursor."""
        return SqliteCursor(pooled.cursor())

    def owns(self, error: BaseException) -> bool:
        """Whether an error is SQLite's."""
        return isinstance(error, sqlite3.Error)

    def fault_of(self, error: BaseException) -> Fault:
        """Classify an error by its name, or by its class where it has none."""
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(_BUSY):
            return Fault.TRANSIENT
        if isinstance(error, sqlite3.IntegrityError):
            return Fault.CONSTRAINT
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
            return Fault.LOST
        return Fault.MISCONFIGURED if name in _MISCONFIGURED else Fault.OTHER

    def is_slug_taken(self, error: BaseException) -> bool:
        """Whether the unique index on the slugs of restaurants has refused a row.

        SQLite names the columns of the index, and only in words.
        """
        return str(error).endswith(" failed: restaurants.slug")

    def advice(self, error: BaseException) -> str | None:
        """Return what to do about a file that cannot be used."""
        return _ADVICE.get(getattr(error, "sqlite_errorname", ""))


def _set_pragmas(connection: Any, record: Any) -> None:
    """Set the pragmas of the store on a driver's connection, once per connection.

    Args:
        connection: The connection.
        record: Its record in the pool; the ``info`` remembers that the pragmas are set.
    """
    if _IS_SET_UP in record.info:
        return
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    record.info[_IS_SET_UP] = True


def _check_driver(engine: Engine, names: tuple[str, ...]) -> None:
    driver = engine.dialect.driver
    if driver not in names:
        raise InvalidInput(
            "source", f"must be an engine of the driver {' or '.join(names)}", safe_repr(driver)
        )
