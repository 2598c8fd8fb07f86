"""Engines: made from a URL, or taken from the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Engine, create_engine, exc, make_url

from fourtop.errors import InvalidInput, safe_repr
from fourtop.storage.sql.connection.driver import Driver
from fourtop.storage.sql.connection.errors import DRIVERS
from fourtop.storage.sql.tables.columns import Database

T = TypeVar("T")

_BY_BACKEND: Final[dict[str, Driver]] = {each.database: each for each in DRIVERS}
# libpq accepts this name, too.
_BY_BACKEND["postgres"] = _BY_BACKEND["postgresql"]
_EXTRAS: Final = {"postgresql+psycopg": "fourtop[postgres]", "sqlite+aiosqlite": "fourtop[async]"}
SOURCE_RULE: Final = (
    "must be a URL as sqlite:///night.db or postgresql://user@host/name, or an engine of SQLAlchemy"
)


def as_engine(source: object) -> tuple[Engine, Database]:
    """Return an engine, and which database it connects to.

    Raises:
        InvalidInput: The source is neither a URL nor an engine, or of another database or driver.
    """
    if isinstance(source, Engine):
        engine, url = source, None
    elif isinstance(source, str | URL):
        url = as_url(source)
        bare_url, arguments = driver_of(url.get_backend_name()).arguments(url)
        engine = make_engine(create_engine, bare_url, **arguments)
    else:
        raise InvalidInput("source", SOURCE_RULE, type_of(source))
    driver = driver_of(engine.dialect.name)
    driver.check(engine)
    driver.listen(engine, url)
    return engine, driver.database


def as_url(source: str | URL) -> URL:
    """Return a URL that names the driver that we use, whichever driver it names.

    Raises:
        InvalidInput: The source is not a URL, or of another database. No password is shown.
    """
    try:
        url = make_url(source)
    except (exc.ArgumentError, ValueError):
        # A port that is not a number is a ValueError.
        raise InvalidInput("source", SOURCE_RULE, "something else") from None
    if "\0" in (url.database or ""):
        raise InvalidInput("source", SOURCE_RULE, "one with a NUL")
    try:
        for host in (url.host or "").split(","):
            host.encode("idna")
    except UnicodeError:
        # Connecting would raise this error, which is not an error of a driver.
        raise InvalidInput("source", SOURCE_RULE, "one with a host that no network has") from None
    return url.set(drivername=driver_of(url.get_backend_name()).driver_name)


def driver_of(backend: str) -> Driver:
    """Return the driver for a backend's name in SQLAlchemy.

    Raises:
        InvalidInput: The stores do not support that database.
    """
    driver = _BY_BACKEND.get(backend)
    if driver is None:
        raise InvalidInput("source", SOURCE_RULE, safe_repr(backend))
    return driver


def make_engine(make: Callable[..., T], url: URL, **arguments: Any) -> T:
    """Make an engine from a URL. An error never shows the URL, which may hold a password.

    Raises:
        InvalidInput: SQLAlchemy cannot make an engine from the URL.
        ImportError: The driver is not installed; install the extra that the text names.
    """
    try:
        return make(url, **arguments)
    except exc.ArgumentError:
        raise InvalidInput(
            "source", SOURCE_RULE, "one that SQLAlchemy makes no engine of"
        ) from None
    except ImportError as error:
        raise ImportError(
            f"the driver of {url.drivername} is not installed: install {_EXTRAS[url.drivername]}"
        ) from error


def type_of(source: object) -> str:
    """Describe a source without showing it: an object of another type may hold a password, too."""
    return f"a value of type {type(source).__name__}"
