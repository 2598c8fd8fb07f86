"""The connections that a host gives: of SQLAlchemy, or of a driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import sqlalchemy
from sqlalchemy import exc

from fourtop.errors import InvalidInput, TransactionUnusable, safe_repr
from fourtop.storage.sql.connection.driver import Driver
from fourtop.storage.sql.connection.engine import type_of
from fourtop.storage.sql.connection.errors import Fault, as_ours, fault_of
from fourtop.storage.sql.connection.host.database import HostDatabase

if TYPE_CHECKING:
    import sqlite3

    import aiosqlite
    import psycopg
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_scoped_session
    from sqlalchemy.orm import Session, scoped_session

    HostConnection: TypeAlias = (
        sqlalchemy.Connection
        | Session
        | scoped_session[Any]
        | psycopg.Connection[Any]
        | sqlite3.Connection
    )
    AsyncHostConnection: TypeAlias = (
        AsyncConnection
        | AsyncSession
        | async_scoped_session[Any]
        | psycopg.AsyncConnection[Any]
        | aiosqlite.Connection
    )

_RULE: Final = (
    "must be a Connection or Session of SQLAlchemy, or a connection of psycopg 3 or sqlite3"
)
_ASYNC_RULE: Final = (
    "must be an AsyncConnection or AsyncSession of SQLAlchemy,"
    " or an asynchronous connection of psycopg 3 or aiosqlite"
)
_ONE_DATABASE: Final = "the session has several databases; pass one of its connections"


class HostSource(Protocol):
    """Where the connection of a host comes from."""

    def find(self) -> tuple[Any, sqlalchemy.Connection | None]:
        """Return the driver's connection, and SQLAlchemy's around it if there is one.

        Raises:
            TransactionUnusable: It has no transaction, or one that was ended.
            StoreUnavailable: The database cannot be reached.
        """
        ...

    def begin(self) -> None:
        """Begin the transaction of SQLAlchemy where a statement of the host would."""
        ...

    def is_of(self, engine: sqlalchemy.Engine) -> bool:
        """Whether the connection comes from the pool of an engine."""
        ...


def host_source(source: object, driver: Driver, database: HostDatabase) -> HostSource:
    """Return the source of a connection that a host has given.

    Raises:
        InvalidInput: The value is no such connection, or is of another database or driver.
    """
    if isinstance(source, sqlalchemy.Connection):
        return _checked(ConnectionSource(source), source.dialect, driver)
    if database.is_driver_connection(source, is_async=False):
        return DriverSource(source)
    session = _session_of(source)
    if session is None:
        raise InvalidInput("connection", _RULE, type_of(source))
    return SessionSource(session, driver)


def async_host_source(source: object, driver: Driver, database: HostDatabase) -> HostSource:
    """Return the source of an asynchronous connection that a host has given.

    Raises:
        InvalidInput: As ``host_source``.
    """
    from sqlalchemy.ext.asyncio import (  # noqa: PLC0415  # It needs greenlet, an extra.
        AsyncConnection,
        AsyncSession,
        async_scoped_session,
    )

    if isinstance(source, async_scoped_session):
        source = source()
    if isinstance(source, AsyncConnection):
        return host_source(_started(source), driver, database)
    if isinstance(source, AsyncSession):
        return host_source(source.sync_session, driver, database)
    if database.is_driver_connection(source, is_async=True):
        return DriverSource(source)
    raise InvalidInput("connection", _ASYNC_RULE, type_of(source))


def _started(connection: Any) -> sqlalchemy.Connection:
    if connection.sync_connection is None:
        raise InvalidInput("connection", "must be connected; await it first", type_of(connection))
    found: sqlalchemy.Connection = connection.sync_connection
    return found


def _session_of(source: object) -> Any:
    """Return the session of SQLAlchemy that a value is or stands for; ``None``: it is neither."""
    from sqlalchemy.orm import Session, scoped_session  # noqa: PLC0415  # Slow to import.

    if isinstance(source, scoped_session):
        source = source()
    return source if isinstance(source, Session) else None


def _checked(source: ConnectionSource, dialect: sqlalchemy.Dialect, driver: Driver) -> HostSource:
    if dialect.name != driver.database:
        raise InvalidInput("connection", f"must be one to {driver.database}", dialect.name)
    names = (driver.driver_name, driver.async_driver_name)
    if f"{dialect.name}+{dialect.driver}" not in (*names, f"{names[0]}+pysqlite"):
        raise InvalidInput(
            "connection",
            f"must be of the driver of {driver.driver_name}",
            safe_repr(dialect.driver),
        )
    return source


class DriverSource:
    """A connection of the driver itself.

    Args:
        connection: The connection.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def find(self) -> tuple[Any, sqlalchemy.Connection | None]:
        """Return the connection."""
        return self._connection, None

    def begin(self) -> None:
        """Do nothing: the driver begins."""

    def is_of(self, engine: sqlalchemy.Engine) -> bool:
        """Return no: a driver knows no engine."""
        del engine
        return False


class ConnectionSource:
    """A connection of SQLAlchemy.

    Args:
        connection: The connection.
    """

    def __init__(self, connection: sqlalchemy.Connection) -> None:
        self._connection = connection

    def find(self) -> tuple[Any, sqlalchemy.Connection | None]:
        """Return the driver's connection and this one.

        Raises:
            TransactionUnusable: The connection is closed, or its transaction has to be rolled back.
        """
        try:
            return self._connection.connection.driver_connection, self._connection
        except exc.SQLAlchemyError as error:
            raise _as_ours(error) from error

    def begin(self) -> None:
        """Begin, as SQLAlchemy does at the first statement."""
        if not self._connection.in_transaction():
            self._connection.begin()

    def is_of(self, engine: sqlalchemy.Engine) -> bool:
        """Whether it is a connection of that engine's pool."""
        return self._connection.engine.pool is engine.pool


class SessionSource:
    """A session of SQLAlchemy; each call uses its connection of that moment.

    Args:
        session: The session.
        driver: The driver that the connection must have.
    """

    def __init__(self, session: Any, driver: Driver) -> None:
        self._session = session
        self._driver = driver

    def find(self) -> tuple[Any, sqlalchemy.Connection | None]:
        """Return the driver's connection and SQLAlchemy's; the session begins if it has not.

        Raises:
            InvalidInput: The session is bound to another database or driver, or to several.
            TransactionUnusable: The session has to be rolled back.
            StoreUnavailable: The database cannot be reached.
        """
        return self._source.find()

    def begin(self) -> None:
        """Do nothing: the session has begun."""

    def is_of(self, engine: sqlalchemy.Engine) -> bool:
        """Whether its connection is of that engine's pool."""
        return self._source.is_of(engine)

    @property
    def _source(self) -> HostSource:
        try:
            connection: sqlalchemy.Connection = self._session.connection()
        except exc.UnboundExecutionError:
            raise InvalidInput("connection", _ONE_DATABASE, type_of(self._session)) from None
        except exc.SQLAlchemyError as error:
            raise _as_ours(error) from error
        return _checked(ConnectionSource(connection), connection.dialect, self._driver)


def _as_ours(error: exc.SQLAlchemyError) -> Exception:
    """Return our error for one of SQLAlchemy's that keeps us from a connection."""
    fault = fault_of(error)
    if fault is not None:
        return as_ours(error, Fault.LOST if fault is Fault.TRANSIENT else fault)
    return TransactionUnusable(f"SQLAlchemy refuses it ({type(error).__name__}); roll it back")
