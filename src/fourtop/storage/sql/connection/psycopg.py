"""The specialities of psycopg: prepared statements, cursors, transactions and errors.

Only this module and ``pipeline`` know that the driver of PostgreSQL is psycopg.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import attrs
from sqlalchemy import URL, Engine, PoolResetState, event

from fourtop.errors import InvalidInput, safe_repr
from fourtop.storage.sql.connection.driver import (
    DriverCursor,
    Fault,
    Ran,
    Step,
    run_one_by_one,
)
from fourtop.storage.sql.connection.pipeline import PipelineCursor, numbered, supports_pipelines
from fourtop.storage.sql.statement import ROW_COUNT_MARK, Statement
from fourtop.storage.sql.tables.columns import Database
from fourtop.storage.sql.tables.house import UNIQUE_SLUG

# The option of a URL that says after how many executions psycopg prepares a statement.
_THRESHOLD: Final = "prepare_threshold"
_NEVER: Final = "none"
_PREPARED_AFTER: Final = 1

# Serialization failure, deadlock, lock not available: the codes for which a retry can help.
TRANSIENT: Final = frozenset({"40001", "40P01", "55P03"})
# The server has lost a prepared statement: the session was reset, or a table changed.
STALE: Final = frozenset({"26000", "42P05", "0A000"})
# A text is not a number: see ``ROW_COUNT_MARK``, which the server quotes in any language.
_NO_NUMBER: Final = "22P02"
# The server stops or ends the session. After a COMMIT these do not tell whether it committed.
_LOST: Final = frozenset({"57P01", "57P02", "57P03", "57P05", "58000", "25P03", "25P04"})
# The last one: a role that does not exist is an invalid value of the setting ``role``.
_MISCONFIGURED: Final = frozenset({"42P01", "42703", "42883", "42501", "3F000", "42704", "22023"})
# The server does not let the login in.
_LOGIN: Final = frozenset({"3D000", "28000", "28P01"})

_FAULTS: Final = {
    **dict.fromkeys(TRANSIENT, Fault.TRANSIENT),
    **dict.fromkeys(_LOST, Fault.LOST),
    **dict.fromkeys(_MISCONFIGURED, Fault.MISCONFIGURED),
    **dict.fromkeys(_LOGIN, Fault.LOGIN),
}
_FAULTS_BY_CLASS: Final = {"08": Fault.LOST, "23": Fault.CONSTRAINT}

# An error while connecting carries no code, only the words of libpq and of the server. Where the
# server does not speak English, none of these matches and the general advice is given.
_CREDENTIALS_ADVICE: Final = (
    "the server rejects the password; check the user and the password in the URL, or ~/.pgpass"
)
_DATABASE_ADVICE: Final = (
    "the server has no such database; check its name in the URL, or run: CREATE DATABASE"
)
_LOGIN_ADVICE: Final = (
    "the server does not let this login in; check the user in the URL, CREATE ROLE and pg_hba.conf"
)
_ADVICE_BY_WORDS: Final = (
    (
        re.compile(
            "password authentication failed|SASL authentication failed|no password supplied",
            re.IGNORECASE,
        ),
        Fault.LOGIN,
        _CREDENTIALS_ADVICE,
    ),
    (
        re.compile('database "[^"]*" does not exist|no such database', re.IGNORECASE),
        Fault.LOGIN,
        _DATABASE_ADVICE,
    ),
    (
        re.compile('role "[^"]*" does not exist|no such user|no pg_hba.conf entry', re.IGNORECASE),
        Fault.LOGIN,
        _LOGIN_ADVICE,
    ),
    (
        re.compile(
            "connection refused|no such file or directory|could not translate host name"
            "|name or service not known|failed to resolve|timeout expired|no route to host",
            re.IGNORECASE,
        ),
        Fault.LOST,
        "the server cannot be reached; check that it runs, and the host and port in the URL",
    ),
)
_ADVICE_BY_CODE: Final = {
    "28P01": _CREDENTIALS_ADVICE,
    "3D000": _DATABASE_ADVICE,
    "28000": _LOGIN_ADVICE,
}


@attrs.define
class PsycopgCursor:
    """A cursor of psycopg for one transaction.

    Args:
        cursor: psycopg's, or SQLAlchemy's asynchronous wrapper of it.
        connection: psycopg's connection.
        is_raw: Whether the cursor takes numbered parameters.
    """

    cursor: Any
    _connection: Any
    _is_raw: bool
    is_manual: bool = False

    def bind(self, statement: Statement, parameters: Mapping[str, Any]) -> tuple[str, Any]:
        """Return numbered parameters for a raw cursor, else named ones."""
        constants = statement.constants
        values = {**constants, **parameters} if constants else parameters
        if not self._is_raw:
            return statement.text, values
        text, names = numbered(statement.text)
        return text, [values[name] for name in names]

    def run(self, steps: Sequence[Step]) -> Ran:
        """Execute steps one by one."""
        return run_one_by_one(self.cursor, steps, self._command)

    def forget_statements(self) -> bool:
        """Return no: psycopg knows its own statements."""
        return False

    def _command(self, text: str) -> None:
        """Execute BEGIN, COMMIT or ROLLBACK with auto-prepare off.

        psycopg forgets its prepared statements on ROLLBACK while auto-prepare is on, because the
        transaction may have created tables. Ours create no tables.
        """
        connection = self._connection
        threshold = connection.prepare_threshold
        connection.prepare_threshold = None
        try:
            self.cursor.execute(text)
        finally:
            connection.prepare_threshold = threshold

    @property
    def is_aborted(self) -> bool:
        """Whether a statement failed, so that COMMIT would roll back."""
        status: str = self._connection.info.transaction_status.name
        return status == "INERROR"


class PsycopgDriver:
    """psycopg 3, sync and async."""

    database: Database = "postgresql"
    driver_name = "postgresql+psycopg"
    async_driver_name = "postgresql+psycopg"
    manual_commit: tuple[str, bool] = ("autocommit", True)

    def check(self, engine: Engine) -> None:
        """Refuse other drivers: we read the meaning of an error off psycopg's classes.

        Raises:
            InvalidInput: Make the engine with ``postgresql+psycopg://``.
        """
        driver = engine.dialect.driver
        if driver != "psycopg":
            raise InvalidInput(
                "source", "must be an engine of the driver psycopg", safe_repr(driver)
            )

    def arguments(self, url: URL) -> tuple[URL, dict[str, Any]]:
        """Return the URL without ``prepare_threshold``, and the threshold as an argument.

        Without the option nothing is prepared at first: behind a pooler a prepared statement is
        unknown on the next connection. ``listen`` turns it on where no pooler is found.

        Raises:
            InvalidInput: Give a whole number, or ``none``.
        """
        wanted = url.query.get(_THRESHOLD, _NEVER)
        is_number = isinstance(wanted, str) and wanted.isascii() and wanted.isdigit()
        if wanted != _NEVER and not is_number:
            raise InvalidInput(
                "source",
                f"must have a whole number as its {_THRESHOLD}, or {_NEVER}",
                safe_repr(wanted),
            )
        threshold = int(str(wanted)) if is_number else None
        bare_url = url.difference_update_query([_THRESHOLD])
        # ``listen`` does the work of the reset.
        return bare_url, {"connect_args": {_THRESHOLD: threshold}, "pool_reset_on_return": None}

    def listen(self, engine: Engine, url: URL | None) -> None:
        """Prepare statements on direct connections, unless the URL or the host decides.

        On an engine of ours, also roll back what is open when a connection returns to the pool.
        """
        if url is None:
            return
        event.listen(engine, "reset", _roll_back_if_open)
        if _THRESHOLD not in url.query:
            event.listen(engine, "connect", _prepare_without_pooler)

    def set_up(self, pooled: Any, lock_timeout_seconds: float) -> None:
        """Do nothing: PostgreSQL needs no settings outside of transactions."""

    def open_cursor(self, pooled: Any) -> DriverCursor:
        """Open a cursor that sends steps together, unless the host has chosen another class.

        psycopg parses long statements with named parameters at every execution; a raw cursor sends
        them unchanged.
        """
        connection = pooled.driver_connection
        chosen = connection.cursor_factory
        raw = _raw_cursors().get(chosen)
        if raw is None:
            return PsycopgCursor(pooled.cursor(), connection, is_raw=False)
        if supports_pipelines():
            return PipelineCursor(pooled)
        connection.cursor_factory = raw
        try:
            return PsycopgCursor(pooled.cursor(), connection, is_raw=True)
        finally:
            connection.cursor_factory = chosen

    def owns(self, error: BaseException) -> bool:
        """Whether an error is psycopg's; psycopg itself need not be installed."""
        return any(base.__module__.split(".")[0] == "psycopg" for base in type(error).__mro__)

    def fault_of(self, error: BaseException) -> Fault:
        """Classify an error by its SQLSTATE; an error while connecting has none."""
        state = getattr(error, "sqlstate", None)
        if state is None:
            known = _connect_advice(error)
            return Fault.LOST if known is None else known[0]
        if state == _NO_NUMBER and ROW_COUNT_MARK in str(error):
            return Fault.ROW_COUNT
        return _FAULTS.get(state) or _FAULTS_BY_CLASS.get(state[:2], Fault.OTHER)

    def is_slug_taken(self, error: BaseException) -> bool:
        """Whether the unique index on the slugs of restaurants has refused a row."""
        diagnosis = getattr(error, "diag", None)
        return getattr(diagnosis, "constraint_name", None) == UNIQUE_SLUG

    def advice(self, error: BaseException) -> str | None:
        """Return why a connection could not be made, and what to do; never the server's words."""
        known = _connect_advice(error)
        if known is not None:
            return known[1]
        return _ADVICE_BY_CODE.get(getattr(error, "sqlstate", None) or "")


def _connect_advice(error: BaseException) -> tuple[Fault, str] | None:
    """Return the meaning of an error that occurred while connecting, by its words."""
    if getattr(error, "sqlstate", None) is not None:
        return None
    words = str(error)
    for pattern, fault, advice in _ADVICE_BY_WORDS:
        if pattern.search(words):
            return fault, advice
    return None


def _roll_back_if_open(connection: Any, _record: object, state: PoolResetState) -> None:
    """Roll back a transaction that is open when a connection returns to the pool.

    SQLAlchemy's own reset calls psycopg's ``rollback`` each time. Our transactions are over then,
    and to find that out it takes as long as to check a connection out.
    """
    if state.terminate_only or not state.asyncio_safe:
        return
    driver = getattr(connection, "driver_connection", connection)
    if driver.pgconn.transaction_status != _idle():
        connection.rollback()


@cache
def _idle() -> Any:
    import psycopg  # noqa: PLC0415  # An extra of its own: SQLite works without it.

    return psycopg.pq.TransactionStatus.IDLE


def _prepare_without_pooler(connection: Any, _record: object) -> None:
    """Let psycopg prepare statements on a connection that leads straight to its server process.

    A server tells each client its process id. A pooler tells another id, because the process
    behind it may change; so a statement asks for the true id.
    """
    driver = getattr(connection, "driver_connection", connection)
    cursor = connection.cursor()
    cursor.execute("SELECT pg_backend_pid()")
    (process,) = cursor.fetchone()
    cursor.close()
    connection.rollback()
    if driver.info.backend_pid == process:
        driver.prepare_threshold = _PREPARED_AFTER


def raw_cursor(connection: Any, *, is_async: bool) -> Any:
    """Open a raw cursor on a host's connection of psycopg; its rows are tuples."""
    import psycopg  # noqa: PLC0415  # An extra of its own: SQLite works without it.
    from psycopg.rows import tuple_row  # noqa: PLC0415  # As above.

    kind: Any = psycopg.AsyncRawCursor if is_async else psycopg.RawCursor
    return kind(connection, row_factory=tuple_row)


@cache
def _raw_cursors() -> dict[type, type]:
    """Return psycopg's raw cursor classes by the default classes that they replace."""
    import psycopg  # noqa: PLC0415  # An extra of its own: SQLite works without it.

    return {psycopg.Cursor: psycopg.RawCursor, psycopg.AsyncCursor: psycopg.AsyncRawCursor}
