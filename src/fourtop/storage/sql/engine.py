"""Engines: where connections come from, as a URL or as an engine of the host's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Engine, create_engine, event, exc, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from fourtop.errors import InvalidInput, shown
from fourtop.storage.sql.schema import Database

T = TypeVar("T")

_BUSY_MILLISECONDS = 5_000
# In a URL: after how many executions the driver has the server prepare a statement.
_THRESHOLD: Final = "prepare_threshold"
_EXTRAS: Final = {"postgresql+psycopg": "fourtop[postgres]", "sqlite+aiosqlite": "fourtop[async]"}
_RULE = "must be a URL as sqlite:///night.db or postgresql://user@host/name, or an engine of SQLAlchemy"


def as_engine(source: object) -> tuple[Engine, Database]:
    """Return an engine, and which database it is.

    Raises:
        InvalidInput: If it is neither a URL nor an engine, or of another database.
    """
    if isinstance(source, Engine):
        engine = source
    elif isinstance(source, str | URL):
        url, how = _arguments(as_url(source))
        engine = _made(create_engine, url, **how)
    else:
        raise InvalidInput("source", _RULE, shown(source))
    name = engine.dialect.name
    if name == "sqlite":
        if engine.url.database in (None, "", ":memory:"):
            raise InvalidInput(
                "source", "must name a file; in memory, MemoryStore is the store", shown(str(engine.url))
            )
        event.listen(engine, "connect", _prepare_sqlite)
        return engine, "sqlite"
    if name == "postgresql":
        return engine, "postgresql"
    raise InvalidInput("source", _RULE, shown(name))


def as_async_engine(source: object) -> AsyncEngine:
    """Return an asynchronous engine.

    Raises:
        InvalidInput: If it is neither a URL nor such an engine, or of another database.
    """
    if isinstance(source, AsyncEngine):
        return source
    if not isinstance(source, str | URL):
        raise InvalidInput("source", _RULE, shown(source))
    url, how = _arguments(as_url(source))
    if url.get_backend_name() == "sqlite":
        return _made(create_async_engine, url.set(drivername="sqlite+aiosqlite"))
    return _made(create_async_engine, url, **how)


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
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        # SQLAlchemy's own default is the driver before ours.
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return url.set(drivername="sqlite")
    raise InvalidInput("source", _RULE, shown(backend))


def _arguments(url: URL) -> tuple[URL, dict[str, Any]]:
    """Return the URL, and what else an engine of it is made with.

    A statement that is prepared on one connection of a pooler is unknown on the next, so by default none is.
    """
    if url.get_backend_name() == "sqlite":
        return url, {}
    wanted = url.query.get(_THRESHOLD)
    if wanted is not None and not (isinstance(wanted, str) and wanted.isascii() and wanted.isdigit()):
        raise InvalidInput("source", f"must have a whole number as its {_THRESHOLD}", shown(wanted))
    threshold = None if wanted is None else int(wanted)
    return url.difference_update_query([_THRESHOLD]), {"connect_args": {_THRESHOLD: threshold}}


def _made(make: Callable[..., T], url: URL, **how: Any) -> T:
    """Make an engine of a URL; what is wrong with it is said without the URL, which may hold a password."""
    try:
        return make(url, **how)
    except exc.ArgumentError:
        raise InvalidInput("source", _RULE, "one that SQLAlchemy makes no engine of") from None
    except ImportError as error:
        raise ImportError(f"{url.drivername} has no driver here: install {_EXTRAS[url.drivername]}") from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
