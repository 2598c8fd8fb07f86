"""Engines: where connections come from, as a URL or as an engine of the host's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Engine, create_engine, event, exc, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from fourtop.errors import InvalidInput, safe_repr
from fourtop.storage.sql.tables.catalog import Database

T = TypeVar("T")

_BUSY_MILLISECONDS = 5_000
_PREPARED: Final = "fourtop.prepared"
# In a URL: after how many executions the driver has the server prepare a statement, or never.
_THRESHOLD: Final = "prepare_threshold"
_NEVER: Final = "none"
_PREPARED_AFTER: Final = 1
_EXTRAS: Final = {"postgresql+psycopg": "fourtop[postgres]", "sqlite+aiosqlite": "fourtop[async]"}
# What an error means is read off these drivers' own classes; another one's would reach the caller
# as they are.
_DRIVERS: Final = {"postgresql": ("psycopg",), "sqlite": ("pysqlite", "aiosqlite")}
_RULE = (
    "must be a URL as sqlite:///night.db or postgresql://user@host/name, or an engine of SQLAlchemy"
)


def as_engine(source: object) -> tuple[Engine, Database]:
    """Return an engine, and which database it is.

    Raises:
        InvalidInput: If it is neither a URL nor an engine, or of another database or driver.
    """
    if isinstance(source, Engine):
        engine = source
    elif isinstance(source, str | URL):
        wanted = as_url(source)
        url, how = _arguments(wanted)
        engine = _made(create_engine, url, **how)
        _prepare_where_alone(engine, wanted)
    else:
        raise InvalidInput("source", _RULE, _kind_of(source))
    name, driver = engine.dialect.name, engine.dialect.driver
    if name in _DRIVERS and driver not in _DRIVERS[name]:
        raise InvalidInput(
            "source",
            f"must be an engine of the driver {' or '.join(_DRIVERS[name])}",
            safe_repr(driver),
        )
    if name == "sqlite":
        if engine.url.database in (None, "", ":memory:"):
            raise InvalidInput(
                "source",
                "must name a file; in memory, MemoryStore is the store",
                safe_repr(str(engine.url)),
            )
        event.listen(engine, "connect", prepare_sqlite)
        return engine, "sqlite"
    if name == "postgresql":
        return engine, "postgresql"
    raise InvalidInput("source", _RULE, safe_repr(name))


def as_async_engine(source: object) -> AsyncEngine:
    """Return an asynchronous engine.

    Raises:
        InvalidInput: If it is neither a URL nor such an engine, or of another database.
    """
    if isinstance(source, AsyncEngine):
        return source
    if not isinstance(source, str | URL):
        raise InvalidInput("source", _RULE, _kind_of(source))
    wanted = as_url(source)
    url, how = _arguments(wanted)
    if url.get_backend_name() == "sqlite":
        return _made(create_async_engine, url.set(drivername="sqlite+aiosqlite"))
    engine = _made(create_async_engine, url, **how)
    _prepare_where_alone(engine.sync_engine, wanted)
    return engine


def as_url(source: str | URL) -> URL:
    """Return a URL that names the driver that we use, whichever it names.

    Raises:
        InvalidInput: If it is no URL, or of another database; never showing a password.
    """
    try:
        url = make_url(source)
    except (exc.ArgumentError, ValueError):
        # A port that is no number is a ValueError.
        raise InvalidInput("source", _RULE, "something else") from None
    if "\0" in (url.database or ""):
        raise InvalidInput("source", _RULE, "one with a NUL")
    try:
        for host in (url.host or "").split(","):
            host.encode("idna")
    except UnicodeError:
        # Python would say so itself where the connection is made, and it is no driver's error.
        raise InvalidInput("source", _RULE, "one with a host that no network has") from None
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        # SQLAlchemy's own default is the driver before ours.
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return url.set(drivername="sqlite")
    raise InvalidInput("source", _RULE, safe_repr(backend))


def _kind_of(source: object) -> str:
    """Say what was given without showing it: a URL of another type may hold a password, too."""
    return f"a value of type {type(source).__name__}"


def _arguments(url: URL) -> tuple[URL, dict[str, Any]]:
    """Return the URL, and what else an engine of it is made with.

    A statement that is prepared on one connection of a pooler is unknown on the next, or is
    another: so none is, until a connection has shown that there is no pooler, or the URL says
    otherwise.
    """
    if url.get_backend_name() == "sqlite":
        return url, {}
    wanted = url.query.get(_THRESHOLD, _NEVER)
    if not (
        isinstance(wanted, str) and (wanted == _NEVER or (wanted.isascii() and wanted.isdigit()))
    ):
        raise InvalidInput(
            "source",
            f"must have a whole number as its {_THRESHOLD}, or {_NEVER}",
            safe_repr(wanted),
        )
    threshold = None if wanted == _NEVER else int(wanted)
    return url.difference_update_query([_THRESHOLD]), {"connect_args": {_THRESHOLD: threshold}}


def _made(make: Callable[..., T], url: URL, **how: Any) -> T:
    """Make an engine of a URL; what is wrong with it is said without the URL, which may hold a password."""
    try:
        return make(url, **how)
    except exc.ArgumentError:
        raise InvalidInput("source", _RULE, "one that SQLAlchemy makes no engine of") from None
    except ImportError as error:
        raise ImportError(
            f"{url.drivername} has no driver here: install {_EXTRAS[url.drivername]}"
        ) from error


def _prepare_where_alone(engine: Engine, wanted: URL) -> None:
    """Let the statements of a connection be prepared if its server is its own, unless the URL has decided."""
    if wanted.get_backend_name() == "postgresql" and _THRESHOLD not in wanted.query:
        event.listen(engine, "connect", _prepare_postgresql)


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Have statements prepared on a connection that leads straight to its server process.

    A server names its process to whoever connects. A pooler names another, for the one behind it
    may be another each time; so a statement asks which process it is.
    """
    driver = getattr(connection, "driver_connection", connection)
    cursor = connection.cursor()
    cursor.execute("SELECT pg_backend_pid()")
    (process,) = cursor.fetchone()
    cursor.close()
    connection.rollback()
    if driver.info.backend_pid == process:
        driver.prepare_threshold = _PREPARED_AFTER


def prepare_sqlite(connection: Any, place: Any) -> None:
    """Set a connection of SQLite up as the store needs it, once.

    Args:
        connection: The driver's.
        place: Its place in the pool, which remembers that it was done: a host may have made it
            before the store.
    """
    if _PREPARED in place.info:
        return
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    place.info[_PREPARED] = True
